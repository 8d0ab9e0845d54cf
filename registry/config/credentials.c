/* SPDX-License-Identifier: Apache-2.0 */
/* The search through auth files, and login's and logout's changes. */
#include "registry/config/credentials.h"

#include <string.h>

#include "base/jsonx.h"
#include "base/log.h"
#include "registry/config/auth_file.h"
#include "registry/config/auth_key.h"
#include "registry/config/credential_helper.h"

/* What is looked for, most specific key first, and what was found. */
struct search {
	const char *host;
	const struct strvec *keys; /* the last one is the host's */
	struct credentials *out;
	bool found;
};

static int ask_helper(const json_t *document, struct search *search,
		      struct error *err)
{
	const char *name;

	if (auth_file_helper(document, search->host, &name, err) < 0)
		return -1;
	if (!name)
		return 0;
	return credential_helper_get(name, search->host, search->out,
				     &search->found, err);
}

static int search_document(const json_t *document, struct search *search,
			   struct error *err)
{
	const struct strvec *keys = search->keys;

	for (size_t i = 0; i < keys->count && !search->found; i++) {
		bool is_host = i + 1 == keys->count;

		if (is_host && ask_helper(document, search, err) < 0)
			return -1;
		if (!search->found &&
		    auth_file_find(document, keys->items[i], search->out,
				   &search->found, err) < 0)
			return -1;
	}
	return 0;
}

static int search_file(const char *path, bool is_legacy, struct search *search,
		       struct error *err)
{
	autoclean(jsonx_free) json_t *document = NULL;

	if (search->found)
		return 0;
	if (auth_file_read(path, &document, err) < 0)
		return -1;
	if (!document)
		return 0;
	if (is_legacy) {
		/* All of .dockercfg is what later files have in "auths". */
		json_t *auths = document;

		document = json_object();
		json_object_set_new(document, "auths", auths);
	}
	if (search_document(document, search, err) < 0)
		return error_wrap(err, "%s", path);
	if (search->found)
		log_debug("credentials", "host=%s file=%s", search->host, path);
	return 0;
}

static int search_inline(const char *text, struct search *search,
			 struct error *err)
{
	static const char name[] = "DOCKER_AUTH_CONFIG";
	autoclean(jsonx_free) json_t *document = NULL;

	if (auth_file_parse(text, strlen(text), name, &document, err) < 0)
		return -1;
	if (search_document(document, search, err) < 0)
		return error_wrap(err, "%s", name);
	return 0;
}

static int search_all(const struct credential_paths *paths,
		      struct search *search, struct error *err)
{
	if (paths->only_file)
		return search_file(paths->only_file, false, search, err);
	if (paths->inline_json &&
	    search_inline(paths->inline_json, search, err) < 0)
		return -1;
	for (size_t i = 0; i < paths->files.count; i++) {
		if (search_file(paths->files.items[i], false, search, err) < 0)
			return -1;
	}
	if (paths->legacy_file)
		return search_file(paths->legacy_file, true, search, err);
	return 0;
}

int credentials_find(const struct credential_paths *paths, const char *host,
		     const char *repository, struct credentials *out,
		     struct error *err)
{
	autoclean(strvec_release) struct strvec keys = STRVEC_INIT;
	struct search search = { .host = host, .keys = &keys, .out = out };

	credentials_release(out);
	auth_key_list(host, repository, &keys);
	return search_all(paths, &search, err);
}

static const char *store_file(const struct credential_paths *paths)
{
	return paths->only_file ? paths->only_file : paths->store_file;
}

/* The helper for HOST by the file login writes; borrowed from DOCUMENT. */
static int find_helper(const char *path, const char *host, json_t **document,
		       const char **name, struct error *err)
{
	*name = NULL;
	if (auth_file_read(path, document, err) < 0)
		return -1;
	if (*document && auth_file_helper(*document, host, name, err) < 0)
		return error_wrap(err, "%s", path);
	return 0;
}

/* What an edit of the file needs to know. */
struct change {
	const char *host;
	const struct credentials *credentials; /* NULL: an empty entry */
	bool removed;
};

static int apply_set(void *context, json_t *document, struct error *err)
{
	const struct change *change = context;

	return auth_file_set(document, change->host, change->credentials, err);
}

static int apply_remove(void *context, json_t *document, struct error *err)
{
	struct change *change = context;

	return auth_file_remove(document, change->host, &change->removed, err);
}

int credentials_store(const struct credential_paths *paths, const char *host,
		      const struct credentials *credentials,
		      const char **file_out, struct error *err)
{
	autoclean(jsonx_free) json_t *document = NULL;
	const char *path = store_file(paths);
	struct change change = { .host = host };
	struct auth_file_edit edit = { apply_set, &change };
	const char *helper;

	*file_out = NULL;
	if (!path)
		return error_set(err, ERROR_INVALID,
				 "no home directory to keep credentials in: "
				 "set HOME, DOCKER_CONFIG or "
				 "REGISTRY_AUTH_FILE");
	if (!credentials->identity_token &&
	    (!credentials->username || !credentials->password))
		return error_set(err, ERROR_INVALID,
				 "neither a user with a password nor a token");
	if (find_helper(path, host, &document, &helper, err) < 0)
		return -1;
	if (helper) {
		if (credential_helper_store(helper, host, credentials, err) < 0)
			return -1;
	} else {
		change.credentials = credentials;
		*file_out = path;
	}
	/* Beside a helper docker expects an entry without content. */
	return auth_file_change(path, &edit, err);
}

int credentials_erase(const struct credential_paths *paths, const char *host,
		      bool *removed, struct error *err)
{
	autoclean(jsonx_free) json_t *document = NULL;
	const char *path = store_file(paths);
	struct change change = { .host = host };
	struct auth_file_edit edit = { apply_remove, &change };
	bool had = false;
	const char *helper;

	*removed = false;
	if (!path)
		return 0;
	if (find_helper(path, host, &document, &helper, err) < 0)
		return -1;
	if (helper && credential_helper_erase(helper, host, removed, err) < 0)
		return -1;
	if (!document || auth_file_remove(document, host, &had, err) < 0)
		return document ? error_wrap(err, "%s", path) : 0;
	if (!had)
		return 0;
	*removed = true;
	return auth_file_change(path, &edit, err);
}
