/* SPDX-License-Identifier: Apache-2.0 */
/* Pushing an image. */
#include "layers/image/image_push.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/workers.h"
#include "layers/image/image_compress.h"
#include "layers/image/image_documents.h"
#include "layers/image/image_event.h"
#include "layers/store/blob.h"
#include "layers/store/image_record.h"
#include "layers/store/index_blobs.h"
#include "layers/store/lease.h"
#include "registry/registry_limits.h"
#include "registry/upload.h"

enum { PUSH_WORKERS = 3 };

/* A manifest that goes, and where its bytes are. */
struct push_part {
	struct manifest manifest;
	struct digest digest;
};

struct push {
	const struct image_push *request;
	struct client *client;
	struct digest target; /* what goes by the tag: manifest or index */
	enum mediatype target_type;
	uint64_t target_size;
	struct push_part *parts; /* one, or those of the index */
	size_t part_count;
	const struct descriptor **layers; /* of all parts, each once */
	size_t layer_count;
	char *mount_from; /* another repository there; NULL: none */
	bool is_forced;	  /* the registry lost what it said it had */
	struct lease lease;
};

static void push_release(struct push *push)
{
	client_close(push->client);
	for (size_t i = 0; i < push->part_count; i++)
		manifest_release(&push->parts[i].manifest);
	free(push->parts);
	free(push->layers);
	lease_release(&push->lease);
	free(push->mount_from);
}
DEFINE_CLEANUP(struct push, push_release)

/* Another repository of the same registry that this image is known by. */
static int find_mount(struct push *push, const struct digest *id,
		      struct error *err)
{
	const struct reference *own = push->request->reference;
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (image_record_names(push->request->store, id, &names, &names, err) <
	    0)
		return -1;
	for (size_t i = 0; i < names.count && !push->mount_from; i++) {
		autoclean(reference_release) struct reference other =
			REFERENCE_INIT;

		if (reference_parse(names.items[i], &other, err) < 0)
			return -1;
		if (!strcmp(other.domain, own->domain) &&
		    strcmp(other.path, own->path) != 0)
			push->mount_from = xstrdup(other.path);
	}
	return 0;
}

/* What the name means here; docker has words of its own for "nothing". */
static int find_name(const struct image_push *request, struct name_record *out,
		     struct error *err)
{
	autofree char *name = reference_familiar_name(request->reference);

	if (names_get(request->store, request->reference, out, err) == 0)
		return 0;
	if (err->kind != ERROR_NOT_FOUND)
		return -1;
	error_release(err);
	return error_set(err, ERROR_NOT_FOUND,
			 "An image does not exist locally with the tag: %s",
			 name);
}

/* The image and its documents, all of them here. */
static int gather_image(struct push *push, const struct name_record *name,
			struct error *err)
{
	autoclean(image_documents_release) struct image_documents documents =
		IMAGE_DOCUMENTS_INIT;
	struct descriptor target = DESCRIPTOR_INIT;
	struct documents_request want = {
		.store = push->request->store,
		.name = name->manifest.text,
		.target = &target,
	};

	if (name->manifest.algorithm == DIGEST_NONE)
		return error_set(err, ERROR_NOT_FOUND,
				 "the image has no manifest here");
	target.digest = name->manifest;
	if (image_documents_gather(&want, &documents, err) < 0)
		return -1;
	push->parts = xcalloc(1, sizeof(*push->parts));
	push->part_count = 1;
	push->parts[0].manifest = documents.manifest;
	push->parts[0].digest = documents.manifest_digest;
	push->target = documents.manifest_digest;
	push->target_type = documents.manifest.type;
	push->target_size = documents.manifest_size;
	documents.manifest = (struct manifest)MANIFEST_INIT;
	return 0;
}

/* All that the index names: images, attestations. */
static int gather_index(struct push *push, const struct name_record *name,
			struct error *err)
{
	const struct store *store = push->request->store;
	autoclean(image_index_release) struct image_index index =
		IMAGE_INDEX_INIT;

