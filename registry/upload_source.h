/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the bytes of an upload come from, and who is told how far they got.
 * Both are called from the thread that uploads. A source is read from its
 * start as often as an upload has to begin again.
 */
#ifndef REGISTRY_UPLOAD_SOURCE_H
#define REGISTRY_UPLOAD_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct upload_source {
	/* Give the next bytes; *GOT = 0 at the end. */
	int (*read)(void *context, void *buffer, size_t capacity, size_t *got,
		    struct error *err);
	/* Back to the first byte. */
	int (*rewind)(void *context, struct error *err);
	void *context;
};

struct upload_progress {
	/* SENT bytes of the blob are out; goes back when it begins again. */
	void (*sent)(void *context, uint64_t sent);
	void *context;
};

#endif
