/* SPDX-License-Identifier: Apache-2.0 */
/* Reads registries.conf and its drop-ins; what it means is elsewhere. */
#include "registry/config/registries_conf.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "base/log.h"
#include "registry/config/toml.h"
#include "registry/registry_limits.h"

static const char tag[] = "registries";

static const char *const known_top[] = {
	"unqualified-search-registries",
	"short-name-mode",
	"credential-helpers",
	"aliases",
	"registry",
	NULL,
};

static const char *const known_registry[] = {
	"prefix", "location", "insecure", "blocked", "mirror-by-digest-only",
	"mirror", NULL,
};

static const char *const known_mirror[] = {
	"location",
	"insecure",
	"pull-from-mirror",
	NULL,
};

static bool is_known(const char *key, const char *const *known)
{
	for (; *known; known++) {
		if (strcmp(key, *known) == 0)
			return true;
	}
	return false;
}

/* Other programs share the file and may know more than we do. */
static void note_unknown(json_t *table, const char *const *known,
			 const char *where)
{
	const char *key;
	json_t *value;

	json_object_foreach(table, key, value)
	{
		if (!is_known(key, known))
			log_debug(tag, "ignored key=%s in=%s", key, where);
	}
}

/*
 * Whether TEXT begins with what a name takes for a registry, so that a name
 * below it is not mistaken for one of docker.io.
 */
static bool is_below_registry(const char *text)
{
	/* A registry alone, or with a path; or a whole name with a tag. */
	static const char *const endings[] = { "/x", "" };
	autofree char *host = xstrndup(text, strcspn(text, "/"));

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		autoclean(reference_release) struct reference ref =
			REFERENCE_INIT;
		autoclean(error_release) struct error ignored = ERROR_INIT;
		autofree char *name = xasprintf("%s%s", text, endings[i]);

		if (reference_parse(name, &ref, &ignored) == 0 &&
		    strcmp(ref.domain, host) == 0)
			return true;
	}
	return false;
}

/* TEXT as names are compared: no slash at its end, docker.io in one form. */
static char *normalise_location(const char *text)
{
	static const char legacy[] = "index.docker.io";
	size_t host = strcspn(text, "/");
	size_t length = strlen(text);

	while (length > host && text[length - 1] == '/')
		length--;
	if (host == sizeof(legacy) - 1 && memcmp(text, legacy, host) == 0)
		return xasprintf("docker.io%.*s", (int)(length - host),
				 text + host);
	return xstrndup(text, length);
}

/* Read KEY as a registry with an optional path; *OUT is NULL when absent. */
static int parse_location(const json_t *table, const char *key, char **out,
			  struct error *err)
{
	autofree char *location = NULL;
	autofree char *sample = NULL;
	bool is_wildcard;
	const char *text;

	if (jsonx_opt_string(table, key, NULL, &text, err) < 0)
		return -1;
	if (!text || !*text)
		return 0;
	location = normalise_location(text);
	if (strstr(location, "://"))
		return error_set(err, ERROR_INVALID,
				 "%s \"%s\": write it without a scheme", key,
				 location);
	is_wildcard = strncmp(location, "*.", 2) == 0 && !strcmp(key, "prefix");
	sample = xasprintf("%s%s", is_wildcard ? "x" : "",
			   location + is_wildcard);
	if (!is_below_registry(sample))
		return error_set(err, ERROR_INVALID,
				 "%s \"%s\" does not begin with a registry",
				 key, location);
	*out = TAKE_PTR(location);
	return 0;
}

static int parse_trust(const json_t *table, enum registry_trust *out,
		       struct error *err)
{
	bool is_insecure = false;

	if (jsonx_opt_bool(table, "insecure", &is_insecure, err) < 0)
		return -1;
	if (json_object_get(table, "insecure"))
		*out = is_insecure ? REGISTRY_TRUST_INSECURE
				   : REGISTRY_TRUST_VERIFIED;
	return 0;
}

static int parse_use(const json_t *table, enum mirror_use *out,
		     struct error *err)
{
	static const struct {
		const char *name;
		enum mirror_use use;
	} uses[] = {
		{ "all", MIRROR_USE_ALL },
		{ "digest-only", MIRROR_USE_DIGESTS },
		{ "tag-only", MIRROR_USE_TAGS },
	};
	const char *text;

