/* SPDX-License-Identifier: Apache-2.0 */
/*
 * -v and --mount, read into entries of docker's Mounts list.
 *
 *   -v [SOURCE:]DESTINATION[:OPTION,OPTION]
 *   --mount KEY=VALUE,KEY,…     (RFC 4180 quoting of a field)
 */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "cmd/front/run_parts.h"
#include "layers/store/volume.h"

static int bad_volume(const char *text, const char *why, struct error *err)
{
	return error_set(err, ERROR_INVALID,
			 "invalid volume specification: '%s': %s", text, why);
}

static bool is_option(const char *word, size_t length)
{
	static const char *const words[] = {
		"ro",	  "rw",	       "z",	     "Z",     "nocopy",
		"copy",	  "private",   "rprivate",   "slave", "rslave",
		"shared", "rshared",   "rro",	     "bind",  "rbind",
		"cached", "delegated", "consistent", "exec",  "noexec",
		"suid",	  "nosuid",    "dev",	     "nodev",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strlen(words[i]) == length &&
		    !strncmp(words[i], word, length))
			return true;
	}
	return false;
}

static bool has_option(const char *mode, const char *wanted)
{
	size_t length = strlen(wanted);

	while (*mode) {
		size_t word = strcspn(mode, ",");

		if (word == length && !strncmp(mode, wanted, length))
			return true;
		mode += word + (mode[word] == ',');
	}
	return false;
}

static int check_mode(const char *text, const char *mode, struct error *err)
{
	for (const char *at = mode; *at;) {
		size_t word = strcspn(at, ",");

		if (!is_option(at, word))
			return error_set(err, ERROR_INVALID,
					 "invalid volume specification: '%s': "
					 "invalid mode: %s",
					 text, mode);
		at += word + (at[word] == ',');
	}
	return 0;
}

static int check_destination(const char *destination, struct error *err)
{
	if (destination[0] != '/')
		return error_set(err, ERROR_INVALID,
				 "invalid mount path: '%s' mount path must be "
				 "absolute",
				 destination);
	if (!destination[strspn(destination, "/.")])
		return error_set(err, ERROR_INVALID,
				 "invalid specification: destination can't be "
				 "'/'");
	return 0;
}

/* Without trailing slashes, so that one place has one spelling. */
static char *clean_path(const char *path)
{
	char *clean = xstrdup(path);
	size_t length = strlen(clean);

	while (length > 1 && clean[length - 1] == '/')
		clean[--length] = '\0';
	return clean;
}

static json_t *make_entry(const char *type, const char *source,
			  const char *destination, const char *mode)
{
	autofree char *clean = clean_path(destination);
	bool is_volume = !strcmp(type, "volume");
	json_t *entry = json_pack("{s:s}", "Type", type);

	if (is_volume)
		(void)json_object_set_new(entry, "Name", json_string(source));
	(void)json_object_set_new(entry, "Source",
				  json_string(is_volume ? "" : source));
	(void)json_object_set_new(entry, "Destination", json_string(clean));
	if (is_volume)
		(void)json_object_set_new(entry, "Driver",
					  json_string("local"));
	(void)json_object_set_new(entry, "Mode", json_string(mode));
	if (has_option(mode, "nocopy"))
		(void)json_object_set_new(entry, "NoCopy", json_true());
	(void)json_object_set_new(entry, "RW",
				  json_boolean(!has_option(mode, "ro") &&
					       !has_option(mode, "rro")));
	(void)json_object_set_new(entry, "Propagation",
				  json_string(is_volume ? "" : "rprivate"));
	return entry;
}

/* A source is a path when it looks like one, else a volume's name. */
static int entry_from_source(const char *text, const char *source,
			     const char *destination, const char *mode,
			     json_t **out, struct error *err)
{
	autofree char *here = NULL;
	autofree char *absolute = NULL;

	if (source[0] == '/') {
		*out = make_entry("bind", source, destination, mode);
		return 0;
	}
	if (source[0] == '.') {
		here = getcwd(NULL, 0);
		if (!here)
			return error_sys(err, errno, "find this folder");
		absolute = xasprintf("%s/%s", here, source);
		*out = make_entry("bind", absolute, destination, mode);
		return 0;
	}
	if (!volume_is_name(source))
		return bad_volume(text,
				  "only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are "
				  "allowed in a volume name; a path must "
				  "be absolute",
				  err);
	*out = make_entry("volume", source, destination, mode);
	return 0;
}

int run_mount_from_volume(const char *text, json_t **out, struct error *err)
{
	autofree char *copy = xstrdup(text);
	char *rest = copy;
	const char *first = strsep(&rest, ":");
	const char *second = rest ? strsep(&rest, ":") : NULL;
	const char *mode = rest ? strsep(&rest, ":") : "";
	const char *destination = second ? second : first;

	if (rest || !*first || (second && !*second))
		return bad_volume(text, "it has too many or empty parts", err);
	if (check_destination(destination, err) < 0)
		return error_wrap(err, "invalid volume specification: '%s'",
				  text);
	if (check_mode(text, mode, err) < 0)
		return -1;
	if (!second) {
		*out = make_entry("volume", "", destination, "");
		return 0;
	}
	return entry_from_source(text, first, destination, mode, out, err);
}

/* What --mount may say. */
struct mount_fields {
	char *type, *source, *destination, *propagation;
	char *size, *mode;
	bool is_readonly, is_nocopy;
};

