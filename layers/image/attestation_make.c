/* SPDX-License-Identifier: Apache-2.0 */
/* Statements and their manifest. */
#include "layers/image/attestation_make.h"

#include "base/alloc.h"
#include "base/jsonx.h"
#include "layers/image/manifest_make.h"
#include "registry/spec/purl.h"

#define IN_TOTO "application/vnd.in-toto+json"
#define STATEMENT "https://in-toto.io/Statement/v0.1"
#define REFERENCE_TYPE "vnd.docker.reference.type"
#define REFERENCE_DIGEST "vnd.docker.reference.digest"

static json_t *make_subject(const struct attestation_make *request,
			    const char *name)
{
	const struct digest *digest = &request->image->digest;

	return json_pack("{s:s,s:{s:s}}", "name", name, "digest",
			 digest_algorithm_name(digest->algorithm),
			 digest_hex(digest));
}

static json_t *make_subjects(const struct attestation_make *request)
{
	json_t *subjects = json_array();

	for (size_t i = 0; i < request->name_count; i++) {
		autofree char *name = purl_image(&request->names[i],
						 request->platform);

		(void)json_array_append_new(subjects,
					    make_subject(request, name));
	}
	if (!request->name_count)
		(void)json_array_append_new(subjects,
					    make_subject(request, "_"));
	return subjects;
}

static int put(const struct attestation_make *request, const json_t *document,
	       struct descriptor *out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	jsonx_format(document, &text);
	out->size = text.length;
	return archive_spool_put(request->spool, text.text, text.length,
				 &out->digest, err);
}

static int put_statement(const struct attestation_make *request,
			 const struct attestation *stated,
			 struct descriptor *out, struct error *err)
{
	autoclean(jsonx_free) json_t *statement = json_pack(
		"{s:s,s:s,s:o,s:O}", "_type", STATEMENT, "predicateType",
		stated->type, "subject", make_subjects(request), "predicate",
		stated->predicate);

	if (!statement)
		return error_set(err, ERROR_INVALID,
				 "a statement is not valid UTF-8");
	out->media_type = xstrdup(IN_TOTO);
	out->annotations = json_pack("{s:s}", "in-toto.io/predicate-type",
				     stated->type);
	return put(request, statement, out, err);
}

/* A configuration of no platform, so that no tool takes it for an image. */
static int put_config(const struct attestation_make *request,
		      const struct manifest_parts *parts,
		      struct descriptor *out, struct error *err)
{
	autoclean(jsonx_free) json_t *config = NULL;
	json_t *diff_ids = json_array();

	for (size_t i = 0; i < parts->layer_count; i++)
		(void)json_array_append_new(
			diff_ids, json_string(parts->layers[i].digest.text));
	config = json_pack("{s:s,s:s,s:{},s:{s:s,s:o}}", "architecture",
			   "unknown", "os", "unknown", "config", "rootfs",
			   "type", "layers", "diff_ids", diff_ids);
	out->type = MEDIATYPE_OCI_CONFIG;
	return put(request, config, out, err);
}

static void describe(const struct attestation_make *request,
		     struct descriptor *out)
{
	out->type = MEDIATYPE_OCI_MANIFEST;
	out->has_platform = true;
	out->platform.os = xstrdup("unknown");
	out->platform.architecture = xstrdup("unknown");
	out->annotations = json_pack("{s:s,s:s}", REFERENCE_DIGEST,
				     request->image->digest.text,
				     REFERENCE_TYPE, "attestation-manifest");
}

static int put_manifest(const struct attestation_make *request,
			struct manifest_parts *parts, struct descriptor *out,
			struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	if (put_config(request, parts, &parts->config, err) < 0)
		return -1;
	manifest_make(parts, &text);
	out->size = text.length;
	describe(request, out);
	return archive_spool_put(request->spool, text.text, text.length,
				 &out->digest, err);
}

int attestation_make(const struct attestation_make *request,
		     const struct attestation *stated, size_t count,
		     struct descriptor *out, struct error *err)
{
	autofree struct descriptor *layers = xcalloc(count, sizeof(*layers));
	struct manifest_parts parts = { DESCRIPTOR_INIT, layers, count, NULL };
	int result = 0;

	for (size_t i = 0; i < count; i++)
		layers[i] = (struct descriptor)DESCRIPTOR_INIT;
	for (size_t i = 0; i < count && result == 0; i++)
		result = put_statement(request, &stated[i], &layers[i], err);
	if (result == 0)
		result = put_manifest(request, &parts, out, err);
	for (size_t i = 0; i < count; i++)
		descriptor_release(&layers[i]);
	return result;
}
