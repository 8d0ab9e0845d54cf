/* SPDX-License-Identifier: Apache-2.0 */
/* FROM, and the instructions that are names with values. */
#include "builder/language/instruction_parts.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "builder/language/instruction_flags.h"

int instruction_needs_argument(const struct instruction *instruction,
			       struct error *err)
{
	return error_set(err, ERROR_INVALID,
			 "%s requires at least one argument",
			 instruction_kind_name(instruction->kind));
}

static int blank_name(const struct instruction *instruction, struct error *err)
{
	return error_set(err, ERROR_INVALID, "%s names can not be blank",
			 instruction_kind_name(instruction->kind));
}

/* NAME in lower case when it may be a stage's: a letter, then [a-z0-9-_.]. */
static char *stage_name(const char *name)
{
	char *lower = xstrdup(name);

	for (char *at = lower; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	if (*lower >= 'a' && *lower <= 'z' &&
	    !lower[strspn(lower, "abcdefghijklmnopqrstuvwxyz0123456789-_.")])
		return lower;
	free(lower);
	return NULL;
}

int instruction_parse_from(const struct instruction_request *request,
			   struct instruction *out, struct error *err)
{
	struct from_instruction *from = &out->from;
	const struct instruction_flag flags[] = {
		{ .name = "platform", .string = &from->platform },
	};
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;

	if (instruction_flags_read(&request->words->flags, flags, 1, err) < 0 ||
	    line_words_split_plain(request->words->rest, &words, err) < 0)
		return -1;
	if (words.count != 1 &&
	    (words.count != 3 || strcasecmp(words.items[1], "AS") != 0))
		return error_set(err, ERROR_INVALID,
				 "FROM requires either one or three arguments: "
				 "FROM image [AS name]");
	from->base = xstrdup(words.items[0]);
	if (words.count == 1)
		return 0;
	from->as_keyword = xstrdup(words.items[1]);
	from->as_name = xstrdup(words.items[2]);
	from->stage_name = stage_name(words.items[2]);
	if (!from->stage_name)
		return error_set(err, ERROR_INVALID,
				 "invalid name for build stage: \"%s\", name "
				 "can't start with a number or contain symbols",
				 words.items[2]);
	return 0;
}

/* One "name=value", quotes still in it. */
static int add_pair(const char *word, struct instruction *out,
		    struct error *err)
{
	const char *equal = strchr(word, '=');
	autofree char *name = NULL;

	if (!equal)
		return error_set(err, ERROR_INVALID,
				 "can't find = in \"%s\": must be of the form "
				 "name=value",
				 word);
	if (equal == word)
		return blank_name(out, err);
	name = xstrndup(word, (size_t)(equal - word));
	pairs_add(&out->pairs.pairs, name, equal + 1);
	return 0;
}

/* "name value", where the value is all that follows. */
static int add_legacy(const char *text, struct instruction *out,
		      struct error *err)
{
	size_t length = strcspn(text, " \t\v\f\r\n");
	autofree char *name = xstrndup(text, length);

	if (!text[length])
		return error_set(err, ERROR_INVALID,
				 "%s must have two arguments",
				 instruction_kind_name(out->kind));
	text += length;
	text += strspn(text, " \t\v\f\r\n");
	out->pairs.legacy = true;
	pairs_add(&out->pairs.pairs, name, text);
	return 0;
}

int instruction_parse_pairs(const struct instruction_request *request,
			    struct instruction *out, struct error *err)
{
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;

	if (instruction_flags_read(&request->words->flags, NULL, 0, err) < 0 ||
	    line_words_split(request->words->rest, request->escape, &words,
			     err) < 0)
		return -1;
	if (!words.count)
		return instruction_needs_argument(out, err);
	if (!strchr(words.items[0], '='))
		return add_legacy(request->words->rest, out, err);
	for (size_t i = 0; i < words.count; i++)
		if (add_pair(words.items[i], out, err) < 0)
			return -1;
	return 0;
}

int instruction_parse_arg(const struct instruction_request *request,
			  struct instruction *out, struct error *err)
{
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;

	if (instruction_flags_read(&request->words->flags, NULL, 0, err) < 0 ||
	    line_words_split(request->words->rest, request->escape, &words,
			     err) < 0)
		return -1;
	if (!words.count)
		return instruction_needs_argument(out, err);
	for (size_t i = 0; i < words.count; i++) {
		if (!strchr(words.items[i], '='))
			pairs_add(&out->pairs.pairs, words.items[i], NULL);
		else if (add_pair(words.items[i], out, err) < 0)
			return -1;
	}
	return 0;
}
