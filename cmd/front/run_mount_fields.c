/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading --mount.
 *
 *   mount = field *("," field)
 *   field = key ["=" value] | quote (key ["=" value]) quote
 *
 * Keys come in any case; of a key that is given twice the last one counts, but
 * labels and options gather. Newer spellings are the same as older ones.
 */
#include "cmd/front/run_mount_fields.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "cmd/csv.h"
#include "cmd/units.h"
#include "layers/store/volume_options.h"

void mount_fields_release(struct mount_fields *fields)
{
	free(fields->type);
	free(fields->source);
	free(fields->destination);
	free(fields->propagation);
	free(fields->recursion);
	free(fields->size);
	free(fields->mode);
	free(fields->driver);
	free(fields->subpath);
	free(fields->image_subpath);
	free(fields->relabel);
	json_decref(fields->labels);
	json_decref(fields->options);
	*fields = (struct mount_fields){ NULL };
}

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

/* True when KEY is a switch, which then went to FIELDS or to ERR. */
static bool set_flag(struct mount_fields *fields, const char *key,
		     const char *value, int *result, struct error *err)
{
	const struct {
		const char *key;
		bool *place;
	} flags[] = {
		{ "readonly", &fields->is_readonly },
		{ "ro", &fields->is_readonly },
		{ "rw", &fields->is_writable },
		{ "readwrite", &fields->is_writable },
		{ "volume-nocopy", &fields->is_nocopy },
		{ "bind-nonrecursive", &fields->is_shallow },
		{ "bind-create-src", &fields->makes_source },
		{ "u", &fields->is_given },
		{ "chown", &fields->is_given },
		{ "idmap", &fields->is_mapped },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		if (strcmp(key, flags[i].key) != 0)
			continue;
		*result = read_flag(key, value, flags[i].place, err);
		if (flags[i].place == &fields->is_writable)
			fields->is_readonly = !fields->is_writable;
		return true;
	}
	return false;
}

/* Labels and driver options: KEY=VALUE within the value. */
static bool add_pair(struct mount_fields *fields, const char *key,
		     const char *value)
{
	json_t **place = !strcmp(key, "volume-label") ? &fields->labels
			 : !strcmp(key, "volume-opt") ? &fields->options
						      : NULL;

	if (!place)
		return false;
	if (!*place)
		*place = json_object();
	volume_options_add(*place, value);
	return true;
}

/* What docker's macOS did with it has no counterpart here. */
static int check_consistency(const char *value, struct error *err)
{
	static const char *const words[] = { "default", "consistent", "cached",
					     "delegated" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (!strcmp(value, words[i]))
			return 0;
	}
	return error_set(err, ERROR_INVALID,
			 "invalid value for consistency: %s", value);
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
		{ "volume-driver", &fields->driver },
		{ "volume-subpath", &fields->subpath },
		{ "image-subpath", &fields->image_subpath },
		{ "relabel", &fields->relabel },
	};

	if (!value)
		return error_set(err, ERROR_INVALID,
				 "invalid field '%s' must be a key=value pair",
				 key);
	if (add_pair(fields, key, value))
		return 0;
	if (!strcmp(key, "consistency"))
		return check_consistency(value, err);
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
	int result = 0;

	fields->has_bind = fields->has_bind || !strncmp(key, "bind-", 5);
	fields->has_volume = fields->has_volume || !strncmp(key, "volume-", 7);
	fields->has_tmpfs = fields->has_tmpfs || !strncmp(key, "tmpfs-", 6);
	fields->has_image = fields->has_image || !strncmp(key, "image-", 6);
	if (set_flag(fields, key, value, &result, err))
		return result;
	return set_text(fields, key, value, err);
}

int mount_fields_parse(const char *text, struct mount_fields *out,
		       struct error *err)
{
	while (*text) {
		autofree char *field = csv_next(&text);
		char *equals = strchr(field, '=');

		if (equals)
			*equals = '\0';
		for (char *c = field; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		if (set_field(out, field, equals ? equals + 1 : NULL, err) < 0)
			return -1;
	}
	return 0;
}
