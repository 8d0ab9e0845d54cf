/* SPDX-License-Identifier: Apache-2.0 */
/* A ring between a writing thread and a reader. */
#include "layers/tar/sink_source.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "base/alloc.h"
#include "layers/layers_limits.h"
#include "layers/tar/ring.h"

struct sink_source {
	sink_source_write *write;
	void *context;
	struct ring *ring;
	pthread_t thread;
	int result;
	struct error failure;
	/* the writer's slot */
	unsigned char *slot;
	size_t filled;
	/* the reader's */
	const unsigned char *at;
	size_t left;
};

static void publish(struct sink_source *source)
{
	if (source->slot && source->filled)
		ring_publish(source->ring, source->filled);
	source->slot = NULL;
	source->filled = 0;
}

static int take_bytes(void *context, const void *data, size_t length,
		      struct error *err)
{
	struct sink_source *source = context;
	const size_t size = ring_slot_size(source->ring);

	while (length) {
		size_t part;

		if (!source->slot)
			source->slot = ring_reserve(source->ring);
		if (!source->slot)
			return error_set(err, ERROR_INTERRUPTED,
					 "nobody reads the stream");
		part = size - source->filled;
		if (part > length)
			part = length;
		memcpy(source->slot + source->filled, data, part);
		source->filled += part;
		data = (const char *)data + part;
		length -= part;
		if (source->filled == size)
			publish(source);
	}
	return 0;
}

static void *writing(void *context)
{
	struct sink_source *source = context;
	const struct byte_sink sink = { take_bytes, source };

	source->result = source->write(source->context, &sink,
				       &source->failure);
	if (source->result == 0)
		publish(source);
	ring_close(source->ring, source->result < 0);
	return NULL;
}

/* Signals stay with the threads that expect them. */
static int start(struct sink_source *source)
{
	sigset_t all;
	sigset_t before;
	int result;

	(void)sigfillset(&all);				   /* cannot fail */
	(void)pthread_sigmask(SIG_SETMASK, &all, &before); /* nor can this */
	result = pthread_create(&source->thread, NULL, writing, source);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* nor this */
	return result;
}

int sink_source_open(sink_source_write *write, void *context,
		     struct sink_source **out, struct error *err)
{
	struct sink_source *source = xcalloc(1, sizeof(*source));
	int failure;

	source->write = write;
	source->context = context;
	source->ring = ring_new(LAYERS_CHUNKS_AHEAD, LAYERS_CHUNK);
	failure = start(source);
	if (failure) {
		ring_free(source->ring);
		free(source);
		return error_sys(err, failure, "start a thread");
	}
	*out = source;
	return 0;
}

static int read_bytes(void *context, void *buffer, size_t capacity, size_t *got,
		      struct error *err)
{
	struct sink_source *source = context;

	*got = 0;
	if (!source->left) {
		const void *data = NULL;

		ring_drop(source->ring);
		switch (ring_take(source->ring, &data, &source->left)) {
		case RING_DATA:
			source->at = data;
			break;
		case RING_END:
			return 0;
		case RING_NONE:
		case RING_FAILED:
			/* its own error is told when it is joined */
			return error_set(err, ERROR_INTERRUPTED,
					 "the stream was cut off");
		}
	}
	*got = source->left < capacity ? source->left : capacity;
	memcpy(buffer, source->at, *got);
	source->at += *got;
	source->left -= *got;
	return 0;
}

static void cancel(void *context)
{
	struct sink_source *source = context;

	ring_abandon(source->ring);
}

struct unpack_source sink_source_bytes(struct sink_source *source)
{
	return (struct unpack_source){ read_bytes, cancel, source };
}

int sink_source_finish(struct sink_source *source, struct error *err)
{
	int result;

	ring_abandon(source->ring);
	(void)pthread_join(source->thread, NULL); /* joined once */
	result = source->result;
	if (result < 0)
		error_move(err, &source->failure);
	error_release(&source->failure);
	ring_free(source->ring);
	free(source);
	return result;
}
