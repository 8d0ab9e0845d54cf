/* SPDX-License-Identifier: Apache-2.0 */
/* Loading the images of an archive. */
#include "layers/image/image_load.h"

#include "base/alloc.h"
#include "base/log.h"
#include "layers/image/image_edit.h"
#include "layers/image/image_layers.h"
#include "layers/image/image_store.h"
#include "layers/image/load_docker.h"

/* One image between its documents and its names. */
struct loading {
	struct image_documents documents;
	bool is_new; /* it was not here before */
};

struct load {
	const struct image_load *request;
	struct archive_spool *spool;
	struct load_plan plan;
	struct loading *images; /* one for each of the plan's */
};

static void load_release(struct load *load)
{
	for (size_t i = 0; load->images && i < load->plan.count; i++)
		image_documents_release(&load->images[i].documents);
	free(load->images);
	load_plan_release(&load->plan);
	archive_spool_free(load->spool);
}
DEFINE_CLEANUP(struct load, load_release)

static int read_archive(struct load *load, struct error *err)
{
	const struct image_load *request = load->request;

	if (archive_spool_new(request->store, &load->spool, err) < 0)
		return -1;
	if (request->source)
		return archive_spool_read_tar(load->spool, request->source,
					      err);
	archive_spool_use_folder(load->spool, request->folder);
	return 0;
}

/* manifest.json has the names as they were given, so it goes first. */
static int make_plan(struct load *load, struct error *err)
{
	struct load_oci want = { load->spool, load->request->platform };

	if (load->request->source &&
	    archive_spool_has(load->spool, "manifest.json"))
		return load_docker_plan(&want, &load->plan, err);
	if (archive_spool_has(load->spool, "index.json"))
		return load_oci_plan(&want, &load->plan, err);
	if (archive_spool_has(load->spool, "repositories"))
		return error_set(err, ERROR_UNSUPPORTED,
				 "images saved by docker before 1.10 are not "
				 "supported");
	return error_set(err, ERROR_INVALID,
			 "it is no image archive: it has neither "
			 "manifest.json nor index.json");
}

/* Nobody may remove the layers while the image has no record. */
static int hold_layers(struct load *load,
		       const struct image_documents *documents,
		       struct error *err)
{
	for (size_t i = 0; i < documents->config.diff_id_count; i++) {
		const char *folder = digest_hex(&documents->config.diff_ids[i]);

		if (archive_spool_hold_layer(load->spool, folder, err) < 0)
			return -1;
	}
	return 0;
}

static bool has_record(struct store *store, const struct digest *id)
{
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	autoclean(error_release) struct error absent = ERROR_INIT;

	return image_record_load(store, id, &record, &absent) == 0;
}

/* Gathers one image's documents and extracts its layers. */
static int bring(struct load *load, size_t index, struct error *err)
{
	const struct load_image *planned = &load->plan.images[index];
	struct loading *image = &load->images[index];
	struct descriptor target = DESCRIPTOR_INIT;
	struct image_layers layers = {
		.store = load->request->store,
		.documents = &image->documents,
		.events = &load->request->events,
		.limits = load->request->limits,
	};
	struct documents_request want = {
		.store = load->request->store,
		.name = planned->target.text,
		.target = &target,
		.platform = load->request->platform,
	};

	target.digest = planned->target;
	if (image_documents_gather(&want, &image->documents, err) < 0 ||
	    hold_layers(load, &image->documents, err) < 0)
		return -1;
	image->is_new = !has_record(load->request->store,
				    &image->documents.manifest.config.digest);
	return image_layers_bring(&layers, err);
}

static struct image_loaded *add_result(struct image_load_result *result,
				       const struct digest *id)
{
	struct image_loaded *item;

	result->items = xreallocarray(result->items, result->count + 1,
				      sizeof(*result->items));
	item = &result->items[result->count++];
	*item = (struct image_loaded){ .id = *id };
	return item;
}

