/* SPDX-License-Identifier: Apache-2.0 */
/* All layers of an image, several at a time. */
#include "layers/image/image_layers.h"

#include "base/alloc.h"
#include "base/fs.h"
#include "layers/image/image_store.h"
#include "layers/image/layer_pool.h"
#include "layers/store/blob.h"

enum { LAYERS_WORKERS_MAX = 4, LAYERS_STREAMS = 4 };

static uint64_t add_capped(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/*
 * Bytes the missing layers need at the least: the blob, and a tree that is no
 * smaller. More cannot be known from a manifest.
 */
static int check_space(const struct image_layers *want,
		       const struct layer_job *jobs, size_t count,
		       struct error *err)
{
	struct store *store = want->store;
	uint64_t need = 0;
	uint64_t available = 0;

	for (size_t i = 0; i < count; i++) {
		const struct descriptor *blob = jobs[i].request.blob;

		need = add_capped(need, blob->size);
		if (!blob_exists(store, &blob->digest, NULL))
			need = add_capped(need, blob->size);
	}
	if (fs_free_bytes(store->root_fd, &available, err) < 0)
		return -1;
	if (need > available)
		return error_set(err, ERROR_SYSTEM,
				 "not enough space in %s: %llu bytes are "
				 "needed, %llu are free",
				 store->root, (unsigned long long)need,
				 (unsigned long long)available);
	return 0;
}

static struct layer_pull layer_request(const struct image_layers *want)
{
	return (struct layer_pull){
		.store = want->store,
		.client = want->client,
		.limits = want->limits,
		.events = want->events,
		.streams = want->streams ? want->streams : LAYERS_STREAMS,
	};
}

/* Whether layer INDEX is here, alone; fills in what the record says. */
static bool is_present(const struct image_layers *want, size_t index,
		       struct layer_pulled *out)
{
	const struct digest *diff_id = &want->documents->config.diff_ids[index];
	struct store *store = want->store;
	autoclean(layer_record_release) struct layer_record record =
		LAYER_RECORD_INIT;
	autoclean(error_release) struct error absent = ERROR_INIT;

	/* without its blob the image could not be pushed or healed */
	if (!blob_exists(store, &want->documents->manifest.layers[index].digest,
			 NULL) ||
	    layer_load(store, digest_hex(diff_id), &record, &absent) < 0)
		return false;
	out->diff_id = *diff_id;
	out->size = record.size;
	return true;
}

/* The first layer of the same diffID, whose result serves for all. */
static size_t first_alike(const struct image_documents *documents, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (digest_is_equal(&documents->config.diff_ids[i],
				    &documents->config.diff_ids[index]))
			return i;
	}
	return index;
}

/* Lists what must come in; what is here is told about and filled in. */
static size_t plan_jobs(const struct image_layers *want, struct layer_job *jobs,
			struct layer_pulled *layers, size_t *job_of)
{
	const struct image_documents *documents = want->documents;
	size_t count = 0;

	for (size_t i = 0; i < documents->manifest.layer_count; i++) {
		const struct descriptor *blob = &documents->manifest.layers[i];

		job_of[i] = SIZE_MAX;
		if (is_present(want, i, &layers[i])) {
			image_events_tell(want->events, IMAGE_EVENT_EXISTS,
					  &blob->digest, 0, 0);
			continue;
		}
		image_events_tell(want->events, IMAGE_EVENT_QUEUED,
				  &blob->digest, 0, blob->size);
		if (first_alike(documents, i) != i) {
			job_of[i] = job_of[first_alike(documents, i)];
			continue;
		}
		jobs[count].request = layer_request(want);
		jobs[count].request.blob = blob;
		jobs[count].request.diff_id = &documents->config.diff_ids[i];
		job_of[i] = count++;
	}
	return count;
}

static unsigned worker_count(const struct image_layers *want)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (want->workers)
		return want->workers;
	if (cores < 2)
		return 2;
	return cores > LAYERS_WORKERS_MAX ? LAYERS_WORKERS_MAX
					  : (unsigned)cores;
}

int image_layers_bring(const struct image_layers *want, struct error *err)
{
	size_t total = want->documents->manifest.layer_count;
	autofree struct layer_job *jobs = xcalloc(total, sizeof(*jobs));
	autofree struct layer_pulled *layers = xcalloc(total, sizeof(*layers));
	autofree size_t *job_of = xcalloc(total, sizeof(*job_of));
	struct layer_pull request = layer_request(want);
	size_t count;

	count = plan_jobs(want, jobs, layers, job_of);
	if (check_space(want, jobs, count, err) < 0 ||
	    layer_pool_run(jobs, count, worker_count(want), err) < 0)
		return -1;
	for (size_t i = 0; i < total; i++) {
		if (job_of[i] != SIZE_MAX)
			layers[i] = jobs[job_of[i]].result;
	}
	return image_store_record(&request, want->documents, layers, err);
}
