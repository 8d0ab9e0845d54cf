/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes tar archives: ustar headers, and pax records only for what does not
 * fit one (long names, large numbers, fractions of seconds, extended
 * attributes). The same entries give the same bytes, on every machine: no user
 * names, no process ids, records in a fixed order.
 *
 * open -> (entry, data until its size is reached) ... -> finish. Contents are
 * passed on without copying. After an error the archive is lost: only free.
 * One thread at a time.
 */
#ifndef LAYERS_TAR_TAR_WRITE_H
#define LAYERS_TAR_TAR_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "layers/tar/byte_sink.h"
#include "layers/tar/entry_policy.h"

struct tar_writer;

/* Begin an archive that goes to SINK, whose context must outlive it. */
struct tar_writer *tar_write_new(const struct byte_sink *sink);

/*
 * Write the headers of ENTRY. Its path is taken as it is, with a slash added
 * for directories; its attributes must be sorted by name for the bytes to be
 * the same each time. INVALID when an attribute cannot be expressed (a name
 * with "="), or the entry before has not got all of its contents.
 */
int tar_write_entry(struct tar_writer *writer, const struct entry *entry,
		    struct error *err) must_check;

/* Write contents of the last entry, at most as many as its size says. */
int tar_write_data(struct tar_writer *writer, const void *data, size_t length,
		   struct error *err) must_check;

/* Write the end of the archive. */
int tar_write_finish(struct tar_writer *writer, struct error *err) must_check;

/* Free the writer; NULL is fine. */
void tar_write_free(struct tar_writer *writer);
DEFINE_CLEANUP_PTR(struct tar_writer, tar_write_free)

#endif
