/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of ADD and COPY. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "builder/language/instruction_flags.h"
#include "builder/language/instruction_parts.h"
#include "builder/language/string_array.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static int read_add_flags(const struct strvec *flags,
			  struct copy_instruction *copy, struct error *err)
{
	const struct instruction_flag table[] = {
		{ .name = "chown", .string = &copy->chown },
		{ .name = "chmod", .string = &copy->chmod },
		{ .name = "link", .boolean = &copy->link },
		{ .name = "exclude", .list = &copy->excludes },
		{ .name = "checksum", .string = &copy->checksum },
		{ .name = "keep-git-dir", .boolean = &copy->keep_git_dir },
		{ .name = "unpack",
		  .boolean = &copy->unpack,
		  .given = &copy->unpack_given },
	};

	return instruction_flags_read(flags, table, COUNT_OF(table), err);
}

static int read_copy_flags(const struct strvec *flags,
			   struct copy_instruction *copy, struct error *err)
{
	const struct instruction_flag table[] = {
		{ .name = "from", .string = &copy->from },
		{ .name = "chown", .string = &copy->chown },
		{ .name = "chmod", .string = &copy->chmod },
		{ .name = "link", .boolean = &copy->link },
		{ .name = "parents", .boolean = &copy->parents },
		{ .name = "exclude", .list = &copy->excludes },
	};
	const char *dollar;

	if (instruction_flags_read(flags, table, COUNT_OF(table), err) < 0)
		return -1;
	if (copy->from && !*copy->from) { /* as if it were not there */
		free(copy->from);
		copy->from = NULL;
	}
	dollar = copy->from ? strchr(copy->from, '$') : NULL;
	if (dollar && dollar[1])
		return error_set(err, ERROR_INVALID,
				 "variable expansion is not supported for "
				 "--from, define a new stage with FROM using "
				 "ARG from global scope as a workaround");
	return 0;
}

static const struct heredoc *find_heredoc(const struct heredocs *heredocs,
					  const char *name)
{
	/* of two with one name, the later text, as docker has it */
	for (size_t i = heredocs->count; i > 0; i--)
		if (!strcmp(heredocs->items[i - 1].name, name))
			return &heredocs->items[i - 1];
	return NULL;
}

static void add_source(const struct instruction_request *request,
		       const char *word, bool is_array, struct copy_source *out)
{
	autoclean(heredoc_release) struct heredoc opened = { .name = NULL };
	const struct heredoc *heredoc = NULL;

	if (!is_array && heredoc_is_word(word, request->escape, &opened))
		heredoc = find_heredoc(request->heredocs, opened.name);
	if (!heredoc) {
		out->path = xstrdup(word);
		return;
	}
	out->path = xstrdup(heredoc->name);
	out->content = xstrdup(heredoc->content);
	out->expand = heredoc->expand;
}

static int read_paths(const struct instruction_request *request,
		      const struct strvec *words, bool is_array,
		      struct instruction *out, struct error *err)
{
	autoclean(heredoc_release) struct heredoc opened = { .name = NULL };
	struct copy_instruction *copy = &out->copy;
	const char *last;

	if (words->count < 2)
		return error_set(err, ERROR_INVALID,
				 "%s requires at least two arguments, but %s "
				 "provided. Destination could not be "
				 "determined",
				 instruction_kind_name(out->kind),
				 words->count ? "only one was" : "none were");
	last = words->items[words->count - 1];
	if (!is_array && heredoc_is_word(last, request->escape, &opened))
		return error_set(err, ERROR_INVALID,
				 "%s cannot accept a heredoc as a destination",
				 instruction_kind_name(out->kind));
	copy->destination = xstrdup(last);
	copy->sources = xcalloc(words->count - 1, sizeof(*copy->sources));
	for (size_t i = 0; i + 1 < words->count; i++)
		add_source(request, words->items[i], is_array,
			   &copy->sources[copy->source_count++]);
	return 0;
}

int instruction_parse_copy(const struct instruction_request *request,
			   struct instruction *out, struct error *err)
{
	const struct line_words *words = request->words;
	autoclean(strvec_release) struct strvec paths = STRVEC_INIT;
	bool is_array;

	if ((out->kind == INSTRUCTION_ADD
		     ? read_add_flags(&words->flags, &out->copy, err)
		     : read_copy_flags(&words->flags, &out->copy, err)) < 0)
		return -1;
	if (string_array_parse(words->rest, &paths, &is_array, err) < 0)
		return -1;
	if (!is_array && line_words_split_plain(words->rest, &paths, err) < 0)
		return -1;
	return read_paths(request, &paths, is_array, out, err);
}
