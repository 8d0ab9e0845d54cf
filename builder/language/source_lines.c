/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines into instructions. A cursor hands out the file's lines; joining goes
 * on while the escape character ends one, and then each heredoc that the
 * joined line opens takes the lines up to its own end.
 */
#include "builder/language/source_lines.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "builder/builder_limits.h"
#include "builder/language/line_words.h"
#include "builder/language/string_array.h"

struct cursor {
	const char *at;
	const char *end;
	unsigned number; /* of the line handed out last */
	char escape;
};

struct span {
	const char *text;
	size_t length;
};

static bool is_blank(char byte)
{
	return isspace((unsigned char)byte);
}

/* The next line, its end included; false when there is none. */
static bool next_line(struct cursor *cursor, struct span *out)
{
	const char *newline;

	if (cursor->at == cursor->end)
		return false;
	newline = memchr(cursor->at, '\n', (size_t)(cursor->end - cursor->at));
	out->text = cursor->at;
	cursor->at = newline ? newline + 1 : cursor->end;
	out->length = (size_t)(cursor->at - out->text);
	cursor->number++;
	return true;
}

static struct span without_end(struct span line)
{
	while (line.length && (line.text[line.length - 1] == '\n' ||
			       line.text[line.length - 1] == '\r'))
		line.length--;
	return line;
}

static struct span without_indent(struct span line)
{
	while (line.length && is_blank(*line.text)) {
		line.text++;
		line.length--;
	}
	return line;
}

static bool is_comment(struct span line)
{
	line = without_indent(line);
	return line.length && *line.text == '#';
}

/*
 * Whether LINE goes on: it ends in the escape character, which another one
 * before it would take the meaning of. That end is cut off.
 */
static bool cut_continuation(struct span *line, char escape)
{
	size_t length = line->length;

	while (length && (line->text[length - 1] == ' ' ||
			  line->text[length - 1] == '\t'))
		length--;
	if (!length || line->text[length - 1] != escape)
		return false;
	if (length > 1 && line->text[length - 2] == escape)
		return false;
	line->length = length - 1;
	return true;
}

/* Adds the lines that follow the first, as long as it goes on. */
static void join(struct cursor *cursor, struct strbuf *text,
		 unsigned *blank_line)
{
	struct span line;
	bool more = true;

	while (more && next_line(cursor, &line)) {
		line = without_end(line);
		if (is_comment(line))
			continue;
		if (!without_indent(line).length) {
			*blank_line = cursor->number;
			continue;
		}
		more = cut_continuation(&line, cursor->escape);
		strbuf_add(text, line.text, line.length);
	}
}

static bool takes_heredocs(const char *keyword)
{
	return !strcasecmp(keyword, "RUN") || !strcasecmp(keyword, "COPY") ||
	       !strcasecmp(keyword, "ADD");
}

/* Finds the heredocs that TEXT opens, be it behind ONBUILD or not. */
static int find_heredocs(const char *text, char escape, struct heredocs *out,
			 struct error *err)
{
	autoclean(line_words_release) struct line_words words = LINE_WORDS_INIT;
	autoclean(line_words_release) struct line_words inner = LINE_WORDS_INIT;
	autoclean(strvec_release) struct strvec array = STRVEC_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	const struct line_words *meant = &words;
	bool is_array = false;

	if (!strstr(text, "<<"))
		return 0;
	if (line_words_parse(text, &words, err) < 0)
		return -1;
	if (!strcasecmp(words.keyword, "ONBUILD")) {
		if (line_words_parse(words.rest, &inner, err) < 0)
			return -1;
		meant = &inner;
	}
	if (!takes_heredocs(meant->keyword))
		return 0;
	/* an array that is wrong is reported by who parses the instruction */
	if (string_array_parse(meant->rest, &array, &is_array, &ignored) < 0 ||
	    is_array)
		return 0;
	return heredocs_find(meant->rest, escape, out, err);
}

static int read_heredoc(struct cursor *cursor, struct heredoc *heredoc,
			struct error *err)
{
	autoclean(strbuf_release) struct strbuf content = STRBUF_INIT;
	struct span line;

	while (next_line(cursor, &line)) {
		struct span bare;

		while (heredoc->chomp && line.length && *line.text == '\t') {
			line.text++;
			line.length--;
		}
		bare = without_end(line);
		if (bare.length == strlen(heredoc->name) &&
		    !memcmp(bare.text, heredoc->name, bare.length)) {
			heredoc->content = strbuf_steal(&content);
			return 0;
		}
		strbuf_add(&content, line.text, line.length);
	}
	return error_set(err, ERROR_INVALID,
			 "unterminated heredoc: no line is %s", heredoc->name);
}

