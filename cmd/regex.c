/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rewriting is one pass with one state, inside or outside brackets.
 * regcomp's memory grows with the product of nested repetitions, hence the
 * limit on all of a pattern's counts multiplied.
 */
#include "cmd/regex.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

enum { PATTERN_MAX = 1000, REPEAT_MAX = 1000, GROUPS_MAX = 100 };

struct rewriter {
	const char *at;
	struct strbuf out;
	unsigned long repeats; /* product of all counts */
	int groups;	       /* open */
	int flags;	       /* for regcomp */
	bool can_repeat;       /* something to repeat came before */
};

static bool is_mark(char byte)
{
	return byte && strchr(".[]{}()*+?^$|\\", byte);
}

/* \d and the like, outside and inside brackets. */
static const char *class_of(char letter, bool in_brackets)
{
	switch (letter) {
	case 'd':
		return in_brackets ? "0-9" : "[0-9]";
	case 'w':
		return in_brackets ? "0-9A-Za-z_" : "[0-9A-Za-z_]";
	case 's':
		return in_brackets ? "[:space:]" : "[[:space:]]";
	case 'D':
		return in_brackets ? NULL : "[^0-9]";
	case 'W':
		return in_brackets ? NULL : "[^0-9A-Za-z_]";
	case 'S':
		return in_brackets ? NULL : "[^[:space:]]";
	default:
		return NULL;
	}
}

/* The byte that \n, \t … stand for, or the mark itself; 0: neither. */
static char literal_of(char letter)
{
	static const char letters[] = "afnrtv";
	static const char bytes[] = "\a\f\n\r\t\v";
	const char *found = letter ? strchr(letters, letter) : NULL;

	if (found)
		return bytes[found - letters];
	return ispunct((unsigned char)letter) ? letter : '\0';
}

/* What follows a backslash outside brackets. */
static bool rewrite_escape(struct rewriter *r)
{
	char letter = *++r->at;
	const char *class = class_of(letter, false);
	char literal = literal_of(letter);

	if (letter)
		r->at++;
	r->can_repeat = true;
	if (class) {
		strbuf_addstr(&r->out, class);
	} else if (letter == 'b' || letter == 'B') {
		strbuf_addf(&r->out, "\\%c", letter); /* GNU has these */
	} else if (letter == 'A' || letter == 'z') {
		strbuf_addch(&r->out, letter == 'A' ? '^' : '$');
	} else if (literal) {
		if (is_mark(literal))
			strbuf_addch(&r->out, '\\');
		strbuf_addch(&r->out, literal);
	} else {
		return false;
	}
	return true;
}

/* One element between brackets; POSIX knows no backslash there. */
static bool rewrite_element(struct rewriter *r, bool *ends_in_dash)
{
	const char *end;
	const char *class;

	if (r->at[0] == '[' && r->at[1] == ':') {
		end = strstr(r->at, ":]");
		if (!end)
			return false;
		strbuf_add(&r->out, r->at, (size_t)(end + 2 - r->at));
		r->at = end + 2;
		return true;
	}
	if (*r->at != '\\') {
		strbuf_addch(&r->out, *r->at++);
		return true;
	}
	class = class_of(r->at[1], true);
	if (class) {
		strbuf_addstr(&r->out, class);
	} else if (r->at[1] == '-') {
		*ends_in_dash = true; /* only the last place is literal */
	} else if (literal_of(r->at[1]) && !strchr("]^[", r->at[1])) {
		strbuf_addch(&r->out, literal_of(r->at[1]));
	} else {
		return false;
	}
	r->at += 2;
	return true;
}

static bool rewrite_brackets(struct rewriter *r)
{
	bool ends_in_dash = false;
	const char *first;

	strbuf_addch(&r->out, *r->at++);
	if (*r->at == '^')
		strbuf_addch(&r->out, *r->at++);
	first = r->at;
	while (*r->at && (*r->at != ']' || r->at == first))
		if (!rewrite_element(r, &ends_in_dash))
			return false;
	if (*r->at != ']')
		return false;
	r->at++;
	if (ends_in_dash)
		strbuf_addch(&r->out, '-');
	strbuf_addch(&r->out, ']');
	r->can_repeat = true;
	return true;
}

