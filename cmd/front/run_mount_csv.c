/* SPDX-License-Identifier: Apache-2.0 */
/* --mount KEY=VALUE,KEY,... (RFC 4180 quoting) as an entry of docker's Mounts.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "cmd/front/run_mount_entry.h"
#include "cmd/front/run_parts.h"
#include "cmd/units.h"

/* What --mount may say. */
struct mount_fields {
	char *type, *source, *destination, *propagation, *recursion;
	char *size, *mode;
	bool is_readonly, is_nocopy, is_shallow;
	/* which types' options were given */
	bool has_bind, has_volume, has_tmpfs;
};

static void mount_fields_release(struct mount_fields *fields)
{
	free(fields->type);
	free(fields->source);
	free(fields->destination);
	free(fields->propagation);
	free(fields->recursion);
	free(fields->size);
	free(fields->mode);
}
DEFINE_CLEANUP(struct mount_fields, mount_fields_release)

static int read_flag(const char *key, const char *value, bool *out,
		     struct error *err)
{
	autoclean(error_release) struct error bad = ERROR_INIT;

	*out = true;
	if (!value || units_parse_bool(value, out, &bad) == 0)
		return 0;
	return error_set(err, ERROR_INVALID, "invalid value for %s: %s", key,
			 value);
}

static int set_text(struct mount_fields *fields, const char *key,
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
		{ "bind-recursive", &fields->recursion },
		{ "tmpfs-size", &fields->size },
		{ "tmpfs-mode", &fields->mode },
	};

	if (!value)
		return error_set(err, ERROR_INVALID,
				 "invalid field '%s' must be a key=value pair",
				 key);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (strcmp(key, texts[i].key) != 0)
			continue;
		free(*texts[i].place);
		*texts[i].place = xstrdup(value);
		return 0;
	}
	return error_set(err, ERROR_INVALID, "unexpected key '%s' in '%s=%s'",
			 key, key, value);
}

