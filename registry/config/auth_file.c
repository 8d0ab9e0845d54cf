/* SPDX-License-Identifier: Apache-2.0 */
/* Auth files as JSON documents. */
#include "registry/config/auth_file.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "registry/config/auth_key.h"
#include "registry/config/base64.h"
#include "registry/registry_limits.h"

static bool is_blank(const char *text, size_t length)
{
	size_t i = 0;

	while (i < length && strchr(" \t\r\n", text[i]) && text[i])
		i++;
	return i == length;
}

int auth_file_parse(const char *text, size_t length, const char *name,
		    json_t **out, struct error *err)
{
	autoclean(jsonx_free) json_t *document = NULL;

	if (is_blank(text, length)) {
		*out = json_object();
		return 0;
	}
	if (jsonx_parse(text, length, name, &document, err) < 0)
		return -1;
	if (!json_is_object(document))
		return error_set(err, ERROR_INVALID, "%s: not a JSON object",
				 name);
	*out = TAKE_PTR(document);
	return 0;
}

int auth_file_read(const char *path, json_t **out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(REGISTRY_CONFIG_MAX);
	int result;

	*out = NULL;
	if (fs_read_file(AT_FDCWD, path, REGISTRY_CONFIG_MAX, &text, err) < 0) {
		if (err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
		return 0;
	}
	result = auth_file_parse(text.text, text.length, path, out, err);
	explicit_bzero(text.text, text.length);
	return result;
}

/* Where PATH leads; a dangling or missing PATH leads to itself. */
static char *target_of(const char *path)
{
	char *target = realpath(path, NULL);

	return target ? target : xasprintf("%s", path);
}

/* Open the folder PATH (ends in a slash), made if it is missing. */
static int open_folder(const char *path, int *fd_out, struct error *err)
{
	autoclose int root = -1;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && *path == '/') {
		root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (root < 0)
			return error_sys(err, errno, "/");
		if (fs_make_dirs(root, path + 1, FS_IN_ROOT, 0700, NULL, err) <
		    0)
			return -1;
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd < 0)
		return error_sys(err, errno, "%s", path);
	*fd_out = fd;
	return 0;
}

static int put(int dirfd, const char *name, const json_t *document,
	       struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	int result;

	jsonx_format_indented(document, 4, &text);
	strbuf_addch(&text, '\n');
	result = strbuf_check(&text, name, err);
	if (result == 0)
		result = atomicfile_put(dirfd, name, text.text, text.length,
					ATOMICFILE_SYNC, err);
	explicit_bzero(text.text, text.length);
	strbuf_release(&text);
	return result;
}

int auth_file_change(const char *path, const struct auth_file_edit *edit,
		     struct error *err)
{
	autofree char *target = target_of(path);
	const char *slash = strrchr(target, '/');
	autofree char *folder = slash ? xstrndup(target,
						 (size_t)(slash - target) + 1)
				      : xstrdup("./");
	autoclean(jsonx_free) json_t *document = NULL;
	autoclose int dirfd = -1;

	if (open_folder(folder, &dirfd, err) < 0)
		return -1;
	/* The folder, since the file itself is replaced. */
	if (flock(dirfd, LOCK_EX) < 0)
		return error_sys(err, errno, "lock %s", folder);
	if (auth_file_read(target, &document, err) < 0)
		return -1;
	if (!document)
		document = json_object();
	if (edit->apply(edit->context, document, err) < 0 ||
	    put(dirfd, slash ? slash + 1 : target, document, err) < 0)
		return error_wrap(err, "%s", path);
	return 0;
}

/* "user:password" in base 64. */
static int decode_auth(const char *text, struct credentials *out,
		       struct error *err)
{
	autoclean(strbuf_release) struct strbuf plain =
		STRBUF_LIMIT(REGISTRY_CONFIG_MAX);
	const char *colon;
	int result = 0;

	if (base64_decode(text, &plain, err) < 0)
		return error_wrap(err, "auth");
	colon = memchr(plain.text, ':', plain.length);
	if (colon) {
		/* Docker once padded passwords with NUL: they end there. */
		out->username = xstrndup(plain.text,
					 (size_t)(colon - plain.text));
		out->password = xasprintf("%s", colon + 1);
	} else {
		result = error_set(err, ERROR_INVALID,
				   "auth: no colon between user and password");
	}
	explicit_bzero(plain.text, plain.length);
	return result;
}

static int parse_entry(const json_t *entry, struct credentials *out,
		       struct error *err)
{
	const char *auth;
	const char *token;
	const char *username;
	const char *password;

