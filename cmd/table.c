/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tabwriter's recursion over column blocks, written as one pass per column
 * over lines: the width of cell N in a line is the widest cell N of the
 * neighbouring lines that have one and share all columns to the left.
 */
#include "cmd/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"

enum { LEAST_WIDTH = 10, PADDING = 3 };

struct line {
	const char *text; /* of the first cell */
	size_t cells;	  /* ended by a tab */
	size_t length;
	size_t *widths; /* per cell, padding included */
};

struct lines {
	struct line *items;
	size_t count;
};

static size_t count_bytes(const char *text, size_t length, char byte)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += text[i] == byte;
	return count;
}

/* Split at newlines; a last line without one counts, an empty rest not. */
static struct lines split_lines(const char *text, size_t length)
{
	struct lines lines = { NULL, 0 };
	const char *end = text + length;

	lines.items = xcalloc(count_bytes(text, length, '\n') + 1,
			      sizeof(*lines.items));
	while (text < end) {
		struct line *line = &lines.items[lines.count++];
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		line->text = text;
		line->length = (size_t)((newline ? newline : end) - text);
		line->cells = count_bytes(text, line->length, '\t');
		line->widths = xcalloc(line->cells + 1, sizeof(size_t));
		text += line->length + 1;
	}
	return lines;
}

/* The length of the cell at *TEXT, which moves behind the cell's tab. */
static size_t next_cell(const char **text, const char *end)
{
	const char *start = *text;
	const char *tab = memchr(start, '\t', (size_t)(end - start));

	*text = tab ? tab + 1 : end;
	return (size_t)((tab ? tab : end) - start);
}

/* Measure all cells, with the padding and not under the least width. */
static void measure(struct line *line)
{
	const char *at = line->text;

	for (size_t i = 0; i < line->cells; i++) {
		const char *cell = at;
		size_t length = next_cell(&at, line->text + line->length);

		line->widths[i] = utf8_count(cell, length) + PADDING;
		if (line->widths[i] < LEAST_WIDTH)
			line->widths[i] = LEAST_WIDTH;
	}
}

/* Give the lines FIRST to LAST (excluded) the same width in COLUMN. */
static void level(struct lines *lines, size_t first, size_t last, size_t column)
{
	size_t widest = 0;

	for (size_t i = first; i < last; i++)
		if (lines->items[i].widths[column] > widest)
			widest = lines->items[i].widths[column];
	for (size_t i = first; i < last; i++)
		lines->items[i].widths[column] = widest;
}

static void align(struct lines *lines)
{
	size_t columns = 0;

	for (size_t i = 0; i < lines->count; i++)
		if (lines->items[i].cells > columns)
			columns = lines->items[i].cells;
	for (size_t column = 0; column < columns; column++) {
		size_t first = 0;

		for (size_t i = 0; i <= lines->count; i++) {
			if (i < lines->count && lines->items[i].cells > column)
				continue;
			level(lines, first, i, column);
			first = i + 1;
		}
	}
}

static void add_line(const struct line *line, struct strbuf *out)
{
	const char *end = line->text + line->length;
	const char *at = line->text;

	for (size_t i = 0; i < line->cells; i++) {
		const char *cell = at;
		size_t length = next_cell(&at, end);

		strbuf_add(out, cell, length);
		strbuf_addf(out, "%*s",
			    (int)(line->widths[i] - utf8_count(cell, length)),
			    "");
	}
	strbuf_add(out, at, (size_t)(end - at));
}

void table_format(const char *text, size_t length, struct strbuf *out)
{
	struct lines lines = split_lines(text, length);

	for (size_t i = 0; i < lines.count; i++)
		measure(&lines.items[i]);
	align(&lines);
	for (size_t i = 0; i < lines.count; i++) {
		add_line(&lines.items[i], out);
		if (i + 1 < lines.count || text[length - 1] == '\n')
			strbuf_addch(out, '\n');
		free(lines.items[i].widths);
	}
	free(lines.items);
}
