/* SPDX-License-Identifier: Apache-2.0 */
/* A growing file between the network and the unpacker. */
#include "layers/image/download.h"

#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"

/* Pieces of this size are asked for when several ranges go at once. */
enum { DOWNLOAD_RANGE_SIZE = 16 << 20 };

/* From this size on a blob is worth several connections. */
static const uint64_t DOWNLOAD_STREAMS_FROM = UINT64_C(64) << 20;

/* The noted prefix is refreshed after so many bytes. */
static const uint64_t DOWNLOAD_NOTE_EVERY = UINT64_C(16) << 20;

/* The end of the largest bytes-present run that starts at `start`. */
struct span {
	uint64_t start;
	uint64_t end;
};

enum { DOWNLOAD_SPANS_MAX = 64 };

struct download {
	struct download_request request;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t grown; /* contiguous, finished or failed changed */
	uint64_t contiguous;  /* bytes present from the start */
	struct span spans[DOWNLOAD_SPANS_MAX]; /* beyond, sorted, disjoint */
	size_t span_count;
	uint64_t noted; /* prefix in the record, when has_note */
	bool has_note;
	bool finished;	     /* fetching ended, well or not */
	bool stopped;	     /* the reader gave up */
	struct error failed; /* how fetching failed */
	uint64_t read_at;    /* the reader's place */
	uint64_t received;   /* bytes, in any order */
};

/* Joins spans that the contiguous part has reached. */
static void absorb(struct download *download)
{
	while (download->span_count &&
	       download->spans[0].start <= download->contiguous) {
		if (download->spans[0].end > download->contiguous)
			download->contiguous = download->spans[0].end;
		download->span_count--;
		memmove(download->spans, download->spans + 1,
			download->span_count * sizeof(struct span));
	}
}

/*
 * Spans that have met become one: a blob has many ranges, and all but the
 * first may be there while that one is waited for.
 */
static void join_next(struct download *download, size_t at)
{
	struct span *spans = download->spans;

	if (at + 1 == download->span_count ||
	    spans[at + 1].start > spans[at].end)
		return;
	if (spans[at + 1].end > spans[at].end)
		spans[at].end = spans[at + 1].end;
	download->span_count--;
	memmove(spans + at + 1, spans + at + 2,
		(download->span_count - at - 1) * sizeof(*spans));
}

/* Grows the span that ends at START, or adds one in its place. */
static int add_span(struct download *download, uint64_t start, uint64_t end,
		    struct error *err)
{
	size_t at = 0;

	for (size_t i = 0; i < download->span_count; i++) {
		if (download->spans[i].end == start) {
			download->spans[i].end = end;
			join_next(download, i);
			return 0;
		}
	}
	if (download->span_count == DOWNLOAD_SPANS_MAX)
		return error_set(err, ERROR_TOO_LARGE,
				 "too many ranges under way");
	while (at < download->span_count && download->spans[at].start < start)
		at++;
	memmove(download->spans + at + 1, download->spans + at,
		(download->span_count - at) * sizeof(struct span));
	download->spans[at] = (struct span){ start, end };
	download->span_count++;
	return 0;
}

/*
 * Keeps the record beside the file true: needed from the moment the file is
 * longer than what is contiguous.
 */
static int refresh_note(struct download *download, uint64_t offset,
			struct error *err)
{
	if (!download->has_note && offset <= download->contiguous)
		return 0;
	if (download->has_note &&
	    download->contiguous - download->noted < DOWNLOAD_NOTE_EVERY)
		return 0;
	download->has_note = true;
	download->noted = download->contiguous;
	return partial_note(download->request.partial, download->contiguous,
			    err);
}

static int account(struct download *download, uint64_t offset, size_t length,
		   struct error *err)
{
	int result = 0;

	if (offset > download->contiguous)
		result = add_span(download, offset, offset + length, err);
	else if (offset + length > download->contiguous)
		download->contiguous = offset + length;
	absorb(download);
	download->received += length;
	(void)pthread_cond_broadcast(&download->grown); /* cannot fail */
	return result;
}

static void tell_progress(const struct download *download)
{
	const struct download_request *request = &download->request;

	image_events_tell(request->events, IMAGE_EVENT_DOWNLOADING,
			  &request->blob->digest,
			  request->partial->have + download->received,
			  request->blob->size);
}

