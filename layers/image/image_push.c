/* SPDX-License-Identifier: Apache-2.0 */
/* Pushing an image. */
#include "layers/image/image_push.h"

#include <string.h>

#include "base/alloc.h"
#include "base/workers.h"
#include "layers/image/image_compress.h"
#include "layers/image/image_documents.h"
#include "layers/image/image_event.h"
#include "layers/store/blob.h"
#include "layers/store/image_record.h"
#include "layers/store/lease.h"
#include "registry/registry_limits.h"
#include "registry/upload.h"

enum { PUSH_WORKERS = 3 };

struct push {
	const struct image_push *request;
	struct client *client;
	struct image_documents documents;
	char *mount_from; /* another repository there; NULL: none */
	bool is_forced;	  /* the registry lost what it said it had */
	struct lease lease;
};

static void push_release(struct push *push)
{
	client_close(push->client);
	image_documents_release(&push->documents);
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
static int gather(struct push *push, struct error *err)
{
	const struct image_push *request = push->request;
	autoclean(name_record_release) struct name_record name =
		NAME_RECORD_INIT;
	struct descriptor target = DESCRIPTOR_INIT;
	struct documents_request want = {
		.store = request->store,
		.target = &target,
	};

	if (find_name(request, &name, err) < 0 ||
	    image_compress(request->store, &name.image, err) < 0)
		return -1;
	/* it may mean another manifest by now */
	name_record_release(&name);
	name = (struct name_record)NAME_RECORD_INIT;
	if (find_name(request, &name, err) < 0)
		return -1;
	if (name.manifest.algorithm == DIGEST_NONE)
		return error_set(err, ERROR_NOT_FOUND,
				 "the image has no manifest here");
	target.digest = name.manifest;
	want.name = name.manifest.text;
	if (image_documents_gather(&want, &push->documents, err) < 0)
		return -1;
	return find_mount(push, &name.image, err);
}

static int take_lease(struct push *push, struct error *err)
{
	const struct manifest *manifest = &push->documents.manifest;
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;

	if (store_lock(push->request->store, LOCKFILE_SHARED, &lock, err) < 0 ||
	    lease_open(push->request->store, &push->lease, err) < 0 ||
	    lease_add(&push->lease, "blob",
		      push->documents.manifest_digest.text, err) < 0 ||
	    lease_add(&push->lease, "blob", manifest->config.digest.text, err) <
		    0)
		return -1;
	for (size_t i = 0; i < manifest->layer_count; i++) {
		if (lease_add(&push->lease, "blob",
			      manifest->layers[i].digest.text, err) < 0)
			return -1;
	}
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
	const struct descriptor *blob = &push->documents.manifest.layers[index];

	if (push_blob(push, blob, true, err) < 0)
		return error_wrap(err, "layer %s", blob->digest.text);
	return 0;
}

static int push_blobs(struct push *push, struct error *err)
{
	const struct manifest *manifest = &push->documents.manifest;
	struct workers_task task = {
		.count = manifest->layer_count,
		.workers = push->request->workers ? push->request->workers
						  : PUSH_WORKERS,
		.context = push,
		.run = push_layer,
	};

	if (workers_run(&task, err) < 0)
		return -1;
	if (push_blob(push, &manifest->config, false, err) < 0)
		return error_wrap(err, "config %s",
				  manifest->config.digest.text);
	return 0;
}

static int push_manifest(struct push *push, const struct strbuf *bytes,
			 struct error *err)
{
	const struct reference *ref = push->request->reference;
	struct upload_document document = {
		.tag_or_digest = ref->tag ? ref->tag : ref->digest,
		.bytes = bytes->text,
		.length = bytes->length,
		.media_type = mediatype_name(push->documents.manifest.type),
	};

	return upload_manifest(push->client, &document, NULL, err);
}

static int push_all(struct push *push, struct error *err)
{
	autoclean(strbuf_release) struct strbuf bytes =
		STRBUF_LIMIT(REGISTRY_DOCUMENT_MAX);
	const struct manifest *manifest = &push->documents.manifest;

	if (blob_read(push->request->store, &push->documents.manifest_digest,
		      REGISTRY_DOCUMENT_MAX, &bytes, err) < 0)
		return -1;
	for (size_t i = 0; i < manifest->layer_count; i++)
		image_events_tell(&push->request->events, IMAGE_EVENT_PREPARING,
				  &manifest->layers[i].digest, 0, 0);
	if (push_blobs(push, err) < 0)
		return -1;
	if (push_manifest(push, &bytes, err) == 0)
		return 0;
	if (err->kind != ERROR_NOT_FOUND)
		return -1;
	/* some registries say they have what they lost: send everything */
	error_release(err);
	push->is_forced = true;
	if (push_blobs(push, err) < 0)
		return -1;
	return push_manifest(push, &bytes, err);
}

int image_push(const struct image_push *request, struct image_pushed *out,
	       struct error *err)
{
	autoclean(push_release) struct push push = {
		.request = request,
		.documents = IMAGE_DOCUMENTS_INIT,
		.lease = LEASE_INIT,
	};
	autofree char *name = NULL;

	if (gather(&push, err) == 0 && take_lease(&push, err) == 0 &&
	    client_open(request->client_options, request->reference,
			CLIENT_PUSH, &push.client, err) == 0 &&
	    push_all(&push, err) == 0) {
		out->digest = push.documents.manifest_digest;
		out->size = push.documents.manifest_size;
		image_event_named(request->store, "push", request->reference);
		return 0;
	}
	name = reference_format(request->reference);
	return error_wrap(err, "push %s", name);
}
