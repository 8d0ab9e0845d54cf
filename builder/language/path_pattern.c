/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pattern is a row of tokens, and a match a set of places in that row that
 * the path read so far may stand for: each rune moves the whole set on at
 * once. A place stays where its token repeats, and one that may match
 * nothing lets the next one in.
 */
#include "builder/language/path_pattern.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "builder/builder_limits.h"

enum token_kind {
	TOKEN_RUNE = 1,
	TOKEN_ANY,	/* ?: one rune, no slash */
	TOKEN_SET,	/* [a-c] */
	TOKEN_STAR,	/* *: runes, no slash */
	TOKEN_DIRS,	/* **: nothing, or anything up to a slash */
	TOKEN_ANYTHING, /* ** at the end */
};

struct path_pattern_token {
	enum token_kind kind;
	uint32_t rune;	 /* of RUNE */
	const char *set; /* of SET, behind its "[": owned by the first */
	char *text;	 /* of the first token: what the sets are in */
};

enum { RAW_BYTE = 0x300000 };

static size_t decode(const char *text, uint32_t *rune_out)
{
	/* TEXT is terminated, so that four bytes are never too many */
	size_t size = utf8_decode(text, strnlen(text, 4), rune_out);

	if (size == 1 && *rune_out == UTF8_INVALID)
		*rune_out = RAW_BYTE + (unsigned char)*text;
	return size;
}

static int bad_pattern(const char *text, struct error *err)
{
	return error_set(err, ERROR_INVALID, "syntax error in pattern \"%s\"",
			 text);
}

/* Reads one end of a range of a set; 0 when there is none. */
static size_t decode_member(const char *at, uint32_t *rune_out)
{
	size_t escaped = *at == '\\';

	if (!*at || *at == '-' || *at == ']' || !at[escaped])
		return 0;
	return escaped + decode(at + escaped, rune_out);
}

/* The length of the set behind "[", its "]" included; 0 when it is none. */
static size_t set_length(const char *set)
{
	const char *at = set + (*set == '^');
	uint32_t rune;
	size_t ranges = 0;

	for (; *at != ']' || !ranges; ranges++) {
		size_t size = decode_member(at, &rune);

		if (!size)
			return 0;
		at += size;
		if (*at != '-')
			continue;
		size = decode_member(++at, &rune);
		if (!size)
			return 0;
		at += size;
	}
	return (size_t)(at - set) + 1;
}

static bool set_has(const char *set, uint32_t rune)
{
	bool negated = *set == '^';
	bool found = false;
	const char *at = set + negated;
	const char *end = set + set_length(set) - 1;

	while (at < end) {
		uint32_t low = 0;
		uint32_t high;

		at += decode_member(at, &low);
		high = low;
		if (*at == '-')
			at += 1 + decode_member(at + 1, &high);
		found = found || (low <= rune && rune <= high);
	}
	return found != negated;
}

bool path_pattern_is_wild(const char *text)
{
	return strpbrk(text, "*?[\\") != NULL;
}

/*
 * What "**" at TEXT, the START of a pattern or within it, means. Without a
 * slash behind it, it is any text only where nothing but plain text follows
 * at the start, or nothing at all.
 */
static enum token_kind deep_kind(const char *text, bool start)
{
	if (!text[2])
		return TOKEN_ANYTHING;
	if (text[2] == '/')
		return text[3] ? TOKEN_DIRS : TOKEN_ANYTHING;
	return start && !strpbrk(text + 2, "*?[]\\") ? TOKEN_ANYTHING
						     : TOKEN_DIRS;
}

/* Compiles what stands at AT into TOKEN; its length, or 0 when it is bad. */
static size_t compile_token(const char *at, bool deep, bool start,
			    struct path_pattern_token *token)
{
	size_t length;

