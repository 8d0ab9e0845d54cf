/* SPDX-License-Identifier: Apache-2.0 */
/* The two threads of unpacking, and what happens when one of them fails. */
#include "layers/tar/unpack.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hasher.h"
#include "base/userns.h"
#include "layers/tar/decompress.h"
#include "layers/tar/extract.h"
#include "layers/tar/ring.h"
#include "layers/tar/tar_read.h"

/* Passes a source through, counting and hashing. */
struct tap {
	const struct unpack_source *source;
	struct hasher *hasher;
	uint64_t size;
	const struct unpack_options *options;
};

/* The writing thread's side. */
struct writer {
	const struct unpack_options *options;
	const struct unpack_source *source;
	struct ring *ring;
	bool cut_off; /* the other side failed first */
	int result;
	struct error err;
	struct extract_result extracted;
};

static int tap_read(void *context, void *buffer, size_t capacity, size_t *got,
		    struct error *err)
{
	struct tap *tap = context;

	*got = 0;
	if (tap->source->read(tap->source->context, buffer, capacity, got,
			      err) < 0)
		return -1;
	hasher_update(tap->hasher, buffer, *got);
	tap->size += *got;
	if (tap->options->progress)
		tap->options->progress(tap->options->progress_context,
				       tap->size);
	return 0;
}

/* Lends the archive reader the next chunk. */
static int next_chunk(void *context, const void **data, size_t *length,
		      struct error *err)
{
	struct writer *writer = context;

	ring_drop(writer->ring);
	*length = 0;
	switch (ring_take(writer->ring, data, length)) {
	case RING_DATA:
	case RING_END:
		return 0;
	case RING_NONE:
	case RING_FAILED:
		break;
	}
	writer->cut_off = true;
	return error_set(err, ERROR_INTERRUPTED, "the stream was cut off");
}

/* What follows the archive's end still belongs to the digests. */
static int drain(struct writer *writer, struct error *err)
{
	const void *data;
	size_t length;

	do {
		if (next_chunk(writer, &data, &length, err) < 0)
			return -1;
	} while (length);
	return 0;
}

static int extract_all(struct writer *writer, struct extract *extract,
		       struct error *err)
{
	const struct tar_input input = { next_chunk, writer };
	autoclean(tar_read_free) struct tar_reader *reader = NULL;
	struct entry entry;
	bool found = true;

	if (tar_read_open(&input, &reader, err) < 0)
		return -1;
	for (;;) {
		if (tar_read_next(reader, &entry, &found, err) < 0)
			return -1;
		if (!found)
			break;
		if (writer->options->has_owner) {
			entry.uid = writer->options->uid;
			entry.gid = writer->options->gid;
		}
		if (extract_entry(extract, reader, &entry, err) < 0)
			return -1;
	}
	if (drain(writer, err) < 0)
		return -1;
	return extract_finish(extract, &writer->extracted, err);
}

/*
 * Exact modes need a umask of 0, which is the whole process's unless a thread
 * asks for its own. A sandbox may forbid that; then each mode is set by chmod.
 */
static mode_t own_umask(void)
{
	if (unshare(CLONE_FS) < 0)
		return 0777;
	(void)umask(0); /* the old one does not matter here */
	return 0;
}

static int write_layer(struct writer *writer, struct error *err)
{
	const struct unpack_options *options = writer->options;
	struct extract_options extract_options = {
		.directory = options->directory,
		.merged = options->merged,
		.is_plain = options->is_plain,
		.rootless = options->rootless || !userns_is_initial(),
		.ignore_owners = options->ignore_owners,
		.ids = options->ids,
		.umask = own_umask(),
		.max_bytes = options->limits.max_bytes,
		.max_entries = options->limits.max_entries,
		.max_path = options->limits.max_path,
	};
	autoclean(extract_free) struct extract *extract = NULL;

	if (extract_open(&extract_options, &extract, err) < 0)
		return -1;
	return extract_all(writer, extract, err);
}

static void *writer_main(void *context)
{
	struct writer *writer = context;

	writer->result = write_layer(writer, &writer->err);
	if (writer->result < 0) {
		ring_abandon(writer->ring);
		if (!writer->cut_off && writer->source->cancel)
			writer->source->cancel(writer->source->context);
	}
	return NULL;
}

/* Signals stay with the threads that expect them. */
static int start_writer(struct writer *writer, pthread_t *thread,
			struct error *err)
{
	sigset_t all;
	sigset_t before;
	int result;

	(void)sigfillset(&all);				   /* cannot fail */
	(void)pthread_sigmask(SIG_SETMASK, &all, &before); /* nor can this */
	result = pthread_create(thread, NULL, writer_main, writer);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* nor this */
	if (result)
		return error_sys(err, result, "start a thread");
	return 0;
}

/* The calling thread's side. */
struct feeder {
	struct decompress *stream;
	struct ring *ring;
	uint64_t limit;
	uint64_t size;
};

