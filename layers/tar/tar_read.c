/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libarchive's tar reader, tamed.
 *
 * Locale: libarchive turns pax names from UTF-8 into the locale's character
 * set, composing accents on the way (NFD becomes NFC), which changes names.
 * In the C locale the conversion of a name that is not ASCII fails instead,
 * and libarchive then keeps the bytes as they are and warns. So its calls run
 * in the C locale, and that one warning is the only one let through.
 *
 * Memory: a sparse map or a run of special headers is read in one go and kept
 * in lists many times its size. libarchive has no bound for a GNU sparse map,
 * so the bytes it may ask for within one header are counted here.
 */
#include "layers/tar/tar_read.h"

#include <archive.h>
#include <archive_entry.h>
#include <ctype.h>
#include <locale.h>
#include <string.h>

#include "base/alloc.h"
#include "layers/layers_limits.h"

struct tar_reader {
	struct tar_input input;
	struct archive *archive;
	struct archive_entry *current;
	locale_t c_locale;
	bool in_header;
	size_t header_bytes; /* lent since the header began */
	bool has_data;	     /* contents may be left unread */
	uint64_t position;   /* behind the last piece lent */
	uint64_t size;	     /* of the current entry, holes included */
	struct error failed; /* of the input */
	void *stream_buffer; /* when reading from a decompressor */
	struct decompress *stream;
	struct entry_xattr xattrs[LAYERS_MAX_XATTRS + 1];
};

static la_ssize_t lend_block(struct archive *archive, void *context,
			     const void **data)
{
	struct tar_reader *reader = context;
	size_t length = 0;

	if (reader->failed.kind)
		return ARCHIVE_FATAL;
	if (reader->in_header && reader->header_bytes > LAYERS_MAX_HEADER) {
		error_set(&reader->failed, ERROR_TOO_LARGE,
			  "tar: the headers of an entry are over %d bytes",
			  LAYERS_MAX_HEADER);
		archive_set_error(archive, EFBIG, "header over the limit");
		return ARCHIVE_FATAL;
	}
	if (reader->input.next(reader->input.context, data, &length,
			       &reader->failed) < 0) {
		archive_set_error(archive, EIO, "input failed");
		return ARCHIVE_FATAL;
	}
	reader->header_bytes += length;
	return (la_ssize_t)length;
}

/* What libarchive says, in our form; the input's own failure comes first. */
static int explain(struct tar_reader *reader, struct error *err)
{
	const char *text;
	autofree char *copy = NULL;

	if (reader->failed.kind) {
		error_move(err, &reader->failed);
		/* stays failed: a second call must not read on */
		error_set(&reader->failed, ERROR_CORRUPT,
			  "tar: read after an error");
		return -1;
	}
	text = archive_error_string(reader->archive);
	copy = xstrdup(text ? text : "damaged archive");
	copy[0] = (char)tolower((unsigned char)copy[0]);
	if (*copy && copy[strlen(copy) - 1] == '.')
		copy[strlen(copy) - 1] = '\0';
	return error_set(err, ERROR_CORRUPT, "tar: %s", copy);
}

static int start(struct tar_reader *reader)
{
	struct archive *archive = reader->archive;

	if (archive_read_support_filter_none(archive) != ARCHIVE_OK ||
	    archive_read_support_format_empty(archive) != ARCHIVE_OK ||
	    archive_read_support_format_tar(archive) != ARCHIVE_OK)
		return -1;
	return archive_read_open(archive, reader, NULL, lend_block, NULL) ==
			       ARCHIVE_OK
		       ? 0
		       : -1;
}

static int open_reader(struct tar_reader *allocated, struct tar_reader **out,
		       struct error *err)
{
	autoclean(tar_read_free) struct tar_reader *reader = allocated;

	reader->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	reader->archive = archive_read_new();
	if (!reader->c_locale || !reader->archive)
		return error_set(err, ERROR_SYSTEM,
				 "libarchive does not start");
	reader->in_header = true;
	if (start(reader) < 0)
		return explain(reader, err);
	*out = TAKE_PTR(reader);
	return 0;
}

int tar_read_open(const struct tar_input *input, struct tar_reader **out,
		  struct error *err)
{
	struct tar_reader *reader = xcalloc(1, sizeof(*reader));

	reader->input = *input;
	return open_reader(reader, out, err);
}

static int next_of_stream(void *context, const void **data, size_t *length,
			  struct error *err)
{
	struct tar_reader *reader = context;

	*data = reader->stream_buffer;
	return decompress_read(reader->stream, reader->stream_buffer,
			       LAYERS_CHUNK, length, err);
}

int tar_read_open_stream(struct decompress *stream, struct tar_reader **out,
			 struct error *err)
{
	struct tar_reader *reader = xcalloc(1, sizeof(*reader));

	reader->stream = stream;
	reader->stream_buffer = xmalloc(LAYERS_CHUNK);
	reader->input = (struct tar_input){ next_of_stream, reader };
	return open_reader(reader, out, err);
}

