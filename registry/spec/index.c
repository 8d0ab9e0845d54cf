/* SPDX-License-Identifier: Apache-2.0 */
/* Index documents and platform selection. */
#include "registry/spec/index.h"

#include <limits.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "base/strbuf.h"
#include "base/strvec.h"
#include "registry/spec/document.h"
#include "registry/spec/json_keys.h"

enum {
	/* Worse than any real match. */
	RANK_NO_PLATFORM = INT_MAX - 1,
	/* Platforms worth listing in a message. */
	LISTED_MAX = 32,
};

static int parse_entries(const json_t *document, struct image_index *out,
			 struct error *err)
{
	json_t *entries;
	json_t *entry;
	size_t i;

	if (jsonx_array(document, "manifests", &entries, err) < 0)
		return -1;
	out->manifests = xcalloc(json_array_size(entries),
				 sizeof(*out->manifests));
	json_array_foreach(entries, i, entry)
	{
		out->manifests[i] = (struct descriptor)DESCRIPTOR_INIT;
		out->count = i + 1;
		if (descriptor_parse(entry, &out->manifests[i], err) < 0)
			return error_wrap(err, "manifest %zu of the list",
					  i + 1);
	}
	return 0;
}

int image_index_parse(const char *bytes, size_t length,
		      const char *content_type, struct image_index *out,
		      struct error *err)
{
	autoclean(image_index_release) struct image_index parsed =
		IMAGE_INDEX_INIT;
	autoclean(jsonx_free) json_t *document = NULL;
	const char *artifact_type;
	json_t *annotations;

	if (document_parse(bytes, length, content_type, &document, &parsed.type,
			   err) < 0)
		return -1;
	if (!mediatype_is_index(parsed.type))
		return error_set(err, ERROR_INVALID,
				 "a manifest where a list of manifests was "
				 "expected");
	if (parse_entries(document, &parsed, err) < 0 ||
	    json_keys_check_map(document, "annotations", err) < 0 ||
	    jsonx_opt_object(document, "annotations", &annotations, err) < 0 ||
	    jsonx_opt_string(document, "artifactType", NULL, &artifact_type,
			     err) < 0)
		return -1;
	parsed.annotations = json_incref(annotations);
	parsed.artifact_type = xstrdup(artifact_type);
	image_index_release(out);
	*out = parsed;
	parsed = (struct image_index)IMAGE_INDEX_INIT;
	return 0;
}

static bool is_unknown(const char *name)
{
	return name && strcmp(name, "unknown") == 0;
}

bool image_index_is_attestation(const struct descriptor *entry)
{
	return descriptor_annotation(entry, "vnd.docker.reference.type") ||
	       (entry->has_platform && is_unknown(entry->platform.os) &&
		is_unknown(entry->platform.architecture));
}

static bool is_candidate(const struct descriptor *entry)
{
	return (mediatype_is_manifest(entry->type) ||
		mediatype_is_index(entry->type)) &&
	       !image_index_is_attestation(entry);
}

static int rank_entry(const struct descriptor *entry,
		      const struct platform *want)
{
	if (!is_candidate(entry))
		return PLATFORM_NO_MATCH;
	if (entry->has_platform)
		return platform_rank(want, &entry->platform);
	/* Artifacts name their type and no platform; they do not run. */
	return entry->artifact_type ? PLATFORM_NO_MATCH : RANK_NO_PLATFORM;
}

static char *list_platforms(const struct image_index *index)
{
	autoclean(strvec_release) struct strvec seen = STRVEC_INIT;
	struct strbuf list = STRBUF_LIMIT(1024);

	for (size_t i = 0; i < index->count && seen.count < LISTED_MAX; i++) {
		const struct descriptor *entry = &index->manifests[i];
		autofree char *name = platform_format(&entry->platform);

		if (!entry->has_platform || !is_candidate(entry) ||
		    strvec_has(&seen, name))
			continue;
		strbuf_addf(&list, "%s%s", seen.count ? ", " : "", name);
		strvec_add(&seen, name);
	}
	if (!seen.count)
		strbuf_addstr(&list, "none");
	return strbuf_steal(&list);
}

static int refuse(const struct image_index *index, const struct platform *want,
		  struct error *err)
{
	autofree char *wanted = platform_format(want);
	autofree char *available = list_platforms(index);

	return error_set(err, ERROR_NOT_FOUND,
			 "no matching manifest for %s in the manifest list "
			 "entries (available: %s)",
			 wanted, available);
}

int image_index_select(const struct image_index *index,
		       const struct platform *want,
		       const struct descriptor **out, struct error *err)
{
	int best = INT_MAX;

	*out = NULL;
	for (size_t i = 0; i < index->count; i++) {
		int rank = rank_entry(&index->manifests[i], want);

		if (rank != PLATFORM_NO_MATCH && rank < best) {
			best = rank;
			*out = &index->manifests[i];
		}
	}
	return *out ? 0 : refuse(index, want, err);
}

int image_index_choose(const char *bytes, size_t length,
		       const struct platform *want, struct descriptor *out,
		       struct error *err)
{
	autoclean(image_index_release) struct image_index index =
		IMAGE_INDEX_INIT;
	autoclean(platform_release) struct platform host = PLATFORM_INIT;
	const struct descriptor *chosen;

	if (!want) {
		platform_host(&host);
		want = &host;
	}
	if (image_index_parse(bytes, length, NULL, &index, err) < 0 ||
	    image_index_select(&index, want, &chosen, err) < 0)
		return -1;
	descriptor_copy(chosen, out);
	return 0;
}

void image_index_release(struct image_index *index)
{
	for (size_t i = 0; i < index->count; i++)
		descriptor_release(&index->manifests[i]);
	free(index->manifests);
	json_decref(index->annotations);
	free(index->artifact_type);
	*index = (struct image_index)IMAGE_INDEX_INIT;
}
