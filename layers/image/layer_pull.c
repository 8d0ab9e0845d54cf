/* SPDX-License-Identifier: Apache-2.0 */
/* One layer, from the registry into the store. */
#include "layers/image/layer_pull.h"

#include "base/alloc.h"
#include "base/fs.h"
#include "layers/image/download.h"
#include "layers/store/blob.h"

/* More implicit folders than this, and the layer is made upon its parents. */
enum { LAYER_IMPLICIT_MAX = 10000 };

static int tell(const struct layer_pull *request, enum image_event_kind kind)
{
	image_events_tell(request->events, kind, &request->blob->digest, 0,
			  request->blob->size);
	return 0;
}

static void tell_extracting(void *context, uint64_t compressed)
{
	const struct layer_pull *request = context;

	image_events_tell(request->events, IMAGE_EVENT_EXTRACTING,
			  &request->blob->digest, compressed,
			  request->blob->size);
}

/* The digests were checked while unpacking; the size is the manifest's word. */
static int check_size(const struct layer_pull *request,
		      const struct unpack_result *result, struct error *err)
{
	const struct descriptor *blob = request->blob;

	if (result->size == blob->size)
		return 0;
	return error_set(err, ERROR_CORRUPT,
			 "size %llu differs from the manifest's %llu",
			 (unsigned long long)result->size,
			 (unsigned long long)blob->size);
}

/*
 * The layer's own root directory has the attributes of the parents' unless
 * the tar says otherwise, just as any directory without an entry.
 */
static void note_root(struct unpack_result *result)
{
	if (!result->has_root)
		strvec_add(&result->implicit, ".");
}

static void describe(const struct layer_pull *request,
		     struct unpack_result *result, struct layer_record *record)
{
	record->diff_id = result->diff_id;
	record->blob = request->blob->digest;
	record->size = result->content_size;
	record->tar_size = result->tar_size;
	record->entries = result->entries;
	record->implicit = result->implicit;
	result->implicit = (struct strvec)STRVEC_INIT;
}

struct extraction {
	const struct layer_pull *request;
	struct unpack_source source;
	bool tell; /* extraction is worth telling about: nothing downloads */
};

static int extract(const struct extraction *extraction,
		   struct layer_draft *draft, int merged_fd,
		   struct layer_record *record, bool *needs_parents,
		   struct error *err)
{
	const struct layer_pull *request = extraction->request;
	autoclean(unpack_result_release) struct unpack_result result =
		UNPACK_RESULT_INIT;
	struct unpack_options options = UNPACK_OPTIONS_INIT;

	options.directory = merged_fd >= 0 ? merged_fd : draft->tree_fd;
	options.merged = merged_fd >= 0;
	options.limits = request->limits;
	options.expect_digest = &request->blob->digest;
	options.expect_diff_id = request->diff_id;
	if (extraction->tell) {
		options.progress = tell_extracting;
		options.progress_context =
			(void *)(uintptr_t)extraction->request;
	}
	if (unpack_layer(&extraction->source, &options, &result, err) < 0 ||
	    check_size(request, &result, err) < 0)
		return -1;
	note_root(&result);
	*needs_parents = result.need == UNPACK_NEEDS_PARENTS ||
			 result.opaque_root ||
			 result.implicit.count > LAYER_IMPLICIT_MAX;
	describe(request, &result, record);
	return 0;
}

struct file_source {
	int fd;
};

static int file_read(void *context, void *buffer, size_t capacity, size_t *got,
		     struct error *err)
{
	struct file_source *source = context;
	ssize_t count;

	do {
		count = read(source->fd, buffer, capacity);
	} while (count < 0 && errno == EINTR);
	if (count < 0)
		return error_sys(err, errno, "read blob");
	*got = (size_t)count;
	return 0;
}

int layer_unpack(const struct layer_pull *request, struct layer_draft *draft,
		 int merged_fd, struct layer_record *record,
		 bool *needs_parents_out, struct error *err)
{
	struct file_source file = { -1 };
	struct extraction extraction = {
		.request = request,
		.source = { file_read, NULL, &file },
		.tell = true,
	};
	int result;

	if (blob_open(request->store, &request->blob->digest, &file.fd, NULL,
		      err) < 0)
		return -1;
	result = extract(&extraction, draft, merged_fd, record,
			 needs_parents_out, err);
	cleanup_close(&file.fd);
	return result;
}

/*
 * Fetches and extracts at once. Which of two failures is the cause: reading
 * hands a fetch failure on to the unpacker, so the unpacker's error is told,
 * unless the download failed by itself.
 */
