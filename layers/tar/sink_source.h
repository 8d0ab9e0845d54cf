/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns what writes into a sink into a source to read from: the writing runs in
 * a thread of its own, a few chunks ahead of the reader.
 *
 * open -> read the source to its end, or not -> finish, which stops and joins
 * the thread, tells how the writing went, and frees.
 */
#ifndef LAYERS_TAR_SINK_SOURCE_H
#define LAYERS_TAR_SINK_SOURCE_H

#include "layers/tar/byte_sink.h"
#include "layers/tar/unpack_source.h"

struct sink_source;

/* Writes everything to SINK, in the thread. */
typedef int sink_source_write(void *context, const struct byte_sink *sink,
			      struct error *err);

/* Begin WRITE, which CONTEXT must outlive. */
int sink_source_open(sink_source_write *write, void *context,
		     struct sink_source **out, struct error *err) must_check;

/* The bytes that are written, as a source. */
struct unpack_source sink_source_bytes(struct sink_source *source);

/*
 * Wait for the thread and free SOURCE. Fails as the writing did; INTERRUPTED
 * when it was cut off because nobody read on.
 */
int sink_source_finish(struct sink_source *source,
		       struct error *err) must_check;

#endif
