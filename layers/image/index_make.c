/* SPDX-License-Identifier: Apache-2.0 */
/* Indexes of images that were made here. */
#include "layers/image/index_make.h"

#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "layers/image/archive_spool.h"
#include "layers/image/image_compress.h"
#include "layers/image/image_edit.h"
#include "layers/image/manifest_make.h"
#include "layers/image/manifest_media.h"
#include "registry/registry_limits.h"

struct making {
	const struct index_make *request;
	struct archive_spool *spool; /* holds what is new until it has a name */
	struct descriptor *images;   /* one for each */
	json_t *entries;	     /* of the index */
};

static void making_release(struct making *making)
{
	for (size_t i = 0; making->images && i < making->request->count; i++)
		descriptor_release(&making->images[i]);
	free(making->images);
	json_decref(making->entries);
	archive_spool_free(making->spool);
}
DEFINE_CLEANUP(struct making, making_release)

static int put(const struct making *making, const struct strbuf *text,
	       struct descriptor *out, struct error *err)
{
	if (strbuf_check(text, "a document", err) < 0)
		return -1;
	out->size = text->length;
	return archive_spool_put(making->spool, text->text, text->length,
				 &out->digest, err);
}

/* A manifest with annotations beside the image's own. */
static int annotate(const struct making *making,
		    const struct image_record *record,
		    const json_t *annotations, struct descriptor *out,
		    struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(REGISTRY_DOCUMENT_MAX);

	manifest_make_of(record, annotations, &text);
	out->type = MEDIATYPE_OCI_MANIFEST;
	return put(making, &text, out, err);
}

static int describe_image(const struct making *making, size_t index,
			  struct error *err)
{
	const struct index_image *image = &making->request->images[index];
	struct descriptor *out = &making->images[index];
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;

	if (image_compress(making->request->store, &image->id, err) < 0 ||
	    image_record_load(making->request->store, &image->id, &record,
			      err) < 0)
		return -1;
	out->type = mediatype_from_name(record.manifest_type);
	out->digest = record.manifest;
	out->size = record.manifest_size;
	out->has_platform = true;
	platform_copy(&image->platform, &out->platform);
	out->annotations = json_deep_copy(image->descriptor);
	return image->annotations && json_object_size(image->annotations)
		       ? annotate(making, &record, image->annotations, out, err)
		       : 0;
}

static int add_attestations(const struct making *making, size_t index,
			    struct error *err)
{
	const struct index_image *image = &making->request->images[index];
	autoclean(descriptor_release) struct descriptor entry = DESCRIPTOR_INIT;
	const struct attestation_make attestation = {
		.spool = making->spool,
		.image = &making->images[index],
		.platform = &image->platform,
		.names = making->request->names,
		.name_count = making->request->name_count,
	};

	if (!image->attestation_count)
		return 0;
	if (attestation_make(&attestation, image->attestations,
			     image->attestation_count, &entry, err) < 0)
		return -1;
	(void)json_array_append_new(making->entries, descriptor_format(&entry));
	return 0;
}

static int make_index(const struct making *making, struct descriptor *out,
		      struct error *err)
{
	const struct index_make *request = making->request;
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(REGISTRY_DOCUMENT_MAX);
	autoclean(jsonx_free) json_t *document = NULL;

	for (size_t i = 0; i < request->count; i++)
		(void)json_array_append_new(
			making->entries, descriptor_format(&making->images[i]));
	for (size_t i = 0; i < request->count; i++)
		if (add_attestations(making, i, err) < 0)
			return -1;
	document = json_pack("{s:i,s:s,s:O}", "schemaVersion", 2, "mediaType",
			     mediatype_name(MEDIATYPE_OCI_INDEX), "manifests",
			     making->entries);
	if (request->annotations && json_object_size(request->annotations))
		(void)json_object_set_new(document, "annotations",
					  json_deep_copy(request->annotations));
	jsonx_format(document, &text);
	out->type = MEDIATYPE_OCI_INDEX;
	return put(making, &text, out, err);
}

/* This machine's image; the first when none is. */
static size_t find_primary(const struct index_make *request)
{
	autoclean(platform_release) struct platform host = PLATFORM_INIT;
	size_t best = 0;
	int least = -1;

	platform_host(&host);
	for (size_t i = 0; i < request->count; i++) {
		int rank = platform_rank(&host, &request->images[i].platform);

		if (rank == PLATFORM_NO_MATCH || (least >= 0 && rank >= least))
			continue;
		least = rank;
		best = i;
	}
	return best;
}

static void describe_name(const struct making *making,
			  const struct descriptor *target,
			  struct name_record *out)
{
	const struct index_make *request = making->request;
	size_t primary = find_primary(request);

	out->target = target->digest;
	out->media_type = xstrdup(mediatype_name(target->type));
	out->size = target->size;
	out->manifest = making->images[primary].digest;
	out->image = request->images[primary].id;
	out->is_whole = mediatype_is_index(target->type);
	if (request->descriptor && json_object_size(request->descriptor))
		out->annotations = json_deep_copy(request->descriptor);
	for (size_t i = 0; i < request->count; i++) {
		const char *id = request->images[i].id.text;

		if (strcmp(id, out->image.text) != 0 &&
		    !strvec_has(&out->members, id))
			strvec_add(&out->members, id);
	}
}

static int give_names(const struct index_make *request,
		      const struct name_record *record, struct error *err)
{
	for (size_t i = 0; i < request->name_count; i++)
		if (image_edit_name(request->store, &request->names[i], record,
				    err) < 0)
			return -1;
	return 0;
}

static int make_all(struct making *making, struct name_record *out,
		    struct error *err)
{
	const struct index_make *request = making->request;
	struct descriptor target = DESCRIPTOR_INIT;

	for (size_t i = 0; i < request->count; i++)
		if (describe_image(making, i, err) < 0)
			return -1;
	if (request->is_index || request->count > 1) {
		if (make_index(making, &target, err) < 0)
			return -1;
	} else {
		target.type = making->images[0].type;
		target.digest = making->images[0].digest;
		target.size = making->images[0].size;
	}
	describe_name(making, &target, out);
	return give_names(request, out, err);
}

int index_make(const struct index_make *request, struct name_record *out,
	       struct error *err)
{
	autoclean(making_release) struct making making = {
		.request = request,
		.images = xcalloc(request->count, sizeof(*making.images)),
		.entries = json_array(),
	};

	for (size_t i = 0; i < request->count; i++)
		making.images[i] = (struct descriptor)DESCRIPTOR_INIT;
	if (archive_spool_new(request->store, &making.spool, err) < 0)
		return -1;
	if (make_all(&making, out, err) == 0)
		return 0;
	archive_spool_undo(making.spool);
	return -1;
}
