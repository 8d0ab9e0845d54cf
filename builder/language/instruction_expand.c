/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of instructions, their words resolved. */
#include "builder/language/instruction_expand.h"

#include <string.h>

#include "base/alloc.h"
#include "layers/image/config_change_parts.h"

/* Expands FROM unless it is NULL. */
static int expand_optional(const char *from, const struct expand_scope *scope,
			   char **out, struct error *err)
{
	return from ? expand_word(from, scope, EXPAND_DEFAULT, out, err) : 0;
}

static int expand_list(const struct strvec *from,
		       const struct expand_scope *scope, struct strvec *out,
		       struct error *err)
{
	for (size_t i = 0; i < from->count; i++) {
		char *word = NULL;

		if (expand_word(from->items[i], scope, EXPAND_DEFAULT, &word,
				err) < 0)
			return -1;
		strvec_take(out, word);
	}
	return 0;
}

static void copy_list(const struct strvec *from, struct strvec *to)
{
	strvec_extend(to, from->items, from->count);
}

static int expand_from(const struct from_instruction *from,
		       const struct expand_scope *scope,
		       struct from_instruction *out, struct error *err)
{
	out->stage_name = xstrdup(from->stage_name);
	out->as_keyword = xstrdup(from->as_keyword);
	out->as_name = xstrdup(from->as_name);
	if (expand_word(from->base, scope, EXPAND_DEFAULT, &out->base, err) <
		    0 ||
	    expand_optional(from->platform, scope, &out->platform, err) < 0)
		return -1;
	if (!*out->base)
		return error_set(err, ERROR_INVALID,
				 "base name (%s) should not be blank",
				 from->base);
	return 0;
}

static int expand_pairs(const struct instruction *from,
			const struct expand_scope *scope,
			struct instruction *out, struct error *err)
{
	const struct pairs *pairs = &from->pairs.pairs;

	out->pairs.legacy = from->pairs.legacy;
	for (size_t i = 0; i < pairs->count; i++) {
		const struct pair *pair = &pairs->items[i];
		autofree char *name = NULL;
		autofree char *value = NULL;

		if (from->kind == INSTRUCTION_ARG)
			name = xstrdup(pair->name);
		else if (expand_word(pair->name, scope, EXPAND_DEFAULT, &name,
				     err) < 0)
			return -1;
		if (expand_optional(pair->value, scope, &value, err) < 0)
			return -1;
		if (!*name)
			return error_set(err, ERROR_INVALID,
					 "%s names can not be blank",
					 instruction_kind_name(from->kind));
		pairs_add(&out->pairs.pairs, name, value);
	}
	return 0;
}

static int expand_run(const struct run_instruction *from,
		      const struct expand_scope *scope,
		      struct run_instruction *out, struct error *err)
{
	command_line_copy(&from->command, &out->command);
	copy_list(&from->mount_flags, &out->mount_flags);
	out->network = xstrdup(from->network);
	out->security = xstrdup(from->security);
	for (size_t i = 0; i < from->mount_flags.count; i++) {
		autoclean(run_mount_release) struct run_mount mount =
			RUN_MOUNT_INIT;

		if (run_mount_parse(from->mount_flags.items[i], scope, &mount,
				    err) < 0)
			return -1;
		run_mounts_take(&out->mounts, &mount);
	}
	return expand_list(&from->devices, scope, &out->devices, err);
}

/* An inline file keeps its name, and its quotes are plain text. */
static int expand_source(const struct copy_source *from,
			 const struct expand_scope *scope,
			 struct copy_source *out, struct error *err)
{
	struct expand_scope inline_scope = *scope;

	out->expand = from->expand;
	if (!from->content)
		return expand_word(from->path, scope, EXPAND_DEFAULT,
				   &out->path, err);
	out->path = xstrdup(from->path);
	inline_scope.escape = '\\';
	if (from->expand)
		return expand_word(from->content, &inline_scope,
				   EXPAND_NO_QUOTES, &out->content, err);
	out->content = xstrdup(from->content);
	return 0;
}

