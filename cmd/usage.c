/* SPDX-License-Identifier: Apache-2.0 */
/* Help texts after cobra's templates in docker/cli and pflag's wrapping. */
#include "cmd/usage.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cmd/quote.h"

enum {
	HELP_COLUMNS = 79, /* docker: a terminal of 80, less one */
	WRAP_SLOP = 5,	   /* how far the last line may run over */
	WRAP_LEAST = 24,   /* narrower than that: a block of its own */
	WRAP_BLOCK = 16,   /* that block's indent */
	EXIT_OPTION = 125,
	EXIT_OPERANDS = 1,
};

static const struct option_spec help_option = { .name = "help",
						.kind = OPTION_BOOL,
						.help = "Print usage" };

/* Append LENGTH bytes of TEXT, lines after the first indented. */
static void add_indented(const char *text, size_t length, unsigned indent,
			 struct strbuf *out)
{
	for (size_t i = 0; i < length; i++) {
		strbuf_addch(out, text[i]);
		if (text[i] == '\n')
			strbuf_addf(out, "%*s", (int)indent, "");
	}
}

/* The last white space before LENGTH, or SIZE_MAX. */
static size_t last_space(const char *text, size_t length, const char *which)
{
	while (length--)
		if (strchr(which, text[length]))
			return length;
	return SIZE_MAX;
}

/* pflag's wrapN: how much of TEXT goes on a line of WIDTH (plus the slop). */
static size_t line_length(const char *text, size_t width)
{
	size_t length = strlen(text);
	size_t space, newline;

	if (width + WRAP_SLOP > length)
		return length;
	space = last_space(text, width, " \t\n");
	if (space == SIZE_MAX || !space)
		return length;
	newline = last_space(text, width, "\n");
	return newline != SIZE_MAX && newline && newline < space ? newline
								 : space;
}

/* pflag's wrap: TEXT in COLUMNS, lines after the first at INDENT. */
static void add_wrapped(const char *text, unsigned indent, unsigned columns,
			struct strbuf *out)
{
	size_t width = columns > indent ? columns - indent : 0;
	size_t length;

	if (columns && width < WRAP_LEAST) {
		indent = WRAP_BLOCK;
		width = columns > indent ? columns - indent : 0;
		strbuf_addf(out, "\n%*s", (int)indent, "");
	}
	if (width < WRAP_LEAST) {
		add_indented(text, strlen(text), indent, out);
		return;
	}
	width -= WRAP_SLOP;
	for (;;) {
		length = line_length(text, width);
		add_indented(text, length, indent, out);
		text += length;
		if (!*text || !*++text)
			break;
		strbuf_addf(out, "\n%*s", (int)indent, "");
	}
}

/* "  -m, --memory bytes" */
static void add_names(const struct option_spec *option, struct strbuf *out)
{
	const char *type = option_type_name(option);

	if (option->letter)
		strbuf_addf(out, "  -%c, --%s", option->letter, option->name);
	else
		strbuf_addf(out, "      --%s", option->name);
	if (*type)
		strbuf_addf(out, " %s", type);
}

static void add_help(const struct option_spec *option, unsigned indent,
		     unsigned columns, struct strbuf *out)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addstr(&text, option->help);
	if (option->fallback) {
		strbuf_addstr(&text, " (default ");
		if (option->kind == OPTION_STRING)
			quote_format(option->fallback, strlen(option->fallback),
				     &text);
		else
			strbuf_addstr(&text, option->fallback);
		strbuf_addch(&text, ')');
	}
	add_wrapped(text.text, indent, columns, out);
	strbuf_release(&text);
}

