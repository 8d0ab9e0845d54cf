/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the bytes of a blob go. The registry side knows nothing of stores: it
 * hands what arrives, with its offset in the blob, to a sink.
 *
 * With one stream, offsets follow each other without gaps and all calls come
 * from the caller's thread. With several streams the calls come from several
 * threads at once, each for a range of its own; a sink that is handed to
 * those must be safe for that. A call may block (back pressure): time spent
 * in a sink never counts as a stall of the network.
 */
#ifndef REGISTRY_HTTP_SINK_H
#define REGISTRY_HTTP_SINK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct sink {
	/* Take LENGTH bytes that stand at OFFSET of the blob; all or fail. */
	int (*write)(void *context, uint64_t offset, const void *data,
		     size_t length, struct error *err);
	void *context;
};

#endif
