/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An instruction as one line of text, so that tables can say what is
 * expected: the kind, then what is given, lists in brackets with "|" between
 * their items. Whole strings are shown as they are, newlines as "\n".
 */
#ifndef TESTS_INSTRUCTION_SHOW_H
#define TESTS_INSTRUCTION_SHOW_H

#include <stdint.h>

#include "base/strbuf.h"
#include "builder/language/instruction.h"

/* Append TEXT with its newlines and tabs made visible. */
static inline void show_text(const char *text, struct strbuf *out)
{
	for (; *text; text++) {
		if (*text == '\n')
			strbuf_addstr(out, "\\n");
		else if (*text == '\t')
			strbuf_addstr(out, "\\t");
		else
			strbuf_addch(out, *text);
	}
}

/* Append " NAME=VALUE" unless VALUE is NULL. */
static inline void show_string(const char *name, const char *value,
			       struct strbuf *out)
{
	if (!value)
		return;
	strbuf_addf(out, " %s=", name);
	show_text(value, out);
}

/* Append " NAME[a|b]" unless WORDS is empty and has a name. */
static inline void show_words(const char *name, const struct strvec *words,
			      struct strbuf *out)
{
	if (!words->count && *name)
		return;
	strbuf_addf(out, " %s[", name);
	for (size_t i = 0; i < words->count; i++) {
		strbuf_addstr(out, i ? "|" : "");
		show_text(words->items[i], out);
	}
	strbuf_addch(out, ']');
}

/* Append " NAME" if IS. */
static inline void show_bool(const char *name, bool is, struct strbuf *out)
{
	if (is)
		strbuf_addf(out, " %s", name);
}

/* Append " NAME=VALUE" unless it is 0. */
#define show_number(name, value, out)                                   \
	((value) ? strbuf_addf(out, " %s=%jd", name, (intmax_t)(value)) \
		 : (void)0)

/* Append the form and the words of COMMAND. */
static inline void show_command(const struct command_line *command,
				struct strbuf *out)
{
	static const char *const forms[] = { " none", " shell", " exec",
					     " script" };

	strbuf_addstr(out, forms[command->form]);
	show_words("", &command->words, out);
	show_string("name", command->script_name, out);
}

/* Append names and values. */
static inline void show_pairs(const struct pairs_instruction *pairs,
			      struct strbuf *out)
{
	show_bool("legacy", pairs->legacy, out);
	for (size_t i = 0; i < pairs->pairs.count; i++) {
		const struct pair *pair = &pairs->pairs.items[i];

		strbuf_addf(out, " {%s", pair->name);
		if (pair->value) {
			strbuf_addch(out, '=');
			show_text(pair->value, out);
		}
		strbuf_addch(out, '}');
	}
}

/* Append what COPY and ADD have. */
static inline void show_copy(const struct copy_instruction *copy,
			     struct strbuf *out)
{
	for (size_t i = 0; i < copy->source_count; i++) {
		const struct copy_source *source = &copy->sources[i];

		strbuf_addf(out, " %s", source->path);
		if (!source->content)
			continue;
		strbuf_addstr(out, source->expand ? "<" : "<'");
		show_text(source->content, out);
		strbuf_addch(out, '>');
	}
	strbuf_addf(out, " to %s", copy->destination);
	show_string("from", copy->from, out);
	show_string("chown", copy->chown, out);
	show_string("chmod", copy->chmod, out);
	show_string("checksum", copy->checksum, out);
	show_words("exclude", &copy->excludes, out);
	show_bool("link", copy->link, out);
	show_bool("parents", copy->parents, out);
	show_bool("keep-git-dir", copy->keep_git_dir, out);
	if (copy->unpack_given)
		strbuf_addf(out, " unpack=%d", copy->unpack);
}

/* Append what RUN has. */
static inline void show_run(const struct run_instruction *run,
			    struct strbuf *out)
{
	show_command(&run->command, out);
	show_words("mount", &run->mount_flags, out);
	for (size_t i = 0; i < run->mounts.count; i++)
		strbuf_addf(out, " (%s at %s)",
			    run_mount_type_name(run->mounts.items[i].type),
			    run->mounts.items[i].target);
	show_string("network", run->network, out);
	show_string("security", run->security, out);
	show_words("device", &run->devices, out);
}

/* Append what HEALTHCHECK has. */
static inline void show_health(const struct healthcheck_instruction *health,
			       struct strbuf *out)
{
	if (health->none)
		strbuf_addstr(out, " NONE");
	else
		show_command(&health->command, out);
	show_number("interval", health->interval, out);
	show_number("timeout", health->timeout, out);
	show_number("start-period", health->start_period, out);
	show_number("start-interval", health->start_interval, out);
	show_number("retries", health->retries, out);
}

/* Append INSTRUCTION as the line described above. */
static inline void show_instruction(const struct instruction *instruction,
				    struct strbuf *out)
{
	strbuf_addstr(out, instruction_kind_name(instruction->kind));
	switch (instruction->kind) {
	case INSTRUCTION_NONE:
	case INSTRUCTION_COUNT:
		break;
	case INSTRUCTION_ADD:
	case INSTRUCTION_COPY:
		show_copy(&instruction->copy, out);
		break;
	case INSTRUCTION_ARG:
	case INSTRUCTION_ENV:
	case INSTRUCTION_LABEL:
		show_pairs(&instruction->pairs, out);
		break;
	case INSTRUCTION_CMD:
	case INSTRUCTION_ENTRYPOINT:
	case INSTRUCTION_SHELL:
		show_command(&instruction->command, out);
		break;
	case INSTRUCTION_EXPOSE:
	case INSTRUCTION_VOLUME:
		show_words("", &instruction->words, out);
		break;
	case INSTRUCTION_FROM:
		strbuf_addf(out, " %s", instruction->from.base);
		show_string("platform", instruction->from.platform, out);
		show_string("stage", instruction->from.stage_name, out);
		break;
	case INSTRUCTION_HEALTHCHECK:
		show_health(&instruction->health, out);
		break;
	case INSTRUCTION_ONBUILD:
		show_string("text", instruction->onbuild.text, out);
		break;
	case INSTRUCTION_RUN:
		show_run(&instruction->run, out);
		break;
	case INSTRUCTION_MAINTAINER:
	case INSTRUCTION_STOPSIGNAL:
	case INSTRUCTION_USER:
	case INSTRUCTION_WORKDIR:
		show_string("value", instruction->value, out);
		break;
	}
}

#endif