	if (!json_is_object(entry))
		return error_set(err, ERROR_INVALID, "not an object");
	if (jsonx_opt_string(entry, "auth", "", &auth, err) < 0 ||
	    jsonx_opt_string(entry, "identitytoken", "", &token, err) < 0 ||
	    jsonx_opt_string(entry, "username", "", &username, err) < 0 ||
	    jsonx_opt_string(entry, "password", "", &password, err) < 0)
		return -1;
	if (*auth && decode_auth(auth, out, err) < 0)
		return -1;
	if (!*auth && *username) {
		out->username = xasprintf("%s", username);
		out->password = xasprintf("%s", password);
	}
	if (*token)
		out->identity_token = xasprintf("%s", token);
	return 0;
}

static bool is_empty(const struct credentials *credentials)
{
	return (!credentials->username || !*credentials->username) &&
	       !credentials->identity_token;
}

/* Try one entry; an empty one counts as not there. */
static int try_entry(const char *key, const json_t *entry,
		     struct credentials *out, bool *found, struct error *err)
{
	autoclean(credentials_release) struct credentials parsed =
		CREDENTIALS_INIT;

	if (parse_entry(entry, &parsed, err) < 0)
		return error_wrap(err, "auths \"%s\"", key);
	if (is_empty(&parsed))
		return 0;
	*found = true;
	credentials_release(out);
	*out = parsed;
	parsed = (struct credentials)CREDENTIALS_INIT;
	return 0;
}

int auth_file_find(const json_t *document, const char *key,
		   struct credentials *out, bool *found, struct error *err)
{
	autofree char *preferred = auth_key_of_host(key);
	json_t *entries;
	json_t *entry;
	const char *name;

	*found = false;
	if (jsonx_opt_object(document, "auths", &entries, err) < 0)
		return -1;
	entry = json_object_get(entries, preferred);
	if (entry && try_entry(preferred, entry, out, found, err) < 0)
		return -1;
	json_object_foreach(entries, name, entry)
	{
		autofree char *normal = auth_key_normalise(name);

		if (*found || strcmp(normal, key) != 0)
			continue;
		if (try_entry(name, entry, out, found, err) < 0)
			return -1;
	}
	return 0;
}

int auth_file_helper(const json_t *document, const char *host, const char **out,
		     struct error *err)
{
	autofree char *wanted = auth_key_normalise(host);
	json_t *helpers;
	json_t *helper;
	const char *key;

	if (jsonx_opt_string(document, "credsStore", NULL, out, err) < 0 ||
	    jsonx_opt_object(document, "credHelpers", &helpers, err) < 0)
		return -1;
	json_object_foreach(helpers, key, helper)
	{
		autofree char *normal = auth_key_normalise(key);

		if (strcmp(normal, wanted) != 0)
			continue;
		if (!json_is_string(helper))
			return error_set(err, ERROR_INVALID,
					 "credHelpers \"%s\" is not a string",
					 key);
		*out = json_string_value(helper);
		break;
	}
	/* Docker reads an empty name as none. */
	if (*out && !**out)
		*out = NULL;
	return 0;
}

static json_t *format_entry(const struct credentials *credentials)
{
	struct strbuf plain = STRBUF_LIMIT(REGISTRY_CONFIG_MAX);
	struct strbuf encoded = STRBUF_LIMIT(2 * REGISTRY_CONFIG_MAX);
	json_t *entry = json_object();

	if (credentials->username) {
		strbuf_addf(&plain, "%s:%s", credentials->username,
			    credentials->password ? credentials->password : "");
		base64_encode(plain.text, plain.length, &encoded);
		json_object_set_new(entry, "auth", json_string(encoded.text));
	}
	if (credentials->identity_token)
		json_object_set_new(entry, "identitytoken",
				    json_string(credentials->identity_token));
	explicit_bzero(plain.text, plain.length);
	explicit_bzero(encoded.text, encoded.length);
	strbuf_release(&plain);
	strbuf_release(&encoded);
	return entry;
}

int auth_file_remove(json_t *document, const char *host, bool *removed,
		     struct error *err)
{
	autofree char *wanted = auth_key_normalise(host);
	json_t *entries;
	json_t *entry;
	const char *key;
	void *next;

	*removed = false;
	if (jsonx_opt_object(document, "auths", &entries, err) < 0)
		return -1;
	json_object_foreach_safe(entries, next, key, entry)
	{
		autofree char *normal = auth_key_normalise(key);

		if (strcmp(normal, wanted) != 0)
			continue;
		json_object_del(entries, key);
		*removed = true;
	}
	return 0;
}

int auth_file_set(json_t *document, const char *host,
		  const struct credentials *credentials, struct error *err)
{
	autofree char *key = auth_key_of_host(host);
	json_t *entries;
	bool ignored;

	if (auth_file_remove(document, host, &ignored, err) < 0 ||
	    jsonx_opt_object(document, "auths", &entries, err) < 0)
		return -1;
	if (!entries) {
		entries = json_object();
		json_object_set_new(document, "auths", entries);
	}
	json_object_set_new(entries, key,
			    credentials ? format_entry(credentials)
					: json_object());
	return 0;
}
