/* SPDX-License-Identifier: Apache-2.0 */
/* A blob in pieces, several of them under way. */
#include "registry/blob_ranges.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"

enum { THREADS_MAX = 16 };

struct piece {
	uint64_t at;
	uint64_t end;
	bool is_taken;
};

struct blob_ranges {
	const struct blob_transfer *stream; /* what all pieces have in common */
	unsigned streams;
	struct remote *remote;
	atomic_bool stop;
	pthread_mutex_t lock; /* guards what follows */
	struct piece *pieces;
	size_t count;
	struct error failed; /* the first failure */
	bool sink_failed;
	pthread_t threads[THREADS_MAX];
	unsigned thread_count;
};

struct blob_ranges *blob_ranges_new(const struct blob_transfer *stream,
				    unsigned streams, uint64_t size)
{
	struct blob_ranges *ranges = xcalloc(1, sizeof(*ranges));
	uint64_t length = stream->end - stream->at;
	uint64_t at = stream->at;

	ranges->stream = stream;
	ranges->streams = streams > THREADS_MAX ? THREADS_MAX : streams;
	ranges->count = (size_t)(length / size + (length % size != 0));
	ranges->pieces = xcalloc(ranges->count, sizeof(*ranges->pieces));
	for (size_t i = 0; i < ranges->count; i++) {
		ranges->pieces[i].at = at;
		at = stream->end - at > size ? at + size : stream->end;
		ranges->pieces[i].end = at;
	}
	(void)pthread_mutex_init(&ranges->lock, NULL);
	return ranges;
}

void blob_ranges_free(struct blob_ranges *ranges)
{
	if (!ranges)
		return;
	(void)pthread_mutex_destroy(&ranges->lock);
	error_release(&ranges->failed);
	free(ranges->pieces);
	free(ranges);
}

/* The first piece that is not there and nobody's; NULL when none is left. */
static struct piece *take_piece(struct blob_ranges *ranges)
{
	struct piece *piece = NULL;

	(void)pthread_mutex_lock(&ranges->lock);
	for (size_t i = 0; i < ranges->count && !piece; i++) {
		struct piece *candidate = &ranges->pieces[i];

		if (!candidate->is_taken && candidate->at < candidate->end)
			piece = candidate;
	}
	if (piece)
		piece->is_taken = true;
	(void)pthread_mutex_unlock(&ranges->lock);
	return piece;
}

/* Keep the first failure; the others only follow from it. */
static void note_failure(struct blob_ranges *ranges, bool sink_failed,
			 struct error *err)
{
	(void)pthread_mutex_lock(&ranges->lock);
	if (!ranges->failed.kind) {
		error_move(&ranges->failed, err);
		ranges->sink_failed = sink_failed;
	}
	(void)pthread_mutex_unlock(&ranges->lock);
	error_release(err);
	ranges->stop = true;
}

static void fetch_piece(struct blob_ranges *ranges, struct piece *piece,
			struct blob_transfer *transfer)
{
	struct error err = ERROR_INIT;

	if (blob_transfer_run(transfer, ranges->remote, &err) < 0)
		note_failure(ranges, transfer->sink_failed, &err);
	(void)pthread_mutex_lock(&ranges->lock);
	piece->at = transfer->at;
	piece->is_taken = false;
	(void)pthread_mutex_unlock(&ranges->lock);
}

static struct blob_transfer transfer_of(const struct blob_ranges *ranges,
					const struct piece *piece)
{
	struct blob_transfer transfer = *ranges->stream;

	transfer.at = piece->at;
	transfer.end = piece->end;
	transfer.stop = &ranges->stop;
	return transfer;
}

static void *work(void *context)
{
	struct blob_ranges *ranges = context;
	struct piece *piece;

	while (!ranges->stop && (piece = take_piece(ranges))) {
		struct blob_transfer transfer = transfer_of(ranges, piece);

		fetch_piece(ranges, piece, &transfer);
	}
	return NULL;
}

/* The first piece of a run, whose answer decides how it goes on. */
struct opening {
	struct blob_ranges *ranges;
	struct blob_transfer transfer;
	bool is_decided;
	bool is_whole; /* the one stream brings everything */
};

/* Runs inside the first transfer, as soon as it has an answer. */
static void decide(void *context, bool has_ranges)
{
	struct opening *opening = context;
	struct blob_ranges *ranges = opening->ranges;

	if (opening->is_decided)
		return;
	opening->is_decided = true;
	if (!has_ranges) {
		opening->is_whole = true;
		opening->transfer.end = ranges->stream->end;
		return;
	}
	while (ranges->thread_count + 1 < ranges->streams) {
		if (pthread_create(&ranges->threads[ranges->thread_count], NULL,
				   work, ranges))
			return; /* fewer threads will do as well */
		ranges->thread_count++;
	}
}

static void open_with(struct blob_ranges *ranges, struct piece *piece)
{
	struct opening opening = { .ranges = ranges };

	opening.transfer = transfer_of(ranges, piece);
	opening.transfer.answered = decide;
	opening.transfer.answered_context = &opening;
	fetch_piece(ranges, piece, &opening.transfer);
	if (!opening.is_whole)
		return;
	/* what it carried beyond its own piece counts for the others */
	for (size_t i = 0; i < ranges->count; i++) {
		struct piece *other = &ranges->pieces[i];

		if (other->at < opening.transfer.at)
			other->at = opening.transfer.at < other->end
					    ? opening.transfer.at
					    : other->end;
	}
}

int blob_ranges_run(struct blob_ranges *ranges, struct remote *remote,
		    bool *stop, struct error *err)
{
	struct piece *piece;

	ranges->remote = remote;
	ranges->stop = false;
	ranges->thread_count = 0;
	piece = take_piece(ranges);
	if (piece)
		open_with(ranges, piece);
	(void)work(ranges);
	for (unsigned i = 0; i < ranges->thread_count; i++)
		(void)pthread_join(ranges->threads[i], NULL);
	if (!ranges->failed.kind)
		return 0;
	*stop = ranges->sink_failed;
	error_move(err, &ranges->failed);
	return -1;
}
