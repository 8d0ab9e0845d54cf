/* SPDX-License-Identifier: Apache-2.0 */
/* Hash tables of Berkeley DB. */
#include "builder/attest/bdb_hash.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"

enum {
	METADATA = 512, /* bytes of it, which are the smallest page too */
	MAGIC = 0x061561,
	OLDEST = 8, /* of Berkeley DB 4.0; RHEL 3 had it */
	NEWEST = 10,
	HAS_CHECKSUMS = 1,
	VALUE_MAX = 64 << 20,

	/* What a page is. */
	PAGE_TABLE_UNSORTED = 2, /* before Berkeley DB 4.6 */
	PAGE_OVERFLOW = 7,
	PAGE_METADATA = 8,
	PAGE_TABLE = 13,

	/* Where a page says it. */
	AT_NEXT = 16,
	AT_COUNT = 20,
	AT_USED = 22, /* of an overflow page: bytes on it */
	AT_KIND = 25,
	PAGE_HEAD = 26,
	PAGE_HEAD_CHECKSUM = 32,

	/* What an item is. */
	ITEM_HERE = 1,
	ITEM_ELSEWHERE = 3,
	ELSEWHERE_SIZE = 12,
};

struct database {
	const unsigned char *bytes;
	bool big_endian;
	size_t page_size, pages;
	size_t head;	     /* bytes of a page before its contents */
	size_t budget;	     /* overflow pages that may still be looked at */
	struct strbuf value; /* of the pair at hand, put together */
};

static int refuse(const char *why, struct error *err)
{
	return error_set(err, ERROR_INVALID, "the database is damaged: %s",
			 why);
}

static unsigned number16(const struct database *database,
			 const unsigned char *at)
{
	return database->big_endian ? (unsigned)at[0] << 8 | at[1]
				    : (unsigned)at[1] << 8 | at[0];
}

static uint32_t number32(const struct database *database,
			 const unsigned char *at)
{
	uint32_t first = number16(database, at);
	uint32_t second = number16(database, at + 2);

	return database->big_endian ? first << 16 | second
				    : second << 16 | first;
}

/* Which order the magic is in; false when it is none. */
static bool find_order(struct database *database)
{
	const unsigned char *at = database->bytes + 12;

	database->big_endian = false;
	if (number32(database, at) == MAGIC)
		return true;
	database->big_endian = true;
	return number32(database, at) == MAGIC;
}

static int open_database(const unsigned char *bytes, size_t length,
			 struct database *out, struct error *err)
{
	uint32_t version;
	uint32_t last;

	out->bytes = bytes;
	if (length < METADATA || !find_order(out) ||
	    bytes[AT_KIND] != PAGE_METADATA)
		return error_set(err, ERROR_INVALID,
				 "it is no hash table of Berkeley DB");
	version = number32(out, bytes + 16);
	if (version < OLDEST || version > NEWEST)
		return error_set(err, ERROR_INVALID,
				 "version %u of Berkeley DB's hash tables "
				 "is not known",
				 version);
	if (bytes[24])
		return error_set(err, ERROR_INVALID,
				 "the database is encrypted");
	out->page_size = number32(out, bytes + 20);
	if (out->page_size < METADATA || out->page_size > 65536 ||
	    (out->page_size & (out->page_size - 1)))
		return refuse("its page size", err);
	last = number32(out, bytes + 32);
	if (last >= length / out->page_size)
		return refuse("it ends before its last page", err);
	out->pages = (size_t)last + 1;
	out->budget = out->pages;
	out->head = bytes[26] & HAS_CHECKSUMS ? PAGE_HEAD_CHECKSUM : PAGE_HEAD;
	return 0;
}

/* Page NUMBER of a value; NULL when it is none, or too many were asked for. */
static const unsigned char *overflow_page(struct database *database,
					  uint32_t number)
{
	const unsigned char *at;

	if (!number || number >= database->pages || !database->budget)
		return NULL;
	database->budget--;
	at = database->bytes + (size_t)number * database->page_size;
	return at[AT_KIND] == PAGE_OVERFLOW ? at : NULL;
}

