/* SPDX-License-Identifier: Apache-2.0 */
/* Blobs: as one stream, or as ranges when they are large. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/hasher.h"
#include "registry/blob_ranges.h"
#include "registry/blob_transfer.h"
#include "registry/fetch.h"
#include "registry/registry_limits.h"

#define RANGE_SIZE ((uint64_t)32 << 20)

/* A blob on its way, kept from one remote to the next. */
struct errand {
	struct blob_transfer stream;
	struct blob_ranges *ranges; /* NULL: one stream */
	const struct fetch_options *options;
	bool is_restarted;
};

/*
 * An encoding whose length was not told shows only at the end: there were
 * too many or too few bytes. Then it is undone in a second go.
 */
static bool restart(struct errand *errand, struct error *err)
{
	struct blob_transfer *stream = &errand->stream;

	if (err->kind != ERROR_CORRUPT || !stream->is_encoded ||
	    stream->decode || errand->is_restarted || !errand->options->restart)
		return false;
	errand->is_restarted = true;
	error_release(err);
	if (errand->options->restart(stream->sink->context, err) < 0) {
		stream->sink_failed = true;
		return false;
	}
	stream->at = 0;
	stream->end = stream->descriptor->size;
	stream->decode = true;
	return true;
}

static int fetch_from(void *context, struct remote *remote, bool *stop,
		      struct error *err)
{
	struct errand *errand = context;
	int result;

	if (errand->ranges) {
		result = blob_ranges_run(errand->ranges, remote, stop, err);
	} else {
		do
			result = blob_transfer_run(&errand->stream, remote,
						   err);
		while (result < 0 && restart(errand, err));
		*stop = errand->stream.sink_failed;
	}
	return result;
}

int fetch_blob(struct client *client, const struct descriptor *descriptor,
	       const struct fetch_options *options, const struct sink *sink,
	       struct error *err)
{
	autofree char *what = xasprintf("blob %s", descriptor->digest.text);
	struct errand errand = { .stream = { .descriptor = descriptor,
					     .sink = sink,
					     .at = options->start,
					     .end = descriptor->size },
				 .options = options };
	struct client_task task = { fetch_from, &errand, what };
	uint64_t piece = options->range_size ? options->range_size : RANGE_SIZE;
	int result;

	if (options->start > descriptor->size)
		return error_set(err, ERROR_INVALID,
				 "%s: more bytes are there than it has", what);
	if (options->start == descriptor->size && descriptor->size > 0)
		return 0;
	if (options->streams > 1 && descriptor->size - options->start > piece)
		errand.ranges = blob_ranges_new(&errand.stream,
						options->streams, piece);
	result = client_run(client, &task, err);
	blob_ranges_free(errand.ranges);
	return result;
}

static int collect(void *context, uint64_t offset, const void *data,
		   size_t length, struct error *err)
{
	struct strbuf *bytes = context;

	strbuf_truncate(bytes, (size_t)offset);
	strbuf_add(bytes, data, length);
	return strbuf_check(bytes, "document", err);
}

static int forget(void *context, struct error *err)
{
	(void)err;
	strbuf_truncate(context, 0);
	return 0;
}

int fetch_document(struct client *client, const struct descriptor *descriptor,
		   struct strbuf *bytes, struct error *err)
{
	struct fetch_options options = FETCH_OPTIONS_INIT;
	struct sink sink = { collect, bytes };
	struct digest actual;

	options.restart = forget;
	strbuf_truncate(bytes, 0);
	if (descriptor->size > REGISTRY_DOCUMENT_MAX)
		return error_set(err, ERROR_TOO_LARGE,
				 "blob %s: %llu bytes, and %zu is the limit "
				 "for a document",
				 descriptor->digest.text,
				 (unsigned long long)descriptor->size,
				 REGISTRY_DOCUMENT_MAX);
	if (fetch_blob(client, descriptor, &options, &sink, err) < 0)
		return -1;
	hasher_digest(descriptor->digest.algorithm, bytes->text, bytes->length,
		      &actual);
	if (digest_is_equal(&actual, &descriptor->digest))
		return 0;
	return error_set(err, ERROR_CORRUPT,
			 "blob %s: %s sent other content, whose digest is %s",
			 descriptor->digest.text, client_host(client),
			 actual.text);
}
