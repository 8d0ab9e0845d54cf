/* SPDX-License-Identifier: Apache-2.0 */
/* Writing and rotating json-file logs. */
#include "runtime/logs/log_writer.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "runtime/logs/log_line_format.h"
#include "runtime/logs/log_packer.h"

enum {
	LOG_PIECE_MAX = 16 * 1024,
	LOG_BATCH = 16 * 1024, /* what is written at once, give or take one */
};

struct log_writer {
	int folder_fd; /* borrowed */
	int fd;
	int packing_fd; /* of what compresses the last file; -1: nothing */
	struct log_options options;
	int64_t size;		  /* of the current file */
	struct strbuf pending[2]; /* unfinished lines of both streams */
	struct strbuf lines;	  /* to be written in one go */
};

static void name_of(unsigned number, char out[static 32])
{
	if (number)
		(void)snprintf(out, 32, "log.json.%u", number);
	else
		(void)snprintf(out, 32, "log.json");
}

/*
 * A writer that was killed in the middle of a line, or met a full disk, left
 * it torn: end it, so that it does not spoil the next.
 */
static int end_torn_line(struct log_writer *writer, struct error *err)
{
	char last = '\n';
	autoclose int fd = openat(writer->folder_fd, "log.json",
				  O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (!writer->size || fd < 0 ||
	    pread(fd, &last, 1, (off_t)writer->size - 1) != 1 || last == '\n')
		return 0;
	writer->size++;
	return fs_write_all(writer->fd, "\n", 1, err);
}

static int open_file(struct log_writer *writer, struct error *err)
{
	struct stat st;

	writer->fd = openat(
		writer->folder_fd, "log.json",
		O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (writer->fd < 0 || fstat(writer->fd, &st) < 0)
		return error_sys(err, errno, "open log");
	writer->size = st.st_size;
	return end_torn_line(writer, err);
}

/* Where FROM is missing, TO stays missing. */
static int move(const struct log_writer *writer, const char *from,
		const char *to, struct error *err)
{
	if (renameat(writer->folder_fd, from, writer->folder_fd, to) < 0 &&
	    errno != ENOENT)
		return error_sys(err, errno, "rotate log");
	return 0;
}

static int drop(const struct log_writer *writer, const char *name,
		struct error *err)
{
	if (unlinkat(writer->folder_fd, name, 0) < 0 && errno != ENOENT)
		return error_sys(err, errno, "rotate log");
	return 0;
}

/* A file is plain, or packed; both after a crash that came in between. */
static int drop_number(const struct log_writer *writer, unsigned number,
		       struct error *err)
{
	char plain[32];
	autofree char *packed = NULL;

	name_of(number, plain);
	packed = xasprintf("%s.gz", plain);
	if (drop(writer, plain, err) < 0)
		return -1;
	return number ? drop(writer, packed, err) : 0;
}

static int move_up(const struct log_writer *writer, unsigned number,
		   struct error *err)
{
	char from[32];
	char to[32];
	autofree char *packed_from = NULL;
	autofree char *packed_to = NULL;

	name_of(number, from);
	name_of(number + 1, to);
	if (move(writer, from, to, err) < 0)
		return -1;
	if (!number)
		return 0;
	packed_from = xasprintf("%s.gz", from);
	packed_to = xasprintf("%s.gz", to);
	return move(writer, packed_from, packed_to, err);
}

/* The oldest file goes; every other moves up by one. */
static int rotate(struct log_writer *writer, struct error *err)
{
	unsigned last = writer->options.max_files - 1;

	log_packer_wait(&writer->packing_fd);
	if (drop_number(writer, last, err) < 0)
		return -1;
	for (unsigned i = last; i > 0; i--) {
		if (move_up(writer, i - 1, err) < 0)
			return -1;
	}
	cleanup_close(&writer->fd);
	writer->fd = -1;
	if (open_file(writer, err) < 0)
		return -1;
	/* a file that stays as it is costs room, nothing else */
	if (writer->options.is_compressed &&
	    log_packer_start(writer->folder_fd, &writer->packing_fd, err) < 0)
		log_warn_error("log", err, "compress");
	return 0;
}

/*
 * How much of TEXT, whole lines, goes into the current file: what fits, but a
 * first line whatever its length. 0: it is full.
 */
static size_t fitting(const struct log_writer *writer, const char *text,
		      size_t length)
{
	int64_t room = writer->options.max_size - writer->size;
	const char *newline;

	if (!writer->options.max_size || (int64_t)length <= room)
		return length;
	newline = room > 0 ? memrchr(text, '\n', (size_t)room) : NULL;
	if (!newline && !writer->size)
		newline = memchr(text, '\n', length);
	return newline ? (size_t)(newline - text) + 1 : 0;
}

static int write_part(struct log_writer *writer, const char *text,
		      size_t length, struct error *err)
{
	if (fs_write_all(writer->fd, text, length, err) == 0) {
		writer->size += (int64_t)length;
		return 0;
	}
	if (ftruncate(writer->fd, (off_t)writer->size) < 0)
		return error_wrap(err, "log (with a torn line left)");
	return error_wrap(err, "log");
}

static int write_lines(struct log_writer *writer, struct error *err)
{
	const char *text = writer->lines.text;
	size_t left = writer->lines.length;
	int result = 0;

	while (left && result == 0) {
		size_t length = fitting(writer, text, left);

		result = length ? write_part(writer, text, length, err)
				: rotate(writer, err);
		text += length;
		left -= length;
	}
	/* a full disk: these lines are lost, whole, and later ones are not */
	strbuf_truncate(&writer->lines, 0);
	return result;
}

/* Bytes at the end of TEXT that begin a UTF-8 sequence and lack its rest. */
static size_t begun_sequence(const char *text, size_t length)
{
	for (size_t back = 1; back <= 3 && back <= length; back++) {
		unsigned char byte = (unsigned char)text[length - back];
		size_t size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;

		if (byte < 0x80)
			return 0;
		if (byte >= 0xc0)
			return size > back ? back : 0;
	}
	return 0;
}

/* Make a line of what is pending but for its last KEPT bytes. */
static void flush_piece(struct log_writer *writer, int stream, size_t kept)
{
	struct strbuf *pending = &writer->pending[stream - 1];
	size_t length = pending->length - kept;

	log_line_format(pending->text, length, stream, clock_now(),
			&writer->lines);
	memmove(pending->text, pending->text + length, kept);
	strbuf_truncate(pending, kept);
}

/*
 * How much of LENGTH bytes belongs to the line under way: to the newline, or
 * as much as a piece holds.
 */
static size_t take_length(const struct strbuf *pending, const char *data,
			  size_t length, bool *is_full)
{
	size_t room = LOG_PIECE_MAX - pending->length;
	const char *newline = memchr(data, '\n', length < room ? length : room);

	*is_full = true;
	if (newline)
		return (size_t)(newline - data) + 1;
	if (length >= room)
		return room;
	*is_full = false;
	return length;
}

int log_writer_add(struct log_writer *writer, int stream, const void *data,
		   size_t length, struct error *err)
{
	struct strbuf *pending = &writer->pending[stream - 1];
	const char *at = data;

	while (length) {
		bool is_full;
		size_t taken = take_length(pending, at, length, &is_full);

		strbuf_add(pending, at, taken);
		at += taken;
		length -= taken;
		if (is_full) /* never between the bytes of a character */
			flush_piece(
				writer, stream,
				begun_sequence(pending->text, pending->length));
		/* many short lines take twenty times their room as entries */
		if (writer->lines.length >= LOG_BATCH &&
		    write_lines(writer, err) < 0)
			return -1;
	}
	return write_lines(writer, err);
}

int log_writer_open(int folder_fd, const struct log_options *options,
		    struct log_writer **out, struct error *err)
{
	struct log_writer *writer;

	*out = NULL;
	if (options->driver == LOG_DRIVER_NONE)
		return 0;
	writer = xcalloc(1, sizeof(*writer));
	writer->folder_fd = folder_fd;
	writer->packing_fd = -1;
	writer->options = *options;
	writer->pending[0] = (struct strbuf)STRBUF_LIMIT(LOG_PIECE_MAX);
	writer->pending[1] = (struct strbuf)STRBUF_LIMIT(LOG_PIECE_MAX);
	writer->lines = (struct strbuf)STRBUF_INIT;
	if (open_file(writer, err) < 0) {
		log_writer_close(writer);
		return -1;
	}
	*out = writer;
	return 0;
}

void log_writer_close(struct log_writer *writer)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	if (!writer)
		return;
	for (int stream = 1; stream <= 2; stream++) {
		if (writer->pending[stream - 1].length)
			flush_piece(writer, stream, 0);
	}
	/* a full disk costs the last words of the log, nothing else */
	if (writer->fd >= 0 && write_lines(writer, &err) < 0)
		error_release(&err);
	cleanup_close(&writer->fd);
	/* whoever removes the folder next is not to meet it there */
	log_packer_wait(&writer->packing_fd);
	strbuf_release(&writer->pending[0]);
	strbuf_release(&writer->pending[1]);
	strbuf_release(&writer->lines);
	free(writer);
}
