/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `--filter key=value`: what the user gave, and docker's ways of matching it.
 * The same key again means "or", different keys mean "and"; `label` alone
 * needs every given label. A key that was not given matches everything, so a
 * verb simply asks all its questions about each row and joins them with &&.
 *
 * Use filter_set as the `set` of an OPTION_CUSTOM row over a struct filter,
 * then filter_check once with the keys the verb knows.
 */
#ifndef CMD_FILTER_H
#define CMD_FILTER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strvec.h"

struct filter {
	struct strvec keys; /* lower case; keys and values run in parallel */
	struct strvec values;
};

#define FILTER_INIT                      \
	{                                \
		STRVEC_INIT, STRVEC_INIT \
	}

/* Add "key=value" to the struct filter at FIELD. INVALID without a "=". */
int filter_set(void *field, const char *text, struct error *err) must_check;

/* Free what was given. */
void filter_release(struct filter *filter);
DEFINE_CLEANUP(struct filter, filter_release)

/* INVALID ("invalid filter 'x'") for a key that is not in ACCEPTED (NULL
 * ends it). */
int filter_check(const struct filter *filter, const char *const *accepted,
		 struct error *err) must_check;

/* Whether KEY was given. */
bool filter_has(const struct filter *filter, const char *key);

/* The INDEXth value of KEY, or NULL when there are fewer; borrowed. */
const char *filter_value(const struct filter *filter, const char *key,
			 size_t index);

/* KEY absent, or one of its values equals TEXT. */
bool filter_match_exact(const struct filter *filter, const char *key,
			const char *text);

/* KEY absent, or one of its values is TEXT or begins it. */
bool filter_match_prefix(const struct filter *filter, const char *key,
			 const char *text);

/*
 * KEY absent, or one of its values is TEXT or a regular expression found in
 * it (RE2's common syntax; one that is not valid matches nothing).
 */
bool filter_match_regex(const struct filter *filter, const char *key,
			const char *text);

/* As filter_match_regex, for NAME with and without a slash before it. */
bool filter_match_name(const struct filter *filter, const char *key,
		       const char *name);

/* KEY absent, or one of its values is a glob for TEXT ("*" stops at "/"). */
bool filter_match_glob(const struct filter *filter, const char *key,
		       const char *text);

/*
 * KEY absent, or all its values ("k" or "k=v") are among LABELS, an object of
 * strings or NULL.
 */
bool filter_match_labels(const struct filter *filter, const char *key,
			 const json_t *labels);

/* `label` matches and `label!` is absent or does not. */
bool filter_allows_labels(const struct filter *filter, const json_t *labels);

/* The boolean KEY ("true", "1", "false", "0"); *OUT stays when absent. */
int filter_bool(const struct filter *filter, const char *key, bool *out,
		struct error *err) must_check;

/* The time of KEY, relative to NOW (nanoseconds); *OUT stays when absent. */
int filter_time(const struct filter *filter, const char *key, int64_t now,
		int64_t *out, struct error *err) must_check;

#endif
