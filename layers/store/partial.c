/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Downloads under way. The lock is a file of its own: the download itself is
 * renamed into place, and a lock must not change its name while it is held.
 *
 *   partial/<alg>-<hex>        the bytes
 *   partial/<alg>-<hex>.have   how many of them count, as decimal text
 *   partial/<alg>-<hex>.lock   held while a process works on it
 */
#include "layers/store/partial.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "layers/store/blob.h"

static char *partial_name(const struct digest *digest, const char *suffix)
{
	return xasprintf("partial/%s-%s%s",
			 digest_algorithm_name(digest->algorithm),
			 digest_hex(digest), suffix);
}

/* The noted prefix, or the file's size where nothing was noted. */
static uint64_t read_have(const struct partial *partial, uint64_t file_size)
{
	autofree char *name = partial_name(&partial->digest, ".have");
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(32);
	autoclean(error_release) struct error ignored = ERROR_INIT;
	uint64_t have;

	if (fs_read_file(partial->store->root_fd, name, 32, &text, &ignored) <
	    0)
		return file_size;
	have = strtoull(text.text, NULL, 10);
	return have < file_size ? have : file_size;
}

static void forget_note(const struct partial *partial)
{
	autofree char *name = partial_name(&partial->digest, ".have");

	/* absent unless several ranges were under way */
	if (unlinkat(partial->store->root_fd, name, 0) < 0)
		return;
}

/* Forgets the bytes: what is here is wrong. */
static int start_over(struct partial *partial, struct error *err)
{
	forget_note(partial);
	partial->have = 0;
	if (ftruncate(partial->fd, 0) < 0)
		return error_sys(err, errno, "empty download %s",
				 partial->digest.text);
	return 0;
}

static int open_file(struct partial *partial, uint64_t size, struct error *err)
{
	autofree char *name = partial_name(&partial->digest, "");
	struct stat st;

	partial->fd = openat(partial->store->root_fd, name,
			     O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (partial->fd < 0 || fstat(partial->fd, &st) < 0)
		return error_sys(err, errno, "open download %s",
				 partial->digest.text);
	partial->have = read_have(partial, (uint64_t)st.st_size);
	if (partial->have > size)
		return start_over(partial, err);
	return 0;
}

int partial_open(const struct store *store, const struct digest *digest,
		 uint64_t size, struct partial *out, struct error *err)
{
	autoclean(partial_release) struct partial partial = PARTIAL_INIT;
	autofree char *lock = partial_name(digest, ".lock");
	autoclose int folder = -1;

	partial.store = store;
	partial.digest = *digest;
	if (store_folder(store, "partial", &folder, err) < 0 ||
	    lockfile_acquire(&partial.lock, store->root_fd, lock,
			     LOCKFILE_EXCLUSIVE, -1, err) < 0)
		return -1;
	if (!blob_exists(store, digest, NULL) &&
	    open_file(&partial, size, err) < 0)
		return -1;
	*out = partial;
	partial = (struct partial)PARTIAL_INIT;
	return 0;
}

int partial_note(struct partial *partial, uint64_t have, struct error *err)
{
	autofree char *name = partial_name(&partial->digest, ".have");
	autoclose int fd = openat(
		partial->store->root_fd, name,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	char text[32];
	int length = snprintf(text, sizeof(text), "%020" PRIu64 "\n", have);

	if (fd < 0)
		return error_sys(err, errno, "note download %s",
				 partial->digest.text);
	return fs_pwrite_all(fd, text, (size_t)length, 0, err);
}

int partial_discard(struct partial *partial, struct error *err)
{
	autofree char *name = partial_name(&partial->digest, "");

	forget_note(partial);
	if (unlinkat(partial->store->root_fd, name, 0) < 0 && errno != ENOENT)
		return error_sys(err, errno, "remove download %s",
				 partial->digest.text);
	return 0;
}

int partial_commit(struct partial *partial, struct error *err)
{
	autofree char *name = partial_name(&partial->digest, "");
	autofree char *final = blob_path(&partial->digest);
	autofree char *folder = xasprintf(
		"blobs/%s", digest_algorithm_name(partial->digest.algorithm));
	autoclose int folder_fd = -1;

	if (store_folder(partial->store, folder, &folder_fd, err) < 0)
		return -1;
	if (renameat(partial->store->root_fd, name, partial->store->root_fd,
		     final) < 0)
		return error_sys(err, errno, "name blob %s",
				 partial->digest.text);
	forget_note(partial);
	return 0;
}

void partial_release(struct partial *partial)
{
	if (partial->fd >= 0)
		(void)close(partial->fd); /* unverified bytes: a loss is
					     refetched */
	/*
	 * The lock file goes while it is held: who waits for it notices that
	 * the name leads elsewhere and starts over (base/lockfile.h).
	 */
	if (partial->lock.fd >= 0) {
		autofree char *lock = partial_name(&partial->digest, ".lock");

		if (unlinkat(partial->store->root_fd, lock, 0) < 0)
			errno = 0; /* left for the next clean-up */
	}
	lockfile_release(&partial->lock);
	*partial = (struct partial)PARTIAL_INIT;
}
