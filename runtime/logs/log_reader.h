/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a container's log beside the writer: everything or the last lines, a
 * span of time, and what comes while the container runs. Each entry is given
 * once, in the order written, across rotations; an entry that is still being
 * written is given when it is whole, and what a crash left torn is passed
 * over. Memory does not grow with the log.
 *
 * A line longer than an entry holds comes as several entries, of which only
 * the last ends in a newline: writing their texts one after the other gives
 * the output back.
 */
#ifndef RUNTIME_LOG_READER_H
#define RUNTIME_LOG_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct log_entry {
	int stream;   /* 1: output, 2: errors */
	int64_t time; /* wall time */
	const char *text;
	size_t length;
	bool is_line_start; /* not the rest of an entry before it */
};

struct log_query {
	int64_t tail;  /* only so many lines from the end; -1: all */
	int64_t since; /* wall time; 0: from the beginning */
	int64_t until; /* wall time; 0: to the end */
	bool is_followed;
	/*
	 * For following: a descriptor that becomes readable when something
	 * may have happened to the container (-1: none; then it is asked four
	 * times a second), and whether it has ended. When it has, all of its
	 * output must be in the log. NULL: it never ends.
	 */
	int wake_fd;
	bool (*has_ended)(void *context);
	/* Takes an entry; -1 ends the reading. */
	int (*entry)(void *context, const struct log_entry *entry,
		     struct error *err);
	void *context;
};

#define LOG_QUERY_INIT                    \
	{                                 \
		.tail = -1, .wake_fd = -1 \
	}

/* Give the entries of the log in FOLDER_FD that QUERY asks for. */
int log_read(int folder_fd, const struct log_query *query,
	     struct error *err) must_check;

#endif
