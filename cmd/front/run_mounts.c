/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts gathered, checked against each other, and their sources made. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "base/lockfile.h"
#include "cmd/front/run_mount_entry.h"
#include "cmd/front/run_parts.h"
#include "cmd/front/volume_inspect.h"
#include "layers/image/image_find.h"
#include "layers/store/lease.h"
#include "layers/store/volume.h"
#include "runtime/mount_plan.h"

static const char *text_of(const json_t *entry, const char *key)
{
	const char *text = json_string_value(json_object_get(entry, key));

	return text ? text : "";
}

static bool has_destination(const json_t *mounts, const char *destination)
{
	const json_t *entry;
	size_t index;

	json_array_foreach(mounts, index, entry)
	{
		if (!strcmp(text_of(entry, "Destination"), destination))
			return true;
	}
	return false;
}

static int add_entry(json_t *mounts, json_t *entry, struct error *err)
{
	const char *destination = text_of(entry, "Destination");

	if (has_destination(mounts, destination)) {
		(void)error_set(err, ERROR_INVALID, "Duplicate mount point: %s",
				destination);
		json_decref(entry);
		return -1;
	}
	(void)json_array_append_new(mounts, entry);
	return 0;
}

static int gather(const struct run_options *options, json_t *mounts,
		  struct error *err)
{
	for (size_t i = 0; i < options->volumes.count; i++) {
		json_t *entry = NULL;

		if (run_mount_from_volume(options->volumes.items[i], &entry,
					  err) < 0 ||
		    add_entry(mounts, entry, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < options->mounts.count; i++) {
		json_t *entry = NULL;

		if (run_mount_from_csv(options->mounts.items[i], &entry, err) <
			    0 ||
		    add_entry(mounts, entry, err) < 0)
			return -1;
	}
	return 0;
}

/* Where a --tmpfs goes, in the spelling of Mounts; the caller frees it. */
static char *tmpfs_destination(const char *text)
{
	autofree char *given = xstrndup(text, strcspn(text, ":"));
	autofree char *relative = mount_plan_relative(given);

	return xasprintf("/%s", relative);
}

static int check_tmpfs(const struct run_options *options, const json_t *mounts,
		       struct error *err)
{
	for (size_t i = 0; i < options->tmpfs.count; i++) {
		autofree char *destination =
			tmpfs_destination(options->tmpfs.items[i]);

		if (has_destination(mounts, destination))
			return error_set(err, ERROR_INVALID,
					 "Duplicate mount point: %s",
					 destination);
	}
	return 0;
}

static bool has_tmpfs(const struct run_options *options,
		      const char *destination)
{
	for (size_t i = 0; i < options->tmpfs.count; i++) {
		autofree char *other =
			tmpfs_destination(options->tmpfs.items[i]);

		if (!strcmp(other, destination))
			return true;
	}
	return false;
}

/*
 * A volume of the image. Its name is a destination and nothing else: were it
 * read as -v is, an image could ask for any folder of the host.
 */
static int add_image_volume(const struct run_options *options,
			    const char *destination, json_t *mounts,
			    struct error *err)
{
	/* as docker has it, "data" is "/data" */
	autofree char *place = xasprintf("%s%s", *destination == '/' ? "" : "/",
					 destination);
	json_t *entry;
	const char *clean;

	if (run_mount_check_target(place, err) < 0)
		return error_wrap(err, "volume of the image");
	entry = run_mount_entry("volume", "", place, "");
	clean = text_of(entry, "Destination");
	if (!has_destination(mounts, clean) && !has_tmpfs(options, clean))
		(void)json_array_append(mounts, entry);
	json_decref(entry);
	return 0;
}

/* What the user says of a place himself counts more. */
static void add_others(const struct run_options *options, const json_t *others,
		       json_t *mounts)
{
	json_t *entry;
	size_t index;

	json_array_foreach(others, index, entry)
	{
		const char *destination = text_of(entry, "Destination");

		if (!has_destination(mounts, destination) &&
		    !has_tmpfs(options, destination))
			(void)json_array_append(mounts, entry);
	}
}

/* The image's volumes become anonymous ones where nothing else is asked. */
static int add_image_volumes(const struct run_config_request *request,
			     json_t *mounts, struct error *err)
{
	const json_t *config = json_object_get(request->image->config,
					       "config");
	json_t *volumes = json_object_get(config, "Volumes");
	const char *destination;
	json_t *ignored;

	json_object_foreach(volumes, destination, ignored)
	{
		if (add_image_volume(request->options, destination, mounts,
				     err) < 0)
			return -1;
	}
	return 0;
}

static int make_source(const char *path, struct error *err)
{
	autoclose int top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (top < 0)
		return error_sys(err, errno, "open /");
	return fs_make_dirs(top, path + strspn(path, "/"), FS_IN_ROOT, 0755,
			    NULL, err);
}

static int settle_bind(json_t *entry, struct error *err)
{
	const char *source = text_of(entry, "Source");
	bool must_exist = json_is_true(json_object_get(entry, "MustExist"));
	struct stat st;

	(void)json_object_del(entry, "MustExist");
	if (stat(source, &st) == 0)
		return 0;
	if (errno != ENOENT)
		return error_sys(err, errno, "bind source %s", source);
	if (must_exist)
		return error_set(err, ERROR_NOT_FOUND,
				 "invalid mount config for type \"bind\": "
				 "bind source path does not exist: %s",
				 source);
	return make_source(source, err);
}

/* Whoever only explains has no lease. */
static int hold(const struct run_config_request *request, const char *kind,
		const char *name, struct error *err)
{
	return request->is_explained
		       ? 0
		       : lease_add(request->lease, kind, name, err);
}

static bool has_options(const struct store *store, const char *name)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(jsonx_free) json_t *document = NULL;

	return volume_inspect(store, name, &document, &ignored) == 0 &&
	       json_object_size(json_object_get(document, "Options"));
}

/* What was asked for when the volume is made goes into that alone. */
static int make_volume(const struct run_config_request *request,
		       const char *name, json_t *entry, struct error *err)
{
	bool is_anonymous = json_is_true(json_object_get(entry, "Anonymous"));
	struct volume_request wanted = {
		.name = is_anonymous ? NULL : name,
		.labels = json_object_get(entry, "Labels"),
		.options = json_object_get(entry, "Options"),
	};
	autofree char *own = NULL;
	autofree char *path = NULL;
	bool is_new = false;

	if (volume_ensure(request->store, &wanted, &own, &path, &is_new, err) <
	    0)
		return -1;
	(void)json_object_set_new(entry, "IsNew", json_boolean(is_new));
	(void)json_object_set_new(entry, "Name", json_string(own));
	(void)json_object_set_new(entry, "Source", json_string(path));
	if (!is_anonymous)
		return 0;
	/* nobody else knows its name, but a prune would find it */
	return hold(request, VOLUME_LEASE, own, err);
}

/*
 * Under the store's lock: whoever removes volumes comes before, and this makes
 * it anew, or after, and sees the lease.
 */
static int settle_volume(const struct run_config_request *request,
			 json_t *entry, struct error *err)
{
	autofree char *name = xstrdup(text_of(entry, "Name"));

	if (*name && hold(request, VOLUME_LEASE, name, err) < 0)
		return -1;
	(void)json_object_set_new(entry, "Anonymous", json_boolean(!*name));
	if (make_volume(request, name, entry, err) < 0)
		return -1;
	(void)json_object_del(entry, "Labels");
	(void)json_object_del(entry, "Options");
	if (!json_is_true(json_object_get(entry, "NoCopy")))
		(void)json_object_set_new(entry, "CopyUp", json_true());
	if (has_options(request->store, text_of(entry, "Name")))
		(void)json_object_set_new(entry, "HasOptions", json_true());
	return 0;
}

/* The layers stay, with the container, whatever becomes of the image. */
static int settle_image(const struct run_config_request *request, json_t *entry,
			struct error *err)
{
	autoclean(image_match_release) struct image_match match =
		IMAGE_MATCH_INIT;
	autoclean(image_record_release) struct image_record image =
		IMAGE_RECORD_INIT;
	json_t *layers;

