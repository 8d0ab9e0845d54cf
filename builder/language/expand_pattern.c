/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pattern is a row of segments with "*" between them. In one walk over the
 * value each segment is looked for where it can be earliest; only the last
 * one is looked for at its latest when the longest match is asked for. No
 * choice is ever taken back, so there is no explosion of tries. A suffix is
 * the prefix of everything reversed.
 */
#include "builder/language/expand_pattern.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "builder/builder_limits.h"

enum {
	/* Beyond Unicode, so that no text has them. */
	ANY_RUNE = 0x200000,
	STAR = 0x200001,
	RAW_BYTE = 0x300000, /* plus the byte: no UTF-8, compared as it is */
};

struct runes {
	uint32_t *items;
	size_t count;
};

static void runes_release(struct runes *runes)
{
	free(runes->items);
}
DEFINE_CLEANUP(struct runes, runes_release)

static size_t decode(const char *text, size_t length, uint32_t *out)
{
	size_t size = utf8_decode(text, length, out);

	if (size == 1 && *out == UTF8_INVALID)
		*out = RAW_BYTE + (unsigned char)*text;
	return size;
}

static struct runes decode_all(const char *text)
{
	size_t length = strlen(text);
	struct runes runes = { xcalloc(length + 1, sizeof(uint32_t)), 0 };

	for (size_t at = 0; at < length;)
		at += decode(text + at, length - at,
			     &runes.items[runes.count++]);
	return runes;
}

static void encode(const uint32_t *runes, size_t count, struct strbuf *out)
{
	for (size_t i = 0; i < count; i++) {
		if (runes[i] >= RAW_BYTE)
			strbuf_addch(out, (char)(runes[i] - RAW_BYTE));
		else
			utf8_write(runes[i], out);
	}
}

/* PATTERN's runes, with ANY_RUNE and STAR for "?" and "*". */
static int compile(const char *pattern, struct runes *out, struct error *err)
{
	struct runes runes;
	size_t count = 0;

	if (strlen(pattern) > BUILDER_MAX_PATTERN)
		return error_set(err, ERROR_TOO_LARGE,
				 "a pattern of more than %d bytes",
				 BUILDER_MAX_PATTERN);
	runes = decode_all(pattern);
	*out = runes;
	for (size_t i = 0; i < runes.count; i++) {
		uint32_t rune = runes.items[i];

		if (rune == '*') {
			rune = STAR;
		} else if (rune == '?') {
			rune = ANY_RUNE;
		} else if (rune == '\\') {
			rune = ++i < runes.count ? runes.items[i] : '\0';
			/* "}" and "/" are escaped from ${}, not from us */
			if (!rune || rune > 127 || !strchr("*?\\}/", (int)rune))
				return error_set(err, ERROR_INVALID,
						 "invalid pattern (%s) in "
						 "substitution: a backslash is "
						 "only before *, ?, \\, } "
						 "and /",
						 pattern);
		}
		out->items[count++] = rune;
	}
	out->count = count;
	return 0;
}

static void reverse(struct runes *runes)
{
	for (size_t i = 0; i < runes->count / 2; i++) {
		uint32_t other = runes->items[runes->count - 1 - i];

		runes->items[runes->count - 1 - i] = runes->items[i];
		runes->items[i] = other;
	}
}

/* Whether the COUNT runes SEGMENT stand in VALUE at AT. */
static bool stands(const struct runes *value, size_t at,
		   const uint32_t *segment, size_t count)
{
	if (count > value->count - at)
		return false;
	for (size_t i = 0; i < count; i++)
		if (segment[i] != ANY_RUNE &&
		    segment[i] != value->items[at + i])
			return false;
	return true;
}

/* The earliest (or latest) place of SEGMENT in VALUE from FROM; or false. */
static bool find(const struct runes *value, size_t from,
		 const uint32_t *segment, size_t count, bool latest,
		 size_t *at_out)
{
	if (count > value->count - from)
		return false;
	for (size_t i = 0; i <= value->count - from - count; i++) {
		size_t at = latest ? value->count - count - i : from + i;

		if (stands(value, at, segment, count)) {
			*at_out = at;
			return true;
		}
	}
	return false;
}

struct match {
	size_t start, end;
};

static size_t segment_length(const struct runes *pattern, size_t from)
{
	size_t at = from;

	while (at < pattern->count && pattern->items[at] != STAR)
		at++;
	return at - from;
}

/*
 * The leftmost match of PATTERN in VALUE at or behind FROM, only exactly
 * there when ANCHORED.
 */
static bool search(const struct runes *value, const struct runes *pattern,
		   size_t from, bool anchored, bool longest, struct match *out)
{
	size_t at = 0;
	size_t length = segment_length(pattern, 0);

	if (anchored ? !stands(value, from, pattern->items, length)
		     : !find(value, from, pattern->items, length, false, &from))
		return false;
	out->start = from;
	out->end = from + length;
	for (at = length; at < pattern->count; at += length) {
		const uint32_t *segment = pattern->items + ++at;
		bool last;

		length = segment_length(pattern, at);
		last = at + length == pattern->count;
		if (!find(value, out->end, segment, length, last && longest,
			  &from))
			return false;
		out->end = from + length;
	}
	return true;
}

int expand_pattern_trim_prefix(const char *value, const char *pattern,
			       bool longest, struct strbuf *out,
			       struct error *err)
{
	autoclean(runes_release) struct runes compiled = { NULL, 0 };
	autoclean(runes_release) struct runes runes = { NULL, 0 };
	struct match match = { 0, 0 };

	if (compile(pattern, &compiled, err) < 0)
		return -1;
	runes = decode_all(value);
	if (!search(&runes, &compiled, 0, true, longest, &match))
		match.end = 0;
	encode(runes.items + match.end, runes.count - match.end, out);
	return 0;
}

int expand_pattern_trim_suffix(const char *value, const char *pattern,
			       bool longest, struct strbuf *out,
			       struct error *err)
{
	autoclean(runes_release) struct runes compiled = { NULL, 0 };
	autoclean(runes_release) struct runes runes = { NULL, 0 };
	struct match match = { 0, 0 };

	if (compile(pattern, &compiled, err) < 0)
		return -1;
	runes = decode_all(value);
	reverse(&compiled);
	reverse(&runes);
	if (!search(&runes, &compiled, 0, true, longest, &match))
		match.end = 0;
	reverse(&runes);
	encode(runes.items, runes.count - match.end, out);
	return 0;
}

int expand_pattern_replace(const char *value, const char *pattern,
			   const char *replacement, bool all,
			   struct strbuf *out, struct error *err)
{
	autoclean(runes_release) struct runes compiled = { NULL, 0 };
	autoclean(runes_release) struct runes runes = { NULL, 0 };
	size_t done = 0; /* runes already written */
	size_t from = 0;
	struct match match;

	if (compile(pattern, &compiled, err) < 0)
		return -1;
	runes = decode_all(value);
	while (from <= runes.count && !out->overflow &&
	       search(&runes, &compiled, from, false, true, &match)) {
		bool empty = match.end == match.start;

		/* nothing, right behind a match, is no match of its own */
		if (!empty || match.start > done || !done) {
			encode(runes.items + done, match.start - done, out);
			strbuf_addstr(out, replacement);
			done = match.end;
		}
		from = empty ? match.end + 1 : match.end;
		if (!all)
			break;
	}
	encode(runes.items + done, runes.count - done, out);
	return 0;
}