/* "{n}", "{n,}", "{n,m}"; anything else is a literal brace in RE2. */
static bool rewrite_count(struct rewriter *r)
{
	const char *start = r->at;
	char *end;
	unsigned long least, most;

	least = most = strtoul(start + 1, &end, 10);
	if (end == start + 1 || !isdigit((unsigned char)start[1])) {
		strbuf_addstr(&r->out, "\\{");
		r->at++;
		r->can_repeat = true;
		return true;
	}
	if (*end == ',' && isdigit((unsigned char)end[1]))
		most = strtoul(end + 1, &end, 10);
	else if (*end == ',')
		end++;
	if (*end != '}' || least > REPEAT_MAX || most > REPEAT_MAX ||
	    most < least || !r->can_repeat)
		return false;
	r->repeats *= most ? most : 1;
	if (r->repeats > REPEAT_MAX)
		return false;
	strbuf_add(&r->out, start, (size_t)(end + 1 - start));
	r->at = end + 1;
	return true;
}

static bool rewrite_repeat(struct rewriter *r)
{
	if (*r->at == '{') {
		const char *before = r->at;

		if (!rewrite_count(r))
			return false;
		if (r->at == before + 1)
			return true; /* a literal brace */
	} else {
		if (!r->can_repeat)
			return false;
		strbuf_addch(&r->out, *r->at++);
	}
	if (*r->at == '?')
		r->at++;       /* lazy: it changes what matches, not whether */
	r->can_repeat = false; /* RE2 refuses "a**" */
	return true;
}

static bool rewrite_group(struct rewriter *r)
{
	if (*r->at == ')') {
		r->at++;
		strbuf_addch(&r->out, ')');
		r->can_repeat = true;
		return r->groups-- > 0;
	}
	if (!strncmp(r->at, "(?i)", 4) && !r->out.length) {
		r->flags |= REG_ICASE;
		r->at += 4;
		return true;
	}
	r->at++;
	if (r->at[0] == '?' && r->at[1] != ':')
		return false;
	if (r->at[0] == '?')
		r->at += 2;
	strbuf_addch(&r->out, '(');
	r->can_repeat = false;
	return r->groups++ < GROUPS_MAX;
}

static bool rewrite(struct rewriter *r)
{
	bool good = true;

	while (*r->at && good) {
		switch (*r->at) {
		case '\\':
			good = rewrite_escape(r);
			break;
		case '[':
			good = rewrite_brackets(r);
			break;
		case '*':
		case '+':
		case '?':
		case '{':
			good = rewrite_repeat(r);
			break;
		case '(':
		case ')':
			good = rewrite_group(r);
			break;
		case '}':
		case ']':
			strbuf_addf(&r->out, "\\%c", *r->at++);
			r->can_repeat = true;
			break;
		default:
			r->can_repeat = *r->at != '|' && *r->at != '^';
			strbuf_addch(&r->out, *r->at++);
			break;
		}
	}
	return good && !r->groups;
}

int regex_search(const char *pattern, const char *text, bool *out,
		 struct error *err)
{
	struct rewriter r = { .at = pattern,
			      .out = STRBUF_INIT,
			      .repeats = 1,
			      .flags = REG_EXTENDED | REG_NOSUB };
	regex_t regex;
	bool good = strlen(pattern) <= PATTERN_MAX && rewrite(&r);
	int result = REG_NOMATCH;

	if (good && regcomp(&regex, r.out.text, r.flags) == 0) {
		result = regexec(&regex, text, 0, NULL, 0);
		regfree(&regex);
	} else {
		good = false;
	}
	strbuf_release(&r.out);
	if (!good)
		return error_set(err, ERROR_INVALID,
				 "invalid regular expression '%.100s'",
				 pattern);
	*out = result == 0;
	return 0;
}
