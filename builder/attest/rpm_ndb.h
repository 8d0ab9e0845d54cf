/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The headers in rpm's own database, "ndb" (Packages.db, version 0), read
 * from its bytes. Pure.
 *
 *   file = pages of slots { block }      numbers little-endian
 *   slot = "Slot" package first-block blocks; the first two of the first page
 *          are the file's head: "RpmP" version generation pages next-package
 *   blob = "BlbS" package time length, bytes, zeros up to a whole block less
 *          the tail: checksum length "BlbE"
 *
 * A page is 4096 bytes, a slot and a block 16. Every block belongs to one
 * blob only, so blobs together are no larger than the file: one that names
 * the same blocks again and again is refused.
 */
#ifndef BUILDER_RPM_NDB_H
#define BUILDER_RPM_NDB_H

#include <stddef.h>

#include "base/error.h"

struct rpm_ndb_blobs {
	/* One package's blob; what it returns ends the reading when < 0. */
	int (*take)(void *context, const void *blob, size_t length,
		    struct error *err);
	void *context;
};

/*
 * Call BLOBS for each blob of the file, in the order of its slots. INVALID
 * when the bytes are no such database. As rpm does, it leaves the checksums.
 */
int rpm_ndb_read(const void *bytes, size_t length,
		 const struct rpm_ndb_blobs *blobs,
		 struct error *err) must_check;

#endif
