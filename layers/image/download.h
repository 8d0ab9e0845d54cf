/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A blob that is written by the network and read by the unpacker at the same
 * time: the file itself is the buffer between them, so memory stays flat, a
 * slow disk does not slow the network down, and every byte is kept for the
 * next pull. Ranges may arrive out of order; the reader gets what is
 * contiguous from the start and waits for the rest.
 *
 * download_start begins fetching in a thread; download_source is what the
 * unpacker reads; download_finish stops and joins, and tells how fetching
 * went. Reading fails with the fetch's own error when that failed.
 */
#ifndef LAYERS_DOWNLOAD_H
#define LAYERS_DOWNLOAD_H

#include "layers/image/image_events.h"
#include "layers/store/partial.h"
#include "layers/tar/unpack.h"
#include "registry/fetch.h"

struct download;

struct download_request {
	struct client *client;
	const struct descriptor *blob;
	struct partial *partial; /* locked and open; outlives the download */
	const struct image_events *events;
	unsigned streams; /* ranges at once for a very large blob */
};

/* Begin fetching what is missing of the blob. The caller finishes it. */
int download_start(const struct download_request *request,
		   struct download **out, struct error *err) must_check;

/* The bytes in order, from the first, as they come. */
struct unpack_source download_source(struct download *download);

/*
 * Stop fetching (when the reader gave up) or wait for its end, free the
 * download, and fail as fetching failed. INTERRUPTED when it was stopped.
 */
int download_finish(struct download *download, bool stop,
		    struct error *err) must_check;

#endif
