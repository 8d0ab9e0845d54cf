/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers as rows of `ps`: the strings that --format uses, and the labels
 * beside them. Pure.
 */
#ifndef CMD_CONTAINER_ROWS_H
#define CMD_CONTAINER_ROWS_H

#include "base/strbuf.h"
#include "cmd/front/container_entry.h"

struct container_rows_options {
	bool is_whole; /* nothing is cut */
	int64_t now;
};

/* The rows of ENTRIES in their order: an array of objects, a new reference. */
json_t *container_rows_make(const struct container_entries *entries,
			    const struct container_rows_options *options);

/* Append "Up 5 minutes", "Exited (0) 2 hours ago", … at the time NOW. */
void container_rows_status(const struct container_state *state, int64_t now,
			   struct strbuf *out);

#endif
