/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads lines of docker's json-file logs, ours (log_line_format.h) and those
 * of other writers: one object of strings a line,
 *   {"log":"text\n","stream":"stdout","time":"2026-01-02T03:04:05.6Z"}
 * Members of other names and other types are skipped, and every escape of JSON
 * is undone, "\u0000" too. What a crash left torn does not read as a line.
 * Pure; safe on hostile input.
 */
#ifndef RUNTIME_LOG_LINE_H
#define RUNTIME_LOG_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

struct log_line {
	int stream;	    /* 1: output, 2: errors */
	int64_t time;	    /* wall time */
	struct strbuf text; /* what was written, decoded */
};

#define LOG_LINE_INIT             \
	{                         \
		0, 0, STRBUF_INIT \
	}

/*
 * Read LENGTH bytes of TEXT, with or without the newline at their end, into
 * OUT, whose text buffer is used again. False when they are no log line.
 */
bool log_line_parse(const char *text, size_t length, struct log_line *out);

/* Free the text. */
void log_line_release(struct log_line *line);
DEFINE_CLEANUP(struct log_line, log_line_release)

#endif