	if (deep && at[0] == '*' && at[1] == '*') {
		token->kind = deep_kind(at, start);
		return at[2] == '/' ? 3 : 2;
	}
	switch (*at) {
	case '*':
		token->kind = TOKEN_STAR;
		return 1;
	case '?':
		token->kind = TOKEN_ANY;
		return 1;
	case '[':
		token->kind = TOKEN_SET;
		token->set = at + 1;
		length = set_length(at + 1);
		return length ? length + 1 : 0;
	case '\\':
		token->kind = TOKEN_RUNE;
		return at[1] ? 1 + decode(at + 1, &token->rune) : 0;
	default:
		token->kind = TOKEN_RUNE;
		return decode(at, &token->rune);
	}
}

int path_pattern_parse(const char *text, bool deep, struct path_pattern *out,
		       struct error *err)
{
	size_t length = strlen(text);
	const char *at;

	if (length > BUILDER_MAX_PATTERN)
		return error_set(err, ERROR_TOO_LARGE,
				 "a pattern of more than %d bytes",
				 BUILDER_MAX_PATTERN);
	if (!path_pattern_is_wild(text))
		out->literal = xstrdup(text);
	out->tokens = xcalloc(length + 1, sizeof(*out->tokens));
	out->tokens[0].text = xstrdup(text);
	for (at = out->tokens[0].text; *at;) {
		size_t size = compile_token(at, deep, at == out->tokens[0].text,
					    &out->tokens[out->count]);

		if (!size)
			return bad_pattern(text, err);
		at += size;
		out->count++;
	}
	return 0;
}

/* The places in a pattern that a path may have come to, one bit each. */
struct places {
	uint64_t bits[BUILDER_MAX_PATTERN / 64 + 1];
	size_t words;
};

static bool has(const struct places *places, size_t at)
{
	return places->bits[at / 64] >> at % 64 & 1;
}

/* Adds AT, and what lies behind tokens that may match nothing. */
static void enter(const struct path_pattern *pattern, struct places *places,
		  size_t at)
{
	for (;; at++) {
		places->bits[at / 64] |= UINT64_C(1) << at % 64;
		if (at == pattern->count ||
		    (pattern->tokens[at].kind != TOKEN_STAR &&
		     pattern->tokens[at].kind != TOKEN_DIRS &&
		     pattern->tokens[at].kind != TOKEN_ANYTHING))
			return;
	}
}

static void clear(struct places *places)
{
	memset(places->bits, 0, places->words * sizeof(*places->bits));
}

static void begin(const struct path_pattern *pattern, struct places *places)
{
	places->words = pattern->count / 64 + 1;
	clear(places);
	enter(pattern, places, 0);
}

/*
 * Within DIRS the text so far is no whole component. That is a place of its
 * own, kept in INSIDE: from there only a slash leads on.
 */
struct matching {
	struct places now;
	struct places inside;
};

/* Moves the place AT on over RUNE. */
static void step_place(const struct path_pattern *pattern, size_t at,
		       uint32_t rune, struct matching *next)
{
	const struct path_pattern_token *token = &pattern->tokens[at];

	switch (token->kind) {
	case TOKEN_RUNE:
		if (rune == token->rune)
			enter(pattern, &next->now, at + 1);
		break;
	case TOKEN_ANY:
		if (rune != '/')
			enter(pattern, &next->now, at + 1);
		break;
	case TOKEN_SET:
		if (set_has(token->set, rune))
			enter(pattern, &next->now, at + 1);
		break;
	case TOKEN_STAR:
		if (rune != '/')
			enter(pattern, &next->now, at);
		break;
	case TOKEN_ANYTHING:
		enter(pattern, &next->now, at);
		break;
	case TOKEN_DIRS:
		next->inside.bits[at / 64] |= UINT64_C(1) << at % 64;
		if (rune == '/')
			enter(pattern, &next->now, at + 1);
		break;
	}
}

/* Moves every place on over RUNE; false when none is left. */
static bool step(const struct path_pattern *pattern, uint32_t rune,
		 struct matching *matching)
{
	struct matching next;
	uint64_t left = 0;

