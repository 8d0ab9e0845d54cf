/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the image a user means. */
#include "layers/image/image_find.h"

#include <string.h>

#include "base/alloc.h"
#include "layers/store/index_blobs.h"

/* The hexadecimal part when TEXT may be an id or the start of one. */
static const char *id_digits(const char *text)
{
	if (!strncmp(text, "sha256:", 7))
		text += 7;
	if (!*text || strspn(text, "0123456789abcdef") != strlen(text) ||
	    strlen(text) > 64)
		return NULL;
	return text;
}

static int find_by_name(const struct store *store, const char *text,
			struct image_match *out, struct error *err)
{
	autoclean(name_record_release) struct name_record record =
		NAME_RECORD_INIT;

	if (reference_parse(text, &out->name, err) < 0)
		return -1;
	reference_default_tag(&out->name);
	if (names_get(store, &out->name, &record, err) < 0)
		return -1;
	out->id = record.image;
	out->by_name = true;
	return 0;
}

/*
 * ERR holds why TEXT is no name. When it could have been one, that is what the
 * user hears.
 */
static int find_by_id(const struct store *store, const char *text,
		      const char *digits, struct digest *out, struct error *err)
{
	autoclean(error_release) struct error no_id = ERROR_INIT;

	if (image_record_find(store, digits, out, &no_id) == 0)
		return 0;
	if (no_id.kind != ERROR_NOT_FOUND) {
		error_move(err, &no_id);
		return -1;
	}
	if (err->kind == ERROR_NOT_FOUND)
		return -1;
	return error_set(err, ERROR_NOT_FOUND, "No such image: %s", text);
}

/*
 * The digest of an index that was made here means this machine's image in it:
 * it is all that a build without a tag says of several platforms.
 */
static bool find_by_index(const struct store *store, const char *text,
			  struct digest *out)
{
	autoclean(image_index_release) struct image_index index =
		IMAGE_INDEX_INIT;
	autoclean(manifest_release) struct manifest manifest = MANIFEST_INIT;
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	autoclean(platform_release) struct platform host = PLATFORM_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	const struct descriptor *chosen;
	struct digest digest;

	platform_host(&host);
	if (digest_parse(text, &digest, &ignored) < 0 ||
	    index_blobs_index(store, &digest, &index, &ignored) < 0 ||
	    image_index_select(&index, &host, &chosen, &ignored) < 0 ||
	    index_blobs_manifest(store, &chosen->digest, &manifest, &ignored) <
		    0 ||
	    image_record_load(store, &manifest.config.digest, &record,
			      &ignored) < 0)
		return false;
	*out = record.id;
	return true;
}

int image_find(const struct store *store, const char *text,
	       struct image_match *out, struct error *err)
{
	autoclean(image_match_release) struct image_match match =
		IMAGE_MATCH_INIT;
	const char *digits = id_digits(text);

	if (find_by_name(store, text, &match, err) == 0)
		goto found;
	image_match_release(&match);
	/* a text of 64 digits is no name: then only the id counts */
	if (!digits ||
	    (err->kind != ERROR_NOT_FOUND && err->kind != ERROR_INVALID))
		return -1;
	if (find_by_id(store, text, digits, &match.id, err) < 0 &&
	    !find_by_index(store, text, &match.id))
		return -1;
found:
	error_release(err);
	*out = match;
	match = (struct image_match)IMAGE_MATCH_INIT;
	return 0;
}

void image_match_release(struct image_match *match)
{
	reference_release(&match->name);
	*match = (struct image_match)IMAGE_MATCH_INIT;
}