	if (jsonx_opt_string(table, "pull-from-mirror", NULL, &text, err) < 0)
		return -1;
	if (!text)
		return 0;
	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		if (strcmp(uses[i].name, text) == 0)
			*out = uses[i].use;
	}
	if (*out == MIRROR_USE_UNSET)
		return error_set(err, ERROR_INVALID,
				 "pull-from-mirror \"%.100s\" is none of all, "
				 "digest-only, tag-only",
				 text);
	return 0;
}

static int parse_mirror(json_t *table, bool by_digest_only,
			struct registry_mirror *out, struct error *err)
{
	if (!json_is_object(table))
		return error_set(err, ERROR_INVALID, "not a table");
	note_unknown(table, known_mirror, "registry.mirror");
	if (parse_location(table, "location", &out->location, err) < 0 ||
	    parse_trust(table, &out->trust, err) < 0 ||
	    parse_use(table, &out->use, err) < 0)
		return -1;
	if (!out->location)
		return error_set(err, ERROR_INVALID, "location is missing");
	if (by_digest_only && out->use != MIRROR_USE_UNSET)
		return error_set(err, ERROR_INVALID,
				 "pull-from-mirror contradicts the registry's "
				 "mirror-by-digest-only");
	if (out->use == MIRROR_USE_UNSET)
		out->use = by_digest_only ? MIRROR_USE_DIGESTS : MIRROR_USE_ALL;
	return 0;
}

static int parse_mirrors(const json_t *table, struct registry_entry *out,
			 struct error *err)
{
	bool by_digest_only = false;
	json_t *mirrors;
	json_t *mirror;
	size_t i;

	if (jsonx_opt_bool(table, "mirror-by-digest-only", &by_digest_only,
			   err) < 0 ||
	    jsonx_opt_array(table, "mirror", &mirrors, err) < 0)
		return -1;
	out->mirrors = xcalloc(json_array_size(mirrors), sizeof(*out->mirrors));
	json_array_foreach(mirrors, i, mirror)
	{
		out->mirror_count = i + 1;
		if (parse_mirror(mirror, by_digest_only, &out->mirrors[i],
				 err) < 0)
			return error_wrap(err, "mirror %zu", i + 1);
	}
	return 0;
}

static int parse_entry(json_t *table, struct registry_entry *out,
		       struct error *err)
{
	if (!json_is_object(table))
		return error_set(err, ERROR_INVALID, "not a table");
	note_unknown(table, known_registry, "registry");
	if (parse_location(table, "prefix", &out->prefix, err) < 0 ||
	    parse_location(table, "location", &out->location, err) < 0 ||
	    parse_trust(table, &out->trust, err) < 0 ||
	    jsonx_opt_bool(table, "blocked", &out->is_blocked, err) < 0)
		return -1;
	if (!out->prefix && !out->location)
		return error_set(err, ERROR_INVALID,
				 "neither prefix nor location");
	if (!out->prefix)
		out->prefix = xstrdup(out->location);
	if (parse_mirrors(table, out, err) < 0)
		return error_wrap(err, "%s", out->prefix);
	return 0;
}

static void release_entry(struct registry_entry *entry)
{
	free(entry->prefix);
	free(entry->location);
	for (size_t i = 0; i < entry->mirror_count; i++)
		free(entry->mirrors[i].location);
	free(entry->mirrors);
	*entry = (struct registry_entry){ 0 };
}

/* The entry for PREFIX, or NULL. */
static struct registry_entry *find_prefix(const struct registries *registries,
					  const char *prefix)
{
	for (size_t i = 0; i < registries->count; i++) {
		struct registry_entry *entry = &registries->entries[i];

		assert(entry->prefix && prefix); /* parse_entry sets it */
		if (strcmp(entry->prefix, prefix) == 0)
			return entry;
	}
	return NULL;
}

static struct registry_entry *add_entry(struct registries *registries)
{
	registries->entries = xreallocarray(registries->entries,
					    registries->count + 1,
					    sizeof(*registries->entries));
	return &registries->entries[registries->count++];
}

/*
 * Put ENTRY in the place of one with its prefix. If both are of one file they
 * must agree on what matters for safety.
 */
static int merge_entry(struct registries *into, bool is_same_file,
		       struct registry_entry *entry, struct error *err)
{
	struct registry_entry *place = find_prefix(into, entry->prefix);

	if (place && is_same_file &&
	    (place->is_blocked != entry->is_blocked ||
	     place->trust != entry->trust))
		return error_set(err, ERROR_INVALID,
				 "two tables for \"%s\" contradict each other",
				 entry->prefix);
	if (place)
		release_entry(place);
	else
		place = add_entry(into);
	*place = *entry;
	*entry = (struct registry_entry){ 0 };
	return 0;
}

