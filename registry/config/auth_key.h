/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of auth files. The same registry has been written in many ways:
 * "host", "https://host", "https://host/v1/", for docker.io also
 * "index.docker.io" and "registry-1.docker.io"; newer tools write namespaces
 * and repositories too ("host/team"). Keys are compared in one form: no
 * scheme, no version path, no last slash, docker.io by that name.
 */
#ifndef REGISTRY_CONFIG_AUTH_KEY_H
#define REGISTRY_CONFIG_AUTH_KEY_H

#include "base/strvec.h"

/* KEY in the form in which keys are compared. */
char *auth_key_normalise(const char *key) __attribute__((returns_nonnull));

/*
 * The key docker itself uses for HOST, in files and towards helper programs:
 * a URL for docker.io, the host for others.
 */
char *auth_key_of_host(const char *host) __attribute__((returns_nonnull));

/*
 * Append the normalised keys that would fit REPOSITORY (or NULL) at HOST,
 * most specific first, the host's own last.
 */
void auth_key_list(const char *host, const char *repository,
		   struct strvec *out);

#endif
