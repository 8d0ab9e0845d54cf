/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened in a store, for `events`: a journal that everybody appends one
 * line to, since there is no daemon that could be asked. It is bounded: when
 * it has grown to its limit it becomes the older half, and the one before that
 * goes.
 *
 *   events/journal     one JSON object a line, docker's event messages
 *   events/journal.1   the older half
 *
 * Noting costs one open and one write, and what cannot be noted is not: no
 * command fails for it. Reading passes over what a crash left torn.
 */
#ifndef LAYERS_EVENT_JOURNAL_H
#define LAYERS_EVENT_JOURNAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "layers/store/store.h"

/*
 * Note that ACTION was done to ID, an object of TYPE ("container"). ATTRIBUTES
 * (an object of strings, or NULL) is taken over.
 */
void event_note(const struct store *store, const char *type, const char *action,
		const char *id, json_t *attributes);

struct event_query {
	int64_t since; /* wall time; only what comes after; 0: everything */
	int64_t until; /* wall time; 0: for ever */
	/* Takes an event (borrowed); -1 ends the reading. */
	int (*event)(void *context, const json_t *event, struct error *err);
	void *context;
};

/*
 * Give the events of STORE that QUERY asks for, in the order noted, and wait
 * for more until it is `until`.
 */
int event_read(const struct store *store, const struct event_query *query,
	       struct error *err) must_check;

/* When EVENT happened, wall time; 0 when it does not say. */
int64_t event_time(const json_t *event);

#endif
