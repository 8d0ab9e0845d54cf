/* SPDX-License-Identifier: Apache-2.0 */
/* Hashing files, and remembering it. */
#include "builder/files/file_hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/hasher.h"
#include "base/workers.h"

enum {
	CHUNK = 128 << 10,
	REMEMBER_FROM = 256 << 10, /* bytes in all that are worth it */
	MEMORY_MAX = 512 << 20,	   /* of what is remembered for one root */
};

/* Younger than this, a time may still stand for more than one state. */
#define SETTLED (2 * CLOCK_SECOND)

struct remembered {
	uint64_t device, inode;
	int64_t size;
	int64_t mtime, ctime; /* nanoseconds */
	unsigned char digest[FILE_DIGEST_BYTES];
};

struct hashing {
	int root;
	struct file_list *list;
	size_t *wanted; /* indexes of files to be read */
	size_t wanted_count;
	const struct remembered *known; /* sorted */
	size_t known_count;
	size_t mapped; /* bytes */
	int64_t now;
};

static int64_t time_of(const struct timespec *time)
{
	return clock_join(time->tv_sec, time->tv_nsec);
}

static void describe(const struct stat *st, struct remembered *out)
{
	*out = (struct remembered){
		.device = st->st_dev,
		.inode = st->st_ino,
		.size = st->st_size,
		.mtime = time_of(&st->st_mtim),
		.ctime = time_of(&st->st_ctim),
	};
}

static int compare(const void *a, const void *b)
{
	const struct remembered *left = a;
	const struct remembered *right = b;

	if (left->inode != right->inode)
		return left->inode < right->inode ? -1 : 1;
	if (left->device != right->device)
		return left->device < right->device ? -1 : 1;
	return 0;
}

static bool is_same(const struct remembered *a, const struct remembered *b)
{
	return a->size == b->size && a->mtime == b->mtime &&
	       a->ctime == b->ctime;
}

/* What is remembered is of use only whole; a damaged file is none. */
static void load(struct hashing *hashing, int folder, const char *name)
{
	autoclose int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *map;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size <= 0 ||
	    st.st_size > MEMORY_MAX ||
	    (size_t)st.st_size % sizeof(struct remembered))
		return;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return;
	hashing->known = map;
	hashing->mapped = (size_t)st.st_size;
	hashing->known_count = hashing->mapped / sizeof(struct remembered);
}

static void unload(struct hashing *hashing)
{
	if (hashing->known)
		(void)munmap((void *)(uintptr_t)hashing->known,
			     hashing->mapped); /* only read */
	free(hashing->wanted);
}
DEFINE_CLEANUP(struct hashing, unload)

static bool recall(const struct hashing *hashing, struct file_item *item)
{
	const struct remembered *found;
	struct remembered wanted;

	describe(&item->st, &wanted);
	found = hashing->known
			? bsearch(&wanted, hashing->known, hashing->known_count,
				  sizeof(wanted), compare)
			: NULL;
	if (!found || !is_same(found, &wanted))
		return false;
	memcpy(item->digest, found->digest, sizeof(item->digest));
	return true;
}

