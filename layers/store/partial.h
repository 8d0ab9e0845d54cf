/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A blob on its way in: bytes so far under partial/, kept through kill -9 and
 * taken up again by the next pull. The file is locked while a process works
 * on it, so two pulls of one blob share the download: the second waits, then
 * finds the blob in place.
 *
 * Only a prefix is ever trusted to be there: `have` bytes from the start.
 * With several ranges under way the prefix is noted in a record beside the
 * file. Nothing of it is believed until the whole has the right digest.
 */
#ifndef LAYERS_PARTIAL_H
#define LAYERS_PARTIAL_H

#include <stdint.h>

#include "base/digest.h"
#include "base/lockfile.h"
#include "layers/store/store.h"

struct partial {
	const struct store *store; /* borrowed */
	struct digest digest;
	int fd;	       /* read and write; -1: the blob is complete already */
	uint64_t have; /* bytes from the start that were here at opening */
	struct lockfile lock;
};

#define PARTIAL_INIT                                            \
	{                                                       \
		NULL, { DIGEST_NONE, "" }, -1, 0, LOCKFILE_INIT \
	}

/*
 * Take up or begin the download of a blob of SIZE bytes, waiting while
 * another process downloads it. With fd -1 afterwards the blob is in place.
 */
int partial_open(const struct store *store, const struct digest *digest,
		 uint64_t size, struct partial *out,
		 struct error *err) must_check;

/* Note that the first HAVE bytes are written (others may be, further on). */
int partial_note(struct partial *partial, uint64_t have,
		 struct error *err) must_check;

/* Remove the bytes: the disk is full, or they are of no use. */
int partial_discard(struct partial *partial, struct error *err) must_check;

/* Make the verified bytes a blob. */
int partial_commit(struct partial *partial, struct error *err) must_check;

/* Let go; an uncommitted download stays for next time. */
void partial_release(struct partial *partial);
DEFINE_CLEANUP(struct partial, partial_release)

#endif
