/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded hand-over of buffers between two threads. */
#include "layers/tar/ring.h"

#include <assert.h>
#include <pthread.h>
#include <stdint.h>

#include "base/alloc.h"

struct ring {
	pthread_mutex_t lock;
	pthread_cond_t moved; /* one waiter at most: the slower side */
	unsigned char *memory;
	size_t *lengths;
	size_t count;
	size_t size;
	size_t first;  /* oldest published slot */
	size_t filled; /* published slots, the lent one included */
	ring_visit *visit;
	void *visit_context;
	size_t visited; /* of the published slots, oldest first */
	bool visiting;
	bool lent;
	bool closed;
	bool failed;
	bool abandoned;
};

struct ring *ring_new(size_t count, size_t size)
{
	struct ring *ring = xcalloc(1, sizeof(*ring));

	assert(count && size && count <= SIZE_MAX / size);
	ring->memory = xmalloc(count * size);
	ring->lengths = xcalloc(count, sizeof(*ring->lengths));
	ring->count = count;
	ring->size = size;
	(void)pthread_mutex_init(&ring->lock, NULL); /* cannot fail on Linux */
	(void)pthread_cond_init(&ring->moved, NULL); /* nor can this */
	return ring;
}

void ring_free(struct ring *ring)
{
	if (!ring)
		return;
	(void)pthread_cond_destroy(&ring->moved); /* nobody waits */
	(void)pthread_mutex_destroy(&ring->lock); /* nobody holds it */
	free(ring->lengths);
	free(ring->memory);
	free(ring);
}

size_t ring_slot_size(const struct ring *ring)
{
	return ring->size;
}

static void enter(struct ring *ring)
{
	(void)pthread_mutex_lock(&ring->lock); /* a default mutex: cannot */
}

static void leave(struct ring *ring)
{
	(void)pthread_mutex_unlock(&ring->lock); /* held: cannot fail */
}

static void wait_for_move(struct ring *ring)
{
	(void)pthread_cond_wait(&ring->moved, &ring->lock); /* cannot fail */
}

static void wake(struct ring *ring)
{
	(void)pthread_cond_broadcast(&ring->moved); /* cannot fail */
}

void ring_set_visitor(struct ring *ring, ring_visit *visit, void *context)
{
	ring->visit = visit;
	ring->visit_context = context;
}

/*
 * Visits the oldest slot that wants it, with the ring open to the other side
 * meanwhile; false when there is none, or the other side is at it. A slot that
 * is not visited yet is not given back, so it stays where it is.
 */
static bool visit_one(struct ring *ring)
{
	size_t slot = (ring->first + ring->visited) % ring->count;

	if (!ring->visit || ring->visiting || ring->visited == ring->filled ||
	    ring->abandoned)
		return false;
	ring->visiting = true;
	leave(ring);
	ring->visit(ring->visit_context, ring->memory + slot * ring->size,
		    ring->lengths[slot]);
	enter(ring);
	ring->visiting = false;
	ring->visited++;
	wake(ring);
	return true;
}

void *ring_reserve(struct ring *ring)
{
	void *slot = NULL;

	enter(ring);
	while (ring->filled == ring->count && !ring->abandoned) {
		if (!visit_one(ring))
			wait_for_move(ring);
	}
	if (!ring->abandoned)
		slot = ring->memory +
		       (ring->first + ring->filled) % ring->count * ring->size;
	leave(ring);
	return slot;
}

void ring_publish(struct ring *ring, size_t length)
{
	enter(ring);
	assert(length <= ring->size && ring->filled < ring->count);
	ring->lengths[(ring->first + ring->filled) % ring->count] = length;
	ring->filled++;
	wake(ring);
	leave(ring);
}

void ring_close(struct ring *ring, bool failed)
{
	enter(ring);
	ring->closed = true;
	ring->failed = ring->failed || failed;
	wake(ring);
	while (!failed && visit_one(ring))
		;
	leave(ring);
}

enum ring_state ring_take(struct ring *ring, const void **data, size_t *length)
{
	enum ring_state state = RING_DATA;

	enter(ring);
	assert(!ring->lent);
	while (!ring->filled && !ring->closed && !ring->abandoned)
		wait_for_move(ring);
	if (ring->failed || ring->abandoned) {
		state = RING_FAILED;
	} else if (!ring->filled) {
		state = RING_END;
	} else {
		ring->lent = true;
		*data = ring->memory + ring->first * ring->size;
		*length = ring->lengths[ring->first];
	}
	leave(ring);
	return state;
}

/* The oldest slot has been visited, by us or by the other side. */
static void finish_visit(struct ring *ring)
{
	while (ring->visit && !ring->visited && !ring->abandoned) {
		if (!visit_one(ring))
			wait_for_move(ring);
	}
	if (ring->visited)
		ring->visited--;
}

void ring_drop(struct ring *ring)
{
	enter(ring);
	if (ring->lent) {
		finish_visit(ring);
		ring->lent = false;
		ring->first = (ring->first + 1) % ring->count;
		ring->filled--;
		wake(ring);
	}
	leave(ring);
}

void ring_abandon(struct ring *ring)
{
	enter(ring);
	ring->abandoned = true;
	wake(ring);
	leave(ring);
}
