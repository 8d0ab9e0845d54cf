/* SPDX-License-Identifier: Apache-2.0 */
/* Strings that are wiped when they go. */
#include "registry/config/secret.h"

#include <string.h>

void secret_free(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

void credentials_release(struct credentials *credentials)
{
	secret_free(credentials->username);
	secret_free(credentials->password);
	secret_free(credentials->identity_token);
	*credentials = (struct credentials)CREDENTIALS_INIT;
}
