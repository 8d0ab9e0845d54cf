/* SPDX-License-Identifier: Apache-2.0 */
/* Which names an image has, and finding images by the start of an id. */
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/jsonx.h"
#include "layers/store/image_record.h"
#include "layers/store/shard.h"

enum { NAMES_FILE_LIMIT = 4 << 20, HEX_DIGITS_MAX = 128 };

static char *names_folder(const struct digest *id)
{
	const char *hex = digest_hex(id);

	return xasprintf("images/%.2s/%s", hex, hex);
}

/* Reads the list; a missing or damaged one is empty. */
static int read_list(const struct store *store, const struct digest *id,
		     struct strvec *out, struct error *err)
{
	autoclean(jsonx_free) json_t *document = NULL;
	autofree char *folder = names_folder(id);
	autofree char *path = xasprintf("%s/names.json", folder);

	if (jsonx_read(store->root_fd, path, NAMES_FILE_LIMIT, &document, err) <
		    0 ||
	    jsonx_opt_strings(document, "names", out, err) < 0) {
		if (err->kind != ERROR_NOT_FOUND && err->kind != ERROR_INVALID)
			return -1;
		error_release(err);
	}
	return 0;
}

static int write_list(const struct store *store, const struct digest *id,
		      const struct strvec *names, struct error *err)
{
	autoclean(jsonx_free) json_t *document = json_object();
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autofree char *folder = names_folder(id);
	autoclose int fd = -1;

	(void)json_object_set_new(document, "names", jsonx_from_strvec(names));
	jsonx_format(document, &text);
	if (store_folder(store, folder, &fd, err) < 0)
		return -1;
	return atomicfile_put(fd, "names.json", text.text, text.length, 0, err);
}

/* What a name's own file says of an image. */
enum bond {
	BOND_NONE = 0,
	BOND_TAG,
	BOND_DIGEST,
	BOND_MEMBER, /* it means an index that has the image as well */
};

static enum bond find_bond(const struct store *store, const char *name,
			   const struct digest *id)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(name_record_release) struct name_record record =
		NAME_RECORD_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	if (reference_parse(name, &ref, &err) < 0 ||
	    names_get(store, &ref, &record, &err) < 0)
		return BOND_NONE;
	if (digest_is_equal(&record.image, id))
		return ref.digest ? BOND_DIGEST : BOND_TAG;
	return strvec_has(&record.members, id->text) ? BOND_MEMBER : BOND_NONE;
}

int image_record_names(const struct store *store, const struct digest *id,
		       struct strvec *tags, struct strvec *digests,
		       struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (read_list(store, id, &names, err) < 0)
		return -1;
	strvec_sort(&names);
	for (size_t i = 0; i < names.count; i++) {
		enum bond bond = find_bond(store, names.items[i], id);

		if (bond == BOND_TAG && tags)
			strvec_add(tags, names.items[i]);
		if (bond == BOND_DIGEST && digests)
			strvec_add(digests, names.items[i]);
	}
	return 0;
}

int image_record_holders(const struct store *store, const struct digest *id,
			 struct strvec *out, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (read_list(store, id, &names, err) < 0)
		return -1;
	strvec_sort(&names);
	for (size_t i = 0; i < names.count; i++)
		if (find_bond(store, names.items[i], id) == BOND_MEMBER)
			strvec_add(out, names.items[i]);
	return 0;
}

int image_record_add_name(const struct store *store, const struct digest *id,
			  const char *name, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (read_list(store, id, &names, err) < 0)
		return -1;
	if (strvec_has(&names, name))
		return 0;
	strvec_add(&names, name);
	return write_list(store, id, &names, err);
}

int image_record_drop_name(const struct store *store, const struct digest *id,
			   const char *name, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (read_list(store, id, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		if (strcmp(names.items[i], name) != 0)
			continue;
		strvec_remove(&names, i);
		if (write_list(store, id, &names, err) == 0)
			return 0;
		if (err->sys != ENOSPC && err->sys != EDQUOT)
			return -1;
		/* the list may name too much, and removal needs no space */
		error_release(err);
		return 0;
	}
	return 0;
}

/* Appends the ids of all images that begin with PREFIX. */
static int list_ids(const struct store *store, const char *prefix,
		    struct strvec *out, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (shard_list(store, "images", prefix, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		size_t length = strlen(names.items[i]);

		if (length == 64 || length == 128)
			strvec_addf(out, "%s:%s",
				    length == 64 ? "sha256" : "sha512",
				    names.items[i]);
	}
	return 0;
}

int image_record_list(const struct store *store, struct strvec *out,
		      struct error *err)
{
	return list_ids(store, "", out, err);
}

int image_record_find(const struct store *store, const char *prefix,
		      struct digest *out, struct error *err)
{
	autoclean(strvec_release) struct strvec found = STRVEC_INIT;
	size_t length = strlen(prefix);

	if (!length || length > HEX_DIGITS_MAX ||
	    strspn(prefix, "0123456789abcdef") != length)
		return error_set(err, ERROR_NOT_FOUND, "No such image: %s",
				 prefix);
	if (list_ids(store, prefix, &found, err) < 0)
		return -1;
	if (!found.count)
		return error_set(err, ERROR_NOT_FOUND, "No such image: %s",
				 prefix);
	if (found.count > 1)
		return error_set(err, ERROR_INVALID,
				 "image id %s is ambiguous: %zu begin so",
				 prefix, found.count);
	return digest_parse(found.items[0], out, err);
}