static int stream(const struct layer_pull *request, struct partial *partial,
		  struct layer_draft *draft, struct layer_record *record,
		  bool *needs_parents, struct error *err)
{
	struct download_request want = {
		.client = request->client,
		.blob = request->blob,
		.partial = partial,
		.events = request->events,
		.streams = request->streams,
	};
	struct extraction extraction = { .request = request };
	autoclean(error_release) struct error ending = ERROR_INIT;
	struct download *download = NULL;
	int result;

	if (download_start(&want, &download, err) < 0)
		return -1;
	extraction.source = download_source(download);
	result = extract(&extraction, draft, -1, record, needs_parents, err);
	if (download_finish(download, result < 0, &ending) < 0 &&
	    ending.kind != ERROR_INTERRUPTED) {
		error_move(err, &ending);
		result = -1;
	}
	return result;
}

/* After a failure: a full disk gets its bytes back, wrong bytes go. */
static void clean_up(struct partial *partial, const struct error *failed)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (failed->sys != ENOSPC && failed->sys != EDQUOT &&
	    failed->kind != ERROR_CORRUPT)
		return;
	/* what cannot be removed now is restarted by the next pull */
	if (partial_discard(partial, &ignored) < 0)
		error_release(&ignored);
}

static int name_layer(const struct layer_pull *request,
		      struct layer_draft *draft, struct layer_record *record,
		      struct layer_pulled *out, struct error *err)
{
	out->diff_id = record->diff_id;
	out->size = record->size;
	if (out->needs_parents)
		return 0;
	return layer_draft_commit(request->store, draft,
				  digest_hex(&record->diff_id), record, err);
}

static int pull_once(const struct layer_pull *request, struct partial *partial,
		     struct layer_pulled *out, struct error *err)
{
	autoclean(layer_draft_release) struct layer_draft draft =
		LAYER_DRAFT_INIT;
	autoclean(layer_record_release) struct layer_record record =
		LAYER_RECORD_INIT;

	if (layer_draft_open(request->store, &draft, err) < 0)
		return -1;
	if (stream(request, partial, &draft, &record, &out->needs_parents,
		   err) < 0) {
		clean_up(partial, err);
		return -1;
	}
	(void)tell(request, IMAGE_EVENT_VERIFYING);
	(void)tell(request, IMAGE_EVENT_DOWNLOADED);
	if (partial_commit(partial, err) < 0)
		return -1;
	return name_layer(request, &draft, &record, out, err);
}

/* The blob is here: extract it, unless it turns out damaged. */
static int unpack_present(const struct layer_pull *request,
			  struct layer_pulled *out, struct error *err)
{
	autoclean(layer_draft_release) struct layer_draft draft =
		LAYER_DRAFT_INIT;
	autoclean(layer_record_release) struct layer_record record =
		LAYER_RECORD_INIT;

	if (layer_draft_open(request->store, &draft, err) < 0 ||
	    layer_unpack(request, &draft, -1, &record, &out->needs_parents,
			 err) < 0)
		return -1;
	return name_layer(request, &draft, &record, out, err);
}

/*
 * A download that was taken up again may have lost bytes in a crash: when the
 * result is wrong it is fetched once more, from the first byte.
 */
static int pull_from_network(const struct layer_pull *request,
			     struct layer_pulled *out, struct error *err)
{
	autoclean(partial_release) struct partial partial = PARTIAL_INIT;
	bool resumed;

	if (partial_open(request->store, &request->blob->digest,
			 request->blob->size, &partial, err) < 0)
		return -1;
	if (partial.fd < 0) /* another process brought it meanwhile */
		return unpack_present(request, out, err);
	resumed = partial.have > 0;
	if (pull_once(request, &partial, out, err) == 0)
		return 0;
	if (!resumed || err->kind != ERROR_CORRUPT)
		return -1;
	partial_release(&partial);
	error_release(err);
	if (partial_open(request->store, &request->blob->digest,
			 request->blob->size, &partial, err) < 0)
		return -1;
	return pull_once(request, &partial, out, err);
}

static int bring(const struct layer_pull *request, struct layer_pulled *out,
		 struct error *err)
{
	const struct digest *digest = &request->blob->digest;

	if (blob_exists(request->store, digest, NULL)) {
		if (unpack_present(request, out, err) == 0)
			return 0;
		if (err->kind != ERROR_CORRUPT || !request->client)
			return -1;
		/* damaged here: fetch it again, which heals the store */
		error_release(err);
		if (blob_remove(request->store, digest, err) < 0)
			return -1;
	}
	if (!request->client)
		return error_set(err, ERROR_NOT_FOUND, "it is not here");
	return pull_from_network(request, out, err);
}

int layer_pull(const struct layer_pull *request, struct layer_pulled *out,
	       struct error *err)
{
	*out = (struct layer_pulled){ 0 };
	if (bring(request, out, err) < 0)
		return error_wrap(err, "layer %s", request->blob->digest.text);
	return tell(request, IMAGE_EVENT_COMPLETE);
}