	if (image_find(request->store, text_of(entry, "Source"), &match, err) <
		    0 ||
	    image_record_load(request->store, &match.id, &image, err) < 0)
		return -1;
	layers = json_array();
	(void)json_object_set_new(entry, "Layers", layers);
	for (size_t i = 0; i < image.layer_count; i++) {
		if (hold(request, "layer", image.layers[i].folder, err) < 0)
			return -1;
		(void)json_array_append_new(
			layers, json_string(image.layers[i].folder));
	}
	return 0;
}

/* A volume that a run would make. */
static void plan_volume(json_t *entry)
{
	const char *name = text_of(entry, "Name");

	(void)json_object_set_new(entry, "Anonymous", json_boolean(!*name));
	(void)json_object_set_new(entry, "IsNew", json_true());
	(void)json_object_set_new(entry, "IsPlanned", json_true());
}

/* As settle, but nothing is made. */
static int plan(const struct run_config_request *request, json_t *entry,
		struct error *err)
{
	const char *name = text_of(entry, "Name");

	if (!strcmp(text_of(entry, "Type"), "bind") &&
	    json_is_true(json_object_get(entry, "MustExist")))
		return settle_bind(entry, err);
	if (!strcmp(text_of(entry, "Type"), "image") ||
	    *text_of(entry, "Subpath"))
		return error_set(err, ERROR_UNSUPPORTED,
				 "--explain does not show mounts of images and "
				 "of parts of volumes");
	if (strcmp(text_of(entry, "Type"), "volume") != 0)
		return 0;
	if (*name && volume_exists(request->store, name))
		return settle_volume(request, entry, err);
	plan_volume(entry);
	return 0;
}

static bool is_member(const json_t *list, const json_t *entry)
{
	const json_t *other;
	size_t index;

	json_array_foreach(list, index, other)
	{
		if (other == entry)
			return true;
	}
	return false;
}

static json_t *make_binds(const struct run_options *options)
{
	json_t *binds = json_array();

	for (size_t i = 0; i < options->volumes.count; i++) {
		if (strchr(options->volumes.items[i], ':'))
			(void)json_array_append_new(
				binds, json_string(options->volumes.items[i]));
	}
	if (json_array_size(binds))
		return binds;
	json_decref(binds);
	return json_null();
}

/* What --mount asks for stands behind what -v does. */
static void show_mounts(const struct run_options *options, const json_t *mounts,
			json_t *host)
{
	size_t first = options->volumes.count;
	json_t *shown = json_array();

	for (size_t i = first; i < first + options->mounts.count; i++)
		(void)json_array_append_new(
			shown, run_mount_shown(json_array_get(mounts, i)));
	if (json_array_size(shown))
		(void)json_object_set(host, "Mounts", shown);
	json_decref(shown);
}

static int settle_one(const struct run_config_request *request, json_t *entry,
		      struct error *err)
{
	const char *type = text_of(entry, "Type");

