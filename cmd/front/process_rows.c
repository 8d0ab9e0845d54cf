/* SPDX-License-Identifier: Apache-2.0 */
/* Picking lines of ps(1). */
#include "cmd/front/process_rows.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The place of the word PID in a line of LENGTH bytes; -1: none. */
static int find_column(const char *line, size_t length)
{
	const char *end = line + length;

	for (int column = 0; line < end; column++) {
		size_t word;

		line += strspn(line, " ");
		word = strcspn(line, " \n");
		if (!word || line >= end)
			return -1;
		if (word == 3 && !strncmp(line, "PID", 3))
			return column;
		line += word;
	}
	return -1;
}

/* The number in COLUMN of a line; -1 when there is none. */
static long read_column(const char *line, int column)
{
	char *end;
	long number;

	line += strspn(line, " ");
	for (; column > 0; column--) {
		line += strcspn(line, " \n");
		line += strspn(line, " ");
	}
	number = strtol(line, &end, 10);
	return end == line ? -1 : number;
}

static bool is_listed(const pid_t *pids, size_t count, long pid)
{
	for (size_t i = 0; i < count; i++) {
		if (pids[i] == pid)
			return true;
	}
	return false;
}

int process_rows(const char *text, const pid_t *pids, size_t count,
		 struct strbuf *out, struct error *err)
{
	size_t length = strcspn(text, "\n");
	int column = find_column(text, length);

	if (column < 0)
		return error_set(err, ERROR_INVALID,
				 "Couldn't find PID field in ps output");
	strbuf_add(out, text, length);
	strbuf_addch(out, '\n');
	for (text += length; *text == '\n'; text += length) {
		text++;
		length = strcspn(text, "\n");
		if (!length ||
		    !is_listed(pids, count, read_column(text, column)))
			continue;
		strbuf_add(out, text, length);
		strbuf_addch(out, '\n');
	}
	return 0;
}
