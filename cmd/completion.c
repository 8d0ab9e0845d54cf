/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bash and zsh share a core: functions of POSIX form that say, for a verb,
 * which options there are, what an option's value is and what operands are.
 * Names from the store are compared as text and never expanded.
 */
#include "cmd/completion.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/completion_fish.h"

/* "--memory -m " for every visible option. */
static void add_flags(const struct option_spec *table, struct strbuf *out)
{
	for (; table && table->kind; table++) {
		if (!table->help)
			continue;
		strbuf_addf(out, "--%s ", table->name);
		if (table->letter)
			strbuf_addf(out, "-%c ", table->letter);
	}
}

/* "'run --memory'|'run -m') echo KIND ;;" for options that take a value. */
static void add_value_cases(const char *path, const struct option_spec *table,
			    struct strbuf *out)
{
	for (; table && table->kind; table++) {
		struct strbuf values = STRBUF_INIT;

		if (!option_has_value(table))
			continue;
		completion_values(table, &values);
		strbuf_addf(out, "\t'%s --%s'", path, table->name);
		if (table->letter)
			strbuf_addf(out, "|'%s -%c'", path, table->letter);
		strbuf_addstr(out, ") echo ");
		completion_quote(values.length ? values.text : "-", out);
		strbuf_addstr(out, " ;;\n");
		strbuf_release(&values);
	}
}

static void add_flag_function(const struct completion *c, struct strbuf *out)
{
	strbuf_addf(out, "__%s_flags() {\n\tcase $1 in\n", c->program);
	for (size_t i = 0; i < c->count; i++) {
		strbuf_addf(out, "\t'%s') echo '", c->commands[i].path);
		add_flags(c->commands[i].usage->options, out);
		strbuf_addstr(out, "--help' ;;\n");
	}
	strbuf_addstr(out, "\t'') echo '");
	add_flags(c->globals, out);
	strbuf_addstr(out, "--help' ;;\n\tesac\n}\n\n");
}

static void add_value_function(const struct completion *c, struct strbuf *out)
{
	strbuf_addf(out, "__%s_value() {\n\tcase $1 in\n", c->program);
	for (size_t i = 0; i < c->count; i++)
		add_value_cases(c->commands[i].path,
				c->commands[i].usage->options, out);
	add_value_cases("", c->globals, out);
	strbuf_addstr(out, "\tesac\n}\n\n");
}

static void add_operand_function(const struct completion *c, struct strbuf *out)
{
	strbuf_addf(out, "__%s_operand() {\n\tcase $1 in\n", c->program);
	for (size_t i = 0; i < c->count; i++) {
		const char *kind =
			completion_kind(c->commands[i].usage->complete);

		if (*kind)
			strbuf_addf(out, "\t'%s') echo %s ;;\n",
				    c->commands[i].path, kind);
	}
	strbuf_addstr(out, "\tesac\n}\n\n");
}

static void add_verb_function(const struct completion *c, struct strbuf *out)
{
	size_t at = 0;
	char *group;

	strbuf_addf(out, "__%s_verbs() {\n\tcase $1 in\n\t'') echo '",
		    c->program);
	completion_words(c, NULL, out);
	strbuf_addstr(out, "' ;;\n");
	while ((group = completion_next_group(c, &at))) {
		strbuf_addf(out, "\t'%s') echo '", group);
		completion_words(c, group, out);
		strbuf_addstr(out, "' ;;\n");
		free(group);
	}
	strbuf_addstr(out, "\tesac\n}\n\n");
}

static void add_name_function(const struct completion *c, struct strbuf *out)
{
	static const char *const rows[][2] = {
		{ "image", "images --format '{{.Repository}}:{{.Tag}}'" },
		{ "container", "ps -a --format '{{.Names}}'" },
		{ "running", "ps --format '{{.Names}}'" },
		{ "volume", "volume ls -q" },
		{ "network", "network ls --format '{{.Name}}'" },
	};

	strbuf_addf(out, "__%s_names() {\n\tcase $1 in\n", c->program);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		strbuf_addf(out, "\t%s) %s %s 2>/dev/null ;;\n", rows[i][0],
			    c->program, rows[i][1]);
	strbuf_addstr(out, "\tesac\n}\n\n");
}

/*
 * Sets `path` and `seen` (an operand was) from the words before the cursor;
 * options' values are skipped.
 */