static char *trimmed(const struct strbuf *text)
{
	struct span span = { text->text, text->length };

	span = without_indent(span);
	while (span.length && is_blank(span.text[span.length - 1]))
		span.length--;
	return xstrndup(span.text, span.length);
}

static void source_line_release(struct source_line *line)
{
	free(line->text);
	free(line->original);
	strvec_release(&line->comments);
	heredocs_release(&line->heredocs);
}
DEFINE_CLEANUP(struct source_line, source_line_release)

static int append(struct source_lines *lines, struct source_line *line,
		  struct error *err)
{
	if (lines->count == BUILDER_MAX_INSTRUCTIONS)
		return error_set(err, ERROR_TOO_LARGE,
				 "more than %d instructions",
				 BUILDER_MAX_INSTRUCTIONS);
	if (!(lines->count & (lines->count - 1)))
		lines->items = xreallocarray(
			lines->items, lines->count ? lines->count * 2 : 1,
			sizeof(*lines->items));
	lines->items[lines->count++] = *line;
	*line = (struct source_line){ .text = NULL };
	return 0;
}

/* An instruction begins at FIRST, which is no comment and not blank. */
static int read_instruction(struct cursor *cursor, struct span first,
			    struct source_line *line, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct span start = without_indent(without_end(first));
	bool more = cut_continuation(&start, cursor->escape);
	struct span original;

	line->first_line = cursor->number;
	strbuf_add(&text, start.text, start.length);
	if (more)
		join(cursor, &text, &line->blank_line);
	line->text = trimmed(&text);
	if (find_heredocs(line->text, cursor->escape, &line->heredocs, err) < 0)
		return -1;
	for (size_t i = 0; i < line->heredocs.count; i++)
		if (read_heredoc(cursor, &line->heredocs.items[i], err) < 0)
			return -1;
	line->last_line = cursor->number;
	original = without_end(
		(struct span){ first.text, (size_t)(cursor->at - first.text) });
	line->original = xstrndup(original.text, original.length);
	return 0;
}

/* Takes one line that begins nothing; false when it begins an instruction. */
static int read_between(struct source_lines *lines, struct cursor *cursor,
			struct span line, struct strvec *comments,
			bool *taken_out, struct error *err)
{
	struct span text = without_indent(without_end(line));
	bool is_directive;

	*taken_out = true;
	if (directives_read(&lines->directives, text.text, text.length,
			    cursor->number, &is_directive, err) < 0)
		return -1;
	cursor->escape = lines->directives.escape;
	if (is_directive || !text.length) {
		strvec_release(comments);
		return 0;
	}
	if (*text.text != '#') {
		*taken_out = false;
		return 0;
	}
	text = without_indent((struct span){ text.text + 1, text.length - 1 });
	strvec_take(comments, xstrndup(text.text, text.length));
	return 0;
}

static int read_all(struct source_lines *lines, struct cursor *cursor,
		    unsigned *line_out, struct error *err)
{
	autoclean(strvec_release) struct strvec comments = STRVEC_INIT;
	struct span first;

	while (next_line(cursor, &first)) {
		autoclean(source_line_release) struct source_line line = {
			.comments = STRVEC_INIT, .heredocs = HEREDOCS_INIT
		};
		bool taken;

		*line_out = cursor->number;
		if (read_between(lines, cursor, first, &comments, &taken, err) <
		    0)
			return -1;
		if (taken)
			continue;
		line.comments = comments;
		comments = (struct strvec)STRVEC_INIT;
		if (read_instruction(cursor, first, &line, err) < 0)
			return -1;
		/* a lone escape character with nothing behind it */
		if (*line.text && append(lines, &line, err) < 0)
			return -1;
	}
	return 0;
}

int source_lines_parse(const char *bytes, size_t length,
		       struct source_lines *out, unsigned *line_out,
		       struct error *err)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct cursor cursor = { bytes, bytes + length, 0, '\\' };

	*line_out = 1;
	if (length > BUILDER_MAX_DOCKERFILE)
		return error_set(err, ERROR_TOO_LARGE,
				 "a file of %zu bytes, at most %d", length,
				 BUILDER_MAX_DOCKERFILE);
	for (size_t i = 0; i < length; i++) {
		*line_out += bytes[i] == '\n';
		if (!bytes[i])
			return error_set(err, ERROR_INVALID,
					 "a NUL byte: this is no text");
	}
	*line_out = 1;
	if (length >= 3 && !memcmp(bytes, bom, 3))
		cursor.at += 3;
	return read_all(out, &cursor, line_out, err);
}

void source_lines_release(struct source_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		source_line_release(&lines->items[i]);
	free(lines->items);
	directives_release(&lines->directives);
	*lines = (struct source_lines)SOURCE_LINES_INIT;
}
