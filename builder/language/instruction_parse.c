/* SPDX-License-Identifier: Apache-2.0 */
/* From a line to an instruction, by a table of grammars. */
#include "builder/language/instruction_parse.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "builder/language/instruction_flags.h"
#include "builder/language/instruction_parts.h"
#include "builder/language/line_words.h"
#include "builder/language/string_array.h"
#include "builder/language/suggest.h"

typedef int parse_function(const struct instruction_request *request,
			   struct instruction *out, struct error *err);

static int no_flags(const struct instruction_request *request,
		    struct error *err)
{
	return instruction_flags_read(&request->words->flags, NULL, 0, err);
}

/* USER, WORKDIR, STOPSIGNAL, MAINTAINER: all of the line is one argument. */
static int parse_value(const struct instruction_request *request,
		       struct instruction *out, struct error *err)
{
	if (no_flags(request, err) < 0)
		return -1;
	if (!*request->words->rest)
		return error_set(err, ERROR_INVALID,
				 "%s requires exactly one argument",
				 instruction_kind_name(out->kind));
	out->value = xstrdup(request->words->rest);
	return 0;
}

static int parse_command(const struct instruction_request *request,
			 struct instruction *out, struct error *err)
{
	if (no_flags(request, err) < 0)
		return -1;
	return command_line_parse(request->words->rest, NULL, request->escape,
				  &out->command, err);
}

static int parse_shell(const struct instruction_request *request,
		       struct instruction *out, struct error *err)
{
	if (parse_command(request, out, err) < 0)
		return -1;
	if (!*request->words->rest || !out->command.words.count)
		return instruction_needs_argument(out, err);
	if (out->command.form != COMMAND_EXEC)
		return error_set(
			err, ERROR_INVALID,
			"SHELL requires the arguments to be in JSON "
			"form: SHELL [\"executable\", \"parameters\"]");
	return 0;
}

static int parse_expose(const struct instruction_request *request,
			struct instruction *out, struct error *err)
{
	if (no_flags(request, err) < 0 ||
	    line_words_split_plain(request->words->rest, &out->words, err) < 0)
		return -1;
	return out->words.count ? 0 : instruction_needs_argument(out, err);
}

/* Cuts the blanks around TEXT, in place. */
static void trim(char *text)
{
	size_t start = 0;
	size_t length = strlen(text);

	while (isspace((unsigned char)text[start]))
		start++;
	while (length > start && isspace((unsigned char)text[length - 1]))
		length--;
	memmove(text, text + start, length - start);
	text[length - start] = '\0';
}

static int parse_volume(const struct instruction_request *request,
			struct instruction *out, struct error *err)
{
	const char *rest = request->words->rest;
	bool is_array;

	if (no_flags(request, err) < 0 ||
	    string_array_parse(rest, &out->words, &is_array, err) < 0)
		return -1;
	if (!is_array && line_words_split_plain(rest, &out->words, err) < 0)
		return -1;
	if (!out->words.count)
		return instruction_needs_argument(out, err);
	for (size_t i = 0; i < out->words.count; i++) {
		trim(out->words.items[i]);
		if (!*out->words.items[i])
			return error_set(err, ERROR_INVALID,
					 "VOLUME specified can not be an empty "
					 "string");
	}
	return 0;
}

/* The trigger as an image's configuration keeps it. */
static char *trigger_text(const struct instruction_request *request)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addstr(&text, request->words->rest);
	for (size_t i = 0; i < request->heredocs->count; i++)
		strbuf_addf(&text, "\n%s%s",
			    request->heredocs->items[i].content,
			    request->heredocs->items[i].name);
	return strbuf_steal(&text);
}

static int parse_onbuild(const struct instruction_request *request,
			 struct instruction *out, struct error *err);