/* Fills chunk after chunk until the end, or until nobody wants them. */
static int feed(struct feeder *feeder, struct error *err)
{
	for (;;) {
		void *chunk = ring_reserve(feeder->ring);
		size_t got = 0;

		if (!chunk)
			return error_set(err, ERROR_INTERRUPTED,
					 "nobody reads the stream");
		if (decompress_read(feeder->stream, chunk,
				    ring_slot_size(feeder->ring), &got,
				    err) < 0)
			return -1;
		if (!got)
			return 0;
		feeder->size += got;
		if (feeder->size > feeder->limit)
			return error_set(err, ERROR_TOO_LARGE,
					 "it expands to more than %llu bytes",
					 (unsigned long long)feeder->limit);
		ring_publish(feeder->ring, got);
	}
}

/* Runs both sides to their ends; the first cause of a failure is kept. */
static int run(struct feeder *feeder, struct writer *writer, struct error *err)
{
	pthread_t thread;
	int fed;

	if (start_writer(writer, &thread, err) < 0)
		return -1;
	fed = feed(feeder, err);
	ring_close(feeder->ring, fed < 0);
	(void)pthread_join(thread, NULL); /* joinable, not ourselves */
	if (writer->result < 0 && (fed == 0 || !writer->cut_off)) {
		error_move(err, &writer->err);
		return -1;
	}
	error_release(&writer->err);
	return fed;
}

static int compare(const char *what, const struct digest *is,
		   const struct digest *expected, struct error *err)
{
	if (!expected || digest_is_equal(is, expected))
		return 0;
	return error_set(err, ERROR_CORRUPT, "%s is %s, expected %s", what,
			 is->text, expected->text);
}

static enum digest_algorithm algorithm_of(const struct digest *expected)
{
	return expected ? expected->algorithm : DIGEST_SHA256;
}

static void collect(const struct extract_result *from,
		    struct unpack_result *out)
{
	out->content_size = from->content_size;
	out->entries = from->entries;
	out->skipped_devices = from->skipped_devices;
	out->need = from->needs_parents ? UNPACK_NEEDS_PARENTS : UNPACK_ALONE;
	out->has_root = from->has_root;
	out->opaque_root = from->opaque_root;
	out->implicit = from->implicit; /* handed over */
}

/*
 * The digest of the tar is neither thread's own work: one layer keeps the
 * inflating side longer, another the writing side.
 */
static void hash_chunk(void *context, const void *data, size_t length)
{
	hasher_update(context, data, length);
}

/* Everything between the two hashers. */
static int unpack_tapped(struct tap *tap, struct unpack_result *out,
			 struct error *err)
{
	const struct unpack_options *options = tap->options;
	const struct unpack_source tapped = { tap_read, NULL, tap };
	const struct decompress_options how = {
		.max_window_log = options->limits.max_window_log,
	};
	autoclean(decompress_free) struct decompress *stream = NULL;
	autoclean(ring_free) struct ring *ring = NULL;
	autoclean(hasher_free) struct hasher *hasher =
		hasher_new(algorithm_of(options->expect_diff_id));
	struct feeder feeder = { .limit = options->limits.max_bytes };
	struct writer writer = { .options = options, .source = tap->source };

	if (decompress_open(&tapped, &how, &stream, err) < 0)
		return -1;
	ring = ring_new(LAYERS_CHUNKS_AHEAD, LAYERS_CHUNK);
	ring_set_visitor(ring, hash_chunk, hasher);
	feeder.stream = stream;
	feeder.ring = ring;
	writer.ring = ring;
	if (run(&feeder, &writer, err) < 0) {
		extract_result_release(&writer.extracted);
		return -1;
	}
	collect(&writer.extracted, out);
	out->tar_size = feeder.size;
	hasher_finish(hasher, &out->diff_id);
	return 0;
}

int unpack_layer(const struct unpack_source *source,
		 const struct unpack_options *options,
		 struct unpack_result *out, struct error *err)
{
	autoclean(hasher_free) struct hasher *hasher =
		hasher_new(algorithm_of(options->expect_digest));
	autoclean(unpack_result_release) struct unpack_result result =
		UNPACK_RESULT_INIT;
	struct tap tap = { source, hasher, 0, options };

	if (unpack_tapped(&tap, &result, err) < 0)
		return -1;
	hasher_finish(hasher, &result.digest);
	result.size = tap.size;
	if (compare("its digest", &result.digest, options->expect_digest, err) <
		    0 ||
	    compare("its uncompressed digest", &result.diff_id,
		    options->expect_diff_id, err) < 0)
		return -1;
	*out = result;
	result = (struct unpack_result)UNPACK_RESULT_INIT;
	return 0;
}

void unpack_result_release(struct unpack_result *result)
{
	strvec_release(&result->implicit);
}
