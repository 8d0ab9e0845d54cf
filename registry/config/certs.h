/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trust and identity for one registry: the certs.d folders of docker and the
 * containers tools (containers-certs.d(5)).
 *
 * In FOLDER/HOST[:PORT]/ every "*.crt" is a CA certificate to trust besides
 * the system's, "x.cert" with "x.key" is a certificate to show. The first of
 * the folders that knows the host decides; others are not added to it. Only
 * names are found here, whoever speaks TLS reads the files.
 */
#ifndef REGISTRY_CONFIG_CERTS_H
#define REGISTRY_CONFIG_CERTS_H

#include "base/error.h"
#include "base/strvec.h"

struct certs {
	struct strvec ca_files; /* paths, sorted */
	char *client_cert;	/* path, or NULL */
	char *client_key;	/* path, or NULL together with the above */
};

#define CERTS_INIT                      \
	{                               \
		STRVEC_INIT, NULL, NULL \
	}

/*
 * Find what FOLDERS hold for HOST ("host" or "host:port", as in the name of
 * an image); nothing found is no error. INVALID when a certificate lacks its
 * key or a key its certificate. The first pair counts.
 */
int certs_find(const struct strvec *folders, const char *host,
	       struct certs *out, struct error *err) must_check;

/* Free what it owns and return to the initial state. */
void certs_release(struct certs *certs);
DEFINE_CLEANUP(struct certs, certs_release)

#endif
