/* SPDX-License-Identifier: Apache-2.0 */
/* Modes as chmod(1) reads them. */
#include "builder/files/mode_change.h"

#include <string.h>

static int bad(const char *text, struct error *err)
{
	return error_set(err, ERROR_INVALID, "invalid mode \"%s\" for chmod",
			 text);
}

static bool parse_octal(const char *text, mode_t *out)
{
	size_t length = strlen(text);

	if (!length || length > 5 || strspn(text, "01234567") != length)
		return false;
	*out = 0;
	for (; *text; text++)
		*out = *out * 8 + (mode_t)(*text - '0');
	return *out <= 07777;
}

static bool who_of(char letter, mode_t *out)
{
	switch (letter) {
	case 'u':
		*out |= 04700;
		return true;
	case 'g':
		*out |= 02070;
		return true;
	case 'o':
		*out |= 01007;
		return true;
	case 'a':
		*out |= 07777;
		return true;
	default:
		return false;
	}
}

static bool permission_of(char letter, struct mode_clause *out)
{
	switch (letter) {
	case 'r':
		out->bits |= 0444;
		return true;
	case 'w':
		out->bits |= 0222;
		return true;
	case 'x':
		out->bits |= 0111;
		return true;
	case 'X':
		out->conditional = true;
		return true;
	case 's':
		out->bits |= 06000;
		return true;
	case 't':
		out->bits |= 01000;
		return true;
	default:
		return false;
	}
}

/* One clause; returns what stands behind it, NULL when it is none. */
static const char *parse_clause(const char *text, struct mode_clause *out)
{
	*out = (struct mode_clause){ .who = 0 };
	while (who_of(*text, &out->who))
		text++;
	if (!out->who)
		out->who = 07777;
	if (!*text || !strchr("+-=", *text))
		return NULL;
	out->op = *text++;
	if (*text && strchr("ugo", *text)) {
		out->copy = *text;
		return text + 1;
	}
	while (permission_of(*text, out))
		text++;
	return text;
}

int mode_change_parse(const char *text, struct mode_change *out,
		      struct error *err)
{
	const char *rest = text;

	*out = (struct mode_change){ .is_octal = false };
	if (parse_octal(text, &out->octal)) {
		out->is_octal = true;
		return 0;
	}
	do {
		if (out->count == MODE_CLAUSES_MAX)
			return bad(text, err);
		rest = parse_clause(rest, &out->clauses[out->count++]);
		if (!rest || (*rest && *rest != ','))
			return bad(text, err);
	} while (*rest++);
	return 0;
}

/* The permissions of one class, spread over all three. */
static mode_t spread(mode_t mode, char from)
{
	mode_t bits = mode & 7;

	if (from == 'u')
		bits = mode >> 6 & 7;
	if (from == 'g')
		bits = mode >> 3 & 7;
	return bits << 6 | bits << 3 | bits;
}

static mode_t apply_clause(const struct mode_clause *clause, mode_t mode,
			   bool is_folder)
{
	mode_t bits = clause->copy ? spread(mode, clause->copy) : clause->bits;

	if (clause->conditional && (is_folder || mode & 0111))
		bits |= 0111;
	bits &= clause->who;
	if (clause->op == '+')
		return mode | bits;
	if (clause->op == '-')
		return mode & ~bits;
	/* as chmod(1): a folder's set-id bits stay unless they are named */
	return (mode & ~(clause->who & (is_folder ? 01777 : 07777))) | bits;
}

mode_t mode_change_apply(const struct mode_change *change, mode_t mode,
			 bool is_folder)
{
	if (change->is_octal)
		return change->octal;
	for (size_t i = 0; i < change->count; i++)
		mode = apply_clause(&change->clauses[i], mode, is_folder);
	return mode;
}
