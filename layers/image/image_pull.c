/* SPDX-License-Identifier: Apache-2.0 */
/* Pulling an image as a whole. */
#include "layers/image/image_pull.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "layers/image/image_edit.h"
#include "layers/image/image_event.h"
#include "layers/image/image_layers.h"
#include "layers/image/image_store.h"
#include "layers/store/blob.h"
#include "layers/store/lease.h"
#include "registry/fetch.h"

/* What is known before anything is asked, and what the pull gathers. */
struct pull {
	const struct image_pull *request;
	struct client *client;
	bool is_known; /* the name means something here already */
	struct name_record known;
	struct descriptor head; /* the registry's answer; digest may be unset */
	struct image_documents documents;
	struct lease lease;
};

static void pull_release(struct pull *pull)
{
	client_close(pull->client);
	name_record_release(&pull->known);
	descriptor_release(&pull->head);
	image_documents_release(&pull->documents);
	lease_release(&pull->lease);
}
DEFINE_CLEANUP(struct pull, pull_release)

static const char *asked_name(const struct reference *ref)
{
	return ref->digest ? ref->digest : ref->tag;
}

static void look_up(struct pull *pull)
{
	autoclean(error_release) struct error absent = ERROR_INIT;

	pull->is_known = names_get(pull->request->store,
				   pull->request->reference, &pull->known,
				   &absent) == 0;
}

static bool is_platform_right(const struct image_pull *request,
			      const struct image_record *record)
{
	autoclean(platform_release) struct platform have = PLATFORM_INIT;
	const json_t *config = record->config;
	const char *variant =
		json_string_value(json_object_get(config, "variant"));
	const char *os = json_string_value(json_object_get(config, "os"));
	const char *architecture =
		json_string_value(json_object_get(config, "architecture"));

	if (!request->platform)
		return true;
	if (!os || !architecture)
		return false;
	have.os = xstrdup(os);
	have.architecture = xstrdup(architecture);
	have.variant = xstrdup(variant);
	return platform_is_match(request->platform, &have);
}

/* Whether the known image is whole here and for the right platform. */
static bool is_usable(const struct pull *pull)
{
	struct store *store = pull->request->store;
	autoclean(error_release) struct error damaged = ERROR_INIT;
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;

	if (!pull->is_known ||
	    image_record_load(store, &pull->known.image, &record, &damaged) <
		    0 ||
	    !is_platform_right(pull->request, &record) ||
	    !blob_exists(store, &pull->known.target, NULL))
		return false;
	for (size_t i = 0; i < record.layer_count; i++) {
		autoclean(layer_record_release) struct layer_record layer =
			LAYER_RECORD_INIT;

		if (layer_load(store, record.layers[i].folder, &layer,
			       &damaged) < 0)
			return false;
	}
	return true;
}

/* The registry's own word is asked with a HEAD, which costs nothing there. */
static int ask(struct pull *pull, struct error *err)
{
	const struct image_pull *request = pull->request;

	if (client_open(request->client_options, request->reference,
			CLIENT_PULL, &pull->client, err) < 0)
		return -1;
	return fetch_manifest_head(pull->client, asked_name(request->reference),
				   &pull->head, err);
}

static int take_lease(struct pull *pull, struct error *err)
{
	const struct image_documents *documents = &pull->documents;
	struct lease *lease = &pull->lease;
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;

	if (store_lock(pull->request->store, LOCKFILE_SHARED, &lock, err) < 0 ||
	    lease_open(pull->request->store, lease, err) < 0 ||
	    lease_add(lease, "blob", documents->target.text, err) < 0 ||
	    lease_add(lease, "blob", documents->manifest_digest.text, err) <
		    0 ||
	    lease_add(lease, "blob", documents->manifest.config.digest.text,
		      err) < 0)
		return -1;
	for (size_t i = 0; i < documents->manifest.layer_count; i++) {
		if (lease_add(lease, "blob",
			      documents->manifest.layers[i].digest.text,
			      err) < 0 ||
		    lease_add(lease, "layer",
			      digest_hex(&documents->config.diff_ids[i]),
			      err) < 0)
			return -1;
	}
	return 0;
}

