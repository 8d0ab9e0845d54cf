/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the files of a log one after the other, and waits for more. */
#include "runtime/logs/log_reader.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "runtime/logs/log_files.h"
#include "runtime/logs/log_line.h"
#include "runtime/logs/log_tail.h"

enum {
	CHUNK = 64 * 1024,
	ENTRY_MAX = 1 << 20, /* no writer makes longer ones */
	ASK_MS = 250,	     /* how often to ask when nothing wakes us */
};

struct reader {
	int folder_fd;
	const struct log_query *query;
	struct log_file file; /* the file being read */
	int fd;		      /* its text, borrowed; -1: none yet */
	int64_t left;	      /* bytes of it to read; -1: whatever comes */
	struct strbuf torn;   /* an entry of which more is to come */
	struct log_line line; /* the entry at hand */
	bool in_line[3];      /* by stream: its last entry had no newline */
	bool is_done;	      /* beyond `until` */
	char chunk[CHUNK];
};

static void reader_release(struct reader *reader)
{
	log_file_close(&reader->file);
	strbuf_release(&reader->torn);
	log_line_release(&reader->line);
	free(reader);
}
DEFINE_CLEANUP_PTR(struct reader, reader_release)

/* Give the entry at TEXT if it is one and is asked for. */
static int take_entry(struct reader *reader, const char *text, size_t length,
		      struct error *err)
{
	const struct log_query *query = reader->query;
	const struct log_line *line = &reader->line;
	struct log_entry entry;

	if (!log_line_parse(text, length, &reader->line))
		return 0; /* torn by a crash */
	entry = (struct log_entry){
		.stream = line->stream,
		.time = line->time,
		.text = line->text.text,
		.length = line->text.length,
		.is_line_start = !reader->in_line[line->stream],
	};
	reader->in_line[line->stream] = !entry.length ||
					entry.text[entry.length - 1] != '\n';
	if (query->until && line->time >= query->until) {
		reader->is_done = true;
		return 0;
	}
	if (query->since && line->time < query->since)
		return 0;
	return query->entry(query->context, &entry, err);
}

/* Cut LENGTH bytes of DATA into entries; what is not whole yet is kept. */
static int feed(struct reader *reader, const char *data, size_t length,
		struct error *err)
{
	struct strbuf *torn = &reader->torn;

	while (length && !reader->is_done) {
		const char *newline = memchr(data, '\n', length);
		size_t part = newline ? (size_t)(newline - data) + 1 : length;
		int result = 0;

		if (torn->length || !newline)
			strbuf_add(torn, data, part);
		if (newline && torn->length && !torn->overflow)
			result = take_entry(reader, torn->text, torn->length,
					    err);
		else if (newline && !torn->length)
			result = take_entry(reader, data, part, err);
		if (newline) {
			strbuf_truncate(torn, 0);
			torn->overflow = false;
		}
		if (result < 0)
			return -1;
		data += part;
		length -= part;
	}
	return 0;
}

/*
 * At the end of the file: a writer that met a full disk took back the lines it
 * could not write whole, so the end may be before where we are.
 */
static int step_back(struct reader *reader, struct error *err)
{
	struct stat st;
	off_t at = lseek(reader->fd, 0, SEEK_CUR);

	if (at < 0 || fstat(reader->fd, &st) < 0)
		return error_sys(err, errno, "read the log");
	if (st.st_size >= at)
		return 0;
	strbuf_truncate(&reader->torn, 0);
	if (lseek(reader->fd, st.st_size, SEEK_SET) < 0)
		return error_sys(err, errno, "read the log");
	return 0;
}

/* Read the current file as far as it goes. */
static int drain(struct reader *reader, struct error *err)
{
	while (!reader->is_done && reader->left && reader->fd >= 0) {
		size_t wanted = CHUNK;
		ssize_t got;

		if (reader->left > 0 && reader->left < CHUNK)
			wanted = (size_t)reader->left;
		got = read(reader->fd, reader->chunk, wanted);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_sys(err, errno, "read the log");
		if (got == 0)
			return step_back(reader, err);
		if (reader->left > 0)
			reader->left -= got;
		if (feed(reader, reader->chunk, (size_t)got, err) < 0)
			return -1;
	}
	return 0;
}

/*
 * Begin with FILE, which is taken over; an entry torn at the last one's end
 * stays torn.
 */
static int change_file(struct reader *reader, struct log_file *file,
		       struct error *err)
{
	log_file_close(&reader->file);
	reader->file = *file;
	*file = (struct log_file)LOG_FILE_INIT;
	reader->fd = -1;
	strbuf_truncate(&reader->torn, 0);
	reader->torn.overflow = false;
	return log_file_text(reader->folder_fd, &reader->file, &reader->fd,
			     err);
}

