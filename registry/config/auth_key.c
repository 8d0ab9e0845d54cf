/* SPDX-License-Identifier: Apache-2.0 */
/* Forms of the keys of auth files. */
#include "registry/config/auth_key.h"

#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"

static const char docker_name[] = "docker.io";
static const char docker_key[] = "https://index.docker.io/v1/";

/* Length of a leading scheme with its slashes, or 0. */
static size_t scheme_length(const char *key)
{
	static const char *const schemes[] = { "https://", "http://" };

	for (size_t i = 0; i < 2; i++) {
		if (strncmp(key, schemes[i], strlen(schemes[i])) == 0)
			return strlen(schemes[i]);
	}
	return 0;
}

static bool is_docker(const char *host, size_t length)
{
	static const char *const names[] = { "docker.io", "index.docker.io",
					     "registry-1.docker.io" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) == length &&
		    memcmp(names[i], host, length) == 0)
			return true;
	}
	return false;
}

char *auth_key_normalise(const char *key)
{
	size_t scheme = scheme_length(key);
	const char *text = key + scheme;
	size_t host = strcspn(text, "/");
	size_t length = strlen(text);
	const char *path = text + host;

	while (length > host && text[length - 1] == '/')
		length--;
	/* A URL's path is the API's, never a namespace. */
	if (scheme || (length - host == 3 &&
		       (!strncmp(path, "/v1", 3) || !strncmp(path, "/v2", 3))))
		length = host;
	if (is_docker(text, host))
		return xasprintf("%s%.*s", docker_name, (int)(length - host),
				 path);
	return xstrndup(text, length);
}

char *auth_key_of_host(const char *host)
{
	if (is_docker(host, strlen(host)))
		return xasprintf("%s", docker_key);
	return xasprintf("%s", host);
}

void auth_key_list(const char *host, const char *repository, struct strvec *out)
{
	autofree char *key = repository ? xasprintf("%s/%s", host, repository)
					: xasprintf("%s", host);
	size_t shortest = strlen(host);

	for (;;) {
		char *slash = strrchr(key, '/');

		strvec_take(out, auth_key_normalise(key));
		if (!slash || (size_t)(slash - key) < shortest)
			return;
		*slash = '\0';
	}
}
