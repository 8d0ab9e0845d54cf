/* SPDX-License-Identifier: Apache-2.0 */
/* Walks backwards over the entries of a log through a window on a file. */
#include "runtime/logs/log_tail.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "runtime/logs/log_line.h"

enum {
	WINDOW = 256 * 1024, /* more than the longest entry, escaped */
};

/* What is known of a file: the bytes from START up to END. */
struct window {
	int fd;
	int64_t start, end;
	char data[WINDOW];
};

/* Count of lines from the end, and whose last entries were seen. */
struct tally {
	int64_t lines;
	bool seen[3]; /* by stream */
	struct log_line line;
};

/* Read the bytes before END into the window. */
static int fill(struct window *window, int64_t end, struct error *err)
{
	int64_t start = end > WINDOW ? end - WINDOW : 0;
	size_t wanted = (size_t)(end - start), got = 0;

	while (got < wanted) {
		ssize_t part = pread(window->fd, window->data + got,
				     wanted - got, start + (int64_t)got);

		if (part < 0 && errno == EINTR)
			continue;
		if (part < 0)
			return error_sys(err, errno, "read the log");
		if (part == 0) { /* cut short under us: nothing to see */
			memset(window->data + got, '\n', wanted - got);
			break;
		}
		got += (size_t)part;
	}
	window->start = start;
	window->end = end;
	return 0;
}

/*
 * The start of the entry that ends at END (behind its newline, or at the end
 * of the file); START of the window when it is longer than that.
 */
static int entry_start(struct window *window, int64_t end, int64_t *out,
		       struct error *err)
{
	for (int again = 0; again < 2; again++) {
		size_t length = (size_t)(end - window->start);
		const char *newline = NULL;

		if (length > 1)
			newline = memrchr(window->data, '\n', length - 1);
		if (newline || window->start == 0 || again) {
			*out = newline ? window->start +
						 (newline - window->data) + 1
				       : window->start;
			return 0;
		}
		if (fill(window, end, err) < 0)
			return -1;
	}
	return 0;
}

/* Count the entry at TEXT; whether it lies before the lines asked for. */
static bool is_before(struct tally *tally, const char *text, size_t length,
		      int64_t wanted)
{
	struct log_line *line = &tally->line;
	bool ends_line;

	if (!log_line_parse(text, length, line))
		return false; /* torn: belongs to whatever follows it */
	ends_line = line->text.length &&
		    line->text.text[line->text.length - 1] == '\n';
	if (ends_line || !tally->seen[line->stream])
		tally->lines++;
	tally->seen[line->stream] = true;
	return tally->lines > wanted;
}

/* Look through one file; *FOUND when the beginning is in it. */
static int search_file(struct window *window, struct tally *tally,
		       int64_t wanted, int64_t *offset, bool *found,
		       struct error *err)
{
	struct stat st;
	int64_t end;

	if (fstat(window->fd, &st) < 0)
		return error_sys(err, errno, "read the log");
	end = st.st_size;
	if (fill(window, end, err) < 0)
		return -1;
	while (end > 0) {
		int64_t start;

		if (entry_start(window, end, &start, err) < 0)
			return -1;
		if (is_before(tally, window->data + (start - window->start),
			      (size_t)(end - start), wanted)) {
			*offset = end;
			*found = true;
			return 0;
		}
		end = start;
	}
	return 0;
}

int log_tail_find(int folder_fd, struct log_files *files, int64_t lines,
		  struct log_place *out, struct error *err)
{
	autofree struct window *window = xmalloc(sizeof(*window));
	struct tally tally = { .lines = 0, .line = LOG_LINE_INIT };
	bool found = false;
	int result = 0;

	*out = (struct log_place){ 0, 0 };
	for (size_t i = files->count; result == 0 && !found && i-- > 0;) {
		result = log_file_text(folder_fd, &files->items[i], &window->fd,
				       err);
		if (result == 0)
			result = search_file(window, &tally, lines,
					     &out->offset, &found, err);
		out->file = i;
	}
	if (!found)
		*out = (struct log_place){ 0, 0 };
	log_line_release(&tally.line);
	return result;
}
