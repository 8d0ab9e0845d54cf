/* SPDX-License-Identifier: Apache-2.0 */
/* From an upper directory to a layer. */
#include "layers/image/layer_commit.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/hasher.h"
#include "layers/tar/pack.h"

/* The tar goes nowhere: only its digest and its length are wanted. */
struct counted {
	struct hasher *hasher;
	uint64_t size;
};

static void counted_release(struct counted *counted)
{
	hasher_free(counted->hasher);
}
DEFINE_CLEANUP(struct counted, counted_release)

static int count(void *context, const void *data, size_t length,
		 struct error *err)
{
	struct counted *counted = context;

	(void)err; /* nothing can fail */
	hasher_update(counted->hasher, data, length);
	counted->size += length;
	return 0;
}

static int read_tree(const struct layer_commit *request,
		     struct layer_record *record, int64_t *latest_out,
		     struct error *err)
{
	autoclean(counted_release) struct counted counted = {
		hasher_new(DIGEST_SHA256), 0
	};
	struct byte_sink sink = { count, &counted };
	struct pack_options options = PACK_OPTIONS_INIT;
	struct pack_result packed;

	options.directory = request->draft->tree_fd;
	options.is_overlay_upper = true;
	if (pack_directory(&options, &sink, &packed, err) < 0)
		return -1;
	hasher_finish(counted.hasher, &record->diff_id);
	record->size = packed.content_size;
	record->tar_size = counted.size;
	record->entries = packed.entries;
	/* what claims to come from the future does not */
	*latest_out = clock_now() / CLOCK_SECOND;
	if (packed.latest < *latest_out)
		*latest_out = packed.latest;
	return 0;
}

/* Under the lock nothing is swept between its lease and its name. */
static int name_layer(const struct layer_commit *request,
		      struct layer_record *record, struct error *err)
{
	const char *name = digest_hex(&record->diff_id);
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;

	if (store_lock(request->store, LOCKFILE_SHARED, &lock, err) < 0 ||
	    lease_add(request->lease, "layer", name, err) < 0)
		return -1;
	return layer_draft_commit(request->store, request->draft, name, record,
				  err);
}

int layer_commit(const struct layer_commit *request, struct layer_made *out,
		 struct error *err)
{
	autoclean(layer_record_release) struct layer_record record =
		LAYER_RECORD_INIT;
	struct upper_tidy tidy = request->tidy;
	int64_t latest = INT64_MIN;

	tidy.upper = request->draft->tree_fd;
	if (upper_tidy(&tidy, err) < 0 ||
	    read_tree(request, &record, &latest, err) < 0 ||
	    name_layer(request, &record, err) < 0)
		return error_wrap(err, "make a layer");
	*out = (struct layer_made){
		.diff_id = record.diff_id,
		.folder = xstrdup(digest_hex(&record.diff_id)),
		.size = record.size,
		.tar_size = record.tar_size,
		.latest = latest,
	};
	return 0;
}