static void add_path_function(const struct completion *c, struct strbuf *out)
{
	strbuf_addf(out,
		    "__%1$s_path() {\n"
		    "\tpath= seen=\n"
		    "\tlocal word skip=\n"
		    "\tfor word in \"$@\"; do\n"
		    "\t\tif [ -n \"$skip\" ]; then skip=; continue; fi\n"
		    "\t\tcase $word in\n"
		    "\t\t-*=*) ;;\n"
		    "\t\t-*) [ -z \"$(__%1$s_value \"$path $word\")\" ] || "
		    "skip=1 ;;\n"
		    "\t\t*)\n"
		    "\t\t\tif [ -z \"$path\" ]; then path=$word\n"
		    "\t\t\telif [ -z \"$seen\" ] && "
		    "[ -n \"$(__%1$s_verbs \"$path\")\" ] && "
		    "[ -n \"$(__%1$s_flags \"$path $word\")\" ]; then "
		    "path=\"$path $word\"\n"
		    "\t\t\telse seen=1\n"
		    "\t\t\tfi ;;\n"
		    "\t\tesac\n"
		    "\tdone\n"
		    "}\n\n"
		    /* Prints what may stand at the cursor: =WORDS or a kind. */
		    "__%1$s_what() {\n"
		    "\tlocal path seen value cur=$1 prev=$2\n"
		    "\tshift 2\n"
		    "\t__%1$s_path \"$@\"\n"
		    "\tvalue=$(__%1$s_value \"$path $prev\")\n"
		    "\tcase $value in\n"
		    "\t-) return ;;\n"
		    "\t?*) echo \"$value\"; return ;;\n"
		    "\tesac\n"
		    "\tcase $cur in\n"
		    "\t-*) echo \"=$(__%1$s_flags \"$path\")\"; return ;;\n"
		    "\tesac\n"
		    "\tif [ -z \"$seen\" ] && "
		    "[ -n \"$(__%1$s_verbs \"$path\")\" ]; then\n"
		    "\t\techo \"=$(__%1$s_verbs \"$path\")\"\n"
		    "\telse\n"
		    "\t\t__%1$s_operand \"$path\"\n"
		    "\tfi\n"
		    "}\n\n",
		    c->program);
}

static void add_core(const struct completion *c, struct strbuf *out)
{
	add_flag_function(c, out);
	add_value_function(c, out);
	add_operand_function(c, out);
	add_verb_function(c, out);
	add_name_function(c, out);
	add_path_function(c, out);
}

static void format_bash(const struct completion *completion, struct strbuf *out)
{
	strbuf_addf(out, "# bash completion for %s\n\n", completion->program);
	add_core(completion, out);
	strbuf_addf(
		out,
		"_%1$s() {\n"
		"\tlocal cur prev words cword what name\n"
		"\tif declare -F _get_comp_words_by_ref >/dev/null; then\n"
		"\t\t_get_comp_words_by_ref -n : cur prev words cword\n"
		"\telse\n"
		"\t\tcur=${COMP_WORDS[COMP_CWORD]} "
		"prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
		"\t\twords=(\"${COMP_WORDS[@]}\") cword=$COMP_CWORD\n"
		"\tfi\n"
		"\tCOMPREPLY=()\n"
		"\twhat=$(__%1$s_what \"$cur\" \"$prev\" "
		"\"${words[@]:1:cword-1}\")\n"
		"\tcase $what in\n"
		"\t=*) COMPREPLY=($(compgen -W \"${what#=}\" -- \"$cur\")) "
		";;\n"
		"\tfile) compopt -o filenames; "
		"COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
		"\tdirectory) compopt -o filenames; "
		"COMPREPLY=($(compgen -d -- \"$cur\")) ;;\n"
		"\t?*)\n"
		"\t\twhile IFS= read -r name; do\n"
		"\t\t\t[[ $name != \"$cur\"* ]] || COMPREPLY+=(\"$name\")\n"
		"\t\tdone < <(__%1$s_names \"$what\")\n"
		"\t\tif declare -F __ltrim_colon_completions >/dev/null; then\n"
		"\t\t\t__ltrim_colon_completions \"$cur\"\n"
		"\t\tfi ;;\n"
		"\tesac\n"
		"}\n\n"
		"complete -F _%1$s %1$s\n",
		completion->program);
}

static void format_zsh(const struct completion *completion, struct strbuf *out)
{
	strbuf_addf(out, "#compdef %s\n\n", completion->program);
	add_core(completion, out);
	strbuf_addf(out,
		    "_%1$s() {\n"
		    "\tlocal what name\n"
		    "\tlocal -a names\n"
		    "\twhat=$(__%1$s_what \"${words[CURRENT]}\" "
		    "\"${words[CURRENT-1]}\" \"${(@)words[2,CURRENT-1]}\")\n"
		    "\tcase $what in\n"
		    "\t'='*) compadd -- ${=what#=} ;;\n"
		    "\tfile) _files ;;\n"
		    "\tdirectory) _files -/ ;;\n"
		    "\t?*)\n"
		    "\t\twhile IFS= read -r name; do names+=(\"$name\"); done "
		    "< <(__%1$s_names \"$what\")\n"
		    "\t\tcompadd -- \"${names[@]}\" ;;\n"
		    "\tesac\n"
		    "}\n\n"
		    "if [ \"${funcstack[1]}\" = _%1$s ]; then\n"
		    "\t_%1$s \"$@\"\n"
		    "else\n"
		    "\tcompdef _%1$s %1$s\n"
		    "fi\n",
		    completion->program);
}

int completion_format(const struct completion *completion, const char *shell,
		      struct strbuf *out, struct error *err)
{
	static const struct {
		const char *name;
		void (*format)(const struct completion *, struct strbuf *);
	} shells[] = {
		{ "bash", format_bash },
		{ "zsh", format_zsh },
		{ "fish", completion_fish },
	};

	for (size_t i = 0; i < sizeof(shells) / sizeof(*shells); i++) {
		if (strcmp(shells[i].name, shell))
			continue;
		shells[i].format(completion, out);
		return strbuf_check(out, "the script", err);
	}
	return error_set(err, ERROR_INVALID,
			 "no completion for shell \"%.64s\": bash, zsh and "
			 "fish are known",
			 shell);
}
