/* SPDX-License-Identifier: Apache-2.0 */
/* Members of an archive on their way into the store. */
#include "layers/image/archive_spool.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/hasher.h"
#include "base/log.h"
#include "layers/image/spool_files.h"
#include "layers/layers_limits.h"
#include "layers/store/blob.h"
#include "layers/store/gc.h"
#include "layers/store/lease.h"
#include "layers/tar/plain_source.h"
#include "layers/tar/tar_read.h"

struct archive_spool {
	struct store *store;
	struct spool_files *files;
	struct lease lease;
	struct strvec kept; /* blobs' digests and layers' folders */
	int folder;	    /* borrowed; -1: members came from a tar */
};

int archive_spool_new(struct store *store, struct archive_spool **out,
		      struct error *err)
{
	autoclean(archive_spool_free) struct archive_spool *spool =
		xcalloc(1, sizeof(*spool));
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;

	spool->store = store;
	spool->lease = (struct lease)LEASE_INIT;
	spool->folder = -1;
	if (spool_files_new(store, &spool->files, err) < 0 ||
	    store_lock(store, LOCKFILE_SHARED, &lock, err) < 0 ||
	    lease_open(store, &spool->lease, err) < 0)
		return -1;
	*out = TAKE_PTR(spool);
	return 0;
}

void archive_spool_use_folder(struct archive_spool *spool, int folder)
{
	spool->folder = folder;
}

/* The one spelling of a member's name, whatever "./" and ".." it has. */
static int normalise(const char *name, char **out, struct error *err)
{
	autoclean(entry_path_release) struct entry_path path = ENTRY_PATH_INIT;

	if (entry_path_parse(name, LAYERS_MAX_PATH, &path, err) < 0)
		return -1;
	*out = entry_path_format(&path);
	return 0;
}

/* The digest a layout's file name "blobs/<alg>/<hex>" promises. */
static bool promised_digest(const char *name, struct digest *out)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autofree char *text = NULL;
	const char *slash;

	out->algorithm = DIGEST_NONE;
	if (strncmp(name, "blobs/", 6) != 0)
		return false;
	name += 6;
	slash = strchr(name, '/');
	if (!slash)
		return false;
	text = xasprintf("%.*s:%s", (int)(slash - name), name, slash + 1);
	return digest_parse(text, out, &ignored) == 0;
}

/* Takes SOURCE in under the normalised NAME. */
static int take_in(struct archive_spool *spool, const char *name,
		   const struct unpack_source *source, struct error *err)
{
	struct digest promised;

	return spool_files_add(spool->files, name,
			       promised_digest(name, &promised)
				       ? promised.algorithm
				       : DIGEST_SHA256,
			       source, err);
}

int archive_spool_add(struct archive_spool *spool, const char *name,
		      const struct unpack_source *source, struct error *err)
{
	return take_in(spool, name, source, err);
}

/* Contents of a tar reader's current entry, as a source. */
struct entry_source {
	struct tar_reader *reader;
	const char *data;
	size_t left;
};

static int read_entry(void *context, void *buffer, size_t capacity, size_t *got,
		      struct error *err)
{
	struct entry_source *source = context;
	const void *data = source->data;
	uint64_t offset = 0;

	if (!source->left && tar_read_data(source->reader, &data, &source->left,
					   &offset, err) < 0)
		return -1;
	*got = source->left < capacity ? source->left : capacity;
	source->data = data;
	if (!*got) /* the end: DATA may be NULL */
		return 0;
	memcpy(buffer, data, *got);
	source->data += *got;
	source->left -= *got;
	return 0;
}

static int add_link(struct archive_spool *spool, const char *name,
		    const struct entry *entry, struct error *err)
{
	const char *slash = strrchr(name, '/');
	autofree char *from = NULL;
	autofree char *target = NULL;

	/* a symbolic link starts at its folder, a hard link at the top */
	if (entry->type == ENTRY_SYMLINK && slash && entry->link[0] != '/')
		from = xasprintf("%.*s/%s", (int)(slash - name), name,
				 entry->link);
	else
		from = xstrdup(entry->link);
	if (normalise(from, &target, err) < 0)
		return -1;
	return spool_files_add_link(spool->files, name, target, err);
}

