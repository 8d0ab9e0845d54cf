/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table-driven reader of command lines, with pflag's rules and words.
 *
 * A verb declares a plain struct for its options and one const table of
 * `struct option_spec` rows that say where each value goes (OPTION_AT). The
 * struct starts out holding the defaults; options_parse fills in what was
 * given. Strings point into argv; lists and maps are strvecs that the verb
 * releases. A second spelling of an option (--net beside --network) is a
 * hidden row with the same place. The same table makes the help text
 * (cmd/usage.h) and the shell completions (cmd/completion.h).
 *
 * Accepted: --name value, --name=value, -n value, -n=value, -nvalue, -it,
 * booleans alone or as --name=false, `--` ends the options.
 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strvec.h"

enum option_kind {
	OPTION_NONE = 0, /* ends a table */
	OPTION_BOOL,	 /* bool */
	OPTION_STRING,	 /* const char *, borrowed from argv */
	OPTION_LIST,	 /* struct strvec, one item each time it is given */
	OPTION_MAP,	 /* struct strvec of "key=value", a key only once */
	OPTION_INT,	 /* int64_t */
	OPTION_UINT16,	 /* uint16_t */
	OPTION_SIZE,	 /* int64_t bytes; "64m" */
	OPTION_SWAP,	 /* int64_t bytes, or -1 */
	OPTION_CPUS,	 /* int64_t billionths of a CPU; "1.5" */
	OPTION_DURATION, /* int64_t nanoseconds; "1m30s" */
	OPTION_CUSTOM,	 /* whatever its `set` makes of it */
};

/* What a shell may propose after an option or as an operand. */
enum option_complete {
	OPTION_COMPLETE_NONE = 0,
	OPTION_COMPLETE_FILE,
	OPTION_COMPLETE_DIRECTORY,
	OPTION_COMPLETE_IMAGE,
	OPTION_COMPLETE_CONTAINER,
	OPTION_COMPLETE_RUNNING,
	OPTION_COMPLETE_VOLUME,
	OPTION_COMPLETE_NETWORK,
};

struct option_spec {
	const char *name; /* long name without dashes */
	char letter;	  /* short name, or 0 */
	enum option_kind kind;
	size_t offset;		 /* of the value in the verb's struct */
	const char *help;	 /* one sentence; NULL hides the option */
	const char *placeholder; /* type word in the help; NULL: the kind's */
	const char *fallback;	 /* default as the help shows it, or NULL */
	const char *choices;	 /* "always|missing|never", for completion */
	enum option_complete complete;
	size_t seen; /* offset of a bool set when given; 0: none */
	/*
	 * Check VALUE, and for OPTION_CUSTOM store it (FIELD points to the
	 * value's place). Called before lists and strings are stored.
	 */
	int (*set)(void *field, const char *value, struct error *err);
};

/* Where a row's value lives, as the end of a designated row. */
#define OPTION_AT(type, member) .offset = offsetof(struct type, member)

struct options_result {
	char **operands; /* NULL-terminated; the array is owned, its strings
			    point into argv */
	size_t operand_count;
	bool is_help; /* --help, or -h where no option has that letter */
};

#define OPTIONS_RESULT_INIT    \
	{                      \
		NULL, 0, false \
	}

enum options_flags {
	OPTIONS_FIRST = 1 << 0, /* the first operand ends the options */
};

struct options_input {
	const struct option_spec *table;
	char *const *argv; /* after the verb, NULL-terminated */
	unsigned flags;
};

/*
 * Read the arguments into TARGET, the struct that the table's offsets mean.
 * INVALID in docker's words ("unknown flag: --foo"). Stops at --help.
 */
int options_parse(const struct options_input *input, void *target,
		  struct options_result *out, struct error *err) must_check;

/* Free the operand array. */
void options_result_release(struct options_result *result);
DEFINE_CLEANUP(struct options_result, options_result_release)

/* Whether the option takes a value of its own (all but booleans). */
bool option_has_value(const struct option_spec *option);

/* The word for the value in help texts ("string", "list"); "" for none. */
const char *option_type_name(const struct option_spec *option);

#endif