/* Everything that is there now, in the current file and in later ones. */
static int drain_all(struct reader *reader, struct error *err)
{
	for (;;) {
		autoclean(log_file_close) struct log_file next = LOG_FILE_INIT;

		if (drain(reader, err) < 0 ||
		    log_files_next(reader->folder_fd, &reader->file, &next,
				   err) < 0)
			return -1;
		if (next.fd < 0 || reader->is_done)
			return 0;
		/* what was written before the file was renamed */
		if (drain(reader, err) < 0 ||
		    change_file(reader, &next, err) < 0)
			return -1;
	}
}

/* The files as they are at the start; the last stays open to go on with. */
static int read_present(struct reader *reader, struct error *err)
{
	autoclean(log_files_release) struct log_files files = LOG_FILES_INIT;
	struct log_place place = { 0, 0 };
	struct stat st;

	if (log_files_open(reader->folder_fd, &files, err) < 0 ||
	    (reader->query->tail >= 0 &&
	     log_tail_find(reader->folder_fd, &files, reader->query->tail,
			   &place, err) < 0))
		return -1;
	for (size_t i = place.file; i < files.count; i++) {
		if (change_file(reader, &files.items[i], err) < 0)
			return -1;
		if (fstat(reader->fd, &st) < 0 ||
		    (i == place.file &&
		     lseek(reader->fd, (off_t)place.offset, SEEK_SET) < 0))
			return error_sys(err, errno, "read the log");
		/* a writer faster than us must not keep us for ever */
		if (i + 1 == files.count && !reader->query->is_followed)
			reader->left = st.st_size -
				       (i == place.file ? place.offset : 0);
		if (drain(reader, err) < 0)
			return -1;
	}
	return 0;
}

/* Watch the folder: files in it are written, made and renamed. */
static int watch(int folder_fd, int *out, struct error *err)
{
	autoclose int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", folder_fd);
	if (fd < 0 || inotify_add_watch(fd, path,
					IN_MODIFY | IN_CREATE | IN_MOVED_TO |
						IN_DELETE | IN_ONLYDIR) < 0)
		return error_sys(err, errno, "watch the log");
	*out = TAKE_FD(fd);
	return 0;
}

/* How long nothing may happen before we look again; -1: for ever. */
static int patience(const struct log_query *query)
{
	int64_t left;

	if (query->until) {
		left = (query->until - clock_now()) / (CLOCK_SECOND / 1000);
		return left < 0 ? 0 : left > ASK_MS ? ASK_MS : (int)left + 1;
	}
	return query->has_ended && query->wake_fd < 0 ? ASK_MS : -1;
}

static bool has_ended(const struct log_query *query)
{
	return (query->has_ended && query->has_ended(query->context)) ||
	       (query->until && clock_now() >= query->until);
}

/*
 * Ask whether it has ended before reading on: what was written up to then is
 * in the log, and read once more.
 */
static int follow(struct reader *reader, int watch_fd, struct error *err)
{
	const struct log_query *query = reader->query;

	while (!reader->is_done) {
		bool ended = has_ended(query);
		struct pollfd slots[2] = {
			{ watch_fd, POLLIN, 0 },
			{ query->wake_fd, POLLIN, 0 },
		};
		char events[4096];

		if (drain_all(reader, err) < 0)
			return -1;
		if (ended)
			return 0;
		if (poll(slots, 2, patience(query)) < 0 && errno != EINTR)
			return error_sys(err, errno, "wait for the log");
		while (read(watch_fd, events, sizeof(events)) > 0)
			continue; /* that something changed is all we need */
	}
	return 0;
}

int log_read(int folder_fd, const struct log_query *query, struct error *err)
{
	autoclean(reader_release) struct reader *reader =
		xcalloc(1, sizeof(*reader));
	autoclose int watch_fd = -1;

	reader->folder_fd = folder_fd;
	reader->query = query;
	reader->file = (struct log_file)LOG_FILE_INIT;
	reader->fd = -1;
	reader->left = -1;
	reader->torn = (struct strbuf)STRBUF_LIMIT(ENTRY_MAX);
	reader->line = (struct log_line)LOG_LINE_INIT;
	if (query->is_followed && watch(folder_fd, &watch_fd, err) < 0)
		return -1;
	if (read_present(reader, err) < 0)
		return -1;
	return query->is_followed ? follow(reader, watch_fd, err) : 0;
}