static int take_entry(struct archive_spool *spool, struct tar_reader *reader,
		      const struct entry *entry, struct error *err)
{
	struct entry_source contents = { reader, NULL, 0 };
	struct unpack_source source = { read_entry, NULL, &contents };
	autofree char *name = NULL;

	if (entry->type != ENTRY_FILE && entry->type != ENTRY_SYMLINK &&
	    entry->type != ENTRY_HARDLINK)
		return 0;
	if (normalise(entry->path, &name, err) < 0)
		return -1;
	if (entry->type != ENTRY_FILE)
		return add_link(spool, name, entry, err);
	if (entry->is_sparse)
		return error_set(err, ERROR_UNSUPPORTED,
				 "a member of an image archive is sparse");
	return take_in(spool, name, &source, err);
}

int archive_spool_read_tar(struct archive_spool *spool,
			   const struct unpack_source *source,
			   struct error *err)
{
	autoclean(plain_source_free) struct plain_source *plain = NULL;
	autoclean(decompress_free) struct decompress *stream = NULL;
	autoclean(tar_read_free) struct tar_reader *reader = NULL;
	struct unpack_source bytes;
	struct entry entry;
	bool found = false;

	if (plain_source_open(source, true, &plain, err) < 0)
		return -1;
	bytes = plain_source_bytes(plain);
	if (decompress_open(&bytes, NULL, &stream, err) < 0 ||
	    tar_read_open_stream(stream, &reader, err) < 0)
		return -1;
	for (;;) {
		if (tar_read_next(reader, &entry, &found, err) < 0)
			return -1;
		if (!found)
			return 0;
		if (take_entry(spool, reader, &entry, err) < 0)
			return error_wrap(err, "member %s", entry.path);
	}
}

static int read_file(void *context, void *buffer, size_t capacity, size_t *got,
		     struct error *err)
{
	ssize_t count;

	do {
		count = read(*(const int *)context, buffer, capacity);
	} while (count < 0 && errno == EINTR);
	if (count < 0)
		return error_sys(err, errno, "read");
	*got = (size_t)count;
	return 0;
}

/* Takes in a file of the folder that the spool stands for. */
static int take_from_folder(struct archive_spool *spool, const char *name,
			    struct error *err)
{
	autoclose int fd = -1;
	struct unpack_source source = { read_file, NULL, &fd };
	struct stat st;

	/* O_NONBLOCK: a fifo must not hold us */
	if (fs_open(spool->folder, name, FS_BENEATH, O_RDONLY | O_NONBLOCK, 0,
		    &fd, err) < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return error_sys(err, errno, "stat %s", name);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERROR_INVALID, "%s is not a regular file",
				 name);
	return take_in(spool, name, &source, err);
}

/* The member NAME, from the folder if it must be; NOT_FOUND. */
static int find(struct archive_spool *spool, const char *name,
		struct spool_file **out, struct error *err)
{
	autofree char *key = NULL;

	if (normalise(name, &key, err) < 0)
		return -1;
	*out = spool_files_find(spool->files, key);
	if (*out)
		return 0;
	if (spool->folder < 0)
		return error_set(err, ERROR_NOT_FOUND,
				 "%s is not in the archive", name);
	if (take_from_folder(spool, key, err) < 0)
		return -1;
	*out = spool_files_find(spool->files, key);
	return 0;
}

bool archive_spool_has(struct archive_spool *spool, const char *name)
{
	autoclean(error_release) struct error absent = ERROR_INIT;
	struct spool_file *file;

	return find(spool, name, &file, &absent) == 0;
}

int archive_spool_read(struct archive_spool *spool, const char *name,
		       size_t limit, struct strbuf *out, struct error *err)
{
	struct spool_file *file;
	autoclose int fd = -1;

	if (find(spool, name, &file, err) < 0)
		return -1;
	if (!file->file)
		return blob_read(spool->store, &file->digest, limit, out, err);
	if (file->size > limit)
		return error_set(err, ERROR_TOO_LARGE,
				 "%s is larger than %zu bytes", name, limit);
	if (spool_files_open(spool->files, file, &fd, err) < 0)
		return -1;
	return fs_read_fd(fd, limit, out, err);
}

