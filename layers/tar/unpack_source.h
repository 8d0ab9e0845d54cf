/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where archive bytes come from: a network download, a file, a pipe.
 *
 * The reader calls `read` from one thread at a time, in order, until it
 * stores 0 bytes, which is the end. A source that may block (a socket) should
 * also offer `cancel`: it may be called once, from another thread, when the
 * consumer has failed, and makes a blocked or later `read` fail soon. The
 * structure borrows its context and owns nothing.
 */
#ifndef LAYERS_TAR_UNPACK_SOURCE_H
#define LAYERS_TAR_UNPACK_SOURCE_H

#include <stddef.h>

#include "base/error.h"

struct unpack_source {
	/* Store 1..CAPACITY bytes, or 0 at the end. */
	int (*read)(void *context, void *buffer, size_t capacity, size_t *got,
		    struct error *err);
	void (*cancel)(void *context); /* NULL: read never blocks for long */
	void *context;
};

#endif
