/* SPDX-License-Identifier: Apache-2.0 */
/* Members as a tar or as files. */
#include "layers/image/save_target.h"

#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/fs.h"
#include "layers/tar/tar_write.h"

struct save_target {
	struct tar_writer *tar; /* NULL: a folder */
	int folder;
	int parent; /* of the file being written; -1 */
	struct atomicfile file;
	char *name;	   /* of the member being written */
	uint64_t expected; /* bytes of it that are still to come */
};

struct save_target *save_target_tar(const struct byte_sink *sink)
{
	struct save_target *target = xcalloc(1, sizeof(*target));

	target->tar = tar_write_new(sink);
	target->folder = -1;
	target->parent = -1;
	target->file = (struct atomicfile)ATOMICFILE_INIT;
	return target;
}

struct save_target *save_target_folder(int folder)
{
	struct save_target *target = xcalloc(1, sizeof(*target));

	target->folder = folder;
	target->parent = -1;
	target->file = (struct atomicfile)ATOMICFILE_INIT;
	return target;
}

int save_target_directory(struct save_target *target, const char *name,
			  struct error *err)
{
	struct entry entry = { .type = ENTRY_DIRECTORY,
			       .path = name,
			       .mode = 0755 };

	if (target->tar)
		return tar_write_entry(target->tar, &entry, err);
	return fs_make_dirs(target->folder, name, FS_NO_LINKS, 0755, NULL, err);
}

/* Opens a file below the folder; its directory is there. */
static int open_file(struct save_target *target, const char *name,
		     struct error *err)
{
	const char *slash = strrchr(name, '/');
	autofree char *parent = slash ? xstrndup(name, (size_t)(slash - name))
				      : xstrdup(".");

	if (fs_open(target->folder, parent, FS_NO_LINKS, O_RDONLY | O_DIRECTORY,
		    0, &target->parent, err) < 0)
		return -1;
	return atomicfile_open(&target->file, target->parent,
			       slash ? slash + 1 : name, 0644,
			       ATOMICFILE_EXCLUSIVE, err);
}

int save_target_member(struct save_target *target, const char *name,
		       uint64_t size, struct error *err)
{
	struct entry entry = { .type = ENTRY_FILE,
			       .path = name,
			       .mode = 0644,
			       .size = (int64_t)size };

	free(target->name);
	target->name = xstrdup(name);
	target->expected = size;
	if (target->tar)
		return tar_write_entry(target->tar, &entry, err);
	return open_file(target, name, err);
}

static int write_member(void *context, const void *data, size_t length,
			struct error *err)
{
	struct save_target *target = context;

	if (length > target->expected)
		return error_set(err, ERROR_CORRUPT,
				 "%s: more bytes than it was known to have",
				 target->name);
	target->expected -= length;
	if (target->tar)
		return tar_write_data(target->tar, data, length, err);
	atomicfile_write(&target->file, data, length);
	return 0;
}

struct byte_sink save_target_sink(struct save_target *target)
{
	return (struct byte_sink){ write_member, target };
}

int save_target_end(struct save_target *target, struct error *err)
{
	if (target->expected)
		return error_set(err, ERROR_CORRUPT,
				 "%s: %llu bytes are missing", target->name,
				 (unsigned long long)target->expected);
	if (target->tar)
		return 0;
	if (atomicfile_commit(&target->file, err) < 0)
		return -1;
	atomicfile_release(&target->file);
	cleanup_close(&target->parent);
	target->parent = -1;
	return 0;
}

int save_target_finish(struct save_target *target, struct error *err)
{
	return target->tar ? tar_write_finish(target->tar, err) : 0;
}

void save_target_free(struct save_target *target)
{
	if (!target)
		return;
	tar_write_free(target->tar);
	atomicfile_release(&target->file);
	cleanup_close(&target->parent);
	free(target->name);
	free(target);
}