/* Notes, under the store's lock, that DIGEST is about to be there. */
static int hold_blob(struct archive_spool *spool, const struct digest *digest,
		     struct error *err)
{
	if (lease_add(&spool->lease, "blob", digest->text, err) < 0)
		return -1;
	strvec_add(&spool->kept, digest->text);
	return 0;
}

/* Names the file as a blob, if the store has not got it meanwhile. */
static int become_blob(struct archive_spool *spool, struct spool_file *file,
		       struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autofree char *path = blob_path(&file->digest);
	autofree char *folder = xasprintf(
		"blobs/%s", digest_algorithm_name(file->digest.algorithm));
	autoclose int fd = -1;

	if (store_folder(spool->store, folder, &fd, err) < 0 ||
	    store_lock(spool->store, LOCKFILE_SHARED, &lock, err) < 0 ||
	    hold_blob(spool, &file->digest, err) < 0)
		return -1;
	return spool_files_move(spool->files, file, path, err);
}

int archive_spool_keep(struct archive_spool *spool, const char *name,
		       struct archive_member *out, struct error *err)
{
	struct spool_file *file;

	if (find(spool, name, &file, err) < 0)
		return -1;
	if (file->file && become_blob(spool, file, err) < 0)
		return -1;
	out->digest = file->digest;
	out->size = file->size;
	out->format = decompress_detect(file->start, file->start_length);
	return 0;
}

int archive_spool_write(struct archive_spool *spool, const char *name,
			sink_source_write *write, void *context,
			struct archive_member *out, struct error *err)
{
	autoclean(error_release) struct error reading = ERROR_INIT;
	struct sink_source *source = NULL;
	struct unpack_source bytes;
	int result;

	if (sink_source_open(write, context, &source, err) < 0)
		return -1;
	bytes = sink_source_bytes(source);
	result = archive_spool_add(spool, name, &bytes, &reading);
	if (sink_source_finish(source, err) < 0 &&
	    err->kind != ERROR_INTERRUPTED)
		return -1;
	if (result < 0) {
		error_release(err);
		error_move(err, &reading);
		return -1;
	}
	return archive_spool_keep(spool, name, out, err);
}

int archive_spool_put(struct archive_spool *spool, const void *data,
		      size_t length, struct digest *out, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;

	hasher_digest(DIGEST_SHA256, data, length, out);
	if (store_lock(spool->store, LOCKFILE_SHARED, &lock, err) < 0 ||
	    hold_blob(spool, out, err) < 0)
		return -1;
	return blob_put(spool->store, out, data, length, err);
}

int archive_spool_hold_layer(struct archive_spool *spool, const char *folder,
			     struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;

	if (store_lock(spool->store, LOCKFILE_SHARED, &lock, err) < 0 ||
	    lease_add(&spool->lease, "layer", folder, err) < 0)
		return -1;
	strvec_add(&spool->kept, folder);
	return 0;
}

static int sweep(struct archive_spool *spool, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autoclean(gc_plan_release) struct gc_plan plan = GC_PLAN_INIT;

	lease_release(&spool->lease);
	if (store_lock(spool->store, LOCKFILE_EXCLUSIVE, &lock, err) < 0 ||
	    gc_plan_make(spool->store, &spool->kept, &plan, err) < 0)
		return -1;
	return gc_plan_execute(spool->store, &plan, err);
}

void archive_spool_undo(struct archive_spool *spool)
{
	autoclean(error_release) struct error failed = ERROR_INIT;

	if (spool->kept.count && sweep(spool, &failed) < 0)
		log_warn_error("spool", &failed, "remove what was loaded");
}

void archive_spool_free(struct archive_spool *spool)
{
	if (!spool)
		return;
	spool_files_free(spool->files);
	lease_release(&spool->lease);
	strvec_release(&spool->kept);
	free(spool);
}
