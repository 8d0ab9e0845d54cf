/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a history. */
#include "builder/image/history_line.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "builder/image/image_settings.h"

/* As Go's %q has it; what is beyond ASCII stays. */
static void add_quoted(struct strbuf *out, const char *word)
{
	static const char plain[] = "\"\\\a\b\f\n\r\t\v";
	static const char named[] = "\"\\abfnrtv";

	strbuf_addstr(out, "\"");
	for (; *word; word++) {
		const char *found = strchr(plain, *word);
		unsigned char byte = (unsigned char)*word;

		if (found)
			strbuf_addf(out, "\\%c", named[found - plain]);
		else if (byte < ' ' || byte == 0x7f)
			strbuf_addf(out, "\\x%02x", (unsigned)byte);
		else
			strbuf_addf(out, "%c", *word);
	}
	strbuf_addstr(out, "\"");
}

/* ENV A=1 B=2 */
static void add_pairs(struct strbuf *out, const struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++) {
		strbuf_addf(out, " %s", pairs->items[i].name);
		if (pairs->items[i].value)
			strbuf_addf(out, "=%s", pairs->items[i].value);
	}
}

/* CMD ["/bin/sh" "-c" "make"] */
static void add_command(struct strbuf *out, const struct command_line *command,
			const json_t *config)
{
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;

	if (command->form == COMMAND_SHELL)
		image_settings_shell(config, &words);
	strvec_extend(&words, command->words.items, command->words.count);
	strbuf_addstr(out, " [");
	for (size_t i = 0; i < words.count; i++) {
		strbuf_addstr(out, i ? " " : "");
		add_quoted(out, words.items[i]);
	}
	strbuf_addstr(out, "]");
}

/* VOLUME [/a /b] */
static void add_words(struct strbuf *out, const struct strvec *words)
{
	strbuf_addstr(out, " [");
	for (size_t i = 0; i < words->count; i++)
		strbuf_addf(out, "%s%s", i ? " " : "", words->items[i]);
	strbuf_addstr(out, "]");
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* EXPOSE map[443/tcp:{} 80/tcp:{}] */
static void add_ports(struct strbuf *out, const struct strvec *words)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(strvec_release) struct strvec ports = STRVEC_INIT;

	if (image_settings_ports(words, &ports, &ignored) < 0)
		return; /* never: they have been applied */
	if (ports.count)
		qsort(ports.items, ports.count, sizeof(*ports.items), compare);
	strbuf_addstr(out, " map[");
	for (size_t i = 0; i < ports.count; i++)
		if (!i || strcmp(ports.items[i], ports.items[i - 1]) != 0)
			strbuf_addf(out, "%s%s:{}", i ? " " : "",
				    ports.items[i]);
	strbuf_addstr(out, "]");
}

char *history_line_format(const struct instruction *instruction,
			  const json_t *config)
{
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	strbuf_addstr(&out, instruction_kind_name(instruction->kind));
	switch (instruction->kind) {
	case INSTRUCTION_ARG:
	case INSTRUCTION_ENV:
	case INSTRUCTION_LABEL:
		add_pairs(&out, &instruction->pairs.pairs);
		break;
	case INSTRUCTION_CMD:
	case INSTRUCTION_ENTRYPOINT:
		add_command(&out, &instruction->command, config);
		break;
	case INSTRUCTION_SHELL:
		add_words(&out, &instruction->command.words);
		break;
	case INSTRUCTION_VOLUME:
		add_words(&out, &instruction->words);
		break;
	case INSTRUCTION_EXPOSE:
		add_ports(&out, &instruction->words);
		break;
	case INSTRUCTION_MAINTAINER:
	case INSTRUCTION_STOPSIGNAL:
	case INSTRUCTION_USER:
		strbuf_addf(&out, " %s", instruction->value);
		break;
	default: /* as it was written, but for the keyword's case */
		strbuf_addstr(&out,
			      instruction->text + strlen(instruction->keyword));
		break;
	}
	return strbuf_steal(&out);
}
