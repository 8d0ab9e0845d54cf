/* SPDX-License-Identifier: Apache-2.0 */
/* b-trees of SQLite. */
#include "builder/attest/sqlite_table.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"

enum {
	FILE_HEADER = 100,
	LEAF = 0x0d,
	INTERIOR = 0x05,
	LEAF_HEADER = 8,
	INTERIOR_HEADER = 12,
	DEPTH_MAX = 20, /* of 2^31 pages of the smallest size */
	ROW_MAX = 64 << 20,
	COLUMNS_MAX = 64,
};

struct database {
	const unsigned char *bytes;
	size_t page_size, usable, pages;
	size_t budget;	   /* pages that may still be looked at */
	size_t left;	   /* bytes that may still be in rows */
	struct strbuf row; /* of the row at hand, put together */
};

/* What is done with each row's record. */
struct visit {
	int (*record)(void *context, const struct strbuf *record,
		      struct error *err);
	void *context;
};

static int refuse(const char *why, struct error *err)
{
	return error_set(err, ERROR_INVALID, "the database is damaged: %s",
			 why);
}

static unsigned number16(const unsigned char *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static uint32_t number32(const unsigned char *at)
{
	return (uint32_t)number16(at) << 16 | number16(at + 2);
}

/* Returns the bytes it takes; 0 when it does not end. */
static size_t varint(const unsigned char *at, size_t left, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < left && i < 9; i++) {
		if (i == 8) {
			*out = *out << 8 | at[i];
			return 9;
		}
		*out = *out << 7 | (at[i] & 0x7f);
		if (!(at[i] & 0x80))
			return i + 1;
	}
	return 0;
}

static int open_database(const unsigned char *bytes, size_t length,
			 struct database *out, struct error *err)
{
	static const char magic[] = "SQLite format 3";

	if (length < FILE_HEADER || memcmp(bytes, magic, sizeof(magic)) != 0)
		return error_set(err, ERROR_INVALID,
				 "it is no SQLite database");
	out->bytes = bytes;
	out->page_size = number16(bytes + 16);
	if (out->page_size == 1)
		out->page_size = 65536;
	if (out->page_size < 512 || (out->page_size & (out->page_size - 1)) ||
	    bytes[20] > out->page_size - 480)
		return refuse("its page size", err);
	out->usable = out->page_size - bytes[20];
	out->pages = length / out->page_size;
	out->budget = out->pages + 1; /* the schema's page is read first */
	out->left = length;
	return 0;
}

/* Page NUMBER, from 1; NULL when there is none, or too many were asked for. */
static const unsigned char *page(struct database *database, uint32_t number)
{
	if (!number || number > database->pages || !database->budget)
		return NULL;
	database->budget--;
	return database->bytes + (size_t)(number - 1) * database->page_size;
}

/* How much of a row of LENGTH bytes lies on the leaf itself. */
static size_t local_size(const struct database *database, uint64_t length)
{
	size_t usable = database->usable;
	size_t most = usable - 35;
	size_t least = (usable - 12) * 32 / 255 - 23;
	size_t size;

	if (length <= most)
		return (size_t)length;
	size = least + (size_t)((length - least) % (usable - 4));
	return size <= most ? size : least;
}

static int add_overflow(struct database *database, uint32_t next,
			uint64_t length, struct error *err)
{
	struct strbuf *row = &database->row;

	while (row->length < length) {
		const unsigned char *at = page(database, next);
		size_t some = database->usable - 4;

		if (!at)
			return refuse("a row's pages", err);
		if (some > length - row->length)
			some = (size_t)(length - row->length);
		strbuf_add(row, at + 4, some);
		next = number32(at);
	}
	return 0;
}

/* Puts the row at OFFSET of a leaf together and hands it over. */
static int visit_row(struct database *database, const unsigned char *leaf,
		     size_t offset, const struct visit *visit,
		     struct error *err)
{
	size_t end = database->usable;
	uint64_t length;
	uint64_t key;
	size_t size;
	size_t got;

	got = offset < end ? varint(leaf + offset, end - offset, &length) : 0;
	offset += got;
	if (!got || length > ROW_MAX || length > database->left)
		return refuse("a row's length", err);
	database->left -= (size_t)length;
	got = offset < end ? varint(leaf + offset, end - offset, &key) : 0;
	offset += got;
	size = local_size(database, length);
	if (!got || size > end - offset ||
	    (size < length && end - offset - size < 4))
		return refuse("a row leads out of its page", err);
	strbuf_truncate(&database->row, 0);
	strbuf_add(&database->row, leaf + offset, size);
	if (size < length &&
	    add_overflow(database, number32(leaf + offset + size), length,
			 err) < 0)
		return -1;
	return visit->record(visit->context, &database->row, err);
}

static int walk(struct database *database, uint32_t number, unsigned depth,
		const struct visit *visit, struct error *err);

static int walk_children(struct database *database, const unsigned char *at,
			 const unsigned char *head, unsigned depth,
			 const struct visit *visit, struct error *err)
{
	size_t count = number16(head + 3);
	size_t cells = (size_t)(head - at) + INTERIOR_HEADER;

	if (cells + count * 2 > database->usable)
		return refuse("a page's cells", err);
	for (size_t i = 0; i < count; i++) {
		size_t offset = number16(at + cells + i * 2);

		if (offset + 4 > database->usable)
			return refuse("a page's cells", err);
		if (walk(database, number32(at + offset), depth + 1, visit,
			 err) < 0)
			return -1;
	}
	return walk(database, number32(head + 8), depth + 1, visit, err);
}