static void mount_fields_release(struct mount_fields *fields)
{
	free(fields->type);
	free(fields->source);
	free(fields->destination);
	free(fields->propagation);
	free(fields->size);
	free(fields->mode);
}
DEFINE_CLEANUP(struct mount_fields, mount_fields_release)

static int read_flag(const char *key, const char *value, bool *out,
		     struct error *err)
{
	*out = !value || !strcmp(value, "true") || !strcmp(value, "1");
	if (*out || !strcmp(value, "false") || !strcmp(value, "0"))
		return 0;
	return error_set(err, ERROR_INVALID, "invalid value for %s: %s", key,
			 value);
}

static int set_field(struct mount_fields *fields, const char *key,
		     const char *value, struct error *err)
{
	const struct {
		const char *key;
		char **place;
	} texts[] = {
		{ "type", &fields->type },
		{ "source", &fields->source },
		{ "src", &fields->source },
		{ "target", &fields->destination },
		{ "destination", &fields->destination },
		{ "dst", &fields->destination },
		{ "bind-propagation", &fields->propagation },
		{ "tmpfs-size", &fields->size },
		{ "tmpfs-mode", &fields->mode },
	};

	if (!strcmp(key, "readonly") || !strcmp(key, "ro"))
		return read_flag(key, value, &fields->is_readonly, err);
	if (!strcmp(key, "volume-nocopy"))
		return read_flag(key, value, &fields->is_nocopy, err);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (strcmp(key, texts[i].key) != 0)
			continue;
		if (!value)
			return error_set(err, ERROR_INVALID,
					 "invalid field '%s' must be a "
					 "key=value pair",
					 key);
		free(*texts[i].place);
		*texts[i].place = xstrdup(value);
		return 0;
	}
	return error_set(err, ERROR_INVALID, "unexpected key '%s' in '%s'", key,
			 value ? value : key);
}

/* Takes one field off a CSV line; quotes may enclose the whole field. */
static char *next_field(const char **at)
{
	struct strbuf field = STRBUF_INIT;
	bool quoted = **at == '"';

	if (quoted)
		(*at)++;
	while (**at && (quoted || **at != ',')) {
		if (quoted && **at == '"') {
			(*at)++;
			if (**at != '"')
				break;
		}
		strbuf_addch(&field, *(*at)++);
	}
	if (**at == ',')
		(*at)++;
	return strbuf_steal(&field);
}

static int read_fields(const char *text, struct mount_fields *fields,
		       struct error *err)
{
	while (*text) {
		autofree char *field = next_field(&text);
		char *equals = strchr(field, '=');

		if (equals)
			*equals = '\0';
		for (char *c = field; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		if (set_field(fields, field, equals ? equals + 1 : NULL, err) <
		    0)
			return -1;
	}
	return 0;
}

static json_t *make_tmpfs(const struct mount_fields *fields)
{
	struct strbuf mode = STRBUF_INIT;
	json_t *entry;

	if (fields->size)
		strbuf_addf(&mode, "size=%s", fields->size);
	if (fields->mode)
		strbuf_addf(&mode, "%smode=%s", mode.length ? "," : "",
			    fields->mode);
	if (fields->is_readonly)
		strbuf_addf(&mode, "%sro", mode.length ? "," : "");
	entry = make_entry("tmpfs", "", fields->destination, mode.text);
	strbuf_release(&mode);
	return entry;
}

static int make_bind(const char *text, const struct mount_fields *fields,
		     json_t **out, struct error *err)
{
	const char *mode = fields->is_readonly ? "ro" : "";

	if (!fields->source || fields->source[0] != '/')
		return error_set(err, ERROR_INVALID,
				 "invalid mount config for type \"bind\": "
				 "invalid mount path: '%s' mount path must be "
				 "absolute",
				 fields->source ? fields->source : text);
	*out = make_entry("bind", fields->source, fields->destination, mode);
	/* unlike -v, --mount does not make a missing source */
	(void)json_object_set_new(*out, "MustExist", json_true());
	if (fields->propagation)
		(void)json_object_set_new(*out, "Propagation",
					  json_string(fields->propagation));
	return 0;
}

static int make_volume(const struct mount_fields *fields, json_t **out,
		       struct error *err)
{
	const char *source = fields->source ? fields->source : "";
	const char *mode = fields->is_readonly ? "ro" : "";

	if (*source && !volume_is_name(source))
		return error_set(err, ERROR_INVALID,
				 "invalid mount config for type \"volume\": "
				 "\"%s\" is no volume name",
				 source);
	*out = make_entry("volume", source, fields->destination, mode);
	if (fields->is_nocopy)
		(void)json_object_set_new(*out, "NoCopy", json_true());
	return 0;
}

int run_mount_from_csv(const char *text, json_t **out, struct error *err)
{
	autoclean(mount_fields_release) struct mount_fields fields = { NULL };
	const char *type;

	if (read_fields(text, &fields, err) < 0)
		return -1;
	type = fields.type ? fields.type : "volume";
	if (!fields.destination)
		return error_set(err, ERROR_INVALID,
				 "invalid mount config for type \"%s\": field "
				 "Target must not be empty",
				 type);
	if (check_destination(fields.destination, err) < 0)
		return error_wrap(err, "invalid mount config for type \"%s\"",
				  type);
	if (!strcmp(type, "bind"))
		return make_bind(text, &fields, out, err);
	if (!strcmp(type, "volume"))
		return make_volume(&fields, out, err);
	if (strcmp(type, "tmpfs") != 0)
		return error_set(err, ERROR_INVALID,
				 "mount type \"%s\" unknown", type);
	*out = make_tmpfs(&fields);
	return 0;
}
