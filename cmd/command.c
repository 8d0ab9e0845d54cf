/* SPDX-License-Identifier: Apache-2.0 */
/* From a command line to a verb, and from an error to an exit status. */
#include "cmd/command.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/term.h"
#include "cmd/rootless.h"
#include "cmd/usage.h"

/* The path's next spelling, or NULL after the last. */
static const char *next_path(const char *path)
{
	path += strlen(path) + 1;
	return *path ? path : NULL;
}

/* How many words of ARGV the path takes when it fits, else 0. */
static int path_words(const char *path, char *const *argv)
{
	const char *blank = strchr(path, ' ');
	size_t length = blank ? (size_t)(blank - path) : strlen(path);

	if (!argv[0] || strlen(argv[0]) != length ||
	    strncmp(argv[0], path, length) != 0)
		return 0;
	if (!blank)
		return 1;
	return argv[1] && !strcmp(argv[1], blank + 1) ? 2 : 0;
}

static const struct command *find(const struct command *table,
				  char *const *argv, int *words)
{
	const struct command *found = NULL;

	/* of a verb and one below it ("build", "build logs") the longer path */
	*words = 0;
	for (; table->paths && *words < 2; table++) {
		for (const char *path = table->paths; path;
		     path = next_path(path)) {
			int count = path_words(path, argv);

			if (count <= *words)
				continue;
			*words = count;
			found = table;
		}
	}
	return found;
}

/* Whether NAME is a group: some path has it before a blank. */
static bool is_group(const struct command *table, const char *name)
{
	size_t length = strlen(name);

	for (; table->paths; table++) {
		for (const char *path = table->paths; path;
		     path = next_path(path)) {
			if (!strncmp(path, name, length) && path[length] == ' ')
				return true;
		}
	}
	return false;
}

enum { COMMAND_ENTRIES_MAX = 128 };

/* Lists the verbs of GROUP, or the top ones when it is NULL. */
static size_t list_verbs(const struct command *table, const char *group,
			 struct usage_entry *entries)
{
	size_t length = group ? strlen(group) : 0;
	size_t count = 0;

	for (; table->paths; table++) {
		for (const char *path = table->paths; path;
		     path = next_path(path)) {
			const char *blank = strchr(path, ' ');

			if (!table->summary || count == COMMAND_ENTRIES_MAX ||
			    (group ? !blank : blank != NULL))
				continue;
			if (group && ((size_t)(blank - path) != length ||
				      strncmp(path, group, length) != 0))
				continue;
			entries[count++] = (struct usage_entry){
				group ? blank + 1 : path, table->summary
			};
			break;
		}
	}
	return count;
}

static int print_help(const struct command *table, const char *group,
		      struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct usage_entry entries[COMMAND_ENTRIES_MAX];
	size_t count = list_verbs(table, group, entries);

	strbuf_addf(&text, "\nUsage:  imgctl %s%sCOMMAND\n\n",
		    group ? group : "[OPTIONS]", " ");
	if (!group)
		strbuf_addstr(&text,
			      "Containers whole, in one small program\n\n");
	usage_format_entries("Commands", entries, count, &text);
	if (!group) {
		strbuf_addstr(&text, "\nGlobal Options:\n");
		usage_format_options(context_option_table, 80, &text);
	}
	strbuf_addf(&text,
		    "\nRun 'imgctl %s%sCOMMAND --help' for more information "
		    "on a command.\n",
		    group ? group : "", group ? " " : "");
	return command_print(text.text, text.length, err);
}

static int print_version(struct error *err)
{
	static const char text[] = "imgctl version " IMGCTL_VERSION "\n";

	return command_print(text, sizeof(text) - 1, err);
}

/* No verb fits: a group's help, or docker's words for an unknown command. */
static int no_verb(const struct command *table, char *const *argv,
		   struct error *err)
{
	bool wants_help = !argv[0] || !strcmp(argv[0], "help");

