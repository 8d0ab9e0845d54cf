/* SPDX-License-Identifier: Apache-2.0 */
/* Planning an archive's members. */
#include "layers/image/save_plan.h"

#include <string.h>

#include "base/alloc.h"
#include "base/hasher.h"
#include "base/jsonx.h"
#include "layers/image/layer_bytes.h"
#include "layers/image/manifest_make.h"
#include "layers/store/blob.h"
#include "layers/store/index_blobs.h"
#include "registry/registry_limits.h"
#include "registry/spec/reference.h"

#define NAME_CONTAINERD "io.containerd.image.name"
#define NAME_OCI "org.opencontainers.image.ref.name"

struct planning {
	struct store *store;
	enum save_format format;
	struct save_plan *plan;
	json_t *docker;	 /* manifest.json: an array */
	json_t *entries; /* index.json's manifests */
	json_t *known;	 /* names of members: a set */
};

static void planning_release(struct planning *planning)
{
	json_decref(planning->docker);
	json_decref(planning->entries);
	json_decref(planning->known);
}
DEFINE_CLEANUP(struct planning, planning_release)

static char *blob_member(const struct digest *digest)
{
	return xasprintf("blobs/%s/%s",
			 digest_algorithm_name(digest->algorithm),
			 digest_hex(digest));
}

/* The place of a new member; NULL when there is one of that name. */
static struct save_member *add_member(struct planning *planning, char *name,
				      uint64_t size)
{
	struct save_plan *plan = planning->plan;
	struct save_member *member;

	if (json_object_get(planning->known, name)) {
		free(name);
		return NULL;
	}
	(void)json_object_set_new(planning->known, name, json_true());
	plan->members = xreallocarray(plan->members, plan->member_count + 1,
				      sizeof(*plan->members));
	member = &plan->members[plan->member_count++];
	*member = (struct save_member){ .name = name, .size = size };
	return member;
}

static void add_text(struct planning *planning, char *name, const char *text,
		     size_t length)
{
	struct save_member *member = add_member(planning, name, length);

	if (member)
		member->text = xstrndup(text, length);
}

/* A blob as it is; NOT_FOUND when it is not here. */
static int add_blob(struct planning *planning, const struct digest *digest,
		    struct error *err)
{
	struct save_member *member;
	uint64_t size = 0;

	if (!blob_exists(planning->store, digest, &size))
		return error_set(err, ERROR_NOT_FOUND, "blob %s is not here",
				 digest->text);
	member = add_member(planning, blob_member(digest), size);
	if (member)
		member->blob = *digest;
	return 0;
}

/* A layer without its compression, under its diffID; describes it in OUT. */
static int add_plain_layer(struct planning *planning,
			   const struct image_layer *layer,
			   struct descriptor *out, struct error *err)
{
	struct save_member *member;

	out->type = MEDIATYPE_OCI_LAYER;
	out->digest = layer->diff_id;
	if (layer_bytes_size(planning->store, layer, &out->size, err) < 0)
		return -1;
	member = add_member(planning, blob_member(&layer->diff_id), out->size);
	if (member)
		member->layer = layer;
	return 0;
}

/*
 * Config and uncompressed layers, and the manifest that says so; describes
 * the manifest in OUT.
 */
static int add_plain_image(struct planning *planning,
			   const struct image_record *record,
			   struct descriptor *out, struct error *err)
{
	autofree struct descriptor *layers = xcalloc(record->layer_count,
						     sizeof(*layers));
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(REGISTRY_DOCUMENT_MAX);
	struct manifest_parts parts = { DESCRIPTOR_INIT, layers,
					record->layer_count, NULL };

	parts.config.type = MEDIATYPE_OCI_CONFIG;
	parts.config.digest = record->id;
	parts.config.size = record->config_size;
	if (add_blob(planning, &record->id, err) < 0)
		return -1;
	for (size_t i = 0; i < record->layer_count; i++) {
		if (add_plain_layer(planning, &record->layers[i], &layers[i],
				    err) < 0)
			return -1;
	}
	manifest_make(&parts, &text);
	if (strbuf_check(&text, "the manifest", err) < 0)
		return -1;
	out->type = MEDIATYPE_OCI_MANIFEST;
	out->size = text.length;
	hasher_digest(DIGEST_SHA256, text.text, text.length, &out->digest);
	add_text(planning, blob_member(&out->digest), text.text, text.length);
	return 0;
}

