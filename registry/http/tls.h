/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom to trust and how to show who we are, for one host.
 *
 * Certificates are verified unless the host was configured as insecure. CA
 * files of a certs.d folder are trusted in addition to the system's. A client
 * certificate belongs to one host and is never shown to another one, not even
 * after a redirect: tls_derive makes the settings for those.
 */
#ifndef REGISTRY_HTTP_TLS_H
#define REGISTRY_HTTP_TLS_H

#include <curl/curl.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "base/strvec.h"

struct tls_settings {
	bool insecure;	     /* certificates are not verified */
	struct strbuf roots; /* PEM, trusted besides the system's; or "" */
	char *system_file;   /* bundle in place of the system's, or NULL */
	char *system_folder; /* hashed folder in its place, or NULL */
	char *client_cert;   /* file, or NULL */
	char *client_key;    /* file, or NULL */
};

#define TLS_SETTINGS_INIT                                                     \
	{                                                                     \
		false, STRBUF_LIMIT((size_t)16 << 20), NULL, NULL, NULL, NULL \
	}

/*
 * Read the PEM files FILES, to be trusted besides the system's authorities
 * (or SYSTEM_FILE, where that is set already).
 */
int tls_trust(struct tls_settings *settings, const struct strvec *files,
	      struct error *err) must_check;

/*
 * The settings for a host that SETTINGS's host redirected to: the same roots,
 * no client certificate, verification on unless SAME_HOST.
 */
void tls_derive(const struct tls_settings *settings, bool same_host,
		struct tls_settings *out);

/* Set up EASY accordingly; SETTINGS must outlive the transfer. */
int tls_apply(const struct tls_settings *settings, CURL *easy,
	      struct error *err) must_check;

/* Free everything and return to the initial state. */
void tls_settings_release(struct tls_settings *settings);
DEFINE_CLEANUP(struct tls_settings, tls_settings_release)

#endif