	if (index_blobs_index(store, &name->target, &index, err) < 0)
		return -1;
	push->target = name->target;
	push->target_type = index.type;
	push->target_size = name->size;
	push->parts = xcalloc(index.count + 1, sizeof(*push->parts));
	for (size_t i = 0; i < index.count; i++) {
		struct push_part *part = &push->parts[push->part_count++];

		part->manifest = (struct manifest)MANIFEST_INIT;
		part->digest = index.manifests[i].digest;
		if (index_blobs_manifest(store, &part->digest, &part->manifest,
					 err) < 0)
			return error_wrap(err, "manifest %s",
					  part->digest.text);
	}
	return 0;
}

static bool has_layer(const struct push *push, const struct digest *digest)
{
	for (size_t i = 0; i < push->layer_count; i++)
		if (digest_is_equal(&push->layers[i]->digest, digest))
			return true;
	return false;
}

static void list_layers(struct push *push)
{
	size_t count = 0;

	for (size_t i = 0; i < push->part_count; i++)
		count += push->parts[i].manifest.layer_count;
	push->layers = xcalloc(count + 1, sizeof(const struct descriptor *));
	for (size_t i = 0; i < push->part_count; i++) {
		const struct manifest *manifest = &push->parts[i].manifest;

		for (size_t j = 0; j < manifest->layer_count; j++)
			if (push->part_count == 1 ||
			    !has_layer(push, &manifest->layers[j].digest))
				push->layers[push->layer_count++] =
					&manifest->layers[j];
	}
}

static int gather(struct push *push, struct error *err)
{
	const struct image_push *request = push->request;
	autoclean(name_record_release) struct name_record name =
		NAME_RECORD_INIT;

	if (find_name(request, &name, err) < 0 ||
	    image_compress(request->store, &name.image, err) < 0)
		return -1;
	/* it may mean another manifest by now */
	name_record_release(&name);
	name = (struct name_record)NAME_RECORD_INIT;
	if (find_name(request, &name, err) < 0 ||
	    (name.is_whole ? gather_index(push, &name, err)
			   : gather_image(push, &name, err)) < 0)
		return -1;
	list_layers(push);
	return find_mount(push, &name.image, err);
}

static int take_lease(struct push *push, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	struct lease *lease = &push->lease;

	if (store_lock(push->request->store, LOCKFILE_SHARED, &lock, err) < 0 ||
	    lease_open(push->request->store, lease, err) < 0 ||
	    lease_add(lease, "blob", push->target.text, err) < 0)
		return -1;
	for (size_t i = 0; i < push->part_count; i++) {
		const struct push_part *part = &push->parts[i];

		if (lease_add(lease, "blob", part->digest.text, err) < 0 ||
		    lease_add(lease, "blob", part->manifest.config.digest.text,
			      err) < 0)
			return -1;
	}
	for (size_t i = 0; i < push->layer_count; i++)
		if (lease_add(lease, "blob", push->layers[i]->digest.text,
			      err) < 0)
			return -1;
	return 0;
}

static int blob_read_some(void *context, void *buffer, size_t capacity,
			  size_t *got, struct error *err)
{
	const int *fd = context;
	ssize_t count;

	do {
		count = read(*fd, buffer, capacity);
	} while (count < 0 && errno == EINTR);
	if (count < 0)
		return error_sys(err, errno, "read blob");
	*got = (size_t)count;
	return 0;
}

static int blob_rewind(void *context, struct error *err)
{
	const int *fd = context;

	if (lseek(*fd, 0, SEEK_SET) < 0)
		return error_sys(err, errno, "rewind blob");
	return 0;
}

/* What a progress report needs to know. */
struct report {
	const struct push *push;
	const struct descriptor *blob;
};

static void tell_bytes(void *context, uint64_t sent)
{
	const struct report *report = context;

	image_events_tell(&report->push->request->events, IMAGE_EVENT_PUSHING,
			  &report->blob->digest, sent, report->blob->size);
}

static void tell_result(const struct push *push, const struct descriptor *blob,
			enum upload_result result)
{
	struct image_event event = { IMAGE_EVENT_PUSHED, &blob->digest, 0, 0,
				     NULL };

	if (result == UPLOAD_EXISTED)
		event.kind = IMAGE_EVENT_EXISTS;
	if (result == UPLOAD_MOUNTED) {
		event.kind = IMAGE_EVENT_MOUNTED;
		event.text = push->mount_from;
	}
	if (push->request->events.receive)
		push->request->events.receive(push->request->events.context,
					      &event);
}