static int compare_names(const void *a, const void *b)
{
	const struct option_spec *const *left = a, *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

/* The visible rows sorted by name, as an array for the caller to free. */
static const struct option_spec **sort_options(const struct option_spec *table,
					       size_t *count_out)
{
	const struct option_spec **sorted;
	size_t rows = 0, count = 0;
	bool has_h = false;

	while (table[rows].kind)
		rows++;
	sorted = xcalloc(rows + 1, sizeof(*sorted));
	for (size_t i = 0; i < rows; i++) {
		if (table[i].help)
			sorted[count++] = &table[i];
		has_h |= table[i].letter == 'h';
	}
	if (has_h) /* as docker: shown only where -h means something else */
		sorted[count++] = &help_option;
	qsort(sorted, count, sizeof(const struct option_spec *), compare_names);
	*count_out = count;
	return sorted;
}

void usage_format_options(const struct option_spec *table, unsigned columns,
			  struct strbuf *out)
{
	size_t count, widest = 0;
	const struct option_spec **sorted = sort_options(table, &count);

	for (size_t i = 0; i < count; i++) {
		struct strbuf names = STRBUF_INIT;

		add_names(sorted[i], &names);
		if (names.length > widest)
			widest = names.length;
		strbuf_release(&names);
	}
	for (size_t i = 0; i < count; i++) {
		size_t start = out->length;

		add_names(sorted[i], out);
		strbuf_addf(out, "%*s",
			    (int)(widest + 3 - (out->length - start)), "");
		add_help(sorted[i], (unsigned)widest + 3, columns, out);
		strbuf_addch(out, '\n');
	}
	free(sorted);
}

static bool has_options(const struct usage *usage)
{
	if (!usage->options)
		return false;
	for (const struct option_spec *o = usage->options; o->kind; o++)
		if (o->help)
			return true;
	return false;
}

/* "Usage:  imgctl cp [OPTIONS] A B" and its alternatives, with the summary. */
static void add_synopsis(const struct usage *usage, const char *path,
			 struct strbuf *out)
{
	const char *line = usage->arguments;
	const char *lead = "Usage:  ";

	for (;;) {
		size_t length = strcspn(line, "\n");

		strbuf_addf(out, "%s%s%s", lead, path,
			    has_options(usage) ? " [OPTIONS]" : "");
		if (length)
			strbuf_addf(out, " %.*s", (int)length, line);
		strbuf_addch(out, '\n');
		line += length;
		if (!*line || !*++line)
			break;
		lead = "\t";
	}
	strbuf_addf(out, "\n%s\n", usage->summary);
}

void usage_format_help(const struct usage *usage, const char *path,
		       struct strbuf *out)
{
	strbuf_addch(out, '\n');
	add_synopsis(usage, path, out);
	if (usage->aliases)
		strbuf_addf(out, "\nAliases:\n  %s\n", usage->aliases);
	if (has_options(usage)) {
		strbuf_addstr(out, "\nOptions:\n");
		usage_format_options(usage->options, HELP_COLUMNS, out);
	}
}

void usage_format_entries(const char *title, const struct usage_entry *entries,
			  size_t count, struct strbuf *out)
{
	size_t widest = 11; /* cobra's least, for names and padding */

	for (size_t i = 0; i < count; i++)
		if (strlen(entries[i].name) > widest)
			widest = strlen(entries[i].name);
	strbuf_addf(out, "%s:\n", title);
	for (size_t i = 0; i < count; i++)
		strbuf_addf(out, "  %-*s %s\n", (int)widest, entries[i].name,
			    entries[i].summary);
}

/* "exactly 1 argument", "at least 2 arguments", "no arguments" … */
static void add_expectation(const struct usage *usage, struct strbuf *out)
{
	const char *many = usage->most == 1 ? "" : "s";

	if (usage->most == 0)
		strbuf_addstr(out, "accepts no arguments.");
	else if (usage->least == usage->most)
		strbuf_addf(out, "requires exactly %d argument%s.", usage->most,
			    many);
	else if (usage->most < 0)
		strbuf_addf(out, "requires at least %d argument%s.",
			    usage->least, usage->least == 1 ? "" : "s");
	else if (!usage->least)
		strbuf_addf(out, "requires at most %d argument%s.", usage->most,
			    many);
	else
		strbuf_addf(out,
			    "requires at least %d and at most %d argument%s.",
			    usage->least, usage->most, many);
}

static int operands_error(const struct usage_call *call, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "\"%s\" ", call->path);
	add_expectation(call->usage, &text);
	strbuf_addf(&text, "\nSee '%s --help'.\n\n", call->path);
	add_synopsis(call->usage, call->path, &text);
	strbuf_truncate(&text, text.length - 1);
	return error_set(err, ERROR_INVALID, "%s", text.text);
}

int usage_parse(struct usage_call *call, struct error *err)
{
	static const struct option_spec none[] = { { .kind = OPTION_NONE } };
	const struct usage *usage = call->usage;
	struct options_input input = {
		usage->options ? usage->options : none,
		call->argv,
		usage->is_options_first ? OPTIONS_FIRST : 0,
	};
	int count;

	call->exit_status = 0;
	if (options_parse(&input, call->target, &call->result, err) < 0) {
		autofree char *text = xstrdup(err->msg);

		call->exit_status = EXIT_OPTION;
		return error_set(err, ERROR_INVALID, "%s\nSee '%s --help'.",
				 text, call->path);
	}
	if (call->result.is_help)
		return 0;
	count = (int)call->result.operand_count;
	if (count >= usage->least && (usage->most < 0 || count <= usage->most))
		return 0;
	usage_call_release(call);
	call->exit_status = EXIT_OPERANDS;
	return operands_error(call, err);
}

void usage_call_release(struct usage_call *call)
{
	options_result_release(&call->result);
}
