/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one encoder offers to compress.c. `step` consumes input and makes output
 * until one of them is used up and moves both windows on; with `last` it also
 * writes what it held back and the stream's end, and stores true in DONE when
 * all of that is out. Encoders are selected by a const table.
 */
#ifndef LAYERS_TAR_COMPRESS_BACKEND_H
#define LAYERS_TAR_COMPRESS_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The two windows a step moves on. */
struct compress_window {
	const uint8_t *in;
	size_t in_left;
	uint8_t *out;
	size_t out_left;
	bool last; /* no more input will come */
};

struct compress_backend {
	/* A fresh encoder for LEVEL, or NULL with ERR set. */
	void *(*open)(int level, struct error *err);
	/* Move the windows on. */
	int (*step)(void *encoder, struct compress_window *window, bool *done,
		    struct error *err);
	void (*close)(void *encoder);
};

/* gzip by ISA-L, levels 1 to 3; missing when it was not there. */
extern const struct compress_backend compress_isal;

/* gzip by zlib, levels 1 to 9. */
extern const struct compress_backend compress_zlib;

/* zstd by libzstd, with its checksum. */
extern const struct compress_backend compress_zstd;

#endif
