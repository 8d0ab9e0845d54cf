/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making sure that what was written stays after a crash, without anybody having
 * to wait for it: the store is flushed by a short-lived child after the command
 * has returned, and what it did is noted in the records.
 */
#ifndef LAYERS_IMAGE_FLUSH_H
#define LAYERS_IMAGE_FLUSH_H

#include <stdbool.h>

#include "base/digest.h"
#include "base/strvec.h"
#include "layers/store/store.h"

/* What is to be marked as safely on disk. */
struct image_flush {
	struct store *store;
	const struct digest *id;    /* an image; NULL: none */
	const struct strvec *steps; /* keys of the build cache; NULL: none */
};

/*
 * Flush the store to disk and mark what REQUEST names as safely there; in a
 * child that outlives this process, unless WAIT is set.
 */
int image_flush(const struct image_flush *request, bool wait,
		struct error *err) must_check;

#endif
