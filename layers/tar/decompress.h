/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a possibly compressed byte stream as plain bytes.
 *
 * The format is told by its first bytes, never by a name or a media type.
 * gzip: all members of the file one after the other (pigz, estargz), each with
 * its CRC and length checked; zero padding after the last member is allowed,
 * anything else there is an error. zstd: all frames, skippable ones included
 * (zstd:chunked), with a ceiling on the window. Plain bytes pass through. A
 * stream that stops early is CORRUPT, as is one with a wrong checksum.
 *
 * open -> read until it stores 0 -> free. After that 0 the source has been
 * read to its end, so a digest over the source covers every byte. The source
 * is borrowed and must outlive the reader. One thread at a time.
 */
#ifndef LAYERS_TAR_DECOMPRESS_H
#define LAYERS_TAR_DECOMPRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "layers/tar/unpack_source.h"

enum decompress_format {
	DECOMPRESS_NONE = 0,
	DECOMPRESS_PLAIN,
	DECOMPRESS_GZIP,
	DECOMPRESS_ZSTD,
	DECOMPRESS_BZIP2, /* recognised so that it can be named, not read */
	DECOMPRESS_XZ,	  /* the same */
};

struct decompress_options {
	unsigned max_window_log; /* zstd; 0: LAYERS_MAX_WINDOW_LOG */
	bool use_zlib;		 /* gzip by zlib although ISA-L is there */
};

struct decompress;

/* The format whose magic number stands at the start of BYTES. */
enum decompress_format decompress_detect(const void *bytes, size_t length);

/* The format's name: "plain", "gzip", "zstd", ... */
const char *decompress_format_name(enum decompress_format format);

/*
 * Read enough of SOURCE to know its format and prepare for it. OPTIONS may be
 * NULL. UNSUPPORTED for a compression that no layer may have.
 */
int decompress_open(const struct unpack_source *source,
		    const struct decompress_options *options,
		    struct decompress **out, struct error *err) must_check;

/* The format that was found. */
enum decompress_format decompress_format_of(const struct decompress *stream);

/*
 * Fill BUFFER with plain bytes; fewer than CAPACITY are stored only at the
 * end, 0 after it. CORRUPT when the stream is damaged; otherwise the source's
 * own error.
 */
int decompress_read(struct decompress *stream, void *buffer, size_t capacity,
		    size_t *got, struct error *err) must_check;

/* Free the reader; NULL is fine. */
void decompress_free(struct decompress *stream);
DEFINE_CLEANUP_PTR(struct decompress, decompress_free)

#endif
