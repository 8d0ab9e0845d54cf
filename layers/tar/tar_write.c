/* SPDX-License-Identifier: Apache-2.0 */
/* ustar (POSIX.1-1988) with pax records (POSIX.1-2001) where needed. */
#include "layers/tar/tar_write.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"

enum {
	TAR_BLOCK = 512,
	TAR_NAME = 100,
	TAR_PREFIX = 155,
	TAR_MAX_ID = 07777777, /* seven octal digits */
};

/* Eleven octal digits: 8 GiB, the year 2242. */
#define TAR_MAX_SIZE INT64_C(077777777777)

struct ustar {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char checksum[8];
	char type;
	char link[100];
	char magic[8];
	char uname[32];
	char gname[32];
	char major[8];
	char minor[8];
	char prefix[155];
	char padding[12];
};
_Static_assert(sizeof(struct ustar) == TAR_BLOCK, "a header is a block");

struct tar_writer {
	struct byte_sink sink;
	uint64_t left;	  /* contents of the entry still to come */
	unsigned padding; /* after them */
};

static const char zeros[2 * TAR_BLOCK];

struct tar_writer *tar_write_new(const struct byte_sink *sink)
{
	struct tar_writer *writer = xcalloc(1, sizeof(*writer));

	writer->sink = *sink;
	return writer;
}

static int emit(struct tar_writer *writer, const void *data, size_t length,
		struct error *err)
{
	return writer->sink.write(writer->sink.context, data, length, err);
}

/* WIDTH - 1 octal digits and a NUL; values that do not fit become 0 (pax). */
static void set_octal(char *field, size_t width, uint64_t value)
{
	for (size_t i = width - 1; i-- > 0; value >>= 3)
		field[i] = (char)('0' + (value & 7));
	field[width - 1] = '\0';
}

static void set_checksum(struct ustar *header)
{
	const unsigned char *bytes = (const unsigned char *)header;
	unsigned sum = 0;

	memset(header->checksum, ' ', sizeof(header->checksum));
	for (size_t i = 0; i < sizeof(*header); i++)
		sum += bytes[i];
	/* six digits, NUL, space: as every tar since 1979 */
	set_octal(header->checksum, 7, sum);
}

static char type_flag(enum entry_type type)
{
	switch (type) {
	case ENTRY_NONE:
	case ENTRY_FILE:
		return '0';
	case ENTRY_DIRECTORY:
		return '5';
	case ENTRY_SYMLINK:
		return '2';
	case ENTRY_HARDLINK:
		return '1';
	case ENTRY_CHARACTER_DEVICE:
		return '3';
	case ENTRY_BLOCK_DEVICE:
		return '4';
	case ENTRY_FIFO:
		return '6';
	}
	return '0';
}

/* Puts PATH into name and prefix; false when it does not fit. */
static bool set_name(struct ustar *header, const char *path)
{
	size_t length = strlen(path);
	const char *slash;

	if (length <= TAR_NAME) {
		memcpy(header->name, path, length);
		return true;
	}
	/* the first slash that leaves a name short enough, not at the end */
	slash = strchr(path + length - TAR_NAME - 1, '/');
	if (!slash || !slash[1] || slash == path || slash - path > TAR_PREFIX) {
		memcpy(header->name, path, TAR_NAME);
		return false;
	}
	memcpy(header->prefix, path, (size_t)(slash - path));
	memcpy(header->name, slash + 1, strlen(slash + 1));
	return true;
}

static void add_record(struct strbuf *records, const char *key,
		       const void *value, size_t size)
{
	size_t rest = strlen(key) + size + 3; /* " ", "=", newline */
	size_t total = rest + 1;

	/* the length counts its own digits */
	for (;;) {
		size_t now = rest + (size_t)snprintf(NULL, 0, "%zu", total);

		if (now == total)
			break;
		total = now;
	}
	strbuf_addf(records, "%zu %s=", total, key);
	strbuf_add(records, value, size);
	strbuf_addch(records, '\n');
}

