/* SPDX-License-Identifier: Apache-2.0 */
/* The two threads of compressing. */
#include "layers/tar/compress.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hasher.h"
#include "layers/layers_limits.h"
#include "layers/tar/compress_backend.h"
#include "layers/tar/ring.h"

enum {
	COMPRESS_CHUNKS = 4,
	COMPRESS_OUTPUT = 256 * 1024,
};

struct compressor {
	struct byte_sink sink;
	const struct compress_backend *backend; /* NULL: plain */
	void *encoder;
	struct ring *ring;
	pthread_t thread;
	bool is_running;

	/* the caller's side */
	struct hasher *plain_hasher;
	uint64_t plain_size;
	uint8_t *chunk; /* reserved, being filled; NULL: none */
	size_t chunk_length;

	/* the thread's side, read after it was joined */
	struct hasher *packed_hasher;
	uint64_t packed_size;
	uint8_t *output;
	int result;
	struct error err;
};

static int send_on(struct compressor *c, const void *data, size_t length,
		   struct error *err)
{
	if (!length)
		return 0;
	hasher_update(c->packed_hasher, data, length);
	c->packed_size += length;
	return c->sink.write(c->sink.context, data, length, err);
}

/* Encodes DATA, and at the LAST call everything that was held back. */
static int encode(struct compressor *c, const void *data, size_t length,
		  bool last, struct error *err)
{
	struct compress_window window = { .in = data,
					  .in_left = length,
					  .last = last };
	bool done = false;

	if (!c->backend)
		return send_on(c, data, length, err);
	do {
		window.out = c->output;
		window.out_left = COMPRESS_OUTPUT;
		if (c->backend->step(c->encoder, &window, &done, err) < 0 ||
		    send_on(c, c->output, COMPRESS_OUTPUT - window.out_left,
			    err) < 0)
			return -1;
	} while (last ? !done : window.in_left || !window.out_left);
	return 0;
}

static int run(struct compressor *c, struct error *err)
{
	for (;;) {
		const void *data;
		size_t length;

		switch (ring_take(c->ring, &data, &length)) {
		case RING_DATA:
			if (encode(c, data, length, false, err) < 0)
				return -1;
			ring_drop(c->ring);
			break;
		case RING_END:
			return encode(c, "", 0, true, err);
		case RING_NONE:
		case RING_FAILED:
			return error_set(err, ERROR_INTERRUPTED,
					 "the stream was given up");
		}
	}
}

static void *thread_main(void *context)
{
	struct compressor *c = context;

	c->result = run(c, &c->err);
	if (c->result < 0)
		ring_abandon(c->ring);
	return NULL;
}

/* Signals stay with the threads that expect them. */
static int start(struct compressor *c, struct error *err)
{
	sigset_t all;
	sigset_t before;
	int result;

	(void)sigfillset(&all);				   /* cannot fail */
	(void)pthread_sigmask(SIG_SETMASK, &all, &before); /* nor can this */
	result = pthread_create(&c->thread, NULL, thread_main, c);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* nor this */
	if (result)
		return error_sys(err, result, "start a thread");
	c->is_running = true;
	return 0;
}

static void join(struct compressor *c)
{
	if (!c->is_running)
		return;
	(void)pthread_join(c->thread, NULL); /* joinable, not ourselves */
	c->is_running = false;
}

/* The encoder for OPTIONS and its level. */
static const struct compress_backend *choose(
	const struct compress_options *options, int *level)
{
	*level = options->level;
	switch (options->format) {
	case COMPRESS_NONE:
	case COMPRESS_PLAIN:
		break;
	case COMPRESS_GZIP:
		if (*level < 1 || *level > 9)
			*level = 1;
#if IMGCTL_HAVE_ISAL
		if (*level <= 3 && !options->use_zlib)
			return &compress_isal;
#endif
		return &compress_zlib;
	case COMPRESS_ZSTD:
		if (*level < 1 || *level > 19)
			*level = 3;
		return &compress_zstd;
	}
	return NULL;
}

int compress_open(const struct byte_sink *sink,
		  const struct compress_options *options,
		  struct compressor **out, struct error *err)
{
	autoclean(compress_free) struct compressor *c = xcalloc(1, sizeof(*c));
	int level;

	c->sink = *sink;
	c->ring = ring_new(COMPRESS_CHUNKS, LAYERS_CHUNK);
	c->plain_hasher = hasher_new(DIGEST_SHA256);
	c->packed_hasher = hasher_new(DIGEST_SHA256);
	c->backend = choose(options, &level);
	if (c->backend) {
		c->output = xmalloc(COMPRESS_OUTPUT);
		c->encoder = c->backend->open(level, err);
		if (!c->encoder)
			return -1;
	}
	if (start(c, err) < 0)
		return -1;
	*out = TAKE_PTR(c);
	return 0;
}

/* The thread has stopped reading: its reason is ours. */
static int fail(struct compressor *c, struct error *err)
{
	join(c);
	if (c->err.kind)
		error_move(err, &c->err);
	else
		error_set(err, ERROR_INTERRUPTED, "the stream was given up");
	return -1;
}

static void publish(struct compressor *c)
{
	hasher_update(c->plain_hasher, c->chunk, c->chunk_length);
	ring_publish(c->ring, c->chunk_length);
	c->chunk = NULL;
}

int compress_write(struct compressor *c, const void *data, size_t length,
		   struct error *err)
{
	const uint8_t *from = data;

	c->plain_size += length;
	while (length) {
		size_t part;

		if (!c->chunk) {
			c->chunk = ring_reserve(c->ring);
			c->chunk_length = 0;
		}
		if (!c->chunk)
			return fail(c, err);
		part = LAYERS_CHUNK - c->chunk_length;
		part = part < length ? part : length;
		memcpy(c->chunk + c->chunk_length, from, part);
		c->chunk_length += part;
		from += part;
		length -= part;
		if (c->chunk_length == LAYERS_CHUNK)
			publish(c);
	}
	return 0;
}

static int write_to_compressor(void *context, const void *data, size_t length,
			       struct error *err)
{
	return compress_write(context, data, length, err);
}

struct byte_sink compress_sink(struct compressor *compressor)
{
	return (struct byte_sink){ write_to_compressor, compressor };
}

int compress_finish(struct compressor *c, struct compress_result *out,
		    struct error *err)
{
	if (c->chunk)
		publish(c);
	ring_close(c->ring, false);
	join(c);
	if (c->result < 0)
		return fail(c, err);
	hasher_finish(c->plain_hasher, &out->plain);
	hasher_finish(c->packed_hasher, &out->packed);
	out->plain_size = c->plain_size;
	out->packed_size = c->packed_size;
	return 0;
}

void compress_free(struct compressor *c)
{
	if (!c)
		return;
	ring_close(c->ring, true);
	join(c);
	ring_free(c->ring);
	if (c->encoder)
		c->backend->close(c->encoder);
	hasher_free(c->plain_hasher);
	hasher_free(c->packed_hasher);
	error_release(&c->err);
	free(c->output);
	free(c);
}