static int set_field(struct mount_fields *fields, const char *key,
		     const char *value, struct error *err)
{
	fields->has_bind = fields->has_bind || !strncmp(key, "bind-", 5);
	fields->has_volume = fields->has_volume || !strncmp(key, "volume-", 7);
	fields->has_tmpfs = fields->has_tmpfs || !strncmp(key, "tmpfs-", 6);
	if (!strcmp(key, "readonly") || !strcmp(key, "ro"))
		return read_flag(key, value, &fields->is_readonly, err);
	if (!strcmp(key, "volume-nocopy"))
		return read_flag(key, value, &fields->is_nocopy, err);
	if (!strcmp(key, "bind-nonrecursive"))
		return read_flag(key, value, &fields->is_shallow, err);
	return set_text(fields, key, value, err);
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

static int bad_config(const char *type, const char *why, struct error *err)
{
	return error_set(err, ERROR_INVALID,
			 "invalid mount config for type \"%s\": %s", type, why);
}

static int add_size(const char *text, struct strbuf *mode, struct error *err)
{
	autoclean(error_release) struct error bad = ERROR_INIT;
	int64_t size;

	if (!text)
		return 0;
	if (units_parse_size(text, &size, &bad) < 0)
		return error_set(err, ERROR_INVALID,
				 "invalid value for tmpfs-size: %s", text);
	strbuf_addf(mode, "size=%lld", (long long)size);
	return 0;
}

static int add_permissions(const char *text, struct strbuf *mode,
			   struct error *err)
{
	if (!text)
		return 0;
	if (!*text || strlen(text) > 5 ||
	    text[strspn(text, "01234567")] != '\0')
		return error_set(err, ERROR_INVALID,
				 "invalid value for tmpfs-mode: %s", text);
	strbuf_addf(mode, "%smode=%s", mode->length ? "," : "", text);
	return 0;
}

static int make_tmpfs(const struct mount_fields *fields, json_t **out,
		      struct error *err)
{
	autoclean(strbuf_release) struct strbuf mode = STRBUF_INIT;

	if (fields->source)
		return bad_config("tmpfs", "field Source must not be specified",
				  err);
	if (add_size(fields->size, &mode, err) < 0 ||
	    add_permissions(fields->mode, &mode, err) < 0)
		return -1;
	if (fields->is_readonly)
		strbuf_addf(&mode, "%sro", mode.length ? "," : "");
	*out = run_mount_entry("tmpfs", "", fields->destination, mode.text);
	(void)json_object_set_new(*out, "RW",
				  json_boolean(!fields->is_readonly));
	return 0;
}

/* How far a bind goes into what is mounted below its source. */
static int set_recursion(const struct mount_fields *fields, json_t *entry,
			 struct error *err)
{
	const char *how = fields->recursion ? fields->recursion : "enabled";

	if (fields->is_shallow || !strcmp(how, "disabled"))
		(void)json_object_set_new(entry, "NonRecursive", json_true());
	else if (!strcmp(how, "writable"))
		(void)json_object_set_new(entry, "ReadOnlyNonRecursive",
					  json_true());
	else if (strcmp(how, "enabled") != 0 && strcmp(how, "readonly") != 0)
		return error_set(err, ERROR_INVALID,
				 "invalid value for bind-recursive: %s (must "
				 "be \"enabled\", \"disabled\", \"writable\", "
				 "or \"readonly\")",
				 how);
	if (!strcmp(how, "readonly") && !fields->is_readonly)
		return error_set(err, ERROR_INVALID,
				 "option 'bind-recursive=readonly' requires "
				 "'readonly' to be specified in conjunction");
	return 0;
}

static int make_bind(const struct mount_fields *fields, json_t **out,
		     struct error *err)
{
	const char *source = fields->source ? fields->source : "";
	const char *propagation = fields->propagation;
	autofree char *path = NULL;

	if (!*source)
		return bad_config("bind", "field Source must not be empty",
				  err);
	if (source[0] != '/' && !run_mount_is_relative(source))
		return error_set(err, ERROR_INVALID,
				 "invalid mount config for type \"bind\": "
				 "invalid mount path: '%s' mount path must be "
				 "absolute",
				 source);
	if (propagation && !run_mode_word(propagation, RUN_MODE_PROPAGATION))
		return error_set(err, ERROR_INVALID,
				 "invalid mount config for type \"bind\": "
				 "invalid propagation mode: %s",
				 propagation);
	if (run_mount_absolute(source, &path, err) < 0)
		return -1;
	*out = run_mount_entry("bind", path, fields->destination, "");
	(void)json_object_set_new(*out, "RW",
				  json_boolean(!fields->is_readonly));
	/* unlike -v, --mount does not make a missing source */
	(void)json_object_set_new(*out, "MustExist", json_true());
	if (propagation)
		(void)json_object_set_new(*out, "Propagation",
					  json_string(propagation));
	return set_recursion(fields, *out, err);
}

static int make_volume(const struct mount_fields *fields, json_t **out,
		       struct error *err)
{
	const char *source = fields->source ? fields->source : "";

	if (*source && run_mount_check_name(source, err) < 0)
		return -1;
	*out = run_mount_entry("volume", source, fields->destination, "");
	(void)json_object_set_new(*out, "RW",
				  json_boolean(!fields->is_readonly));
	if (fields->is_nocopy)
		(void)json_object_set_new(*out, "NoCopy", json_true());
	return 0;
}

/* docker's words for options of a type that this mount is not of. */
static int check_mixture(const struct mount_fields *fields, const char *type,
			 struct error *err)
{
	const struct {
		bool given;
		const char *type;
	} families[] = {
		{ fields->has_bind, "bind" },
		{ fields->has_volume, "volume" },
		{ fields->has_tmpfs, "tmpfs" },
	};

	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
		if (families[i].given && strcmp(type, families[i].type) != 0)
			return error_set(err, ERROR_INVALID,
					 "cannot mix '%s-*' options with mount "
					 "type '%s'",
					 families[i].type, type);
	}
	return 0;
}

static int make_mount(const struct mount_fields *fields, const char *type,
		      json_t **out, struct error *err)
{
	if (!fields->destination || !*fields->destination)
		return error_set(err, ERROR_INVALID, "target is required");
	if (check_mixture(fields, type, err) < 0)
		return -1;
	if (run_mount_check_target(fields->destination, err) < 0)
		return error_wrap(err, "invalid mount config for type \"%s\"",
				  type);
	if (!strcmp(type, "bind"))
		return make_bind(fields, out, err);
	if (!strcmp(type, "volume"))
		return make_volume(fields, out, err);
	if (!strcmp(type, "tmpfs"))
		return make_tmpfs(fields, out, err);
	return bad_config(type, "mount type unknown", err);
}

int run_mount_from_csv(const char *text, json_t **out, struct error *err)
{
	autoclean(mount_fields_release) struct mount_fields fields = { NULL };
	json_t *entry = NULL;

	if (!*text)
		return error_set(err, ERROR_INVALID,
				 "invalid argument \"\" for \"--mount\" flag: "
				 "it is empty");
	if (read_fields(text, &fields, err) < 0)
		return error_wrap(err,
				  "invalid argument \"%s\" for \"--mount\" "
				  "flag",
				  text);
	for (char *c = fields.type; c && *c; c++)
		*c = (char)tolower((unsigned char)*c);
	if (make_mount(&fields, fields.type ? fields.type : "volume", &entry,
		       err) < 0) {
		json_decref(entry);
		return -1;
	}
	*out = entry;
	return 0;
}
