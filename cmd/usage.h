/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a verb says about itself, and reading its command line as a whole:
 * options, number of operands, --help. Help texts come out as docker's do
 * (80 columns, options sorted by name, aligned and wrapped like pflag's).
 *
 * usage_parse fails with the complete text to show, "See 'imgctl … --help'."
 * included: print it as it is, without a prefix, and leave with
 * `exit_status`. When `is_help` is set print usage_format_help's text on
 * standard output and succeed. Release the call after use.
 */
#ifndef CMD_USAGE_H
#define CMD_USAGE_H

#include "base/strbuf.h"
#include "cmd/options.h"

struct usage {
	const char *arguments; /* "IMAGE [COMMAND] [ARG...]", without
				  [OPTIONS]; lines of alternatives end in
				  '\n'; "" for none */
	const char *summary;   /* one sentence, no full stop */
	const char *aliases;   /* "imgctl image pull, imgctl pull" or NULL */
	const struct option_spec *options; /* NULL: none */
	int least;			   /* operands needed */
	int most;			   /* operands allowed, -1: any */
	bool is_options_first; /* what follows an operand is the command's */
	enum option_complete complete; /* what the operands are */
};

struct usage_call {
	const struct usage *usage;
	const char *path;  /* how it was called: "imgctl image pull" */
	char *const *argv; /* after the verb, NULL-terminated */
	void *target;	   /* the options' struct; NULL without options */

	struct options_result result; /* out */
	int exit_status; /* out, on failure: 125 bad option, 1 bad operands */
};

/* One line of a list of commands. */
struct usage_entry {
	const char *name;
	const char *summary;
};

/* Read the command line of CALL. INVALID, with the whole text to print. */
int usage_parse(struct usage_call *call, struct error *err) must_check;

/* Free what usage_parse made. */
void usage_call_release(struct usage_call *call);
DEFINE_CLEANUP(struct usage_call, usage_call_release)

/* Append the help text of USAGE called as PATH. */
void usage_format_help(const struct usage *usage, const char *path,
		       struct strbuf *out);

/*
 * Append the alignment block of TABLE's visible options, wrapped to COLUMNS
 * (0: not wrapped), without a title.
 */
void usage_format_options(const struct option_spec *table, unsigned columns,
			  struct strbuf *out);

/* Append "TITLE:" and COUNT entries, names aligned as docker aligns them. */
void usage_format_entries(const char *title, const struct usage_entry *entries,
			  size_t count, struct strbuf *out);

#endif
