/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WWW-Authenticate: how a registry wants to be asked (RFC 9110, 11.6.1).
 *
 * Registries send one header or several, with one challenge or several in
 * each, schemes in any case, and schemes nobody here speaks. All header
 * values of one answer are judged together: Bearer is preferred, then Basic.
 * A challenge borrows nothing. Realms are not checked here: the caller parses
 * them with url_parse before it sends credentials anywhere.
 */
#ifndef REGISTRY_AUTH_CHALLENGE_H
#define REGISTRY_AUTH_CHALLENGE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strvec.h"

enum challenge_scheme {
	CHALLENGE_NONE = 0,
	CHALLENGE_BASIC,
	CHALLENGE_BEARER,
};

struct challenge {
	enum challenge_scheme scheme;
	char *realm;   /* the token endpoint for Bearer, never NULL there */
	char *service; /* NULL when absent, as the next two */
	char *scope;
	char *error;	   /* "insufficient_scope", "invalid_token" */
	bool offers_basic; /* Basic was among the challenges */
};

#define CHALLENGE_INIT                                        \
	{                                                     \
		CHALLENGE_NONE, NULL, NULL, NULL, NULL, false \
	}

/*
 * Choose the strongest challenge among VALUES, each one the value of a
 * WWW-Authenticate header. UNSUPPORTED, naming the schemes, when none is
 * known; INVALID when all values are malformed; AUTH when there is no value.
 */
int challenge_choose(const struct strvec *values, struct challenge *out,
		     struct error *err) must_check;

/* Free the strings and return to the initial state. */
void challenge_release(struct challenge *challenge);
DEFINE_CLEANUP(struct challenge, challenge_release)

#endif