static parse_function *const parsers[INSTRUCTION_COUNT] = {
	[INSTRUCTION_ADD] = instruction_parse_copy,
	[INSTRUCTION_ARG] = instruction_parse_arg,
	[INSTRUCTION_CMD] = parse_command,
	[INSTRUCTION_COPY] = instruction_parse_copy,
	[INSTRUCTION_ENTRYPOINT] = parse_command,
	[INSTRUCTION_ENV] = instruction_parse_pairs,
	[INSTRUCTION_EXPOSE] = parse_expose,
	[INSTRUCTION_FROM] = instruction_parse_from,
	[INSTRUCTION_HEALTHCHECK] = instruction_parse_health,
	[INSTRUCTION_LABEL] = instruction_parse_pairs,
	[INSTRUCTION_MAINTAINER] = parse_value,
	[INSTRUCTION_ONBUILD] = parse_onbuild,
	[INSTRUCTION_RUN] = instruction_parse_run,
	[INSTRUCTION_SHELL] = parse_shell,
	[INSTRUCTION_STOPSIGNAL] = parse_value,
	[INSTRUCTION_USER] = parse_value,
	[INSTRUCTION_VOLUME] = parse_volume,
	[INSTRUCTION_WORKDIR] = parse_value,
};

static int unknown(const char *keyword, struct error *err)
{
	const char *known[INSTRUCTION_COUNT];

	for (int kind = 1; kind < INSTRUCTION_COUNT; kind++)
		known[kind] =
			instruction_kind_name((enum instruction_kind)kind);
	(void)error_set(err, ERROR_INVALID, "unknown instruction: %.200s",
			keyword);
	return suggest_append(keyword, known + 1, INSTRUCTION_COUNT - 1, err);
}

int instruction_parse(const struct source_line *line, char escape,
		      struct instruction *out, struct error *err)
{
	autoclean(line_words_release) struct line_words words = LINE_WORDS_INIT;
	struct instruction_request request = { &words, &line->heredocs,
					       escape };
	const char *name;

	if (line_words_parse(line->text, &words, err) < 0)
		return -1;
	memset(out, 0, sizeof(*out));
	out->keyword = xstrdup(words.keyword);
	out->text = xstrdup(line->text);
	out->original = xstrdup(line->original);
	out->first_line = line->first_line;
	out->last_line = line->last_line;
	out->blank_line = line->blank_line;
	strvec_extend(&out->comments, line->comments.items,
		      line->comments.count);
	out->kind = instruction_kind_from_name(words.keyword);
	if (out->kind == INSTRUCTION_NONE)
		return unknown(words.keyword, err);
	name = instruction_kind_name(out->kind);
	if (parsers[out->kind](&request, out, err) == 0)
		return 0;
	if (strncmp(err->msg, name, strlen(name)) != 0)
		(void)error_wrap(err, "%s", name); /* -1 as well */
	return -1;
}

static int parse_onbuild(const struct instruction_request *request,
			 struct instruction *out, struct error *err)
{
	struct source_line line = {
		.text = request->words->rest,
		.original = request->words->rest,
		.heredocs = *request->heredocs, /* borrowed */
	};
	struct instruction *trigger;

	if (no_flags(request, err) < 0)
		return -1;
	if (!*request->words->rest)
		return instruction_needs_argument(out, err);
	trigger = xcalloc(1, sizeof(*trigger));
	out->onbuild.trigger = trigger;
	out->onbuild.text = trigger_text(request);
	if (!strncasecmp(request->words->rest, "ONBUILD", 7) &&
	    !isalnum((unsigned char)request->words->rest[7]))
		return error_set(err, ERROR_INVALID,
				 "chaining ONBUILD via `ONBUILD ONBUILD` isn't "
				 "allowed");
	if (instruction_parse(&line, request->escape, trigger, err) < 0)
		return error_wrap(err, "ONBUILD");
	if (trigger->kind == INSTRUCTION_FROM ||
	    trigger->kind == INSTRUCTION_MAINTAINER)
		return error_set(err, ERROR_INVALID,
				 "%s isn't allowed as an ONBUILD trigger",
				 instruction_kind_name(trigger->kind));
	return 0;
}