/* Puts a value together that lies on pages of its own. */
static int gather(struct database *database, const unsigned char *item,
		  struct bdb_item *out, struct error *err)
{
	uint32_t next = number32(database, item + 4);
	uint32_t length = number32(database, item + 8);
	struct strbuf *value = &database->value;

	if (length > VALUE_MAX)
		return refuse("a value's length", err);
	strbuf_truncate(value, 0);
	while (value->length < length) {
		const unsigned char *at = overflow_page(database, next);
		size_t some;

		if (!at)
			return refuse("a value's pages", err);
		some = number16(database, at + AT_USED);
		if (some > database->page_size - database->head ||
		    some > length - value->length)
			return refuse("a value's length", err);
		strbuf_add(value, at + database->head, some);
		next = number32(database, at + AT_NEXT);
	}
	*out = (struct bdb_item){ value->text, value->length };
	return 0;
}

/*
 * Item INDEX of a page. Items lie one below the other without gaps, so one's
 * length is what is between its offset and the one's before; all lie below
 * the offsets, of which there are then no more than fit.
 */
static int find_item(const struct database *database, const unsigned char *page,
		     size_t index, struct bdb_item *out, struct error *err)
{
	const unsigned char *offsets = page + database->head;
	size_t offset = number16(database, offsets + index * 2);
	size_t end = index ? number16(database, offsets + (index - 1) * 2)
			   : database->page_size;
	size_t count = number16(database, page + AT_COUNT);

	if (offset < database->head + count * 2 || offset >= end ||
	    end > database->page_size)
		return refuse("a page's items", err);
	*out = (struct bdb_item){ page + offset, end - offset };
	return 0;
}

static int visit_pair(struct database *database, const unsigned char *page,
		      size_t index, const struct bdb_pairs *pairs,
		      struct error *err)
{
	struct bdb_item key;
	struct bdb_item value;
	const unsigned char *from;

	if (find_item(database, page, index, &key, err) < 0 ||
	    find_item(database, page, index + 1, &value, err) < 0)
		return -1;
	if (*(const unsigned char *)key.bytes != ITEM_HERE)
		return refuse("a key of another kind", err);
	key = (struct bdb_item){ (const unsigned char *)key.bytes + 1,
				 key.length - 1 };
	from = value.bytes;
	if (*from == ITEM_HERE)
		value = (struct bdb_item){ from + 1, value.length - 1 };
	else if (*from != ITEM_ELSEWHERE || value.length != ELSEWHERE_SIZE)
		return refuse("a value of another kind", err);
	else if (gather(database, from, &value, err) < 0)
		return -1;
	return pairs->take(pairs->context, &key, &value, err);
}

static int visit_page(struct database *database, const unsigned char *page,
		      const struct bdb_pairs *pairs, struct error *err)
{
	size_t count = number16(database, page + AT_COUNT);

	if (count % 2)
		return refuse("a page's items", err);
	for (size_t i = 0; i < count; i += 2)
		if (visit_pair(database, page, i, pairs, err) < 0)
			return -1;
	return 0;
}

int bdb_hash_read(const void *bytes, size_t length,
		  const struct bdb_pairs *pairs, struct error *err)
{
	struct database database = { .value = STRBUF_LIMIT(VALUE_MAX) };
	int result = open_database(bytes, length, &database, err);

	for (size_t i = 1; result == 0 && i < database.pages; i++) {
		const unsigned char *page = database.bytes +
					    i * database.page_size;

		if (page[AT_KIND] == PAGE_TABLE ||
		    page[AT_KIND] == PAGE_TABLE_UNSORTED)
			result = visit_page(&database, page, pairs, err);
	}
	strbuf_release(&database.value);
	return result;
}