/* Reads all of FD; what stands in the list must be what was read. */
static int hash_file(int fd, struct file_item *item, struct error *err)
{
	autoclean(hasher_free) struct hasher *hasher =
		hasher_new(DIGEST_SHA256);
	size_t room = item->st.st_size < CHUNK ? (size_t)item->st.st_size + 1
					       : (size_t)CHUNK;
	autofree char *chunk = xmalloc(room);
	unsigned char bytes[HASHER_BYTES_MAX];
	int64_t size = 0;
	ssize_t got;

	while ((got = read(fd, chunk, room)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_sys(err, errno, "read %s", item->from);
		hasher_update(hasher, chunk, (size_t)got);
		size += got;
	}
	if (size != item->st.st_size)
		return error_set(err, ERROR_BUSY, "%s changes while it is read",
				 item->from);
	hasher_finish_raw(hasher, bytes);
	memcpy(item->digest, bytes, sizeof(item->digest));
	return 0;
}

static int hash_one(void *context, size_t index, struct error *err)
{
	struct hashing *hashing = context;
	struct file_item *item = &hashing->list->items[hashing->wanted[index]];
	autoclose int fd =
		fs_open_raw(hashing->root, item->from, FS_NO_LINKS,
			    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_sys(err, errno, "open %s", item->from);
	if (!S_ISREG(st.st_mode) || st.st_ino != item->st.st_ino)
		return error_set(err, ERROR_BUSY, "%s changes while it is read",
				 item->from);
	item->st = st;
	return hash_file(fd, item, err);
}

/* All of this walk, and what others of the same root remembered. */
static size_t merge(const struct hashing *hashing, size_t first,
		    struct remembered *out)
{
	size_t count = 0;
	size_t end;

	for (size_t i = first; i < hashing->list->count; i++) {
		const struct file_item *item = &hashing->list->items[i];

		if (!S_ISREG(item->st.st_mode))
			continue;
		describe(&item->st, &out[count]);
		if (out[count].ctime > hashing->now - SETTLED ||
		    out[count].mtime > hashing->now - SETTLED)
			continue;
		memcpy(out[count].digest, item->digest, sizeof(item->digest));
		count++;
	}
	qsort(out, count, sizeof(*out), compare);
	end = count;
	for (size_t i = 0; i < hashing->known_count; i++) {
		if (!bsearch(&hashing->known[i], out, count, sizeof(*out),
			     compare))
			out[end++] = hashing->known[i];
	}
	qsort(out, end, sizeof(*out), compare);
	return end;
}

/* What cannot be remembered is only read again. */
static void remember(const struct hashing *hashing, size_t first, int folder,
		     const char *name)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	size_t most = hashing->list->count - first + hashing->known_count;
	autofree struct remembered *all = xcalloc(most, sizeof(*all));
	size_t count = merge(hashing, first, all);

	if (count * sizeof(*all) > MEMORY_MAX || !count)
		return;
	if (atomicfile_put(folder, name, all, count * sizeof(*all), 0,
			   &ignored) < 0)
		error_release(&ignored);
}

static uint64_t total_size(const struct file_list *list, size_t first)
{
	uint64_t total = 0;

	for (size_t i = first; i < list->count; i++)
		if (S_ISREG(list->items[i].st.st_mode))
			total += (uint64_t)list->items[i].st.st_size;
	return total;
}

static void find_wanted(struct hashing *hashing, size_t first)
{
	struct file_list *list = hashing->list;

	hashing->wanted = xcalloc(list->count - first + 1,
				  sizeof(*hashing->wanted));
	for (size_t i = first; i < list->count; i++)
		if (S_ISREG(list->items[i].st.st_mode) &&
		    !recall(hashing, &list->items[i]))
			hashing->wanted[hashing->wanted_count++] = i;
}

int file_hash_list(const struct store *store, int root, struct file_list *list,
		   size_t first, unsigned workers, struct error *err)
{
	autoclean(unload) struct hashing hashing = {
		.root = root,
		.list = list,
		.now = clock_now(),
	};
	struct workers_task task = {
		.workers = workers,
		.context = &hashing,
		.run = hash_one,
	};
	bool remembers = store && total_size(list, first) >= REMEMBER_FROM;
	autofree char *name = NULL;
	autoclose int folder = -1;
	struct stat st;

	if (remembers) {
		if (fstat(root, &st) < 0)
			return error_sys(err, errno, "open the context");
		if (store_folder(store, "cache/files", &folder, err) < 0)
			return -1;
		name = xasprintf("%llx-%llx", (unsigned long long)st.st_dev,
				 (unsigned long long)st.st_ino);
		load(&hashing, folder, name);
	}
	find_wanted(&hashing, first);
	task.count = hashing.wanted_count;
	if (task.count && workers_run(&task, err) < 0)
		return -1;
	if (remembers && task.count)
		remember(&hashing, first, folder, name);
	return 0;
}
