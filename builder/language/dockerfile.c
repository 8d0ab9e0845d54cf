/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions into stages. */
#include "builder/language/dockerfile.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "builder/builder_limits.h"
#include "builder/language/instruction_parse.h"
#include "builder/language/source_lines.h"
#include "builder/language/suggest.h"

static void append(struct instruction **items, size_t *count,
		   struct instruction *instruction)
{
	if (!(*count & (*count - 1)))
		*items = xreallocarray(*items, *count ? *count * 2 : 1,
				       sizeof(**items));
	(*items)[(*count)++] = *instruction;
	memset(instruction, 0, sizeof(*instruction));
}

static int add_stage(struct dockerfile *file, struct instruction *from,
		     struct error *err)
{
	struct dockerfile_stage *stage;

	if (file->stage_count == BUILDER_MAX_STAGES)
		return error_set(err, ERROR_TOO_LARGE, "more than %d stages",
				 BUILDER_MAX_STAGES);
	file->stages = xreallocarray(file->stages, file->stage_count + 1,
				     sizeof(*file->stages));
	stage = &file->stages[file->stage_count];
	*stage = (struct dockerfile_stage){ .number = file->stage_count,
					    .from = *from };
	file->stage_count++;
	memset(from, 0, sizeof(*from));
	return 0;
}

/* Puts INSTRUCTION, which is taken, where it belongs. */
static int place(struct dockerfile *file, struct instruction *instruction,
		 struct error *err)
{
	struct dockerfile_stage *stage;

	if (instruction->kind == INSTRUCTION_FROM)
		return add_stage(file, instruction, err);
	if (!file->stage_count && instruction->kind == INSTRUCTION_ARG) {
		append(&file->globals, &file->global_count, instruction);
		return 0;
	}
	if (!file->stage_count)
		return error_set(err, ERROR_INVALID,
				 "%s: no build stage in current context: "
				 "expected FROM, or ARG, first",
				 instruction_kind_name(instruction->kind));
	stage = &file->stages[file->stage_count - 1];
	append(&stage->instructions, &stage->count, instruction);
	return 0;
}

static int parse_lines(const struct source_lines *lines, struct dockerfile *out,
		       unsigned *line_out, struct error *err)
{
	for (size_t i = 0; i < lines->count; i++) {
		autoclean(
			instruction_release) struct instruction instruction = {
			.kind = INSTRUCTION_NONE
		};

		*line_out = lines->items[i].first_line;
		if (instruction_parse(&lines->items[i],
				      lines->directives.escape, &instruction,
				      err) < 0 ||
		    place(out, &instruction, err) < 0)
			return -1;
	}
	return 0;
}

int dockerfile_parse(const char *name, const char *bytes, size_t length,
		     struct dockerfile *out, struct error *err)
{
	autoclean(source_lines_release) struct source_lines lines =
		SOURCE_LINES_INIT;
	unsigned line = 1;

	out->name = xstrdup(name);
	if (source_lines_parse(bytes, length, &lines, &line, err) < 0 ||
	    parse_lines(&lines, out, &line, err) < 0)
		return error_wrap(err, "%s:%u", name, line);
	if (!lines.count)
		return error_set(err, ERROR_INVALID,
				 "%s: file with no instructions", name);
	if (!out->stage_count)
		return error_set(err, ERROR_INVALID,
				 "%s: no build stage: expected FROM behind ARG",
				 name);
	out->directives = lines.directives;
	lines.directives = (struct directives)DIRECTIVES_INIT;
	return 0;
}

int dockerfile_parse_trigger(const char *text, struct instruction *out,
			     struct error *err)
{
	autoclean(source_lines_release) struct source_lines lines =
		SOURCE_LINES_INIT;
	autoclean(strbuf_release) struct strbuf whole = STRBUF_INIT;
	unsigned line;
	enum instruction_kind kind;

	/* never a directive, whatever an image says */
	lines.directives.done = true;
	strbuf_addstr(&whole, text);
	if (source_lines_parse(whole.text, whole.length, &lines, &line, err) <
	    0)
		return error_wrap(err, "ONBUILD trigger \"%.200s\"", text);
	if (lines.count != 1)
		return error_set(err, ERROR_INVALID,
				 "ONBUILD trigger \"%.200s\": expected one "
				 "instruction",
				 text);
	if (instruction_parse(&lines.items[0], lines.directives.escape, out,
			      err) < 0)
		return error_wrap(err, "ONBUILD trigger \"%.200s\"", text);
	kind = out->kind;
	if (kind == INSTRUCTION_FROM || kind == INSTRUCTION_MAINTAINER ||
	    kind == INSTRUCTION_ONBUILD)
		return error_set(err, ERROR_INVALID,
				 "%s isn't allowed as an ONBUILD trigger",
				 instruction_kind_name(kind));
	out->first_line = 0;
	out->last_line = 0;
	return 0;
}

/* NAME as a stage's number below LIMIT, or LIMIT. */
static size_t stage_number(const char *name, size_t limit)
{
	unsigned long number;

	if (!*name || name[strspn(name, "0123456789")] || strlen(name) > 9)
		return limit;
	number = strtoul(name, NULL, 10);
	return number < limit ? number : limit;
}

const struct dockerfile_stage *dockerfile_find_stage(
	const struct dockerfile *file, const char *name, size_t before,
	bool numbers)
{
	size_t number;

	for (size_t i = before; i > 0; i--) {
		const char *known = file->stages[i - 1].from.from.stage_name;

		if (known && !strcasecmp(known, name))
			return &file->stages[i - 1];
	}
	number = numbers ? stage_number(name, before) : before;
	return number < before ? &file->stages[number] : NULL;
}

int dockerfile_find_target(const struct dockerfile *file, const char *target,
			   const struct dockerfile_stage **out,
			   struct error *err)
{
	autofree const char **known = NULL;
	size_t count = 0;

	*out = &file->stages[file->stage_count - 1];
	if (!target || !*target)
		return 0;
	*out = dockerfile_find_stage(file, target, file->stage_count, true);
	if (*out)
		return 0;
	known = xcalloc(file->stage_count, sizeof(*known));
	for (size_t i = 0; i < file->stage_count; i++)
		if (file->stages[i].from.from.stage_name)
			known[count++] = file->stages[i].from.from.stage_name;
	(void)error_set(err, ERROR_NOT_FOUND,
			"%s: target stage \"%s\" could not be found",
			file->name, target);
	return suggest_append(target, known, count, err);
}

int dockerfile_wrap_error(const struct dockerfile *file,
			  const struct instruction *instruction,
			  struct error *err)
{
	if (!instruction->first_line)
		return error_wrap(err, "%s", file->name);
	return error_wrap(err, "%s:%u", file->name, instruction->first_line);
}

static void release_all(struct instruction *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		instruction_release(&items[i]);
	free(items);
}

void dockerfile_release(struct dockerfile *file)
{
	free(file->name);
	directives_release(&file->directives);
	release_all(file->globals, file->global_count);
	for (size_t i = 0; i < file->stage_count; i++) {
		instruction_release(&file->stages[i].from);
		release_all(file->stages[i].instructions,
			    file->stages[i].count);
	}
	free(file->stages);
	*file = (struct dockerfile)DOCKERFILE_INIT;
}
