/* SPDX-License-Identifier: Apache-2.0 */
/* Names and index.json. */
#include "layers/image/check_names.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "layers/image/check_images.h"
#include "layers/image/check_leftovers.h"
#include "layers/store/image_record.h"
#include "layers/store/layout.h"

/* A name has 255 bytes at most, so its folders are not deeper than this. */
enum { NAMES_DEPTH_MAX = 130, NAMES_INDEX_LIMIT = 64 << 20 };

#define REF_NAME "org.opencontainers.image.ref.name"

struct walk {
	struct check *check;
	json_t *targets; /* canonical tag -> digest, for index.json */
};

static int forget_name(const struct check *check, const struct reference *ref,
		       struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	struct store *store = check->request->store;

	if (store_lock(store, LOCKFILE_EXCLUSIVE, &lock, err) < 0)
		return -1;
	if (names_remove(store, ref, err) < 0) {
		if (err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
	}
	return ref->digest ? 0 : layout_drop(store, ref, err);
}

/* A crash leaves a file empty; anything else in it is damage. */
static bool is_empty(const struct check *check, const char *path)
{
	struct stat st;

	return fstatat(check->request->store->root_fd, path, &st,
		       AT_SYMLINK_NOFOLLOW) == 0 &&
	       st.st_size == 0;
}

static int report_unreadable(struct check *check, const char *path,
			     const struct reference *ref, struct error *err)
{
	autofree char *name = reference_familiar(ref);
	autofree char *subject = xasprintf("name %s", name);
	bool is_crash = is_empty(check, path);

	if (check->request->repair && forget_name(check, ref, err) < 0)
		return -1;
	check_report(check, is_crash ? CHECK_LEFTOVER : CHECK_PROBLEM,
		     check->request->repair, subject,
		     "its file cannot be read");
	return 0;
}

/* A record that was written anew knows of no names. */
static int note_name(const struct check *check, const struct reference *ref,
		     const struct name_record *record, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autofree char *name = reference_format(ref);
	struct store *store = check->request->store;

	if (store_lock(store, LOCKFILE_EXCLUSIVE, &lock, err) < 0)
		return -1;
	return image_record_add_name(store, &record->image, name, err);
}

/* The image's record is not there, or damaged: write it anew, or forget. */
static int report_lost(struct check *check, const struct reference *ref,
		       const struct name_record *record, struct error *err)
{
	autoclean(error_release) struct error failed = ERROR_INIT;
	autofree char *name = reference_familiar(ref);
	autofree char *subject = xasprintf("name %s", name);

	if (check->request->repair) {
		if (check_images_mend(check, ref, &record->manifest, &failed) <
		    0) {
			if (forget_name(check, ref, err) < 0)
				return -1;
			check_report(check, CHECK_PROBLEM, true, subject,
				     "image %s is not here and cannot be had: "
				     "%s; the name was removed",
				     record->image.text, failed.msg);
			return 0;
		}
		if (note_name(check, ref, record, err) < 0)
			return -1;
	}
	check_report(check, CHECK_PROBLEM, check->request->repair, subject,
		     "the record of image %s is missing or damaged",
		     record->image.text);
	return 0;
}

static int check_name(struct walk *walk, const char *path,
		      const struct reference *ref, struct error *err)
{
	autoclean(name_record_release) struct name_record record =
		NAME_RECORD_INIT;
	autoclean(image_record_release) struct image_record image =
		IMAGE_RECORD_INIT;
	autoclean(error_release) struct error failed = ERROR_INIT;
	struct check *check = walk->check;
	struct store *store = check->request->store;

	check->totals.names++;
	if (names_get(store, ref, &record, &failed) < 0)
		return report_unreadable(check, path, ref, err);
	if (!ref->digest) {
		autofree char *name = reference_format(ref);

		(void)json_object_set_new(walk->targets, name,
					  json_string(record.target.text));
	}
	if (image_record_load(store, &record.image, &image, &failed) < 0)
		return report_lost(check, ref, &record, err);
	return 0;
}

/* The reference that a file called ":<tag>" or "@<digest>" in PATH is for. */
static bool parse_file(const char *folder, const char *file,
		       struct reference *out)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autofree char *text = xasprintf("%s%s", folder, file);

	return (file[0] == ':' || file[0] == '@') &&
	       reference_parse(text, out, &ignored) == 0;
}

