/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What RUN, CMD, ENTRYPOINT, SHELL and HEALTHCHECK CMD are to execute.
 *
 *   exec    `["a","b"]`: words, executed as they are
 *   shell   anything else: one word, for the shell of the stage
 *   script  a RUN that is one heredoc beginning with "#!": one word, the
 *           text of a file to be executed, whose name is the heredoc's
 *
 * A heredoc alone is the shell's text; several, or one among other words,
 * are put back behind the line, for the shell to read.
 */
#ifndef BUILDER_COMMAND_LINE_H
#define BUILDER_COMMAND_LINE_H

#include "base/error.h"
#include "base/strvec.h"
#include "builder/language/heredoc.h"

enum command_form {
	COMMAND_NONE = 0,
	COMMAND_SHELL,
	COMMAND_EXEC,
	COMMAND_SCRIPT,
};

struct command_line {
	enum command_form form;
	struct strvec words; /* exec: may be empty, which resets CMD */
	char *script_name;   /* script: "EOF"; else NULL */
};

#define COMMAND_LINE_INIT                       \
	{                                       \
		COMMAND_NONE, STRVEC_INIT, NULL \
	}

/* Parse TEXT, which opens HEREDOCS (NULL: cannot). */
int command_line_parse(const char *text, const struct heredocs *heredocs,
		       char escape, struct command_line *out,
		       struct error *err) must_check;

/* Make TO (released first) a copy of FROM. */
void command_line_copy(const struct command_line *from,
		       struct command_line *to);

/* Free the words and start empty again. */
void command_line_release(struct command_line *command);
DEFINE_CLEANUP(struct command_line, command_line_release)

#endif