/* Makes NAME mean the image and notes what it meant before. */
static int give_name(const struct load *load, const char *name,
		     const struct image_documents *documents,
		     struct image_load_result *out, struct error *err)
{
	struct store *store = load->request->store;
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(name_record_release) struct name_record before =
		NAME_RECORD_INIT;
	autoclean(error_release) struct error absent = ERROR_INIT;
	const struct digest *id = &documents->manifest.config.digest;
	struct name_record record = {
		.target = documents->target,
		.media_type = documents->target_type,
		.size = documents->target_size,
		.manifest = documents->manifest_digest,
		.image = *id,
	};
	struct image_loaded *item;

	if (reference_parse(name, &ref, err) < 0)
		return -1;
	if (names_get(store, &ref, &before, &absent) < 0)
		before.image.algorithm = DIGEST_NONE;
	if (image_edit_name(store, &ref, &record, err) < 0)
		return -1;
	item = add_result(out, id);
	item->name = reference_familiar(&ref);
	if (!digest_is_equal(&before.image, id))
		item->replaced = before.image;
	return 0;
}

/* Names the image, once all images are whole. */
static int finish(struct load *load, size_t index,
		  struct image_load_result *out, struct error *err)
{
	const struct load_image *planned = &load->plan.images[index];
	const struct loading *image = &load->images[index];
	const struct digest *id = &image->documents.manifest.config.digest;

	for (size_t i = 0; i < planned->names.count; i++) {
		if (give_name(load, planned->names.items[i], &image->documents,
			      out, err) < 0)
			return -1;
	}
	if (!planned->names.count)
		(void)add_result(out, id);
	return image_store_sync(load->request->store, id,
				load->request->wait_for_disk, err);
}

static int load_all(struct load *load, struct image_load_result *out,
		    struct error *err)
{
	if (read_archive(load, err) < 0 || make_plan(load, err) < 0)
		return -1;
	load->images = xcalloc(load->plan.count, sizeof(*load->images));
	for (size_t i = 0; i < load->plan.count; i++)
		load->images[i].documents =
			(struct image_documents)IMAGE_DOCUMENTS_INIT;
	for (size_t i = 0; i < load->plan.count; i++) {
		if (bring(load, i, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < load->plan.count; i++) {
		if (finish(load, i, out, err) < 0)
			return -1;
	}
	return 0;
}

/* Takes the records of a failed load away, unless they got a name. */
static int remove_records(struct load *load, struct error *err)
{
	struct store *store = load->request->store;
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;

	if (store_lock(store, LOCKFILE_EXCLUSIVE, &lock, err) < 0)
		return -1;
	for (size_t i = 0; load->images && i < load->plan.count; i++) {
		const struct loading *image = &load->images[i];
		const struct digest *id =
			&image->documents.manifest.config.digest;
		autoclean(strvec_release) struct strvec names = STRVEC_INIT;

		if (!image->is_new)
			continue;
		if (image_record_names(store, id, &names, &names, err) < 0 ||
		    (!names.count && image_record_remove(store, id, err) < 0))
			return -1;
	}
	return 0;
}

static void undo(struct load *load)
{
	autoclean(error_release) struct error failed = ERROR_INIT;

	if (remove_records(load, &failed) < 0)
		log_warn_error("load", &failed, "undo");
	if (load->spool)
		archive_spool_undo(load->spool);
}

int image_load(const struct image_load *request, struct image_load_result *out,
	       struct error *err)
{
	autoclean(load_release) struct load load = {
		.request = request,
		.plan = LOAD_PLAN_INIT,
	};

	*out = (struct image_load_result)IMAGE_LOAD_RESULT_INIT;
	if (load_all(&load, out, err) == 0)
		return 0;
	undo(&load);
	image_load_result_release(out);
	return error_wrap(err, "load");
}

void image_load_result_release(struct image_load_result *result)
{
	for (size_t i = 0; i < result->count; i++)
		free(result->items[i].name);
	free(result->items);
	*result = (struct image_load_result)IMAGE_LOAD_RESULT_INIT;
}
