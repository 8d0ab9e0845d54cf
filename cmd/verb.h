/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What most verbs do first and last: read their command line, tell what went
 * wrong with one of several operands and go on with the next, echo, ask.
 *
 * A verb declares its options' struct, a struct usage_call over it, calls
 * verb_parse and is done when that says so; it releases both itself.
 */
#ifndef CMD_VERB_H
#define CMD_VERB_H

#include "cmd/command.h"
#include "cmd/usage.h"

/* Help of --format for lists and for inspect, in docker's words. */
#define VERB_FORMAT_WAYS                             \
	"'json':             Print in JSON format\n" \
	"'TEMPLATE':         Print output using the given Go template"
#define VERB_FORMAT_LIST_HELP                                           \
	"Format output using a custom template:\n"                      \
	"'table':            Print output in table format with column " \
	"headers (default)\n"                                           \
	"'table TEMPLATE':   Print output in table format using the "   \
	"given Go template\n" VERB_FORMAT_WAYS
#define VERB_FORMAT_HELP \
	"Format output using a custom template:\n" VERB_FORMAT_WAYS

/*
 * Read the command line that USAGE and CALL stand for. When --help was asked
 * for it is printed and *IS_DONE_OUT set: there is nothing left to do.
 */
int verb_parse(struct command_call *call, struct usage_call *usage,
	       bool *is_done_out, struct error *err) must_check;

/* What a verb does with one of its operands. */
typedef int verb_act(void *context, const char *operand, struct error *err);

/*
 * Do ACT for every operand in order. One that fails is told about at once,
 * does not keep the others from being tried, and makes the exit status 1.
 */
void verb_each(struct command_call *call, char *const *operands, verb_act *act,
	       void *context);

/* Tell TEXT, made harmless, on standard error, as a line of its own. */
void verb_tell(const char *text);

/* Print TEXT and a newline on standard output. */
int verb_echo(const char *text, struct error *err) must_check;

/* Whether the user answers QUESTION, printed with " [y/N] ", with yes. */
int verb_confirm(const char *question, bool *out, struct error *err) must_check;

#endif
