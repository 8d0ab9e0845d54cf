/* SPDX-License-Identifier: Apache-2.0 */
/* OCI image layouts. */
#include "layers/image/load_oci.h"

#include <string.h>

#include "base/alloc.h"
#include "registry/registry_limits.h"
#include "registry/spec/document.h"
#include "registry/spec/index.h"
#include "registry/spec/manifest.h"
#include "registry/spec/reference.h"

#define NAME_CONTAINERD "io.containerd.image.name"
#define NAME_OCI "org.opencontainers.image.ref.name"

static char *member_of(const struct digest *digest)
{
	return xasprintf("blobs/%s/%s",
			 digest_algorithm_name(digest->algorithm),
			 digest_hex(digest));
}

/* Keeps the blob a descriptor speaks of, if it is that. */
static int keep_blob(const struct load_oci *request,
		     const struct descriptor *descriptor, struct error *err)
{
	autofree char *name = member_of(&descriptor->digest);
	struct archive_member member;

	if (archive_spool_keep(request->spool, name, &member, err) < 0)
		return -1;
	if (!digest_is_equal(&member.digest, &descriptor->digest))
		return error_set(err, ERROR_CORRUPT,
				 "blob %s: its bytes have digest %s",
				 descriptor->digest.text, member.digest.text);
	if (member.size != descriptor->size)
		return error_set(err, ERROR_CORRUPT,
				 "blob %s: size %llu differs from the "
				 "descriptor's %llu",
				 descriptor->digest.text,
				 (unsigned long long)member.size,
				 (unsigned long long)descriptor->size);
	return 0;
}

/* Keeps a manifest or index and appends its bytes to OUT. */
static int keep_document(const struct load_oci *request,
			 const struct descriptor *descriptor,
			 struct strbuf *out, struct error *err)
{
	autofree char *name = member_of(&descriptor->digest);

	if (keep_blob(request, descriptor, err) < 0)
		return -1;
	return archive_spool_read(request->spool, name, REGISTRY_DOCUMENT_MAX,
				  out, err);
}

static int keep_parts(const struct load_oci *request, const char *text,
		      size_t length, struct error *err)
{
	autoclean(manifest_release) struct manifest manifest = MANIFEST_INIT;

	if (manifest_parse(text, length, NULL, &manifest, err) < 0)
		return -1;
	if (!manifest.is_image)
		return error_set(err, ERROR_UNSUPPORTED,
				 "it is not an image: its config has type %s",
				 descriptor_media_type(&manifest.config));
	if (keep_blob(request, &manifest.config, err) < 0)
		return error_wrap(err, "config");
	for (size_t i = 0; i < manifest.layer_count; i++) {
		if (keep_blob(request, &manifest.layers[i], err) < 0)
			return error_wrap(err, "layer %zu", i);
	}
	return 0;
}

/* Keeps what ENTRY leads to: index, manifest, config, layers. */
static int keep_image(const struct load_oci *request,
		      const struct descriptor *entry, struct error *err)
{
	autoclean(descriptor_release) struct descriptor at = DESCRIPTOR_INIT;

	descriptor_copy(entry, &at);
	for (int depth = 0; depth <= REGISTRY_INDEX_DEPTH_MAX; depth++) {
		autoclean(strbuf_release) struct strbuf text =
			STRBUF_LIMIT(REGISTRY_DOCUMENT_MAX);
		enum mediatype kind = MEDIATYPE_NONE;

		if (keep_document(request, &at, &text, err) < 0 ||
		    document_kind(text.text, text.length, NULL, &kind, err) < 0)
			return -1;
		if (!mediatype_is_index(kind))
			return keep_parts(request, text.text, text.length, err);
		if (image_index_choose(text.text, text.length,
				       request->platform, &at, err) < 0)
			return -1;
	}
	return error_set(err, ERROR_INVALID, "indexes are nested too deeply");
}

/*
 * The name an entry is known by. containerd's annotation is a whole name;
 * OCI's may be one too, or only a tag, which says nothing about what it tags.
 */
static void add_name(const struct descriptor *entry, struct strvec *out)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	const char *name = descriptor_annotation(entry, NAME_CONTAINERD);

	if (!name) {
		name = descriptor_annotation(entry, NAME_OCI);
		if (!name || !strpbrk(name, "/:"))
			return;
	}
	if (reference_parse(name, &ref, &ignored) < 0 || ref.digest)
		return;
	reference_default_tag(&ref);
	strvec_take(out, reference_format(&ref));
}