static int push_blob(struct push *push, const struct descriptor *blob,
		     bool is_layer, struct error *err)
{
	struct report report = { push, blob };
	struct upload_progress progress = { tell_bytes, &report };
	autoclose int fd = -1;
	struct upload_source source = { blob_read_some, blob_rewind, &fd };
	struct upload upload = {
		.descriptor = blob,
		.source = &source,
		.mount_from = push->mount_from,
		.is_forced = push->is_forced,
		.progress = is_layer ? &progress : NULL,
	};

	if (blob_open(push->request->store, &blob->digest, &fd, NULL, err) <
		    0 ||
	    upload_blob(push->client, &upload, err) < 0)
		return -1;
	if (is_layer)
		tell_result(push, blob, upload.result);
	return 0;
}

static int push_layer(void *context, size_t index, struct error *err)
{
	struct push *push = context;
	const struct descriptor *blob = push->layers[index];

	if (push_blob(push, blob, true, err) < 0)
		return error_wrap(err, "layer %s", blob->digest.text);
	return 0;
}

static int push_blobs(struct push *push, struct error *err)
{
	struct workers_task task = {
		.count = push->layer_count,
		.workers = push->request->workers ? push->request->workers
						  : PUSH_WORKERS,
		.context = push,
		.run = push_layer,
	};

	if (workers_run(&task, err) < 0)
		return -1;
	for (size_t i = 0; i < push->part_count; i++) {
		const struct descriptor *config =
			&push->parts[i].manifest.config;

		if (push_blob(push, config, false, err) < 0)
			return error_wrap(err, "config %s",
					  config->digest.text);
	}
	return 0;
}

static int push_document(struct push *push, const struct digest *digest,
			 const char *name, enum mediatype type,
			 struct error *err)
{
	autoclean(strbuf_release) struct strbuf bytes =
		STRBUF_LIMIT(REGISTRY_DOCUMENT_MAX);
	struct upload_document document = {
		.tag_or_digest = name,
		.media_type = mediatype_name(type),
	};

	if (blob_read(push->request->store, digest, REGISTRY_DOCUMENT_MAX,
		      &bytes, err) < 0)
		return -1;
	document.bytes = bytes.text;
	document.length = bytes.length;
	return upload_manifest(push->client, &document, NULL, err);
}

/* What an index names goes before it, by digest. */
static int push_documents(struct push *push, struct error *err)
{
	const struct reference *ref = push->request->reference;

	for (size_t i = 0;
	     mediatype_is_index(push->target_type) && i < push->part_count;
	     i++) {
		const struct push_part *part = &push->parts[i];

		if (push_document(push, &part->digest, part->digest.text,
				  part->manifest.type, err) < 0)
			return -1;
	}
	return push_document(push, &push->target,
			     ref->tag ? ref->tag : ref->digest,
			     push->target_type, err);
}

static int push_all(struct push *push, struct error *err)
{
	for (size_t i = 0; i < push->layer_count; i++)
		image_events_tell(&push->request->events, IMAGE_EVENT_PREPARING,
				  &push->layers[i]->digest, 0, 0);
	if (push_blobs(push, err) < 0)
		return -1;
	if (push_documents(push, err) == 0)
		return 0;
	if (err->kind != ERROR_NOT_FOUND)
		return -1;
	/* some registries say they have what they lost: send everything */
	error_release(err);
	push->is_forced = true;
	if (push_blobs(push, err) < 0)
		return -1;
	return push_documents(push, err);
}

int image_push(const struct image_push *request, struct image_pushed *out,
	       struct error *err)
{
	autoclean(push_release) struct push push = {
		.request = request,
		.lease = LEASE_INIT,
	};
	autofree char *name = NULL;

	if (gather(&push, err) == 0 && take_lease(&push, err) == 0 &&
	    client_open(request->client_options, request->reference,
			CLIENT_PUSH, &push.client, err) == 0 &&
	    push_all(&push, err) == 0) {
		out->digest = push.target;
		out->size = push.target_size;
		image_event_named(request->store, "push", request->reference);
		return 0;
	}
	name = reference_format(request->reference);
	return error_wrap(err, "push %s", name);
}
