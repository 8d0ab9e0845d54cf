/* SPDX-License-Identifier: Apache-2.0 */
/* Slots and blobs of ndb. */
#include "builder/attest/rpm_ndb.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
	PAGE = 4096,
	BLOCK = 16, /* a slot's size too */
	FILE_HEADER = 32,
	BLOB_HEAD = 16,
	BLOB_TAIL = 12,
};

struct database {
	const unsigned char *bytes;
	size_t slots;  /* bytes of them, the file's head included */
	size_t blocks; /* whole ones of the file */
	size_t left;   /* blocks that no blob had yet */
};

struct slot {
	uint32_t package, first, count;
};

static int refuse(const char *why, struct error *err)
{
	return error_set(err, ERROR_INVALID, "the database is damaged: %s",
			 why);
}

static uint32_t number(const unsigned char *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

static bool has_magic(const unsigned char *at, const char *magic)
{
	return !memcmp(at, magic, 4);
}

static int open_database(const unsigned char *bytes, size_t length,
			 struct database *out, struct error *err)
{
	uint32_t pages;

	if (length < FILE_HEADER || !has_magic(bytes, "RpmP"))
		return error_set(err, ERROR_INVALID, "it is no ndb database");
	if (number(bytes + 4) != 0)
		return error_set(err, ERROR_INVALID,
				 "version %u of ndb is not known",
				 number(bytes + 4));
	pages = number(bytes + 12);
	if (!pages || pages > length / PAGE)
		return refuse("its pages of slots", err);
	out->bytes = bytes;
	out->slots = (size_t)pages * PAGE;
	out->blocks = length / BLOCK;
	out->left = out->blocks - out->slots / BLOCK;
	return 0;
}

/* A slot that is in use. */
static int visit_slot(struct database *database, const struct slot *slot,
		      const struct rpm_ndb_blobs *blobs, struct error *err)
{
	const unsigned char *head;
	const unsigned char *tail;
	size_t size = (size_t)slot->count * BLOCK;
	uint32_t length;

	if (slot->first < database->slots / BLOCK ||
	    slot->first > database->blocks ||
	    slot->count > database->blocks - slot->first)
		return refuse("a slot leads out of the file", err);
	if (slot->count > database->left)
		return refuse("slots share their blocks", err);
	database->left -= slot->count;
	if (size < BLOB_HEAD + BLOB_TAIL)
		return refuse("a blob's length", err);
	head = database->bytes + (size_t)slot->first * BLOCK;
	tail = head + size - BLOB_TAIL;
	length = number(head + 12);
	if (!has_magic(head, "BlbS") || !has_magic(tail + 8, "BlbE") ||
	    !slot->package || number(head + 4) != slot->package)
		return refuse("a slot's blob is another's", err);
	if (length > size - BLOB_HEAD - BLOB_TAIL ||
	    size - BLOB_HEAD - BLOB_TAIL - length >= BLOCK ||
	    number(tail + 4) != length)
		return refuse("a blob's length", err);
	return blobs->take(blobs->context, head + BLOB_HEAD, length, err);
}

int rpm_ndb_read(const void *bytes, size_t length,
		 const struct rpm_ndb_blobs *blobs, struct error *err)
{
	struct database database;

	if (open_database(bytes, length, &database, err) < 0)
		return -1;
	for (size_t at = FILE_HEADER; at < database.slots; at += BLOCK) {
		const unsigned char *from = database.bytes + at;
		struct slot slot = { number(from + 4), number(from + 8),
				     number(from + 12) };

		if (!has_magic(from, "Slot"))
			return refuse("a slot that is none", err);
		if (slot.first && visit_slot(&database, &slot, blobs, err) < 0)
			return -1;
	}
	return 0;
}