/* The sink: called by fetching threads, also several at once. */
static int sink_write(void *context, uint64_t offset, const void *data,
		      size_t length, struct error *err)
{
	struct download *download = context;
	bool stopped;
	int result;

	(void)pthread_mutex_lock(&download->lock); /* plain mutex */
	stopped = download->stopped;
	result = refresh_note(download, offset, err);
	(void)pthread_mutex_unlock(&download->lock);
	if (stopped)
		return error_set(err, ERROR_INTERRUPTED, "download stopped");
	if (result < 0 || fs_pwrite_all(download->request.partial->fd, data,
					length, offset, err) < 0)
		return -1;
	(void)pthread_mutex_lock(&download->lock);
	result = account(download, offset, length, err);
	(void)pthread_mutex_unlock(&download->lock);
	tell_progress(download);
	return result;
}

static void *fetch_thread(void *context)
{
	struct download *download = context;
	const struct download_request *request = &download->request;
	struct fetch_options options = FETCH_OPTIONS_INIT;
	struct sink sink = { sink_write, download };
	struct error err = ERROR_INIT;
	int result;

	options.start = request->partial->have;
	if (request->blob->size - options.start >= DOWNLOAD_STREAMS_FROM) {
		options.streams = request->streams;
		options.range_size = DOWNLOAD_RANGE_SIZE;
	}
	result = fetch_blob(request->client, request->blob, &options, &sink,
			    &err);
	(void)pthread_mutex_lock(&download->lock); /* plain mutex */
	download->finished = true;
	if (result < 0)
		error_move(&download->failed, &err);
	(void)pthread_cond_broadcast(&download->grown);
	(void)pthread_mutex_unlock(&download->lock);
	return NULL;
}

int download_start(const struct download_request *request,
		   struct download **out, struct error *err)
{
	struct download *download = xcalloc(1, sizeof(*download));
	int failure;

	download->request = *request;
	download->contiguous = request->partial->have;
	(void)pthread_mutex_init(&download->lock, NULL); /* cannot fail */
	(void)pthread_cond_init(&download->grown, NULL);
	failure = pthread_create(&download->thread, NULL, fetch_thread,
				 download);
	if (failure) {
		free(download);
		return error_sys(err, failure, "start a thread");
	}
	*out = download;
	return 0;
}

/* Waits until there is something to read; how many bytes, 0 at the end. */
static int wait_for_bytes(struct download *download, uint64_t *available,
			  struct error *err)
{
	int result = 0;

	(void)pthread_mutex_lock(&download->lock); /* plain mutex */
	while (download->contiguous == download->read_at &&
	       !download->finished && !download->stopped)
		(void)pthread_cond_wait(&download->grown, &download->lock);
	*available = download->contiguous - download->read_at;
	if (!*available && download->stopped && !download->finished)
		result = error_set(err, ERROR_INTERRUPTED, "download stopped");
	else if (!*available && download->failed.kind != ERROR_NONE)
		result = error_set(err, download->failed.kind, "%s",
				   download->failed.msg);
	(void)pthread_mutex_unlock(&download->lock);
	return result;
}

static int source_read(void *context, void *buffer, size_t capacity,
		       size_t *got, struct error *err)
{
	struct download *download = context;
	uint64_t available = 0;
	ssize_t count;

	*got = 0;
	if (wait_for_bytes(download, &available, err) < 0)
		return -1;
	if (!available)
		return 0;
	if (available < capacity)
		capacity = (size_t)available;
	do {
		count = pread(download->request.partial->fd, buffer, capacity,
			      (off_t)download->read_at);
	} while (count < 0 && errno == EINTR);
	if (count < 0)
		return error_sys(err, errno, "read download");
	if (!count)
		return error_set(err, ERROR_CORRUPT,
				 "the download's file shrank");
	download->read_at += (uint64_t)count;
	*got = (size_t)count;
	return 0;
}

/* Stops both ends: the sink refuses, a waiting reader is woken. */
static void source_cancel(void *context)
{
	struct download *download = context;

	(void)pthread_mutex_lock(&download->lock); /* plain mutex */
	download->stopped = true;
	(void)pthread_cond_broadcast(&download->grown);
	(void)pthread_mutex_unlock(&download->lock);
}

struct unpack_source download_source(struct download *download)
{
	return (struct unpack_source){ source_read, source_cancel, download };
}

int download_finish(struct download *download, bool stop, struct error *err)
{
	int result = 0;

	if (stop)
		source_cancel(download);
	(void)pthread_join(download->thread, NULL); /* ours, joined once */
	if (download->has_note && partial_note(download->request.partial,
					       download->contiguous, err) < 0)
		result = -1;
	if (download->failed.kind != ERROR_NONE) {
		error_move(err, &download->failed);
		result = -1;
	}
	(void)pthread_cond_destroy(&download->grown);
	(void)pthread_mutex_destroy(&download->lock);
	error_release(&download->failed);
	free(download);
	return result;
}
