/* SPDX-License-Identifier: Apache-2.0 */
/* --mount KEY=VALUE,KEY,... (RFC 4180 quoting) as an entry of docker's Mounts.
 */
#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "cmd/front/run_mount_entry.h"
#include "cmd/front/run_mount_fields.h"
#include "cmd/front/run_parts.h"
#include "cmd/units.h"
#include "layers/store/volume_options.h"

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
	/* unlike -v, --mount does not make a missing source unasked */
	if (!fields->makes_source)
		(void)json_object_set_new(*out, "MustExist", json_true());
	if (propagation)
		(void)json_object_set_new(*out, "Propagation",
					  json_string(propagation));
	return set_recursion(fields, *out, err);
}

static int bad_subpath(const char *key, const char *path, struct error *err)
{
	if (*path && *path != '/')
		return 0;
	return error_set(err, ERROR_INVALID,
			 "invalid value for %s: '%s' must be a relative path",
			 key, path);
}

static int check_volume(const struct mount_fields *fields, struct error *err)
{
	const char *driver = fields->driver;

	if (driver && *driver && strcmp(driver, "local") != 0)
		return error_set(err, ERROR_INVALID,
				 "error looking up volume plugin %s: plugin "
				 "\"%s\" not found",
				 driver, driver);
	if (fields->source && *fields->source &&
	    run_mount_check_name(fields->source, err) < 0)
		return -1;
	if (fields->subpath &&
	    bad_subpath("volume-subpath", fields->subpath, err) < 0)
		return -1;
	if (fields->subpath && (!fields->source || !*fields->source))
		return bad_config("volume",
				  "must not set Subpath when using anonymous "
				  "volumes",
				  err);
	return volume_options_check(fields->options, err);
}

static int make_volume(const struct mount_fields *fields, json_t **out,
		       struct error *err)
{
	const char *source = fields->source ? fields->source : "";

	if (check_volume(fields, err) < 0)
		return -1;
	*out = run_mount_entry("volume", source, fields->destination, "");
	(void)json_object_set_new(*out, "RW",
				  json_boolean(!fields->is_readonly));
	if (fields->is_nocopy)
		(void)json_object_set_new(*out, "NoCopy", json_true());
	if (fields->subpath)
		(void)json_object_set_new(*out, "Subpath",
					  json_string(fields->subpath));
	if (fields->labels)
		(void)json_object_set(*out, "Labels", fields->labels);
	if (fields->options)
		(void)json_object_set(*out, "Options", fields->options);
	return 0;
}

/* An image is mounted as it is: nothing is written to it. */
static int make_image(const struct mount_fields *fields, json_t **out,
		      struct error *err)
{
	if (!fields->source || !*fields->source)
		return bad_config("image", "field Source must not be empty",
				  err);
	if (fields->image_subpath &&
	    bad_subpath("image-subpath", fields->image_subpath, err) < 0)
		return -1;
	if (fields->is_given || fields->is_writable)
		return bad_config("image", "an image is read-only", err);
	*out = run_mount_entry("image", fields->source, fields->destination,
			       "");
	(void)json_object_set_new(*out, "Source", json_string(fields->source));
	(void)json_object_set_new(*out, "RW", json_false());
	if (fields->image_subpath)
		(void)json_object_set_new(*out, "Subpath",
					  json_string(fields->image_subpath));
	return 0;
}

/* podman's words for "z" and "Z". */
static int set_label(const char *relabel, json_t *entry, struct error *err)
{
	const char *word = !strcmp(relabel, "shared")	 ? "z"
			   : !strcmp(relabel, "private") ? "Z"
							 : NULL;

	if (!word)
		return error_set(err, ERROR_INVALID,
				 "invalid value for relabel: %s (must be "
				 "\"private\" or \"shared\")",
				 relabel);
	(void)json_object_set_new(entry, "Mode", json_string(word));
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
		{ fields->has_image, "image" },
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

static int make_of_type(const struct mount_fields *fields, const char *type,
			json_t **out, struct error *err)
{
	static const struct {
		const char *type;
		int (*make)(const struct mount_fields *fields, json_t **out,
			    struct error *err);
	} types[] = {
		{ "bind", make_bind },
		{ "volume", make_volume },
		{ "tmpfs", make_tmpfs },
		{ "image", make_image },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (!strcmp(type, types[i].type))
			return types[i].make(fields, out, err);
	}
	return bad_config(type, "mount type unknown", err);
}

static int make_mount(const struct mount_fields *fields, const char *type,
		      json_t **out, struct error *err)
{
	bool has_source = strcmp(type, "tmpfs") && strcmp(type, "image");

	if (!fields->destination || !*fields->destination)
		return error_set(err, ERROR_INVALID, "target is required");
	if (check_mixture(fields, type, err) < 0)
		return -1;
	if (run_mount_check_target(fields->destination, err) < 0)
		return error_wrap(err, "invalid mount config for type \"%s\"",
				  type);
	if (make_of_type(fields, type, out, err) < 0)
		return -1;
	if (has_source && fields->is_given)
		(void)json_object_set_new(*out, "Chown", json_true());
	if (has_source && fields->is_mapped)
		(void)json_object_set_new(*out, "IdMapped", json_true());
	if (has_source && fields->relabel)
		return set_label(fields->relabel, *out, err);
	return 0;
}

int run_mount_from_csv(const char *text, json_t **out, struct error *err)
{
	autoclean(mount_fields_release) struct mount_fields fields = { NULL };
	json_t *entry = NULL;

	if (!*text)
		return error_set(err, ERROR_INVALID,
				 "invalid argument \"\" for \"--mount\" flag: "
				 "it is empty");
	if (mount_fields_parse(text, &fields, err) < 0)
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
