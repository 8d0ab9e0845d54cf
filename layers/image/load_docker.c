/* SPDX-License-Identifier: Apache-2.0 */
/* Docker archives. */
#include "layers/image/load_docker.h"

#include <string.h>

#include "base/alloc.h"
#include "layers/image/archive_manifest.h"
#include "layers/image/manifest_make.h"
#include "registry/registry_limits.h"
#include "registry/spec/image_config.h"

/* "<hex>.json" and "blobs/sha256/<hex>" promise the config's digest. */
static int check_config_name(const char *name, const struct digest *digest,
			     struct error *err)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	const char *slash = strrchr(name, '/');
	autofree char *base = xstrdup(slash ? slash + 1 : name);
	autofree char *text = NULL;
	size_t length = strlen(base);
	struct digest promised;

	if (length > 5 && !strcmp(base + length - 5, ".json"))
		base[length - 5] = '\0';
	text = xasprintf("sha256:%s", base);
	if (digest_parse(text, &promised, &ignored) < 0 ||
	    digest_is_equal(&promised, digest))
		return 0;
	return error_set(err, ERROR_CORRUPT,
			 "config %.300s: its bytes have digest %s", name,
			 digest->text);
}

static int keep_config(struct archive_spool *spool, const char *name,
		       struct image_config *config, struct descriptor *out,
		       struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(REGISTRY_DOCUMENT_MAX);
	struct archive_member member;

	if (archive_spool_read(spool, name, REGISTRY_DOCUMENT_MAX, &text, err) <
		    0 ||
	    image_config_parse(text.text, text.length, config, err) < 0)
		return error_wrap(err, "config");
	if (archive_spool_keep(spool, name, &member, err) < 0 ||
	    check_config_name(name, &member.digest, err) < 0)
		return -1;
	out->type = MEDIATYPE_OCI_CONFIG;
	out->digest = member.digest;
	out->size = member.size;
	return 0;
}

static int layer_type(enum decompress_format format, enum mediatype *out,
		      struct error *err)
{
	switch (format) {
	case DECOMPRESS_PLAIN:
		*out = MEDIATYPE_OCI_LAYER;
		return 0;
	case DECOMPRESS_GZIP:
		*out = MEDIATYPE_OCI_LAYER_GZIP;
		return 0;
	case DECOMPRESS_ZSTD:
		*out = MEDIATYPE_OCI_LAYER_ZSTD;
		return 0;
	case DECOMPRESS_NONE:
	case DECOMPRESS_BZIP2:
	case DECOMPRESS_XZ:
		break;
	}
	return error_set(err, ERROR_UNSUPPORTED,
			 "no layer may be compressed with %s",
			 decompress_format_name(format));
}

static int keep_layer(struct archive_spool *spool, const char *name,
		      struct descriptor *out, struct error *err)
{
	struct archive_member member;

	if (archive_spool_keep(spool, name, &member, err) < 0 ||
	    layer_type(member.format, &out->type, err) < 0)
		return error_wrap(err, "layer %.300s", name);
	out->digest = member.digest;
	out->size = member.size;
	return 0;
}

static int keep_layers(struct archive_spool *spool,
		       const struct archive_image *image,
		       struct manifest_parts *parts, struct error *err)
{
	for (size_t i = 0; i < image->layers.count; i++) {
		if (keep_layer(spool, image->layers.items[i], &parts->layers[i],
			       err) < 0)
			return -1;
	}
	return 0;
}

/* Makes a manifest of the config and the layers, and keeps it. */
static int make_manifest(struct archive_spool *spool,
			 const struct archive_image *image,
			 const struct descriptor *config, struct digest *out,
			 struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(REGISTRY_DOCUMENT_MAX);
	autofree struct descriptor *layers = xcalloc(image->layers.count,
						     sizeof(*layers));
	struct manifest_parts parts = { *config, layers, image->layers.count,
					NULL };

	if (keep_layers(spool, image, &parts, err) < 0)
		return -1;
	manifest_make(&parts, &text);
	if (strbuf_check(&text, "the manifest", err) < 0)
		return -1;
	return archive_spool_put(spool, text.text, text.length, out, err);
}

static int plan_image(const struct load_oci *request,
		      const struct archive_image *image, struct load_plan *out,
		      struct error *err)
{
	autoclean(image_config_release) struct image_config config =
		IMAGE_CONFIG_INIT;
	autoclean(error_release) struct error none = ERROR_INIT;
	struct descriptor described = DESCRIPTOR_INIT;
	struct load_image *planned;
	struct digest target;

	if (keep_config(request->spool, image->config, &config, &described,
			err) < 0)
		return -1;
	if (config.diff_id_count != image->layers.count)
		return error_set(err, ERROR_CORRUPT,
				 "%zu layers in manifest.json, %zu in the "
				 "config",
				 image->layers.count, config.diff_id_count);
	/* whatever is wrong with the layout, manifest.json counts */
	if (load_oci_find(request, &described.digest, &target, &none) < 0 &&
	    make_manifest(request->spool, image, &described, &target, err) < 0)
		return -1;
	planned = load_plan_add(out, &target);
	strvec_extend(&planned->names, image->names.items, image->names.count);
	return 0;
}

int load_docker_plan(const struct load_oci *request, struct load_plan *out,
		     struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(ARCHIVE_MANIFEST_MAX);
	autoclean(archive_manifest_release) struct archive_manifest manifest =
		ARCHIVE_MANIFEST_INIT;

	if (archive_spool_read(request->spool, "manifest.json",
			       ARCHIVE_MANIFEST_MAX, &text, err) < 0 ||
	    archive_manifest_parse(text.text, text.length, &manifest, err) < 0)
		return -1;
	for (size_t i = 0; i < manifest.count; i++) {
		if (plan_image(request, &manifest.images[i], out, err) < 0)
			return error_wrap(err, "image %zu of the archive", i);
	}
	return 0;
}
