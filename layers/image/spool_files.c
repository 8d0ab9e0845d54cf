/* SPDX-License-Identifier: Apache-2.0 */
/* Numbered files, found by keys. */
#include "layers/image/spool_files.h"

#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/hasher.h"
#include "base/log.h"

/* Links from link to link; bytes moved at a time. */
enum { SPOOL_HOPS_MAX = 8, SPOOL_CHUNK = 256 << 10 };

struct spool_files {
	const struct store *store;
	char *name; /* of the folder, below the root */
	int fd;
	json_t *index; /* key -> its place in `items` */
	struct spool_file *items;
	size_t count;
	size_t allocated;
	uint64_t made; /* files so far: the next one's name */
};

int spool_files_new(const struct store *store, struct spool_files **out,
		    struct error *err)
{
	autoclean(spool_files_free) struct spool_files *files =
		xcalloc(1, sizeof(*files));
	uint64_t random = 0;

	files->store = store;
	files->fd = -1;
	files->index = json_object();
	if (getrandom(&random, sizeof(random), 0) < 0)
		return error_sys(err, errno, "read random bytes");
	files->name = xasprintf("partial/.spool-%016llx",
				(unsigned long long)random);
	if (store_folder(store, files->name, &files->fd, err) < 0)
		return -1;
	if (flock(files->fd, LOCK_EX) < 0)
		return error_sys(err, errno, "lock %s", files->name);
	*out = TAKE_PTR(files);
	return 0;
}

static void spool_file_release(struct spool_file *file)
{
	free(file->file);
	free(file->link);
	*file = (struct spool_file){ 0 };
}

static struct spool_file *known_place(const struct spool_files *files,
				      const char *key)
{
	const json_t *known = json_object_get(files->index, key);

	return known ? &files->items[json_integer_value(known)] : NULL;
}

/* The emptied place of KEY, made when there is none. */
static int make_place(struct spool_files *files, const char *key,
		      struct spool_file **out, struct error *err)
{
	struct spool_file *place = known_place(files, key);

	if (place) { /* the last one of a name counts, as in any tar */
		if (place->file && unlinkat(files->fd, place->file, 0) < 0)
			errno = 0; /* it goes with the folder */
		spool_file_release(place);
		*out = place;
		return 0;
	}
	if (files->count == SPOOL_FILES_MAX)
		return error_set(err, ERROR_TOO_LARGE,
				 "more than %d members in the archive",
				 SPOOL_FILES_MAX);
	if (files->count == files->allocated) {
		files->allocated = files->allocated ? files->allocated * 2 : 64;
		files->items = xreallocarray(files->items, files->allocated,
					     sizeof(*files->items));
	}
	/* keys are bytes, not text: unchecked */
	(void)json_object_set_new_nocheck(
		files->index, key, json_integer((json_int_t)files->count));
	*out = &files->items[files->count++];
	**out = (struct spool_file){ 0 };
	return 0;
}

/* A file on its way in. */
struct intake {
	struct spool_files *files;
	struct hasher *hasher;
	int fd;
	struct spool_file file;
};

static void intake_release(struct intake *intake)
{
	if (intake->file.file &&
	    unlinkat(intake->files->fd, intake->file.file, 0) < 0)
		errno = 0; /* it goes with the folder */
	cleanup_close(&intake->fd);
	hasher_free(intake->hasher);
	spool_file_release(&intake->file);
}
DEFINE_CLEANUP(struct intake, intake_release)

static int intake_begin(struct intake *intake, enum digest_algorithm algorithm,
			struct error *err)
{
	struct spool_files *files = intake->files;

	intake->hasher = hasher_new(algorithm);
	intake->file.file = xasprintf("%llu",
				      (unsigned long long)files->made++);
	intake->fd = openat(files->fd, intake->file.file,
			    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (intake->fd < 0)
		return error_sys(err, errno, "make a file in %s", files->name);
	return 0;
}

static int intake_add(struct intake *intake, const void *data, size_t length,
		      struct error *err)
{
	struct spool_file *file = &intake->file;
	size_t room = sizeof(file->start) - file->start_length;
	size_t part = length < room ? length : room;

	memcpy(file->start + file->start_length, data, part);
	file->start_length += part;
	file->size += length;
	hasher_update(intake->hasher, data, length);
	return fs_write_all(intake->fd, data, length, err);
}

int spool_files_add(struct spool_files *files, const char *key,
		    enum digest_algorithm algorithm,
		    const struct unpack_source *source, struct error *err)
{
	autoclean(intake_release) struct intake intake = { .files = files,
							   .fd = -1 };
	autofree char *chunk = xmalloc(SPOOL_CHUNK);
	struct spool_file *place;
	size_t got = 0;

	if (intake_begin(&intake, algorithm, err) < 0)
		return -1;
	do {
		if (source->read(source->context, chunk, SPOOL_CHUNK, &got,
				 err) < 0 ||
		    intake_add(&intake, chunk, got, err) < 0)
			return -1;
	} while (got);
	hasher_finish(intake.hasher, &intake.file.digest);
	if (make_place(files, key, &place, err) < 0)
		return -1;
	*place = intake.file;
	intake.file = (struct spool_file){ 0 };
	return 0;
}

int spool_files_add_link(struct spool_files *files, const char *key,
			 const char *target, struct error *err)
{
	struct spool_file *place;

	if (make_place(files, key, &place, err) < 0)
		return -1;
	place->link = xstrdup(target);
	return 0;
}

struct spool_file *spool_files_find(const struct spool_files *files,
				    const char *key)
{
	struct spool_file *place = known_place(files, key);

	for (int hops = 0; place && place->link; hops++) {
		if (hops == SPOOL_HOPS_MAX)
			return NULL;
		place = known_place(files, place->link);
	}
	return place;
}

int spool_files_open(const struct spool_files *files,
		     const struct spool_file *file, int *fd_out,
		     struct error *err)
{
	int fd = openat(files->fd, file->file,
			O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return error_sys(err, errno, "open a file in %s", files->name);
	*fd_out = fd;
	return 0;
}

int spool_files_move(const struct spool_files *files, struct spool_file *file,
		     const char *path, struct error *err)
{
	if (renameat(files->fd, file->file, files->store->root_fd, path) < 0)
		return error_sys(err, errno, "name %s", path);
	free(TAKE_PTR(file->file));
	return 0;
}

void spool_files_free(struct spool_files *files)
{
	autoclean(error_release) struct error failed = ERROR_INIT;

	if (!files)
		return;
	if (files->fd >= 0 &&
	    fs_remove_tree(files->store->root_fd, files->name, &failed) < 0)
		log_warn_error("spool", &failed, "remove %s", files->name);
	for (size_t i = 0; i < files->count; i++)
		spool_file_release(&files->items[i]);
	cleanup_close(&files->fd); /* unlocks */
	json_decref(files->index);
	free(files->items);
	free(files->name);
	free(files);
}
