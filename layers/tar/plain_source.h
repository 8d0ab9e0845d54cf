/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain bytes of an archive in any compression that people hand over: what
 * layers may have (gzip, zstd, none), and xz and bzip2, which no layer may
 * have but tarballs to import do. All of it happens in this process; no
 * program is run (CVE-2014-9357).
 *
 * open -> read plain_source_bytes until it stores 0 -> free. The source below
 * is borrowed and must outlive it.
 */
#ifndef LAYERS_TAR_PLAIN_SOURCE_H
#define LAYERS_TAR_PLAIN_SOURCE_H

#include "layers/tar/decompress.h"

struct plain_source;

/*
 * Find out how SOURCE is compressed. With KEEP_LAYER, a compression that a
 * layer may have is left alone: then the bytes come as they are.
 */
int plain_source_open(const struct unpack_source *source, bool keep_layer,
		      struct plain_source **out, struct error *err) must_check;

/* The bytes, as a source; CORRUPT where the compressed ones are damaged. */
struct unpack_source plain_source_bytes(struct plain_source *plain);

/* Free it; NULL is fine. */
void plain_source_free(struct plain_source *plain);
DEFINE_CLEANUP_PTR(struct plain_source, plain_source_free)

#endif