static bool is_ascii(const char *text)
{
	for (; text && *text; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

/*
 * Whether a warning only says that a name is not ASCII, in which case the
 * bytes have been kept. libarchive has no code for it, only this text, and a
 * name to go with it must be there.
 */
static bool is_about_encoding(const struct tar_reader *reader)
{
	const char *text = archive_error_string(reader->archive);
	struct archive_entry *entry = reader->current;

	if (!text || !strstr(text, "can't be converted from "))
		return false;
	return !is_ascii(archive_entry_pathname(entry)) ||
	       !is_ascii(archive_entry_symlink(entry)) ||
	       !is_ascii(archive_entry_hardlink(entry)) ||
	       !is_ascii(archive_entry_uname(entry)) ||
	       !is_ascii(archive_entry_gname(entry));
}

static enum entry_type type_of(struct archive_entry *entry)
{
	const char *path = archive_entry_pathname(entry);
	size_t length = strlen(path);

	if (archive_entry_hardlink(entry))
		return ENTRY_HARDLINK;
	switch (archive_entry_filetype(entry)) {
	case AE_IFREG:
		/* old archives mark a directory only by its slash */
		return length && path[length - 1] == '/' ? ENTRY_DIRECTORY
							 : ENTRY_FILE;
	case AE_IFDIR:
		return ENTRY_DIRECTORY;
	case AE_IFLNK:
		return ENTRY_SYMLINK;
	case AE_IFCHR:
		return ENTRY_CHARACTER_DEVICE;
	case AE_IFBLK:
		return ENTRY_BLOCK_DEVICE;
	case AE_IFIFO:
		return ENTRY_FIFO;
	default:
		return ENTRY_NONE;
	}
}

/* Stops one past the limit, for the policy to see. */
static size_t collect_xattrs(struct tar_reader *reader)
{
	size_t count = 0;

	(void)archive_entry_xattr_reset(reader->current); /* only a count */
	while (count < sizeof(reader->xattrs) / sizeof(*reader->xattrs)) {
		struct entry_xattr *x = &reader->xattrs[count];

		if (archive_entry_xattr_next(reader->current, &x->name,
					     &x->value, &x->size) != ARCHIVE_OK)
			break;
		count++;
	}
	return count;
}

static void translate(struct tar_reader *reader, struct entry *out)
{
	struct archive_entry *entry = reader->current;

	*out = (struct entry){
		.type = type_of(entry),
		.path = archive_entry_pathname(entry),
		.link = archive_entry_hardlink(entry)
				? archive_entry_hardlink(entry)
				: archive_entry_symlink(entry),
		.size = archive_entry_size(entry),
		.uid = archive_entry_uid(entry),
		.gid = archive_entry_gid(entry),
		.mode = archive_entry_perm(entry) & 07777,
		.mtime = archive_entry_mtime(entry),
		.mtime_nanosecond = archive_entry_mtime_nsec(entry),
		.major = archive_entry_rdevmajor(entry),
		.minor = archive_entry_rdevminor(entry),
		.is_sparse = archive_entry_sparse_count(entry) > 0,
		.xattrs = reader->xattrs,
		.xattr_count = collect_xattrs(reader),
	};
	reader->position = 0;
	reader->size = (uint64_t)out->size;
	reader->has_data = true;
}

/* Runs in the C locale. */
static int next_header(struct tar_reader *reader, bool *found,
		       struct error *err)
{
	int result;

	/* skipped apart, so that contents do not count as headers */
	if (reader->has_data &&
	    archive_read_data_skip(reader->archive) != ARCHIVE_OK)
		return explain(reader, err);
	reader->has_data = false;
	reader->in_header = true;
	reader->header_bytes = 0;
	result = archive_read_next_header(reader->archive, &reader->current);
	reader->in_header = false;
	*found = result != ARCHIVE_EOF;
	if (result == ARCHIVE_OK || result == ARCHIVE_EOF)
		return 0;
	if (result == ARCHIVE_WARN && is_about_encoding(reader))
		return 0;
	return explain(reader, err);
}

int tar_read_next(struct tar_reader *reader, struct entry *out, bool *found,
		  struct error *err)
{
	locale_t before = uselocale(reader->c_locale);
	int result = next_header(reader, found, err);

	if (result == 0 && *found) {
		if (archive_entry_pathname(reader->current))
			translate(reader, out);
		else
			result = error_set(err, ERROR_CORRUPT,
					   "tar: an entry without a name");
	}
	(void)uselocale(before); /* a locale that was in use */
	return result;
}

int tar_read_data(struct tar_reader *reader, const void **data, size_t *length,
		  uint64_t *offset, struct error *err)
{
	la_int64_t at = 0;
	int result;

	*length = 0;
	do {
		result = archive_read_data_block(reader->archive, data, length,
						 &at);
	} while (result == ARCHIVE_OK && !*length);
	if (result == ARCHIVE_EOF) {
		reader->has_data = false;
		*length = 0;
		return 0;
	}
	if (result != ARCHIVE_OK)
		return explain(reader, err);
	if (at < 0 || (uint64_t)at < reader->position ||
	    (uint64_t)at > reader->size ||
	    *length > reader->size - (uint64_t)at)
		return error_set(err, ERROR_CORRUPT,
				 "tar: contents do not fit the entry's size");
	reader->position = (uint64_t)at + *length;
	*offset = (uint64_t)at;
	return 0;
}

void tar_read_free(struct tar_reader *reader)
{
	if (!reader)
		return;
	(void)archive_read_free(reader->archive); /* only memory */
	if (reader->c_locale)
		freelocale(reader->c_locale);
	error_release(&reader->failed);
	free(reader->stream_buffer);
	free(reader);
}