static int parse_entries(const json_t *root, struct registries *into,
			 struct error *err)
{
	struct registries file = REGISTRIES_INIT;
	json_t *tables;
	json_t *table;
	int result = 0;
	size_t i;

	if (jsonx_opt_array(root, "registry", &tables, err) < 0)
		return -1;
	json_array_foreach(tables, i, table)
	{
		struct registry_entry entry = { 0 };

		result = parse_entry(table, &entry, err);
		if (result == 0)
			result = merge_entry(&file, true, &entry, err);
		release_entry(&entry);
		if (result < 0) {
			(void)error_wrap(err, "registry %zu", i + 1);
			break;
		}
	}
	for (i = 0; result == 0 && i < file.count; i++)
		result = merge_entry(into, false, &file.entries[i], err);
	registries_release(&file);
	return result;
}

static int parse_aliases(const json_t *root, struct registries *into,
			 struct error *err)
{
	const char *name;
	json_t *aliases;
	json_t *target;

	if (jsonx_opt_object(root, "aliases", &aliases, err) < 0)
		return -1;
	json_object_foreach(aliases, name, target)
	{
		if (!json_is_string(target))
			return error_set(err, ERROR_INVALID,
					 "alias \"%.100s\" is not a string",
					 name);
	}
	if (!into->aliases)
		into->aliases = json_object();
	if (aliases)
		json_object_update(into->aliases, aliases);
	return 0;
}

static int parse_search(const json_t *root, struct registries *into,
			struct error *err)
{
	static const char key[] = "unqualified-search-registries";
	autoclean(strvec_release) struct strvec search = STRVEC_INIT;

	if (jsonx_opt_strings(root, key, &search, err) < 0)
		return -1;
	if (!json_object_get(root, key))
		return 0;
	strvec_release(&into->search);
	into->search = search;
	search = (struct strvec)STRVEC_INIT;
	return 0;
}

int registries_parse(const char *text, size_t length, struct registries *into,
		     struct error *err)
{
	autoclean(jsonx_free) json_t *root = NULL;

	if (toml_parse(text, length, &root, err) < 0)
		return -1;
	if (json_object_get(root, "registries"))
		return error_set(err, ERROR_UNSUPPORTED,
				 "version 1 of the format ([registries.…]) is "
				 "not supported, use [[registry]] tables");
	note_unknown(root, known_top, "the file");
	if (parse_search(root, into, err) < 0 ||
	    parse_aliases(root, into, err) < 0 ||
	    parse_entries(root, into, err) < 0)
		return -1;
	return 0;
}

static int load_file(const char *path, struct registries *out,
		     struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(REGISTRY_CONFIG_MAX);

	if (fs_read_file(AT_FDCWD, path, REGISTRY_CONFIG_MAX, &text, err) < 0) {
		if (err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
		return 0;
	}
	if (registries_parse(text.text, text.length, out, err) < 0)
		return error_wrap(err, "%s", path);
	log_debug(tag, "read file=%s", path);
	return 0;
}

static int list_folder(const char *path, struct strvec *out, struct error *err)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	if (!folder)
		return errno == ENOENT ? 0 : error_sys(err, errno, "%s", path);
	while ((entry = readdir(folder))) {
		size_t length = strlen(entry->d_name);

		if (length > 5 && !strcmp(entry->d_name + length - 5, ".conf"))
			strvec_addf(out, "%s/%s", path, entry->d_name);
	}
	(void)closedir(folder); /* read only */
	strvec_sort(out);
	return 0;
}

static int load_folder(const char *path, struct registries *out,
		       struct error *err)
{
	autoclean(strvec_release) struct strvec files = STRVEC_INIT;

	if (list_folder(path, &files, err) < 0)
		return -1;
	for (size_t i = 0; i < files.count; i++) {
		if (load_file(files.items[i], out, err) < 0)
			return -1;
	}
	return 0;
}

int registries_load(const char *file, const struct strvec *folders,
		    struct registries *out, struct error *err)
{
	if (file && load_file(file, out, err) < 0)
		return -1;
	for (size_t i = 0; i < folders->count; i++) {
		if (load_folder(folders->items[i], out, err) < 0)
			return -1;
	}
	return 0;
}

void registries_release(struct registries *registries)
{
	for (size_t i = 0; i < registries->count; i++)
		release_entry(&registries->entries[i]);
	free(registries->entries);
	strvec_release(&registries->search);
	json_decref(registries->aliases);
	*registries = (struct registries)REGISTRIES_INIT;
}
