/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pairs of a hash table of Berkeley DB, read from its bytes (versions 8
 * to 10 of the table's format, Berkeley DB 4 to 6): as much of it as rpm's
 * database needs. Pure.
 *
 *   file  = page { page }                numbers in the order of the magic's
 *   page  = metadata (8; the first) | table (2, 13) | overflow (7) | other
 *   table = head, offsets of items; items from the page's end downwards, a
 *           key and its value by turns
 *   item  = 1 bytes | 3 zeros first-overflow-page length
 *
 * Every page of the table is looked at once, wherever its bucket is; every
 * overflow page belongs to one value only, so no more of them are read than
 * there are pages: a file that leads in circles comes to an end.
 */
#ifndef BUILDER_BDB_HASH_H
#define BUILDER_BDB_HASH_H

#include <stddef.h>

#include "base/error.h"

struct bdb_item {
	const void *bytes;
	size_t length;
};

struct bdb_pairs {
	/* One pair; what it returns ends the reading when < 0. */
	int (*take)(void *context, const struct bdb_item *key,
		    const struct bdb_item *value, struct error *err);
	void *context;
};

/*
 * Call PAIRS for each pair, in the order of pages. INVALID when the bytes are
 * no such database, or one that is encrypted.
 */
int bdb_hash_read(const void *bytes, size_t length,
		  const struct bdb_pairs *pairs, struct error *err) must_check;

#endif
