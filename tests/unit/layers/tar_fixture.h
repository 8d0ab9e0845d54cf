/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archives made in memory, right and wrong ones, and sources to read them
 * from in pieces of any size. For the tests of layers/tar only.
 *
 * fixture_add writes one entry with correct checksums; what a case wants wrong
 * it then overwrites in `data`. Everything belongs to the fixture.
 */
#ifndef TESTS_UNIT_LAYERS_TAR_FIXTURE_H
#define TESTS_UNIT_LAYERS_TAR_FIXTURE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "layers/tar/unpack_source.h"

struct fixture {
	uint8_t *data;
	size_t length;
	size_t allocated;
	size_t last; /* offset of the last header written */
};

struct fixture_entry {
	const char *name;
	char type; /* 0: '0' */
	const char *link;
	const void *contents;
	size_t size;
	unsigned mode; /* 0: 0644 */
	unsigned uid;
	unsigned gid;
	unsigned major;
	unsigned minor;
	int64_t mtime;
};

/* Append bytes. */
static inline void fixture_bytes(struct fixture *f, const void *data,
				 size_t length)
{
	if (f->length + length > f->allocated) {
		f->allocated = (f->length + length) * 2 + 4096;
		f->data = xreallocarray(f->data, f->allocated, 1);
	}
	if (length && data)
		memcpy(f->data + f->length, data, length);
	else if (length)
		memset(f->data + f->length, 0, length);
	f->length += length;
}

/* Append zero bytes up to a whole block. */
static inline void fixture_pad(struct fixture *f)
{
	fixture_bytes(f, NULL, -f->length % 512);
}

/* Write an octal field of WIDTH bytes, the last of them NUL. */
static inline void fixture_octal(uint8_t *field, size_t width, uint64_t value)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%0*llo", (int)width - 1,
		       (unsigned long long)value);
	memcpy(field, text, width);
}

/* Compute the checksum of the header at HEADER. */
static inline void fixture_checksum(uint8_t *header)
{
	unsigned sum = 0;

	memset(header + 148, ' ', 8);
	for (int i = 0; i < 512; i++)
		sum += header[i];
	fixture_octal(header + 148, 7, sum);
}

/* Append a ustar header. Names over 100 bytes are cut: use pax. */
static inline void fixture_header(struct fixture *f,
				  const struct fixture_entry *e)
{
	uint8_t h[512] = { 0 };

	memcpy(h, e->name, strnlen(e->name, 100));
	fixture_octal(h + 100, 8, e->mode ? e->mode : 0644);
	fixture_octal(h + 108, 8, e->uid);
	fixture_octal(h + 116, 8, e->gid);
	fixture_octal(h + 124, 12, e->size);
	fixture_octal(h + 136, 12, (uint64_t)e->mtime);
	h[156] = (uint8_t)(e->type ? e->type : '0');
	if (e->link)
		memcpy(h + 157, e->link, strnlen(e->link, 100));
	memcpy(h + 257, "ustar\00000", 8);
	fixture_octal(h + 329, 8, e->major);
	fixture_octal(h + 337, 8, e->minor);
	fixture_checksum(h);
	f->last = f->length;
	fixture_bytes(f, h, sizeof(h));
}

/* Append an entry with its contents. */
static inline void fixture_add(struct fixture *f, const struct fixture_entry *e)
{
	fixture_header(f, e);
	fixture_bytes(f, e->contents, e->size);
	fixture_pad(f);
}

/* Append one pax record to TEXT. */
static inline void fixture_record(struct fixture *text, const char *key,
				  const void *value, size_t size)
{
	size_t rest = strlen(key) + size + 3; /* " ", "=", "\n" */
	size_t total = rest + 1;
	char prefix[300];

	while (rest + (size_t)snprintf(NULL, 0, "%zu", total) != total)
		total = rest + (size_t)snprintf(NULL, 0, "%zu", total);
	(void)snprintf(prefix, sizeof(prefix), "%zu %s=", total, key);
	fixture_bytes(text, prefix, strlen(prefix));
	fixture_bytes(text, value, size);
	fixture_bytes(text, "\n", 1);
}

/* Append a pax header holding RECORDS, and free them. */
static inline void fixture_pax(struct fixture *f, struct fixture *records)
{
	fixture_add(f, &(struct fixture_entry){ .name = "PaxHeaders/x",
						.type = 'x',
						.contents = records->data,
						.size = records->length });
	free(records->data);
	*records = (struct fixture){ 0 };
}

/* Append a pax header of one text record. */
static inline void fixture_pax_text(struct fixture *f, const char *key,
				    const char *value)
{
	struct fixture records = { 0 };

	fixture_record(&records, key, value, strlen(value));
	fixture_pax(f, &records);
}

/* Append the two blocks that end an archive. */
static inline void fixture_end(struct fixture *f)
{
	fixture_bytes(f, NULL, 1024);
}

static inline void fixture_release(struct fixture *f)
{
	free(f->data);
	*f = (struct fixture){ 0 };
}
DEFINE_CLEANUP(struct fixture, fixture_release)

/* A source over memory that yields at most PIECE bytes at a time. */
struct fixture_source {
	const uint8_t *data;
	size_t length;
	size_t at;
	size_t piece;
	size_t fail_at; /* 0: never; else an error once AT is there */
};

static inline int fixture_read(void *context, void *buffer, size_t capacity,
			       size_t *got, struct error *err)
{
	struct fixture_source *s = context;
	size_t n = s->length - s->at;

	if (s->fail_at && s->at >= s->fail_at)
		return error_set(err, ERROR_NETWORK, "connection lost");
	n = n < capacity ? n : capacity;
	n = s->piece && n > s->piece ? s->piece : n;
	if (n)
		memcpy(buffer, s->data + s->at, n);
	s->at += n;
	*got = n;
	return 0;
}

#endif
