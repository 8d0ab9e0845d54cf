/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an image came to be: the config's history, newest step first, joined
 * with the sizes of the layers that the steps made. Pure: a record in, rows
 * out. Images without a (whole) history get a row for every layer.
 */
#ifndef LAYERS_IMAGE_HISTORY_H
#define LAYERS_IMAGE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layers/store/image_record.h"

struct image_history_row {
	const char *created_by; /* "" when unknown */
	const char *comment;	/* "" when there is none */
	int64_t created;	/* nanoseconds since 1970 */
	bool has_created;
	uint64_t size;		      /* of the layer's files; 0 without one */
	const struct digest *diff_id; /* the layer, NULL without one */
};

struct image_history {
	struct image_history_row *rows; /* newest first */
	size_t count;
};

#define IMAGE_HISTORY_INIT \
	{                  \
		NULL, 0    \
	}

/* Make the rows of RECORD, which they borrow from; the caller releases. */
void image_history_make(const struct image_record *record,
			struct image_history *out);

/* Free the rows. */
void image_history_release(struct image_history *history);
DEFINE_CLEANUP(struct image_history, image_history_release)

#endif