/* Names the image: the tag, and the repository's digest beside it. */
static int give_names(const struct pull *pull, struct error *err)
{
	const struct image_documents *documents = &pull->documents;
	const struct image_pull *request = pull->request;
	autoclean(reference_release) struct reference by_digest =
		REFERENCE_INIT;
	autofree char *source = xstrdup(client_host(pull->client));
	struct name_record record = {
		.target = documents->target,
		.media_type = documents->target_type,
		.size = documents->target_size,
		.manifest = documents->manifest_digest,
		.image = documents->manifest.config.digest,
		.checked = clock_now(),
		.source = source,
	};

	reference_copy(request->reference, &by_digest);
	free(by_digest.tag);
	by_digest.tag = NULL;
	if (!by_digest.digest)
		by_digest.digest = xstrdup(documents->target.text);
	if (image_edit_name(request->store, &by_digest, &record, err) < 0)
		return -1;
	if (request->reference->digest)
		return 0;
	return image_edit_name(request->store, request->reference, &record,
			       err);
}

/* Notes that the registry was asked and nothing changed. */
static int confirm(struct pull *pull, struct error *err)
{
	pull->known.checked = clock_now();
	return names_put(pull->request->store, pull->request->reference,
			 &pull->known, err);
}

static int bring(const struct pull *pull, struct error *err)
{
	const struct image_pull *request = pull->request;
	const struct image_layers want = {
		.store = request->store,
		.client = pull->client,
		.documents = &pull->documents,
		.events = &request->events,
		.limits = request->limits,
		.workers = request->workers,
		.streams = request->streams,
	};

	return image_layers_bring(&want, err);
}

static bool has_documents(const struct pull *pull)
{
	const struct store *store = pull->request->store;
	const struct image_documents *documents = &pull->documents;

	return blob_exists(store, &documents->target, NULL) &&
	       blob_exists(store, &documents->manifest_digest, NULL) &&
	       blob_exists(store, &documents->manifest.config.digest, NULL);
}

static int pull_fresh(struct pull *pull, struct image_pulled *out,
		      struct error *err)
{
	const struct image_pull *request = pull->request;
	struct documents_request want = {
		.store = request->store,
		.client = pull->client,
		.name = asked_name(request->reference),
		.target = &pull->head,
		.platform = request->platform,
	};

	if (image_documents_gather(&want, &pull->documents, err) < 0 ||
	    take_lease(pull, err) < 0)
		return -1;
	if (!has_documents(pull)) {
		/* swept just before the lease: it holds what comes now */
		image_documents_release(&pull->documents);
		if (image_documents_gather(&want, &pull->documents, err) < 0)
			return -1;
	}
	if (bring(pull, err) < 0 || give_names(pull, err) < 0)
		return -1;
	out->target = pull->documents.target;
	out->image = pull->documents.manifest.config.digest;
	out->is_new = !pull->is_known ||
		      !digest_is_equal(&pull->known.image, &out->image) ||
		      !digest_is_equal(&pull->known.target, &out->target);
	return image_store_sync(request->store, &out->image,
				request->wait_for_disk, err);
}

static int pull_image(struct pull *pull, struct image_pulled *out,
		      struct error *err)
{
	look_up(pull);
	if (ask(pull, err) < 0)
		return -1;
	if (pull->is_known &&
	    digest_is_equal(&pull->known.target, &pull->head.digest) &&
	    is_usable(pull)) {
		out->target = pull->known.target;
		out->image = pull->known.image;
		out->is_new = false;
		return confirm(pull, err);
	}
	return pull_fresh(pull, out, err);
}

int image_pull(const struct image_pull *request, struct image_pulled *out,
	       struct error *err)
{
	autoclean(pull_release) struct pull pull = {
		.request = request,
		.known = NAME_RECORD_INIT,
		.head = DESCRIPTOR_INIT,
		.documents = IMAGE_DOCUMENTS_INIT,
		.lease = LEASE_INIT,
	};
	autofree char *name = NULL;

	*out = (struct image_pulled){ .is_new = false };
	if (pull_image(&pull, out, err) == 0) {
		image_event_named(request->store, "pull", request->reference);
		return 0;
	}
	name = reference_format(request->reference);
	return error_wrap(err, "pull %s", name);
}