	if (wants_help)
		return print_help(table, NULL, err);
	if (is_group(table, argv[0]) &&
	    (!argv[1] || !strcmp(argv[1], "--help")))
		return print_help(table, argv[0], err);
	if (is_group(table, argv[0]))
		return error_set(err, ERROR_INVALID,
				 "'%s' is not an imgctl %s command.\n"
				 "See 'imgctl %s --help'",
				 argv[1], argv[0], argv[0]);
	return error_set(err, ERROR_INVALID,
			 "'%s' is not an imgctl command.\nSee 'imgctl --help'",
			 argv[0]);
}

/* docker's exit status for a tool that could not begin. */
static int failure_status(int words, char *const *argv)
{
	const char *verb = argv[words - 1];

	return !strcmp(verb, "run") || !strcmp(verb, "create") ? 125 : 1;
}

static int dispatch(const struct command *table, struct context *context,
		    char *const *argv, int *status, struct error *err)
{
	autofree char *path = NULL;
	struct command_call call = { .context = context };
	const struct command *command;
	int words = 0;
	int result;

	if (argv[0] && !strcmp(argv[0], "help") && argv[1]) {
		/* "help VERB" is "VERB --help" */
		char help[] = "--help";
		char *const asked[] = { argv[1], help, NULL };

		return dispatch(table, context, asked, status, err);
	}
	command = find(table, argv, &words);
	if (!command)
		return no_verb(table, argv, err);
	path = words == 2 ? xasprintf("imgctl %s %s", argv[0], argv[1])
			  : xasprintf("imgctl %s", argv[0]);
	call.path = path;
	call.argv = argv + words;
	if (geteuid() != 0 && rootless_needs_namespace(path, call.argv) &&
	    rootless_enter(context, path, err) < 0) {
		*status = failure_status(words, argv);
		return -1;
	}
	result = command->run(&call, err);
	*status = call.status;
	return result;
}

void command_report(struct error *err)
{
	autoclean(strbuf_release) struct strbuf line = STRBUF_LIMIT(65536);
	const char *text = err->msg ? err->msg : "";

	/* lines are ours, what stands in them may not be */
	while (*text) {
		size_t length = strcspn(text, "\n");

		if (!line.length)
			strbuf_addstr(&line, "imgctl: ");
		term_sanitize(text, length, &line);
		strbuf_addch(&line, '\n');
		text += length + (text[length] == '\n');
	}
	/* without standard error there is nobody to tell */
	if (line.length && write(STDERR_FILENO, line.text, line.length) < 0)
		errno = 0;
	error_release(err);
}

static int print(const char *text, size_t length, struct error *err)
{
	if (fs_write_all(STDOUT_FILENO, text, length, err) < 0)
		return error_wrap(err, "standard output");
	return 0;
}

int command_print(const char *text, size_t length, struct error *err)
{
	autoclean(strbuf_release) struct strbuf harmless = STRBUF_INIT;

	if (!isatty(STDOUT_FILENO))
		return print(text, length, err);
	term_sanitize_lines(text, length, &harmless);
	return print(harmless.text, harmless.length, err);
}

int command_print_control(const char *text, struct error *err)
{
	return print(text, strlen(text), err);
}

int command_print_line(const char *text, struct error *err)
{
	autofree char *line = xasprintf("%s\n", text);

	return command_print(line, strlen(line), err);
}

int command_main(const struct command *table, char **argv)
{
	autoclean(context_release) struct context context = CONTEXT_INIT;
	autoclean(options_result_release) struct options_result rest =
		OPTIONS_RESULT_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	struct context_options options = { NULL };
	struct options_input input = { context_option_table, argv + 1,
				       OPTIONS_FIRST };
	int status = 0;
	int result;

	/* a closed pipe is reported by write, not by a signal */
	(void)signal(SIGPIPE, SIG_IGN); /* a valid signal */
	context.argv = argv;
	result = options_parse(&input, &options, &rest, &err);
	if (result < 0)
		status = 125;
	else if (options.is_version)
		result = print_version(&err);
	else if (rest.is_help)
		result = print_help(table, NULL, &err);
	else if (context_init(&context, &options, &err) < 0)
		result = -1;
	else
		result = dispatch(table, &context, rest.operands, &status,
				  &err);
	if (result == 0)
		return status;
	command_report(&err);
	return status ? status : 1;
}
