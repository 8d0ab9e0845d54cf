/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which credentials belong to a registry: docker's and the containers tools'
 * auth files and their helper programs, searched in order; and where `login`
 * keeps new ones.
 *
 * In every file the most specific key that fits wins ("host/team/app", then
 * "host/team", then "host"); for the host alone a helper program set for it
 * is asked first. Credentials for one host are never given to another, and a
 * broken helper is an error. Whoever calls fills credential_paths from the
 * environment; nothing is looked up here.
 */
#ifndef REGISTRY_CONFIG_CREDENTIALS_H
#define REGISTRY_CONFIG_CREDENTIALS_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strvec.h"
#include "registry/config/secret.h"

struct credential_paths {
	/* The content of DOCKER_AUTH_CONFIG, searched first; or NULL. */
	const char *inline_json;
	/* REGISTRY_AUTH_FILE: the only file, read and written; or NULL. */
	const char *only_file;
	/*
	 * Files to read, in order: $XDG_RUNTIME_DIR/containers/auth.json,
	 * $XDG_CONFIG_HOME/containers/auth.json, docker's config.json.
	 */
	struct strvec files;
	/* ~/.dockercfg, searched last; or NULL. */
	const char *legacy_file;
	/* docker's config.json, where login writes; NULL: nowhere. */
	const char *store_file;
};

#define CREDENTIAL_PATHS_INIT                       \
	{                                           \
		NULL, NULL, STRVEC_INIT, NULL, NULL \
	}

/*
 * Find the credentials for REPOSITORY (or NULL) at HOST as it is written in
 * names of images ("docker.io"). None is no error: OUT is then empty. AUTH
 * when a helper fails, INVALID when a file is malformed.
 */
int credentials_find(const struct credential_paths *paths, const char *host,
		     const char *repository, struct credentials *out,
		     struct error *err) must_check;

/*
 * Keep CREDENTIALS for HOST, in the helper that is configured or else in the
 * file. FILE_OUT gets the name of the file (borrowed from PATHS) when they
 * stand there in clear text, else NULL.
 */
int credentials_store(const struct credential_paths *paths, const char *host,
		      const struct credentials *credentials,
		      const char **file_out, struct error *err) must_check;

/* Forget what is stored for HOST; tell whether there was anything. */
int credentials_erase(const struct credential_paths *paths, const char *host,
		      bool *removed, struct error *err) must_check;

#endif
