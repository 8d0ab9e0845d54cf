/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who to be at a registry: a user with a password, or an identity token that
 * is exchanged for access. The strings are wiped before they are freed. They
 * must never reach a log or an error message.
 */
#ifndef REGISTRY_CONFIG_SECRET_H
#define REGISTRY_CONFIG_SECRET_H

#include "base/error.h"

struct credentials {
	char *username;	      /* NULL: anonymous, or only a token */
	char *password;	      /* NULL when there is a token */
	char *identity_token; /* an OAuth2 refresh token, or NULL */
};

#define CREDENTIALS_INIT         \
	{                        \
		NULL, NULL, NULL \
	}

/* Wipe and free the strings and return to the initial state. */
void credentials_release(struct credentials *credentials);
DEFINE_CLEANUP(struct credentials, credentials_release)

#endif
