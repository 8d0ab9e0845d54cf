/* SPDX-License-Identifier: Apache-2.0 */
/* Common steps of verbs. */
#include "cmd/verb.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/term.h"

int verb_parse(struct command_call *call, struct usage_call *usage,
	       bool *is_done_out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf help = STRBUF_INIT;

	usage->path = call->path;
	usage->argv = call->argv;
	*is_done_out = false;
	if (usage_parse(usage, err) < 0) {
		call->status = usage->exit_status;
		return -1;
	}
	if (!usage->result.is_help)
		return 0;
	*is_done_out = true;
	usage_format_help(usage->usage, call->path, &help);
	return command_print(help.text, help.length, err);
}

void verb_each(struct command_call *call, char *const *operands, verb_act *act,
	       void *context)
{
	for (; *operands; operands++) {
		struct error err = ERROR_INIT;

		if (act(context, *operands, &err) == 0)
			continue;
		command_report(&err);
		call->status = 1;
	}
}

void verb_tell(const char *text)
{
	autoclean(strbuf_release) struct strbuf line = STRBUF_LIMIT(65536);
	autoclean(error_release) struct error ignored = ERROR_INIT;

	term_sanitize(text, strlen(text), &line);
	strbuf_addch(&line, '\n');
	/* without standard error there is nobody to tell */
	if (fs_write_all(STDERR_FILENO, line.text, line.length, &ignored) < 0)
		errno = 0;
}

int verb_echo(const char *text, struct error *err)
{
	autofree char *line = xasprintf("%s\n", text);

	return command_print(line, strlen(line), err);
}

/* Only the first letter of the first line counts; no answer is a no. */
int verb_confirm(const char *question, bool *out, struct error *err)
{
	autofree char *text = xasprintf("%s [y/N] ", question);
	char answer = '\0';
	char byte;

	*out = false;
	if (command_print(text, strlen(text), err) < 0)
		return -1;
	while (read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n') {
		if (!answer && byte != ' ')
			answer = byte;
	}
	*out = answer == 'y' || answer == 'Y';
	return 0;
}
