/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scanner for one JSON object (RFC 8259) whose interesting members are
 * strings. It does not build values: a log of a gigabyte is read line by line
 * with one buffer. Nested values are skipped by counting brackets.
 */
#include "runtime/logs/log_line.h"

#include <string.h>

#include "base/clock.h"

enum { TIME_MAX = 64, KEY_MAX = 64 };

struct cursor {
	const char *at, *end;
};

static void skip_blanks(struct cursor *in)
{
	while (in->at < in->end && strchr(" \t\r\n", *in->at) && *in->at)
		in->at++;
}

/* Step over BYTE, if it comes next. */
static bool take(struct cursor *in, char byte)
{
	skip_blanks(in);
	if (in->at == in->end || *in->at != byte)
		return false;
	in->at++;
	return true;
}

/* The value of four hexadecimal digits, or -1. */
static int take_hex(struct cursor *in)
{
	int value = 0;

	if (in->end - in->at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char digit = *in->at++;

		if (digit >= '0' && digit <= '9')
			value = value * 16 + digit - '0';
		else if (digit >= 'a' && digit <= 'f')
			value = value * 16 + digit - 'a' + 10;
		else if (digit >= 'A' && digit <= 'F')
			value = value * 16 + digit - 'A' + 10;
		else
			return -1;
	}
	return value;
}

static void add_rune(int rune, struct strbuf *out)
{
	unsigned char bytes[4];
	size_t length = rune < 0x80	 ? 1
			: rune < 0x800	 ? 2
			: rune < 0x10000 ? 3
					 : 4;
	static const unsigned char leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = length; i-- > 1; rune >>= 6)
		bytes[i] = (unsigned char)(0x80 | (rune & 0x3f));
	bytes[0] = (unsigned char)(leads[length] | rune);
	strbuf_add(out, bytes, length);
}

/* After "\u": a rune, two of them when they are surrogates. */
static bool take_rune(struct cursor *in, struct strbuf *out)
{
	int rune = take_hex(in);

	if (rune < 0)
		return false;
	if (rune >= 0xd800 && rune < 0xdc00) {
		struct cursor ahead = *in;
		int low = -1;

		if (ahead.end - ahead.at > 6 && ahead.at[0] == '\\' &&
		    ahead.at[1] == 'u') {
			ahead.at += 2;
			low = take_hex(&ahead);
		}
		if (low >= 0xdc00 && low < 0xe000) {
			rune = 0x10000 + (rune - 0xd800) * 0x400 +
			       (low - 0xdc00);
			*in = ahead;
		} else {
			rune = 0xfffd; /* half a pair is no character */
		}
	} else if (rune >= 0xdc00 && rune < 0xe000) {
		rune = 0xfffd;
	}
	add_rune(rune, out);
	return true;
}

/* After a backslash. */
static bool take_escape(struct cursor *in, struct strbuf *out)
{
	static const char names[] = "\"\\/bfnrt";
	static const char bytes[] = "\"\\/\b\f\n\r\t";
	const char *found;
	char name;

	if (in->at == in->end)
		return false;
	name = *in->at++;
	if (name == 'u')
		return take_rune(in, out);
	found = name ? strchr(names, name) : NULL;
	if (found)
		strbuf_addch(out, bytes[found - names]);
	return found != NULL;
}

/* A string, decoded into OUT; bytes as they are between escapes. */
static bool take_string(struct cursor *in, struct strbuf *out)
{
	const char *plain;

	strbuf_truncate(out, 0);
	if (!take(in, '"'))
		return false;
	for (plain = in->at; in->at < in->end; plain = in->at) {
		while (in->at < in->end && *in->at != '"' && *in->at != '\\')
			in->at++;
		strbuf_add(out, plain, (size_t)(in->at - plain));
		if (in->at == in->end)
			return false;
		if (*in->at++ == '"')
			return !out->overflow;
		if (!take_escape(in, out))
			return false;
	}
	return false;
}

/* Step over any value: to the comma or bracket that ends it. */
static bool skip_value(struct cursor *in, struct strbuf *scratch)
{
	size_t depth = 0;

	skip_blanks(in);
	while (in->at < in->end) {
		char byte = *in->at;

		if (byte == '"') {
			if (!take_string(in, scratch))
				return false;
			continue;
		}
		if (depth == 0 && (byte == ',' || byte == '}'))
			return true;
		if (byte == '{' || byte == '[')
			depth++;
		if (byte == '}' || byte == ']') {
			if (depth == 0)
				return false;
			depth--;
		}
		in->at++;
	}
	return false;
}

static bool parse_time(const struct strbuf *text, int64_t *out)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	return text->length < TIME_MAX &&
	       !memchr(text->text, '\0', text->length) &&
	       clock_parse(text->text, out, &err) == 0;
}

static bool parse_stream(const struct strbuf *text, int *out)
{
	*out = strcmp(text->text, "stderr") == 0   ? 2
	       : strcmp(text->text, "stdout") == 0 ? 1
						   : 0;
	return *out != 0;
}

/* The members that make a line; all three must have been seen. */
enum member { MEMBER_LOG = 1, MEMBER_STREAM = 2, MEMBER_TIME = 4 };

/* One member: a key, a colon, a value. */
static bool take_member(struct cursor *in, struct log_line *out,
			struct strbuf *scratch, unsigned *seen)
{
	char key[KEY_MAX] = "";

	if (!take_string(in, scratch) || !take(in, ':'))
		return false;
	if (scratch->length < KEY_MAX)
		memcpy(key, scratch->text, scratch->length + 1);
	skip_blanks(in);
	if (in->at == in->end || *in->at != '"')
		return skip_value(in, scratch);
	if (strcmp(key, "log") == 0) {
		*seen |= MEMBER_LOG;
		return take_string(in, &out->text);
	}
	if (!take_string(in, scratch))
		return false;
	if (strcmp(key, "stream") == 0) {
		*seen |= MEMBER_STREAM;
		return parse_stream(scratch, &out->stream);
	}
	if (strcmp(key, "time") == 0) {
		*seen |= MEMBER_TIME;
		return parse_time(scratch, &out->time);
	}
	return true;
}

bool log_line_parse(const char *text, size_t length, struct log_line *out)
{
	autoclean(strbuf_release) struct strbuf scratch = STRBUF_INIT;
	struct cursor in = { text, text + length };
	unsigned seen = 0;

	strbuf_truncate(&out->text, 0);
	if (!take(&in, '{'))
		return false;
	do {
		if (!take_member(&in, out, &scratch, &seen))
			return false;
	} while (take(&in, ','));
	if (!take(&in, '}'))
		return false;
	skip_blanks(&in);
	return in.at == in.end &&
	       seen == (MEMBER_LOG | MEMBER_STREAM | MEMBER_TIME);
}

void log_line_release(struct log_line *line)
{
	strbuf_release(&line->text);
}
