/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the completion scripts of all shells are made of: the program's verbs
 * as the generators see them, walking them, and quoting their texts.
 */
#ifndef CMD_COMPLETION_ROWS_H
#define CMD_COMPLETION_ROWS_H

#include <stddef.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "cmd/usage.h"

struct completion_command {
	const char *path; /* "image pull" */
	const struct usage *usage;
};

struct completion {
	const char *program; /* "imgctl"; letters and dashes */
	const struct completion_command *commands;
	size_t count;
	const struct option_spec *globals; /* before the verb, or NULL */
};

/* The word that the scripts' functions know KIND by ("image"); "" for none. */
const char *completion_kind(enum option_complete kind);

/* Append TEXT in single quotes, as POSIX shells and fish both read it. */
void completion_quote(const char *text, struct strbuf *out);

/* Append the values an option proposes: "=always missing" or a kind. */
void completion_values(const struct option_spec *option, struct strbuf *out);

/* Append the first word of each path once, or the second below GROUP. */
void completion_words(const struct completion *completion, const char *group,
		      struct strbuf *out);

/* The next group after *AT ("image"), or NULL; the caller frees it. */
char *completion_next_group(const struct completion *completion, size_t *at);

#endif