/* Whether everything the image's own manifest names is here. */
static bool has_originals(const struct store *store,
			  const struct image_record *record)
{
	if (record->manifest.algorithm == DIGEST_NONE ||
	    !blob_exists(store, &record->manifest, NULL) ||
	    !blob_exists(store, &record->id, NULL))
		return false;
	for (size_t i = 0; i < record->layer_count; i++) {
		const struct digest *blob = &record->layers[i].blob;

		if (blob->algorithm == DIGEST_NONE ||
		    !blob_exists(store, blob, NULL))
			return false;
	}
	return true;
}

static int add_original_image(struct planning *planning,
			      const struct image_record *record,
			      struct descriptor *out, struct error *err)
{
	out->type = mediatype_from_name(record->manifest_type);
	out->digest = record->manifest;
	out->size = record->manifest_size;
	if (add_blob(planning, &record->manifest, err) < 0 ||
	    add_blob(planning, &record->id, err) < 0)
		return -1;
	for (size_t i = 0; i < record->layer_count; i++) {
		if (add_blob(planning, &record->layers[i].blob, err) < 0)
			return -1;
	}
	return 0;
}

/* An entry of index.json; NAME is NULL for an image saved by its id. */
static int add_entry(struct planning *planning,
		     const struct descriptor *manifest, const char *name,
		     struct error *err)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	json_t *entry = descriptor_format(manifest);
	json_t *annotations;

	(void)json_array_append_new(planning->entries, entry);
	if (!name)
		return 0;
	if (reference_parse(name, &ref, err) < 0)
		return -1;
	if (!strcmp(ref.domain, SAVE_UNNAMED))
		return 0;
	/* docker puts the tag alone into OCI's annotation, podman the name */
	annotations = json_pack(
		"{s:s,s:s}", NAME_CONTAINERD, name, NAME_OCI,
		planning->format == SAVE_DOCKER_ARCHIVE ? ref.tag : name);
	if (manifest->annotations)
		(void)json_object_update_missing(annotations,
						 manifest->annotations);
	(void)json_object_set_new(entry, "annotations", annotations);
	return 0;
}

/* An entry of manifest.json. */
static int add_docker_entry(struct planning *planning,
			    const struct save_image *image, struct error *err)
{
	autofree char *config = blob_member(&image->record.id);
	json_t *layers = json_array();
	json_t *tags = image->names.count ? json_array() : json_null();

	(void)json_array_append_new(planning->docker,
				    json_pack("{s:s,s:o,s:o}", "Config", config,
					      "RepoTags", tags, "Layers",
					      layers));
	for (size_t i = 0; i < image->record.layer_count; i++) {
		autofree char *name =
			blob_member(&image->record.layers[i].diff_id);

		(void)json_array_append_new(layers, json_string(name));
	}
	for (size_t i = 0; i < image->names.count; i++) {
		autoclean(reference_release) struct reference ref =
			REFERENCE_INIT;
		autofree char *familiar = NULL;

		if (reference_parse(image->names.items[i], &ref, err) < 0)
			return -1;
		familiar = reference_familiar(&ref);
		(void)json_array_append_new(tags, json_string(familiar));
	}
	return 0;
}

static bool has_all(const struct store *store, const struct strvec *blobs)
{
	for (size_t i = 0; i < blobs->count; i++) {
		autoclean(error_release) struct error ignored = ERROR_INIT;
		struct digest digest;

		if (digest_parse(blobs->items[i], &digest, &ignored) < 0 ||
		    !blob_exists(store, &digest, NULL))
			return false;
	}
	return true;
}

/*
 * What NAME means beside the image: an index that was made here, or a manifest
 * with annotations. False when it means no more than the image, or when not all
 * of it is here.
 */
static bool find_meaning(const struct planning *planning, const char *name,
			 struct name_record *out, struct strvec *blobs)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (reference_parse(name, &ref, &ignored) < 0 ||
	    names_get(planning->store, &ref, out, &ignored) < 0)
		return false;
	if (out->is_whole)
		index_blobs_list(planning->store, &out->target, blobs);
	else if (!digest_is_equal(&out->target, &out->manifest))
		return false; /* of a registry: its other parts are there */
	else
		index_blobs_list_manifest(planning->store, &out->target, blobs);
	return has_all(planning->store, blobs);
}

/* NAME's entry: MANIFEST, unless it means more. */
static int add_named(struct planning *planning,
		     const struct descriptor *manifest, const char *name,
		     struct error *err)
{
	autoclean(name_record_release) struct name_record record =
		NAME_RECORD_INIT;
	autoclean(strvec_release) struct strvec blobs = STRVEC_INIT;
	struct descriptor meant = DESCRIPTOR_INIT;

