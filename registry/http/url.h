/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Absolute http and https URLs, taken apart and put together (RFC 3986).
 *
 * Meant for what a registry sends: Location, Link, the realm of a challenge.
 * Other schemes, user information, blanks, control and non-ASCII bytes are
 * refused, a fragment is dropped. Scheme and host are kept in lower case,
 * path and query byte for byte: an upload's query is opaque and must come
 * back unchanged. An origin is scheme, host and port; credentials never leave
 * theirs.
 */
#ifndef REGISTRY_HTTP_URL_H
#define REGISTRY_HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strbuf.h"

struct url {
	bool is_https;
	char *host;    /* an IPv6 address keeps its brackets */
	unsigned port; /* the scheme's own when none was written */
	char *path;    /* begins with "/" */
	char *query;   /* without "?"; NULL when there is none */
};

#define URL_INIT                           \
	{                                  \
		false, NULL, 0, NULL, NULL \
	}

/* Parse an absolute URL; INVALID when malformed or of another scheme. */
int url_parse(const char *text, struct url *out, struct error *err) must_check;

/*
 * Resolve REFERENCE, absolute or relative, as found in an answer to a request
 * for BASE. OUT may be BASE. Whether the new origin deserves trust is the
 * caller's to judge.
 */
int url_resolve(const struct url *base, const char *reference, struct url *out,
		struct error *err) must_check;

/* The text form. */
char *url_format(const struct url *url) __attribute__((returns_nonnull));

/* Host and port as in a Host header; a scheme's own port is left out. */
char *url_authority(const struct url *url) __attribute__((returns_nonnull));

/* Whether scheme, host and port are the same. */
bool url_is_same_origin(const struct url *a, const struct url *b);

/*
 * Whether HOST, with or without a port, is this machine: "localhost", an
 * address in 127.0.0.0/8 or [::1]. Names are not looked up.
 */
bool url_is_loopback(const char *host);

/* Append NAME=VALUE to the query, both escaped. */
void url_add_query(struct url *url, const char *name, const char *value);

/* Append TEXT to OUT with all but unreserved characters percent-encoded. */
void url_escape(const char *text, struct strbuf *out);

/* Free the strings and return to the initial state. */
void url_release(struct url *url);
DEFINE_CLEANUP(struct url, url_release)

#endif
