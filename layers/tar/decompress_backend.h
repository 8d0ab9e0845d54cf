/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one decoder offers to decompress.c, which knows about sources, formats
 * and ends of files; a decoder knows only about bytes. `step` consumes input
 * and makes output until one of them is used up and moves both windows on;
 * `finish` is asked at the end of the input whether the stream may end here.
 * Decoders are selected by a const table, so both gzip decoders are tested by
 * the same tests.
 */
#ifndef LAYERS_TAR_DECOMPRESS_BACKEND_H
#define LAYERS_TAR_DECOMPRESS_BACKEND_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The two windows a step moves on. */
struct decompress_window {
	const uint8_t *in;
	size_t in_left;
	uint8_t *out;
	size_t out_left;
};

struct decompress_backend {
	/* A fresh decoder, or NULL with ERR set. */
	void *(*open)(unsigned max_window_log, struct error *err);
	/* Move the windows on; without room or input it does nothing. */
	int (*step)(void *decoder, struct decompress_window *window,
		    struct error *err);
	/* CORRUPT unless the stream is complete. */
	int (*finish)(void *decoder, struct error *err);
	void (*close)(void *decoder);
};

/* gzip by ISA-L; missing when it was not there at build time. */
extern const struct decompress_backend decompress_isal;

/* gzip by zlib. */
extern const struct decompress_backend decompress_zlib;

/* zstd by libzstd. */
extern const struct decompress_backend decompress_zstd;

#endif
