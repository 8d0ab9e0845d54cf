/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fish wants one `complete` line per option, with a condition: a function that
 * compares the words so far with a verb's path. Only values of options before
 * the verb have to be skipped for that.
 */
#include "cmd/completion_fish.h"

#include <stdlib.h>
#include <string.h>

static const char *names_command(enum option_complete kind)
{
	switch (kind) {
	case OPTION_COMPLETE_IMAGE:
		return "images --format \"{{.Repository}}:{{.Tag}}\"";
	case OPTION_COMPLETE_CONTAINER:
		return "ps -a --format \"{{.Names}}\"";
	case OPTION_COMPLETE_RUNNING:
		return "ps --format \"{{.Names}}\"";
	case OPTION_COMPLETE_VOLUME:
		return "volume ls -q";
	case OPTION_COMPLETE_NETWORK:
		return "network ls --format \"{{.Name}}\"";
	case OPTION_COMPLETE_NONE:
	case OPTION_COMPLETE_FILE:
	case OPTION_COMPLETE_DIRECTORY:
		return NULL;
	}
	return NULL;
}

/* " -f -a '(imgctl ps …)'", or what else proposes values of KIND. */
static void add_names(const char *program, enum option_complete kind,
		      struct strbuf *out)
{
	const char *command = names_command(kind);

	if (command)
		strbuf_addf(out, " -f -a '(%s %s 2>/dev/null)'", program,
			    command);
	else if (kind == OPTION_COMPLETE_DIRECTORY)
		strbuf_addstr(out, " -f -a '(__fish_complete_directories)'");
	else if (kind == OPTION_COMPLETE_FILE)
		strbuf_addstr(out, " -F");
	else
		strbuf_addstr(out, " -f");
}

static void add_choices(const char *choices, struct strbuf *out)
{
	strbuf_addstr(out, " -f -a '");
	for (; *choices; choices++)
		strbuf_addch(out, *choices == '|' ? ' ' : *choices);
	strbuf_addch(out, '\'');
}

/* A complete line that holds when the verb is PATH ("" for none yet). */
static void begin(const char *program, const char *path, struct strbuf *out)
{
	strbuf_addf(out, "complete -c %s -n '__%s_is \"%s\"'", program, program,
		    path);
}

/* The condition's function: is the verb $argv[1], and, with "only", no more? */
static void add_condition(const struct completion *c, struct strbuf *out)
{
	const struct option_spec *option = c->globals;

	strbuf_addf(out,
		    "function __%s_is\n"
		    "\tset -l words\n"
		    "\tset -l skip 0\n"
		    "\tset -l valued",
		    c->program);
	for (; option && option->kind; option++) {
		if (!option_has_value(option))
			continue;
		strbuf_addf(out, " --%s", option->name);
		if (option->letter)
			strbuf_addf(out, " -%c", option->letter);
	}
	strbuf_addstr(out, "\n\tfor word in (commandline -opc)[2..-1]\n"
			   "\t\tif test $skip = 1\n"
			   "\t\t\tset skip 0\n"
			   "\t\telse if string match -q -- '-*' $word\n"
			   "\t\t\tcontains -- $word $valued; and set skip 1\n"
			   "\t\telse\n"
			   "\t\t\tset -a words $word\n"
			   "\t\tend\n"
			   "\tend\n"
			   "\tset -l path (string split -n ' ' -- $argv[1])\n"
			   "\tset -l count (count $path)\n"
			   "\tif test $count = 0; or test \"$argv[2]\" = only\n"
			   "\t\ttest (count $words) = $count; or return 1\n"
			   "\tend\n"
			   "\ttest $count = 0; and return\n"
			   "\ttest (count $words) -ge $count\n"
			   "\tand test \"$words[1..$count]\" = \"$argv[1]\"\n"
			   "end\n\n");
}

static void add_options(const char *program, const char *path,
			const struct option_spec *table, struct strbuf *out)
{
	for (; table && table->kind; table++) {
		if (!table->help)
			continue;
		begin(program, path, out);
		strbuf_addf(out, " -l %s", table->name);
		if (table->letter)
			strbuf_addf(out, " -s %c", table->letter);
		if (option_has_value(table)) {
			strbuf_addstr(out, " -r");
			if (table->choices)
				add_choices(table->choices, out);
			else
				add_names(program, table->complete, out);
		}
		strbuf_addstr(out, " -d ");
		completion_quote(table->help, out);
		strbuf_addch(out, '\n');
	}
}

/* The words that may come after PATH. */
static void add_words(const struct completion *c, const char *group,
		      struct strbuf *out)
{
	strbuf_addf(out, "complete -c %s -n '__%s_is \"%s\" only' -f -a '",
		    c->program, c->program, group ? group : "");
	completion_words(c, group, out);
	strbuf_addstr(out, "'\n");
}

void completion_fish(const struct completion *completion, struct strbuf *out)
{
	const struct completion *c = completion;
	size_t at = 0;
	char *group;

	strbuf_addf(out, "# fish completion for %s\n\n", c->program);
	add_condition(c, out);
	add_words(c, NULL, out);
	add_options(c->program, "", c->globals, out);
	while ((group = completion_next_group(c, &at))) {
		add_words(c, group, out);
		free(group);
	}
	for (size_t i = 0; i < c->count; i++) {
		const struct completion_command *command = &c->commands[i];

		begin(c->program, command->path, out);
		add_names(c->program, command->usage->complete, out);
		strbuf_addch(out, '\n');
		add_options(c->program, command->path, command->usage->options,
			    out);
	}
}
