/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a registry says when it says no, as one sentence with one cause.
 *
 * The status decides kind and wording, for bodies come as OCI's JSON, other
 * JSON, HTML or nothing. The sentence names what was wanted, the host that
 * answered, the status, and in whose name the request came, so that a wrong
 * name, a missing login, a forbidden repository and a rate limit can be told
 * apart. Of the server's own words at most 1 KiB is shown, made harmless.
 * Pure; safe on hostile input.
 */
#ifndef REGISTRY_REGISTRY_ERROR_H
#define REGISTRY_REGISTRY_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strbuf.h"

struct registry_refusal {
	long status;
	const char *body; /* what was kept of it */
	size_t length;
	const char *what; /* "manifest for debian:12", "layer sha256:…" */
	const char *repository; /* as a person writes it: "debian" */
	const char *host;	/* who answered */
	const char *user;	/* NULL: the request was anonymous */
	bool is_push;
};

/*
 * Describe REFUSAL in ERR; returns -1. AUTH for 401, DENIED for 403,
 * NOT_FOUND for 404, TOO_LARGE for 413, INVALID and UNSUPPORTED for other
 * answers to our requests, NETWORK for everything that is the server's fault.
 */
int registry_error_set(const struct registry_refusal *refusal,
		       struct error *err);

/* Append the server's own words in BODY, shortened and made harmless. */
void registry_error_words(const char *body, size_t length, struct strbuf *out);

/* Whether BODY is OCI's JSON and one of its errors has CODE. */
bool registry_error_has_code(const char *body, size_t length, const char *code);

#endif
