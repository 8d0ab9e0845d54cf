/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded ring of equal buffers between one writing and one reading thread.
 *
 * The writer fills a slot in place (ring_reserve, then ring_publish), the
 * reader uses it in place (ring_take, then ring_drop): bytes are never copied.
 * Each side blocks while it has nothing to do, and neither can wait for a side
 * that is gone: ring_close tells the reader that no more will come, and
 * ring_abandon tells the writer that nobody reads any more. Either may be
 * called more than once and from the other side. Once both threads are joined
 * the owner frees the ring.
 *
 * A ring may have a visitor: work that every slot needs once, in order, and
 * that neither side must do by itself, such as a digest of all bytes. Whichever
 * side would wait does it, so that both are equally busy; what is left of it
 * the reader does before it gives a slot back.
 */
#ifndef LAYERS_TAR_RING_H
#define LAYERS_TAR_RING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

struct ring;

/* How a ring ended, as the reader sees it. */
enum ring_state {
	RING_NONE = 0,
	RING_DATA,   /* a slot was stored */
	RING_END,    /* the writer closed it after its last byte */
	RING_FAILED, /* the writer closed it because of an error */
};

/*
 * The visitor's work on one slot. Never called by two threads at once, but by
 * either.
 */
typedef void ring_visit(void *context, const void *data, size_t length);

/* A ring of COUNT slots of SIZE bytes each; the caller frees it. */
struct ring *ring_new(size_t count, size_t size);

/* Give the ring its visitor, before either thread uses it. */
void ring_set_visitor(struct ring *ring, ring_visit *visit, void *context);

/* Free a ring that no thread uses any more. */
void ring_free(struct ring *ring);
DEFINE_CLEANUP_PTR(struct ring, ring_free)

/* The size of a slot in bytes. */
size_t ring_slot_size(const struct ring *ring);

/* Wait for a free slot; NULL when the reader is gone. Writer only. */
void *ring_reserve(struct ring *ring);

/* Hand the reserved slot with LENGTH bytes to the reader. Writer only. */
void ring_publish(struct ring *ring, size_t length);

/*
 * No more will come; FAILED says that the bytes so far are not all. A writer
 * that closes regularly helps with the visits that are left.
 */
void ring_close(struct ring *ring, bool failed);

/*
 * Wait for the next slot and lend it until ring_drop. Full slots that were
 * published before a regular close are still delivered. Reader only.
 */
enum ring_state ring_take(struct ring *ring, const void **data, size_t *length);

/*
 * Give back the slot that ring_take lent, visited unless the ring is abandoned;
 * none is fine. Reader only.
 */
void ring_drop(struct ring *ring);

/* Nobody will read any more: the writer stops at its next reservation. */
void ring_abandon(struct ring *ring);

#endif