	if (request->is_explained)
		return plan(request, entry, err);
	if (!strcmp(type, "bind"))
		return settle_bind(entry, err);
	if (!strcmp(type, "volume"))
		return settle_volume(request, entry, err);
	return !strcmp(type, "image") ? settle_image(request, entry, err) : 0;
}

static bool needs_lease(const json_t *mounts)
{
	const json_t *entry;
	size_t index;

	json_array_foreach(mounts, index, entry)
	{
		const char *type = text_of(entry, "Type");

		if (!strcmp(type, "volume") || !strcmp(type, "image"))
			return true;
	}
	return false;
}

/* All but OTHERS, which are settled; but the lease is for their volumes, too.
 */
static int settle(const struct run_config_request *request,
		  const json_t *others, json_t *mounts, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	json_t *entry;
	size_t index;

	if (needs_lease(mounts) && !request->is_explained &&
	    (store_lock(request->store, LOCKFILE_SHARED, &lock, err) < 0 ||
	     lease_open(request->store, request->lease, err) < 0))
		return -1;
	json_array_foreach(mounts, index, entry)
	{
		if (!is_member(others, entry)) {
			if (settle_one(request, entry, err) < 0)
				return -1;
		} else if (*text_of(entry, "Name") &&
			   hold(request, VOLUME_LEASE, text_of(entry, "Name"),
				err) < 0) {
			return -1;
		}
	}
	return 0;
}

void run_mounts_discard(const struct store *store, const json_t *mounts)
{
	const json_t *entry;
	size_t index;

	json_array_foreach(mounts, index, entry)
	{
		autoclean(error_release) struct error err = ERROR_INIT;

		/* a volume that stays costs room, and prune finds it */
		if (json_is_true(json_object_get(entry, "Anonymous")) &&
		    json_is_true(json_object_get(entry, "IsNew")) &&
		    volume_remove(store, text_of(entry, "Name"), &err) < 0)
			error_release(&err);
	}
}

int run_mounts(const struct run_config_request *request, json_t *host,
	       json_t **out, struct error *err)
{
	autoclean(jsonx_free) json_t *others = NULL;
	json_t *mounts = json_array();

	*out = mounts;
	if (gather(request->options, mounts, err) < 0 ||
	    check_tmpfs(request->options, mounts, err) < 0 ||
	    run_volumes_from(request, &others, err) < 0)
		return -1;
	show_mounts(request->options, mounts, host);
	add_others(request->options, others, mounts);
	if (add_image_volumes(request, mounts, err) < 0)
		return -1;
	if (settle(request, others, mounts, err) < 0) {
		run_mounts_discard(request->store, mounts);
		return -1;
	}
	(void)json_object_set_new(host, "Binds", make_binds(request->options));
	return 0;
}
