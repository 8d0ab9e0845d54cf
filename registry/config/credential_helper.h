/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Credential helper programs: "docker-credential-NAME VERB", the server on
 * standard input, JSON or an error text on standard output
 * (docker/docker-credential-helpers).
 *
 * A helper that is missing, fails or answers for another host is an error of
 * kind AUTH: going on without it could send somebody else's credentials, or
 * none, where they do not belong (compare CVE-2021-41092). Its standard error
 * is ours, so that it can ask and complain.
 */
#ifndef REGISTRY_CONFIG_CREDENTIAL_HELPER_H
#define REGISTRY_CONFIG_CREDENTIAL_HELPER_H

#include <stdbool.h>

#include "base/error.h"
#include "registry/config/secret.h"

/* Ask helper NAME for HOST's credentials; FOUND is false if it has none. */
int credential_helper_get(const char *name, const char *host,
			  struct credentials *out, bool *found,
			  struct error *err) must_check;

/* Give helper NAME the CREDENTIALS for HOST to keep. */
int credential_helper_store(const char *name, const char *host,
			    const struct credentials *credentials,
			    struct error *err) must_check;

/* Make helper NAME forget HOST; FOUND is false if it had nothing. */
int credential_helper_erase(const char *name, const char *host, bool *found,
			    struct error *err) must_check;

#endif