	if (!find_meaning(planning, name, &record, &blobs) ||
	    (!record.is_whole && planning->format == SAVE_DOCKER_ARCHIVE))
		return add_entry(planning, manifest, name, err);
	meant.type = mediatype_from_name(record.media_type);
	meant.digest = record.target;
	meant.size = record.size;
	meant.annotations = record.annotations;
	for (size_t i = 0; i < blobs.count; i++) {
		struct digest digest;

		if (digest_parse(blobs.items[i], &digest, err) < 0 ||
		    lease_add(&planning->plan->lease, "blob", digest.text,
			      err) < 0 ||
		    add_blob(planning, &digest, err) < 0)
			return -1;
	}
	return add_entry(planning, &meant, name, err);
}

static int add_image(struct planning *planning, const struct save_image *image,
		     struct error *err)
{
	struct descriptor manifest = DESCRIPTOR_INIT;
	bool as_it_came = planning->format != SAVE_DOCKER_ARCHIVE &&
			  has_originals(planning->store, &image->record);

	if (as_it_came) {
		if (add_original_image(planning, &image->record, &manifest,
				       err) < 0)
			return -1;
	} else if (add_plain_image(planning, &image->record, &manifest, err) <
		   0) {
		return -1;
	}
	if (add_docker_entry(planning, image, err) < 0)
		return -1;
	for (size_t i = 0; i < image->names.count; i++) {
		if (add_named(planning, &manifest, image->names.items[i], err) <
		    0)
			return -1;
	}
	return image->names.count ? 0
				  : add_entry(planning, &manifest, NULL, err);
}

/* index.json and its like, which are known only when all images are. */
static int add_documents(struct planning *planning, struct error *err)
{
	static const char layout[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
	autoclean(jsonx_free) json_t *index =
		json_pack("{s:i,s:s,s:O}", "schemaVersion", 2, "mediaType",
			  mediatype_name(MEDIATYPE_OCI_INDEX), "manifests",
			  planning->entries);
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	jsonx_format(index, &text);
	add_text(planning, xstrdup("index.json"), text.text, text.length);
	if (planning->format == SAVE_DOCKER_ARCHIVE) {
		strbuf_truncate(&text, 0);
		jsonx_format(planning->docker, &text);
		add_text(planning, xstrdup("manifest.json"), text.text,
			 text.length);
	}
	add_text(planning, xstrdup("oci-layout"), layout, strlen(layout));
	return strbuf_check(&text, "index.json", err);
}

static int hold(struct save_plan *plan, struct error *err)
{
	for (size_t i = 0; i < plan->images.count; i++) {
		const struct image_record *record =
			&plan->images.items[i].record;

		if (lease_add(&plan->lease, "blob", record->id.text, err) < 0 ||
		    lease_add(&plan->lease, "blob", record->manifest.text,
			      err) < 0)
			return -1;
		for (size_t j = 0; j < record->layer_count; j++) {
			const struct image_layer *layer = &record->layers[j];

			if (lease_add(&plan->lease, "blob", layer->blob.text,
				      err) < 0 ||
			    lease_add(&plan->lease, "layer", layer->folder,
				      err) < 0)
				return -1;
		}
	}
	return 0;
}

static int find_and_hold(struct store *store, const struct strvec *texts,
			 struct save_plan *plan, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;

	if (store_lock(store, LOCKFILE_SHARED, &lock, err) < 0 ||
	    save_images_find(store, texts, &plan->images, err) < 0 ||
	    lease_open(store, &plan->lease, err) < 0)
		return -1;
	return hold(plan, err);
}

int save_plan_make(struct store *store, enum save_format format,
		   const struct strvec *texts, struct save_plan *out,
		   struct error *err)
{
	autoclean(planning_release) struct planning planning = {
		store, format, out, json_array(), json_array(), json_object(),
	};

	if (find_and_hold(store, texts, out, err) < 0)
		return -1;
	for (size_t i = 0; i < out->images.count; i++) {
		const struct save_image *image = &out->images.items[i];

		if (add_image(&planning, image, err) < 0)
			return error_wrap(err, "image %s",
					  image->record.id.text);
	}
	return add_documents(&planning, err);
}

void save_plan_release(struct save_plan *plan)
{
	for (size_t i = 0; i < plan->member_count; i++) {
		free(plan->members[i].name);
		free(plan->members[i].text);
	}
	free(plan->members);
	lease_release(&plan->lease);
	save_images_release(&plan->images);
	*plan = (struct save_plan)SAVE_PLAN_INIT;
}
