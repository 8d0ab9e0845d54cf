/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads tar archives (ustar, pax, GNU, old, with sparse files and extended
 * attributes) as `struct entry` and blocks of contents. libarchive parses,
 * restricted to its tar reader: no other format and no filter can be reached,
 * however the bytes look. Zero bytes of input are an empty archive.
 *
 * Names are bytes: they come out as they stand in the archive, in any encoding,
 * whatever the process's locale. A header that libarchive had to guess about
 * is an error, and headers of one entry together are bounded, since long names,
 * pax records and sparse maps are held in memory.
 *
 * open -> next, (data until its end or not at all), next ... -> free. Input is
 * asked for blocks, which stay lent until it is asked again, so contents reach
 * write(2) from where the decompressor put them. One thread at a time.
 */
#ifndef LAYERS_TAR_TAR_READ_H
#define LAYERS_TAR_TAR_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "layers/tar/decompress.h"
#include "layers/tar/entry_policy.h"

/* Where archive bytes come from. */
struct tar_input {
	/*
	 * Lend the next block until the following call; a length of 0 is the
	 * end. Blocks of a multiple of 512 bytes avoid copying.
	 */
	int (*next)(void *context, const void **data, size_t *length,
		    struct error *err);
	void *context;
};

struct tar_reader;

/* Begin reading INPUT, whose context must outlive the reader. */
int tar_read_open(const struct tar_input *input, struct tar_reader **out,
		  struct error *err) must_check;

/* Begin reading an archive from STREAM, which must outlive the reader. */
int tar_read_open_stream(struct decompress *stream, struct tar_reader **out,
			 struct error *err) must_check;

/*
 * Store the next entry in OUT, borrowed until the next call, and true in
 * FOUND; false at the end of the archive. CORRUPT when it is damaged.
 */
int tar_read_next(struct tar_reader *reader, struct entry *out, bool *found,
		  struct error *err) must_check;

/*
 * Lend a piece of the current entry's contents and its OFFSET, holes left out;
 * LENGTH 0 is the end. CORRUPT when the archive stops early or the pieces do
 * not fit the entry's size.
 */
int tar_read_data(struct tar_reader *reader, const void **data, size_t *length,
		  uint64_t *offset, struct error *err) must_check;

/* Free the reader; NULL is fine. */
void tar_read_free(struct tar_reader *reader);
DEFINE_CLEANUP_PTR(struct tar_reader, tar_read_free)

#endif
