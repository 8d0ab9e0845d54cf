/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archives as plain bytes. xz and bzip2 go through libarchive's filters, with
 * its "raw" format: one member that is the whole stream.
 */
#include "layers/tar/plain_source.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "base/alloc.h"
#include "layers/layers_limits.h"

struct plain_source {
	const struct unpack_source *source;
	enum decompress_format format;
	unsigned char start[8]; /* read to tell the format, not given out yet */
	size_t start_length;
	size_t start_at;
	struct unpack_source rest; /* start, then the source */
	struct decompress *layer;  /* gzip and zstd */
	struct archive *other;	   /* xz and bzip2 */
	void *chunk;		   /* lent to libarchive */
	struct error failed;	   /* of the source, while libarchive reads */
};

/* The bytes as they are: those looked at first, then the others. */
static int read_raw(void *context, void *buffer, size_t capacity, size_t *got,
		    struct error *err)
{
	struct plain_source *plain = context;
	size_t left = plain->start_length - plain->start_at;

	if (!left)
		return plain->source->read(plain->source->context, buffer,
					   capacity, got, err);
	*got = left < capacity ? left : capacity;
	memcpy(buffer, plain->start + plain->start_at, *got);
	plain->start_at += *got;
	return 0;
}

static int look(struct plain_source *plain, struct error *err)
{
	while (plain->start_length < sizeof(plain->start)) {
		size_t got = 0;

		if (plain->source->read(plain->source->context,
					plain->start + plain->start_length,
					sizeof(plain->start) -
						plain->start_length,
					&got, err) < 0)
			return -1;
		if (!got)
			break;
		plain->start_length += got;
	}
	plain->format = decompress_detect(plain->start, plain->start_length);
	return 0;
}

static la_ssize_t lend(struct archive *archive, void *context,
		       const void **data)
{
	struct plain_source *plain = context;
	size_t got = 0;

	if (read_raw(plain, plain->chunk, LAYERS_CHUNK, &got, &plain->failed) <
	    0) {
		archive_set_error(archive, EIO, "the source failed");
		return -1;
	}
	*data = plain->chunk;
	return (la_ssize_t)got;
}

/* What libarchive says, unless the source below said more. */
static int other_failed(struct plain_source *plain, struct error *err)
{
	const char *text = archive_error_string(plain->other);

	if (plain->failed.kind != ERROR_NONE) {
		error_move(err, &plain->failed);
		return -1;
	}
	return error_set(err, ERROR_CORRUPT, "%s: %s",
			 decompress_format_name(plain->format),
			 text ? text : "damaged");
}

static int open_other(struct plain_source *plain, struct error *err)
{
	struct archive_entry *entry;

	plain->chunk = xmalloc(LAYERS_CHUNK);
	plain->other = archive_read_new();
	if (!plain->other ||
	    archive_read_support_format_raw(plain->other) != ARCHIVE_OK)
		return error_set(err, ERROR_SYSTEM,
				 "libarchive cannot be set up");
	/* a filter that would run a program is a warning, not ARCHIVE_OK */
	if ((plain->format == DECOMPRESS_XZ
		     ? archive_read_support_filter_xz(plain->other)
		     : archive_read_support_filter_bzip2(plain->other)) !=
	    ARCHIVE_OK)
		return error_set(err, ERROR_UNSUPPORTED,
				 "this build cannot read %s",
				 decompress_format_name(plain->format));
	if (archive_read_open(plain->other, plain, NULL, lend, NULL) !=
		    ARCHIVE_OK ||
	    archive_read_next_header(plain->other, &entry) != ARCHIVE_OK)
		return other_failed(plain, err);
	/* without its filter it would hand the bytes on as they are */
	if (archive_filter_code(plain->other, 0) !=
	    (plain->format == DECOMPRESS_XZ ? ARCHIVE_FILTER_XZ
					    : ARCHIVE_FILTER_BZIP2))
		return error_set(err, ERROR_CORRUPT, "%s: damaged",
				 decompress_format_name(plain->format));
	return 0;
}

int plain_source_open(const struct unpack_source *source, bool keep_layer,
		      struct plain_source **out, struct error *err)
{
	autoclean(plain_source_free) struct plain_source *plain =
		xcalloc(1, sizeof(*plain));
	int result = 0;

	plain->source = source;
	plain->rest = (struct unpack_source){ read_raw, NULL, plain };
	if (look(plain, err) < 0)
		return -1;
	switch (plain->format) {
	case DECOMPRESS_NONE:
	case DECOMPRESS_PLAIN:
		break;
	case DECOMPRESS_GZIP:
	case DECOMPRESS_ZSTD:
		if (!keep_layer)
			result = decompress_open(&plain->rest, NULL,
						 &plain->layer, err);
		break;
	case DECOMPRESS_BZIP2:
	case DECOMPRESS_XZ:
		result = open_other(plain, err);
		break;
	}
	if (result == 0)
		*out = TAKE_PTR(plain);
	return result;
}

static int read_other(struct plain_source *plain, void *buffer, size_t capacity,
		      size_t *got, struct error *err)
{
	la_ssize_t count = archive_read_data(plain->other, buffer, capacity);

	if (count < 0)
		return other_failed(plain, err);
	*got = (size_t)count;
	return 0;
}

static int read_plain(void *context, void *buffer, size_t capacity, size_t *got,
		      struct error *err)
{
	struct plain_source *plain = context;

	if (plain->layer)
		return decompress_read(plain->layer, buffer, capacity, got,
				       err);
	if (plain->other)
		return read_other(plain, buffer, capacity, got, err);
	return read_raw(plain, buffer, capacity, got, err);
}

struct unpack_source plain_source_bytes(struct plain_source *plain)
{
	return (struct unpack_source){ read_plain, NULL, plain };
}

void plain_source_free(struct plain_source *plain)
{
	if (!plain)
		return;
	decompress_free(plain->layer);
	if (plain->other)
		(void)archive_read_free(plain->other); /* only read */
	free(plain->chunk);
	error_release(&plain->failed);
	free(plain);
}
