/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of one table of an SQLite database, read from its bytes (SQLite's
 * file format 3): as much of it as rpm's database needs. Pure.
 *
 *   file   = header page { page }        numbers big-endian
 *   page   = interior (0x05) { child key } child | leaf (0x0d) { row }
 *   row    = varint length, varint key, record; what does not fit onto the
 *            page goes on in a chain of overflow pages
 *   record = varint size of types, { varint type }, { value }
 *
 * Every page belongs to one place only, so no more pages are looked at than
 * there are: a file that leads in circles comes to an end.
 */
#ifndef BUILDER_SQLITE_TABLE_H
#define BUILDER_SQLITE_TABLE_H

#include <stddef.h>

#include "base/error.h"

struct sqlite_rows {
	/* One row's first blob; what it returns ends the reading when < 0. */
	int (*take)(void *context, const void *blob, size_t length,
		    struct error *err);
	void *context;
};

/*
 * Call ROWS for each row of TABLE that has a blob. INVALID when the bytes are
 * no such database, NOT_FOUND when it has no such table.
 */
int sqlite_table_read(const void *bytes, size_t length, const char *table,
		      const struct sqlite_rows *rows,
		      struct error *err) must_check;

#endif