static int expand_copy(const struct copy_instruction *from,
		       const struct expand_scope *scope,
		       struct copy_instruction *out, struct error *err)
{
	out->from = xstrdup(from->from);
	out->link = from->link;
	out->parents = from->parents;
	out->keep_git_dir = from->keep_git_dir;
	out->unpack = from->unpack;
	out->unpack_given = from->unpack_given;
	out->sources = xcalloc(from->source_count, sizeof(*out->sources));
	for (size_t i = 0; i < from->source_count; i++)
		if (expand_source(&from->sources[i], scope,
				  &out->sources[out->source_count++], err) < 0)
			return -1;
	if (expand_word(from->destination, scope, EXPAND_DEFAULT,
			&out->destination, err) < 0 ||
	    expand_optional(from->chown, scope, &out->chown, err) < 0 ||
	    expand_optional(from->chmod, scope, &out->chmod, err) < 0 ||
	    expand_optional(from->checksum, scope, &out->checksum, err) < 0)
		return -1;
	return expand_list(&from->excludes, scope, &out->excludes, err);
}

static void copy_health(const struct healthcheck_instruction *from,
			struct healthcheck_instruction *out)
{
	*out = *from;
	out->command = (struct command_line)COMMAND_LINE_INIT;
	command_line_copy(&from->command, &out->command);
}

/* The trigger is only text: it is parsed again where it is run. */
static void copy_onbuild(const struct onbuild_instruction *from,
			 struct onbuild_instruction *out)
{
	out->text = xstrdup(from->text);
}

static int expand_value(const struct instruction *from,
			const struct expand_scope *scope,
			struct instruction *out, struct error *err)
{
	if (from->kind == INSTRUCTION_MAINTAINER) {
		out->value = xstrdup(from->value);
		return 0;
	}
	if (expand_word(from->value, scope, EXPAND_DEFAULT, &out->value, err) <
	    0)
		return -1;
	if (from->kind == INSTRUCTION_STOPSIGNAL &&
	    !config_is_signal(out->value))
		return error_set(err, ERROR_INVALID, "invalid signal: %s",
				 out->value);
	return 0;
}

static int expand_ports(const struct instruction *from,
			const struct expand_scope *scope,
			struct instruction *out, struct error *err)
{
	for (size_t i = 0; i < from->words.count; i++)
		if (expand_words(from->words.items[i], scope, &out->words,
				 err) < 0)
			return -1;
	return 0;
}

static int expand_arguments(const struct instruction *from,
			    const struct expand_scope *scope,
			    struct instruction *out, struct error *err)
{
	switch (from->kind) {
	case INSTRUCTION_NONE:
	case INSTRUCTION_COUNT:
		return 0;
	case INSTRUCTION_ADD:
	case INSTRUCTION_COPY:
		return expand_copy(&from->copy, scope, &out->copy, err);
	case INSTRUCTION_ARG:
	case INSTRUCTION_ENV:
	case INSTRUCTION_LABEL:
		return expand_pairs(from, scope, out, err);
	case INSTRUCTION_CMD:
	case INSTRUCTION_ENTRYPOINT:
	case INSTRUCTION_SHELL:
		command_line_copy(&from->command, &out->command);
		return 0;
	case INSTRUCTION_EXPOSE:
		return expand_ports(from, scope, out, err);
	case INSTRUCTION_FROM:
		return expand_from(&from->from, scope, &out->from, err);
	case INSTRUCTION_HEALTHCHECK:
		copy_health(&from->health, &out->health);
		return 0;
	case INSTRUCTION_MAINTAINER:
	case INSTRUCTION_STOPSIGNAL:
	case INSTRUCTION_USER:
	case INSTRUCTION_WORKDIR:
		return expand_value(from, scope, out, err);
	case INSTRUCTION_ONBUILD:
		copy_onbuild(&from->onbuild, &out->onbuild);
		return 0;
	case INSTRUCTION_RUN:
		return expand_run(&from->run, scope, &out->run, err);
	case INSTRUCTION_VOLUME:
		return expand_list(&from->words, scope, &out->words, err);
	}
	return 0;
}

int instruction_expand(const struct instruction *from,
		       const struct expand_scope *scope,
		       struct instruction *out, struct error *err)
{
	const char *name = instruction_kind_name(from->kind);

	memset(out, 0, sizeof(*out));
	out->kind = from->kind;
	out->keyword = xstrdup(from->keyword);
	out->text = xstrdup(from->text);
	out->original = xstrdup(from->original);
	out->first_line = from->first_line;
	out->last_line = from->last_line;
	out->blank_line = from->blank_line;
	copy_list(&from->comments, &out->comments);
	if (expand_arguments(from, scope, out, err) == 0)
		return 0;
	if (strncmp(err->msg, name, strlen(name)) != 0)
		(void)error_wrap(err, "%s", name); /* -1 as well */
	return -1;
}