	next.now.words = next.inside.words = matching->now.words;
	clear(&next.now);
	clear(&next.inside);
	for (size_t word = 0; word < matching->now.words; word++) {
		uint64_t bits = matching->now.bits[word] |
				matching->inside.bits[word];

		for (; bits; bits &= bits - 1) {
			size_t at = word * 64 + (size_t)__builtin_ctzll(bits);

			if (at < pattern->count)
				step_place(pattern, at, rune, &next);
		}
	}
	for (size_t word = 0; word < next.now.words; word++) {
		matching->now.bits[word] = next.now.bits[word];
		matching->inside.bits[word] = next.inside.bits[word];
		left |= next.now.bits[word] | next.inside.bits[word];
	}
	return left != 0;
}

static void begin_matching(const struct path_pattern *pattern,
			   struct matching *matching)
{
	begin(pattern, &matching->now);
	matching->inside.words = matching->now.words;
	clear(&matching->inside);
}

/*
 * Whether PATTERN matches PATH, or with ABOVE what stands before any of its
 * slashes.
 */
static bool run(const struct path_pattern *pattern, const char *path,
		bool above)
{
	struct matching matching;

	begin_matching(pattern, &matching);
	while (*path) {
		uint32_t rune;

		if (above && *path == '/' && has(&matching.now, pattern->count))
			return true;
		path += decode(path, &rune);
		if (!step(pattern, rune, &matching))
			return false;
	}
	return has(&matching.now, pattern->count);
}

bool path_pattern_matches(const struct path_pattern *pattern, const char *path)
{
	if (pattern->literal)
		return !strcmp(pattern->literal, path);
	return run(pattern, path, false);
}

bool path_pattern_covers(const struct path_pattern *pattern, const char *path)
{
	size_t length;

	if (!pattern->literal)
		return run(pattern, path, true);
	length = strlen(pattern->literal);
	return !strncmp(pattern->literal, path, length) &&
	       (!path[length] || path[length] == '/');
}

bool path_pattern_reaches(const struct path_pattern *pattern, const char *path)
{
	struct matching matching;
	uint32_t rune;

	if (pattern->literal) {
		size_t length = strlen(path);

		return !strncmp(pattern->literal, path, length) &&
		       pattern->literal[length] == '/';
	}
	begin_matching(pattern, &matching);
	while (*path) {
		path += decode(path, &rune);
		if (!step(pattern, rune, &matching))
			return false;
	}
	return step(pattern, '/', &matching);
}

/* Takes the last component of the COUNT in OUT away. */
static void drop_last(struct strbuf *out, size_t base)
{
	size_t length = out->length;

	while (length > base && out->text[length - 1] != '/')
		length--;
	/* the slash before it, too */
	strbuf_truncate(out, length > base ? length - 1 : base);
}

char *path_pattern_clean(const char *text)
{
	struct strbuf out = STRBUF_INIT;
	bool rooted = *text == '/';
	size_t base = rooted; /* what ".." cannot take away */

	if (rooted)
		strbuf_addch(&out, '/');
	while (*text) {
		size_t length = strcspn(text, "/");
		bool up = length == 2 && !strncmp(text, "..", 2);

		if (up && out.length > base) {
			drop_last(&out, base);
		} else if (length && !(length == 1 && *text == '.') &&
			   !(up && rooted)) {
			if (out.length > rooted)
				strbuf_addch(&out, '/');
			strbuf_add(&out, text, length);
			if (up)
				base = out.length;
		}
		text += length;
		text += *text == '/';
	}
	if (!out.length)
		strbuf_addch(&out, '.');
	return strbuf_steal(&out);
}

void path_pattern_release(struct path_pattern *pattern)
{
	free(pattern->literal);
	if (pattern->tokens)
		free(pattern->tokens[0].text);
	free(pattern->tokens);
	*pattern = (struct path_pattern)PATH_PATTERN_INIT;
}