static void add_text(struct strbuf *records, const char *key, const char *value)
{
	add_record(records, key, value, strlen(value));
}

static void add_number(struct strbuf *records, const char *key, int64_t value)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%lld", (long long)value); /* fits */
	add_text(records, key, text);
}

/* Seconds with their fraction, which counts away from zero before 1970. */
static void add_time(struct strbuf *records, int64_t second, long nanosecond)
{
	char text[48];
	const char *sign = "";

	if (second < 0) {
		sign = "-";
		second = -second;
		if (nanosecond) {
			second--;
			nanosecond = 1000000000 - nanosecond;
		}
	}
	if (nanosecond)
		(void)snprintf(text, sizeof(text), "%s%lld.%09ld", sign,
			       (long long)second, nanosecond); /* fits */
	else
		(void)snprintf(text, sizeof(text), "%s%lld", sign,
			       (long long)second); /* fits */
	add_text(records, "mtime", text);
}

/* Length of the UTF-8 sequence at TEXT, 0 when there is none. */
static size_t sequence_length(const unsigned char *text)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = { { 0x80, 0x00, 0 },
		      { 0xe0, 0xc0, 0x80 },
		      { 0xf0, 0xe0, 0x800 },
		      { 0xf8, 0xf0, 0x10000 } };

	for (size_t i = 0; i < 4; i++) {
		uint32_t rune = text[0] & (unsigned char)~forms[i].mask;

		if ((text[0] & forms[i].mask) != forms[i].lead)
			continue;
		for (size_t j = 1; j <= i; j++) {
			if ((text[j] & 0xc0) != 0x80)
				return 0;
			rune = rune << 6 | (text[j] & 0x3f);
		}
		return rune < forms[i].least || rune > 0x10ffff ||
				       (rune >= 0xd800 && rune < 0xe000)
			       ? 0
			       : i + 1;
	}
	return 0;
}

static bool is_utf8(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	while (*at) {
		size_t length = sequence_length(at);

		if (!length)
			return false;
		at += length;
	}
	return true;
}

static int add_xattrs(struct strbuf *records, const struct entry *entry,
		      struct error *err)
{
	for (size_t i = 0; i < entry->xattr_count; i++) {
		const struct entry_xattr *x = &entry->xattrs[i];
		autofree char *key = xasprintf("SCHILY.xattr.%s", x->name);

		if (strchr(x->name, '='))
			return error_set(err, ERROR_INVALID,
					 "an attribute's name holds \"=\"");
		add_record(records, key, x->value, x->size);
	}
	return 0;
}

/* Fills the numbers of HEADER, and RECORDS with those that do not fit. */
static void set_numbers(struct ustar *header, const struct entry *entry,
			struct strbuf *records)
{
	int64_t size = entry->type == ENTRY_FILE ? entry->size : 0;

	set_octal(header->mode, 8, entry->mode & 07777);
	set_octal(header->size, 12, size > TAR_MAX_SIZE ? 0 : (uint64_t)size);
	if (size > TAR_MAX_SIZE)
		add_number(records, "size", size);
	set_octal(header->uid, 8,
		  entry->uid > TAR_MAX_ID ? 0 : (uint64_t)entry->uid);
	if (entry->uid > TAR_MAX_ID)
		add_number(records, "uid", entry->uid);
	set_octal(header->gid, 8,
		  entry->gid > TAR_MAX_ID ? 0 : (uint64_t)entry->gid);
	if (entry->gid > TAR_MAX_ID)
		add_number(records, "gid", entry->gid);
	set_octal(header->mtime, 12,
		  entry->mtime < 0 || entry->mtime > TAR_MAX_SIZE
			  ? 0
			  : (uint64_t)entry->mtime);
	if (entry->mtime < 0 || entry->mtime > TAR_MAX_SIZE ||
	    entry->mtime_nanosecond)
		add_time(records, entry->mtime, entry->mtime_nanosecond);
	set_octal(header->major, 8, entry->major);
	set_octal(header->minor, 8, entry->minor);
}

