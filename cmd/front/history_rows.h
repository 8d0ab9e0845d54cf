/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image's history as rows of `history`: the image's id stands on the
 * newest step; what docker once kept of the others is missing. Pure.
 */
#ifndef CMD_HISTORY_ROWS_H
#define CMD_HISTORY_ROWS_H

#include "layers/image/image_history.h"

struct history_rows_options {
	bool is_whole; /* nothing is cut */
	bool is_human; /* sizes and times for people */
	int64_t now;
};

/* The rows for the image RECORD: an array of objects, a new reference. */
json_t *history_rows_make(const struct image_record *record,
			  const struct history_rows_options *options);

#endif