static int walk_leaf(struct database *database, const unsigned char *at,
		     const unsigned char *head, const struct visit *visit,
		     struct error *err)
{
	size_t count = number16(head + 3);
	size_t cells = (size_t)(head - at) + LEAF_HEADER;

	if (cells + count * 2 > database->usable)
		return refuse("a page's cells", err);
	for (size_t i = 0; i < count; i++)
		if (visit_row(database, at, number16(at + cells + i * 2), visit,
			      err) < 0)
			return -1;
	return 0;
}

/* Recursion is bounded by DEPTH_MAX, and by the pages that there are. */
static int walk(struct database *database, uint32_t number, unsigned depth,
		const struct visit *visit, struct error *err)
{
	const unsigned char *at = page(database, number);
	const unsigned char *head;

	if (!at || depth > DEPTH_MAX)
		return refuse("its pages lead nowhere", err);
	head = number == 1 ? at + FILE_HEADER : at;
	if (*head == LEAF)
		return walk_leaf(database, at, head, visit, err);
	if (*head == INTERIOR)
		return walk_children(database, at, head, depth, visit, err);
	return refuse("a page of another kind", err);
}

struct column {
	uint64_t type;
	const unsigned char *value;
	size_t length;
};

static bool is_blob(const struct column *column)
{
	return column->type >= 12 && column->type % 2 == 0;
}

static bool is_text(const struct column *column, const char *text)
{
	return column->type >= 13 && column->type % 2 == 1 &&
	       column->length == strlen(text) &&
	       !memcmp(column->value, text, column->length);
}

/* Bytes of a value by its serial type; SIZE_MAX for one that is reserved. */
static size_t value_size(uint64_t type)
{
	static const unsigned char sizes[] = { 0, 1, 2, 3, 4, 6, 8, 8, 0, 0 };

	if (type < sizeof(sizes))
		return sizes[type];
	if (type < 12 || type > (uint64_t)ROW_MAX * 2)
		return SIZE_MAX;
	return (size_t)(type - 12) / 2;
}

/* Takes a record apart. */
static int parse_record(const struct strbuf *record, struct column *columns,
			size_t *count_out, struct error *err)
{
	const unsigned char *bytes = (const unsigned char *)record->text;
	uint64_t size = 0;
	size_t at = varint(bytes, record->length, &size);
	size_t value = (size_t)size;

	*count_out = 0;
	if (!at || size > record->length || size < at)
		return refuse("a record's head", err);
	while (at < size && *count_out < COLUMNS_MAX) {
		struct column *column = &columns[(*count_out)++];
		size_t got = varint(bytes + at, (size_t)size - at,
				    &column->type);

		column->length = value_size(column->type);
		if (!got || column->length > record->length - value)
			return refuse("a record's values", err);
		column->value = bytes + value;
		value += column->length;
		at += got;
	}
	return 0;
}

/* A table of the schema: type, name, table, first page, text. */
struct wanted {
	const char *table;
	uint32_t root;
};

static uint64_t integer(const struct column *column)
{
	uint64_t value = 0;

	if (column->type == 9)
		return 1;
	for (size_t i = 0; column->type <= 6 && i < column->length; i++)
		value = value << 8 | column->value[i];
	return value;
}

static int find_table(void *context, const struct strbuf *record,
		      struct error *err)
{
	struct wanted *wanted = context;
	struct column columns[COLUMNS_MAX];
	uint64_t root;
	size_t count;

	if (parse_record(record, columns, &count, err) < 0)
		return -1;
	if (count < 4 || !is_text(&columns[0], "table") ||
	    !is_text(&columns[1], wanted->table))
		return 0;
	root = integer(&columns[3]);
	if (root > UINT32_MAX)
		return refuse("a table's first page", err);
	wanted->root = (uint32_t)root;
	return 0;
}

static int take_blob(void *context, const struct strbuf *record,
		     struct error *err)
{
	const struct sqlite_rows *rows = context;
	struct column columns[COLUMNS_MAX];
	size_t count;

	if (parse_record(record, columns, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (is_blob(&columns[i]))
			return rows->take(rows->context, columns[i].value,
					  columns[i].length, err);
	return 0;
}

int sqlite_table_read(const void *bytes, size_t length, const char *table,
		      const struct sqlite_rows *rows, struct error *err)
{
	struct database database = { .row = STRBUF_LIMIT(ROW_MAX) };
	struct wanted wanted = { table, 0 };
	struct visit schema = { find_table, &wanted };
	struct visit each = { take_blob, (void *)(uintptr_t)rows };
	int result = open_database(bytes, length, &database, err);

	if (result == 0)
		result = walk(&database, 1, 0, &schema, err);
	if (result == 0 && !wanted.root)
		result = error_set(err, ERROR_NOT_FOUND,
				   "the database has no table %s", table);
	if (result == 0)
		result = walk(&database, wanted.root, 0, &each, err);
	strbuf_release(&database.row);
	return result;
}