static void set_constants(struct ustar *header, char type)
{
	header->type = type;
	memcpy(header->magic, "ustar\00000", 8);
}

static int emit_padded(struct tar_writer *writer, const void *data,
		       size_t length, struct error *err)
{
	if (emit(writer, data, length, err) < 0)
		return -1;
	if (length % TAR_BLOCK == 0)
		return 0;
	return emit(writer, zeros, TAR_BLOCK - length % TAR_BLOCK, err);
}

static int emit_records(struct tar_writer *writer, const struct strbuf *records,
			struct error *err)
{
	struct ustar header = { .name = "PaxHeaders.0/x" };

	set_constants(&header, 'x');
	set_octal(header.mode, 8, 0644);
	set_octal(header.uid, 8, 0);
	set_octal(header.gid, 8, 0);
	set_octal(header.size, 12, records->length);
	set_octal(header.mtime, 12, 0);
	set_octal(header.major, 8, 0);
	set_octal(header.minor, 8, 0);
	set_checksum(&header);
	if (emit(writer, &header, sizeof(header), err) < 0)
		return -1;
	return emit_padded(writer, records->text, records->length, err);
}

/* The path as it stands in the archive: a directory's ends with a slash. */
static char *archive_path(const struct entry *entry)
{
	size_t length = strlen(entry->path);
	bool has_slash = length && entry->path[length - 1] == '/';

	return xasprintf("%s%s", entry->path,
			 entry->type == ENTRY_DIRECTORY && !has_slash ? "/"
								      : "");
}

static int check_order(const struct tar_writer *writer, struct error *err)
{
	if (writer->left)
		return error_set(err, ERROR_INVALID,
				 "an entry misses %llu bytes of its contents",
				 (unsigned long long)writer->left);
	return 0;
}

int tar_write_entry(struct tar_writer *writer, const struct entry *entry,
		    struct error *err)
{
	autoclean(strbuf_release) struct strbuf records = STRBUF_INIT;
	autofree char *path = archive_path(entry);
	struct ustar header = { 0 };
	const char *link = entry->link ? entry->link : "";

	if (check_order(writer, err) < 0)
		return -1;
	set_constants(&header, type_flag(entry->type));
	if (!is_utf8(path) || !is_utf8(link))
		add_text(&records, "hdrcharset", "BINARY");
	if (!set_name(&header, path))
		add_text(&records, "path", path);
	memcpy(header.link, link, strnlen(link, TAR_NAME));
	if (strlen(link) > TAR_NAME)
		add_text(&records, "linkpath", link);
	set_numbers(&header, entry, &records);
	if (add_xattrs(&records, entry, err) < 0 ||
	    strbuf_check(&records, "an entry's attributes", err) < 0)
		return -1;
	set_checksum(&header);
	if (records.length && emit_records(writer, &records, err) < 0)
		return -1;
	if (entry->type == ENTRY_FILE) {
		writer->left = (uint64_t)entry->size;
		writer->padding = (unsigned)(-writer->left % TAR_BLOCK);
	}
	return emit(writer, &header, sizeof(header), err);
}

int tar_write_data(struct tar_writer *writer, const void *data, size_t length,
		   struct error *err)
{
	unsigned padding = writer->padding;

	assert(length <= writer->left);
	if (!length)
		return 0;
	if (emit(writer, data, length, err) < 0)
		return -1;
	writer->left -= length;
	if (writer->left || !padding)
		return 0;
	writer->padding = 0;
	return emit(writer, zeros, padding, err);
}

int tar_write_finish(struct tar_writer *writer, struct error *err)
{
	if (check_order(writer, err) < 0)
		return -1;
	return emit(writer, zeros, sizeof(zeros), err);
}

void tar_write_free(struct tar_writer *writer)
{
	free(writer);
}