static int walk_folder(struct walk *walk, const char *path, unsigned depth,
		       struct error *err);

static int walk_entry(struct walk *walk, const char *folder,
		      const struct dirent *entry, unsigned depth,
		      struct error *err)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autofree char *path = xasprintf("%s/%s", folder, entry->d_name);
	const char *below = folder + strlen("refs");

	if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
		return 0;
	if (check_is_temporary(entry->d_name))
		return check_temporary(walk->check, path, err);
	if (*below == '/' && parse_file(below + 1, entry->d_name, &ref))
		return check_name(walk, path, &ref, err);
	if (entry->d_type == DT_DIR)
		return walk_folder(walk, path, depth + 1, err);
	return 0; /* not ours to judge */
}

/* Recursion is bounded: no name is deeper, and what is can be no name. */
static int walk_folder(struct walk *walk, const char *path, unsigned depth,
		       struct error *err)
{
	int fd = openat(walk->check->request->store->root_fd, path,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct dirent *entry;
	int result = 0;
	DIR *dir;

	if (fd < 0 && (errno == ENOENT || depth > 0))
		return 0;
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return error_sys(err, errno, "read %s", path);
	while (result == 0 && depth < NAMES_DEPTH_MAX && (entry = readdir(dir)))
		result = walk_entry(walk, path, entry, depth, err);
	(void)closedir(dir); /* only read */
	return result;
}

/* Whether NAME is one that this store gives to entries of index.json. */
static bool is_own(const char *name)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autofree char *canonical = NULL;

	if (reference_parse(name, &ref, &ignored) < 0 || !ref.tag)
		return false;
	canonical = reference_format(&ref);
	return !strcmp(canonical, name);
}

/*
 * Collects what index.json says of names of ours: canonical tag -> digest. A
 * file that cannot be read says nothing.
 */
static json_t *read_index(const struct check *check)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(jsonx_free) json_t *index = NULL;
	json_t *found = json_object();
	json_t *entry;
	size_t i;

	if (jsonx_read(check->request->store->root_fd, "index.json",
		       NAMES_INDEX_LIMIT, &index, &ignored) < 0)
		return found;
	json_array_foreach(json_object_get(index, "manifests"), i, entry)
	{
		const char *name = json_string_value(json_object_get(
			json_object_get(entry, "annotations"), REF_NAME));

		if (name && is_own(name))
			(void)json_object_set(found, name,
					      json_object_get(entry, "digest"));
	}
	return found;
}

/* Brings index.json in step with what the name NAME means now. */
static int put_in_step(const struct check *check, const char *name,
		       struct error *err)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(name_record_release) struct name_record record =
		NAME_RECORD_INIT;
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	struct store *store = check->request->store;

	if (store_lock(store, LOCKFILE_EXCLUSIVE, &lock, err) < 0 ||
	    reference_parse(name, &ref, err) < 0)
		return -1;
	if (names_get(store, &ref, &record, err) == 0)
		return layout_put(store, &ref, &record, err);
	if (err->kind != ERROR_NOT_FOUND)
		return -1;
	error_release(err);
	return layout_drop(store, &ref, err);
}

static int report_step(struct check *check, const char *name, const char *text,
		       struct error *err)
{
	if (check->request->repair && put_in_step(check, name, err) < 0)
		return -1;
	check_report(check, CHECK_LEFTOVER, check->request->repair,
		     "index.json", "%s %s", name, text);
	return 0;
}

/* index.json is derived, so that it lags behind is only a leftover. */
static int check_index(struct walk *walk, struct error *err)
{
	autoclean(jsonx_free) json_t *listed = read_index(walk->check);
	const char *name;
	json_t *digest;

	json_object_foreach(walk->targets, name, digest)
	{
		if (!json_equal(json_object_get(listed, name), digest) &&
		    report_step(walk->check, name, "is not listed as it is",
				err) < 0)
			return -1;
	}
	json_object_foreach(listed, name, digest)
	{
		if (!json_object_get(walk->targets, name) &&
		    report_step(walk->check, name, "is listed but no name",
				err) < 0)
			return -1;
	}
	return 0;
}

int check_names(struct check *check, struct error *err)
{
	struct walk walk = { check, json_object() };
	int result = walk_folder(&walk, "refs", 0, err);

	if (result == 0)
		result = check_index(&walk, err);
	json_decref(walk.targets);
	return result;
}
