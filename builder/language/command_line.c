/* SPDX-License-Identifier: Apache-2.0 */
/* The three forms of a command. */
#include "builder/language/command_line.h"

#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "builder/language/string_array.h"

/* TEXT is nothing but the word that opens the first of HEREDOCS. */
static void use_heredoc(const struct heredoc *heredoc, struct command_line *out)
{
	bool script = !strncmp(heredoc->content, "#!", 2);

	out->form = script ? COMMAND_SCRIPT : COMMAND_SHELL;
	strvec_add(&out->words, heredoc->content);
	if (script)
		out->script_name = xstrdup(heredoc->name);
}

/* Puts the heredocs back behind the line, for the shell. */
static void put_back(const char *text, const struct heredocs *heredocs,
		     struct command_line *out)
{
	struct strbuf whole = STRBUF_INIT;

	strbuf_addstr(&whole, text);
	for (size_t i = 0; i < heredocs->count; i++)
		strbuf_addf(&whole, "\n%s%s", heredocs->items[i].content,
			    heredocs->items[i].name);
	out->form = COMMAND_SHELL;
	strvec_take(&out->words, strbuf_steal(&whole));
}

int command_line_parse(const char *text, const struct heredocs *heredocs,
		       char escape, struct command_line *out, struct error *err)
{
	struct heredoc alone = { .name = NULL };
	bool is_array;

	if (string_array_parse(text, &out->words, &is_array, err) < 0)
		return -1;
	if (is_array) {
		out->form = COMMAND_EXEC;
		return 0;
	}
	if (!heredocs || !heredocs->count) {
		out->form = COMMAND_SHELL;
		strvec_add(&out->words, text);
		return 0;
	}
	if (heredocs->count == 1 && heredoc_is_word(text, escape, &alone))
		use_heredoc(&heredocs->items[0], out);
	else
		put_back(text, heredocs, out);
	heredoc_release(&alone);
	return 0;
}

void command_line_copy(const struct command_line *from, struct command_line *to)
{
	command_line_release(to);
	to->form = from->form;
	strvec_extend(&to->words, from->words.items, from->words.count);
	to->script_name = xstrdup(from->script_name);
}

void command_line_release(struct command_line *command)
{
	strvec_release(&command->words);
	free(command->script_name);
	*command = (struct command_line)COMMAND_LINE_INIT;
}
