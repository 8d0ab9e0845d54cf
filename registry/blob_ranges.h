/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetches one large blob as several ranges at once.
 *
 * The blob is cut into pieces, which threads take in order, so that bytes
 * arrive roughly from front to back. It begins with one request; only when
 * its answer shows that the server serves ranges do others join, else that
 * first stream carries the whole. What is there stays there when a remote
 * fails: the next one is asked for the missing pieces only.
 */
#ifndef REGISTRY_BLOB_RANGES_H
#define REGISTRY_BLOB_RANGES_H

#include "registry/blob_transfer.h"

struct blob_ranges;

/*
 * Cut what STREAM (borrowed; never run itself) covers into pieces of SIZE
 * bytes, to be fetched by up to STREAMS threads.
 */
struct blob_ranges *blob_ranges_new(const struct blob_transfer *stream,
				    unsigned streams, uint64_t size);

/* Fetch the missing pieces; *STOP when asking another remote is no use. */
int blob_ranges_run(struct blob_ranges *ranges, struct remote *remote,
		    bool *stop, struct error *err) must_check;

/* Free it; NULL is fine. */
void blob_ranges_free(struct blob_ranges *ranges);

#endif
