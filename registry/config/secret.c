/* SPDX-License-Identifier: Apache-2.0 */
/* Strings that are wiped when they go. */
#include "registry/config/secret.h"

#include <string.h>

static void wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

void credentials_release(struct credentials *credentials)
{
	wipe(credentials->username);
	wipe(credentials->password);
	wipe(credentials->identity_token);
	*credentials = (struct credentials)CREDENTIALS_INIT;
}
