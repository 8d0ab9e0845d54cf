/* SPDX-License-Identifier: Apache-2.0 */
/* Adding up the files of a tree. */
#include "layers/store/tree_size.h"

#include <fts.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/alloc.h"

/* Files with several names, to be counted once. */
struct shared_file {
	dev_t device;
	ino_t inode;
	uint64_t size;
};

struct sum {
	uint64_t total;
	struct shared_file *shared;
	size_t count, allocated;
};

static void note_shared(struct sum *sum, const struct stat *st)
{
	if (sum->count == sum->allocated) {
		sum->allocated = sum->allocated * 2 + 64;
		sum->shared = xreallocarray(sum->shared, sum->allocated,
					    sizeof(*sum->shared));
	}
	sum->shared[sum->count++] = (struct shared_file){
		st->st_dev, st->st_ino, (uint64_t)st->st_size
	};
}

static int by_inode(const void *a, const void *b)
{
	const struct shared_file *one = a;
	const struct shared_file *two = b;

	if (one->device != two->device)
		return one->device < two->device ? -1 : 1;
	if (one->inode != two->inode)
		return one->inode < two->inode ? -1 : 1;
	return 0;
}

static void add_shared(struct sum *sum)
{
	if (!sum->count)
		return;
	qsort(sum->shared, sum->count, sizeof(*sum->shared), by_inode);
	for (size_t i = 0; i < sum->count; i++) {
		if (!i || by_inode(&sum->shared[i - 1], &sum->shared[i]) != 0)
			sum->total += sum->shared[i].size;
	}
}

static void visit(struct sum *sum, const FTSENT *entry)
{
	const struct stat *st = entry->fts_statp;

	switch (entry->fts_info) {
	case FTS_F:
	case FTS_SL:
	case FTS_DEFAULT: /* devices, whiteouts among them, have no size */
		if (st->st_nlink > 1)
			note_shared(sum, st);
		else
			sum->total += (uint64_t)st->st_size;
		break;
	default: /* directories, and what went away under our hands */
		break;
	}
}

int tree_size(const char *path, uint64_t *out, struct error *err)
{
	char *const paths[] = { (char *)(uintptr_t)path, NULL };
	/* without FTS_NOCHDIR no path is too long; the end brings us back */
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_XDEV, NULL);
	struct sum sum = { 0 };
	FTSENT *entry;

	if (!tree)
		return error_sys(err, errno, "read %s", path);
	while ((entry = fts_read(tree)))
		visit(&sum, entry);
	add_shared(&sum);
	free(sum.shared);
	if (fts_close(tree) < 0)
		return error_sys(err, errno, "leave %s", path);
	*out = sum.total;
	return 0;
}