static int read_index(const struct load_oci *request, struct image_index *out,
		      struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(REGISTRY_DOCUMENT_MAX);

	if (archive_spool_read(request->spool, "index.json",
			       REGISTRY_DOCUMENT_MAX, &text, err) < 0)
		return -1;
	if (image_index_parse(text.text, text.length, NULL, out, err) < 0)
		return error_wrap(err, "index.json");
	return 0;
}

static bool is_platform_right(const struct load_oci *request,
			      const struct descriptor *entry)
{
	autoclean(platform_release) struct platform host = PLATFORM_INIT;

	if (!entry->has_platform)
		return true;
	if (request->platform)
		return platform_is_match(request->platform, &entry->platform);
	platform_host(&host);
	return platform_is_match(&host, &entry->platform);
}

/*
 * Which entries to take: all images but those for other platforms, unless
 * there is nothing else.
 */
static size_t list_entries(const struct load_oci *request,
			   const struct image_index *index, bool *takes)
{
	size_t count = 0;

	for (int strict = 1; strict >= 0 && !count; strict--) {
		for (size_t i = 0; i < index->count; i++) {
			const struct descriptor *entry = &index->manifests[i];

			takes[i] = !image_index_is_attestation(entry) &&
				   (mediatype_is_index(entry->type) ||
				    mediatype_is_manifest(entry->type)) &&
				   (!strict ||
				    is_platform_right(request, entry));
			count += takes[i];
		}
		if (request->platform)
			break;
	}
	return count;
}

/* The place in the plan of an image listed before under another name. */
static struct load_image *find_or_add(struct load_plan *plan,
				      const struct digest *target)
{
	for (size_t i = 0; i < plan->count; i++) {
		if (digest_is_equal(&plan->images[i].target, target))
			return &plan->images[i];
	}
	return load_plan_add(plan, target);
}

int load_oci_plan(const struct load_oci *request, struct load_plan *out,
		  struct error *err)
{
	autoclean(image_index_release) struct image_index index =
		IMAGE_INDEX_INIT;
	autofree bool *takes = NULL;

	if (read_index(request, &index, err) < 0)
		return -1;
	takes = xcalloc(index.count, sizeof(*takes));
	if (!list_entries(request, &index, takes))
		return error_set(err, ERROR_NOT_FOUND,
				 "the archive has no image for this platform");
	for (size_t i = 0; i < index.count; i++) {
		const struct descriptor *entry = &index.manifests[i];
		struct load_image *image;

		if (!takes[i])
			continue;
		if (keep_image(request, entry, err) < 0)
			return error_wrap(err, "manifest %s",
					  entry->digest.text);
		image = find_or_add(out, &entry->digest);
		add_name(entry, &image->names);
	}
	return 0;
}

/* Whether the manifest ENTRY speaks of has the config CONFIG. */
static bool has_config(const struct load_oci *request,
		       const struct descriptor *entry,
		       const struct digest *config)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(REGISTRY_DOCUMENT_MAX);
	autoclean(manifest_release) struct manifest manifest = MANIFEST_INIT;
	autofree char *name = member_of(&entry->digest);

	return mediatype_is_manifest(entry->type) &&
	       archive_spool_read(request->spool, name, REGISTRY_DOCUMENT_MAX,
				  &text, &ignored) == 0 &&
	       manifest_parse(text.text, text.length, NULL, &manifest,
			      &ignored) == 0 &&
	       digest_is_equal(&manifest.config.digest, config);
}

int load_oci_find(const struct load_oci *request, const struct digest *config,
		  struct digest *out, struct error *err)
{
	autoclean(image_index_release) struct image_index index =
		IMAGE_INDEX_INIT;

	if (read_index(request, &index, err) < 0)
		return -1;
	for (size_t i = 0; i < index.count; i++) {
		const struct descriptor *entry = &index.manifests[i];

		if (!has_config(request, entry, config))
			continue;
		*out = entry->digest;
		return keep_image(request, entry, err);
	}
	return error_set(err, ERROR_NOT_FOUND, "no manifest has config %s",
			 config->text);
}
