/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where bytes that are made here go: a file, a pipe, an upload, another stage.
 *
 * `write` is called in order from one thread at a time (which thread, the
 * caller of the sink documents) and takes all bytes or fails. The structure
 * borrows its context and owns nothing.
 */
#ifndef LAYERS_TAR_BYTE_SINK_H
#define LAYERS_TAR_BYTE_SINK_H

#include <stddef.h>

#include "base/error.h"

struct byte_sink {
	int (*write)(void *context, const void *data, size_t length,
		     struct error *err);
	void *context;
};

#endif
