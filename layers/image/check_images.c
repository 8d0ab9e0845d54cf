/* SPDX-License-Identifier: Apache-2.0 */
/* Images and their parts. */
#include "layers/image/check_images.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "layers/image/image_layers.h"
#include "layers/image/layer_bytes.h"
#include "layers/store/blob.h"
#include "layers/store/image_record.h"
#include "layers/store/layer.h"

static void add_firm(struct check *check, const struct digest *digest)
{
	if (digest->algorithm != DIGEST_NONE)
		(void)json_object_set_new(check->firm, digest->text,
					  json_true());
}

/* Calls EACH with every image whose record can be read. */
static int for_each(struct check *check,
		    int (*each)(struct check *check, const struct digest *id,
				struct error *err),
		    struct error *err)
{
	autoclean(strvec_release) struct strvec ids = STRVEC_INIT;

	if (image_record_list(check->request->store, &ids, err) < 0)
		return -1;
	strvec_sort(&ids);
	for (size_t i = 0; i < ids.count; i++) {
		autoclean(error_release) struct error no_digest = ERROR_INIT;
		struct digest id;

		if (digest_parse(ids.items[i], &id, &no_digest) == 0 &&
		    each(check, &id, err) < 0)
			return -1;
	}
	return 0;
}

static int note_firm(struct check *check, const struct digest *id,
		     struct error *err)
{
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	struct store *store = check->request->store;

	if (image_record_load(store, id, &record, err) < 0) {
		error_release(err); /* looked at later */
		return 0;
	}
	if (!image_record_is_trusted(store, &record))
		return 0;
	add_firm(check, &record.id);
	add_firm(check, &record.manifest);
	for (size_t i = 0; i < record.layer_count; i++)
		add_firm(check, &record.layers[i].blob);
	return 0;
}

int check_images_firm(struct check *check, struct error *err)
{
	return for_each(check, note_firm, err);
}

/* What an image lacks; collected so that it is told in one finding. */
struct defects {
	struct strbuf text;
	bool is_crash; /* only what a crash may have done */
};

__attribute__((format(printf, 3, 4))) static void add_defect(
	struct defects *defects, bool is_crash, const char *format, ...)
{
	va_list arguments;

	if (!is_crash)
		defects->is_crash = false;
	if (defects->text.length)
		strbuf_addstr(&defects->text, "; ");
	va_start(arguments, format);
	strbuf_addv(&defects->text, format, arguments);
	va_end(arguments);
}

static void check_document(const struct check *check,
			   const struct digest *digest, const char *what,
			   struct defects *defects)
{
	if (json_object_get(check->damaged, digest->text))
		add_defect(defects, false, "its %s is damaged", what);
	else if (!blob_exists(check->request->store, digest, NULL))
		add_defect(defects, false, "its %s is missing", what);
}

static void check_layer_blob(const struct check *check,
			     const struct image_layer *layer,
			     struct defects *defects)
{
	const struct store *store = check->request->store;
	autoclean(error_release) struct error failed = ERROR_INIT;
	uint64_t size = 0;

	if (layer->blob.algorithm == DIGEST_NONE)
		return;
	if (json_object_get(check->damaged, layer->blob.text)) {
		add_defect(defects, false, "blob %s is damaged",
			   layer->blob.text);
		return;
	}
	/* a store may be told not to keep blobs: then none is missed */
	if (!blob_exists(store, &layer->blob, &size))
		return;
	if (size != layer->blob_size)
		add_defect(defects, false, "blob %s has another size",
			   layer->blob.text);
	else if (check->request->is_deep &&
		 layer_bytes_verify(store, layer, &failed) < 0)
		add_defect(defects, false, "%s", failed.msg);
}

static void check_layer(const struct check *check,
			const struct image_layer *layer,
			struct defects *defects)
{
	struct store *store = check->request->store;
	autoclean(layer_record_release) struct layer_record record =
		LAYER_RECORD_INIT;
	autoclean(error_release) struct error failed = ERROR_INIT;
	autoclose int tree = -1;

	if (layer_load(store, layer->folder, &record, &failed) < 0) {
		add_defect(defects, failed.kind == ERROR_CORRUPT, "%s",
			   failed.msg);
		return;
	}
	if (layer_open(store, layer->folder, &tree, &failed) < 0)
		add_defect(defects, false, "%s", failed.msg);
	else if (!digest_is_equal(&record.diff_id, &layer->diff_id))
		add_defect(defects, false, "layer %s is another one",
			   layer->folder);
}

static void check_parts(struct check *check, const struct image_record *record,
			struct defects *defects)
{
	check_document(check, &record->id, "config", defects);
	if (record->manifest.algorithm != DIGEST_NONE)
		check_document(check, &record->manifest, "manifest", defects);
	for (size_t i = 0; i < record->layer_count; i++) {
		check->totals.layers++;
		check_layer(check, &record->layers[i], defects);
		check_layer_blob(check, &record->layers[i], defects);
	}
}

int check_images_mend(const struct check *check, const struct reference *ref,
		      const struct digest *manifest, struct error *err)
{
	const struct check_request *request = check->request;
	autoclean(client_close) struct client *client = NULL;
	autoclean(image_documents_release) struct image_documents documents =
		IMAGE_DOCUMENTS_INIT;
	autoclean(error_release) struct error offline = ERROR_INIT;
	struct image_events events = { NULL, NULL };
	struct descriptor target = DESCRIPTOR_INIT;
	struct documents_request want = {
		.store = request->store,
		.name = manifest->text,
		.target = &target,
	};
	struct image_layers layers = {
		.store = request->store,
		.documents = &documents,
		.events = &events,
		.limits = UNPACK_LIMITS_DEFAULT,
	};

	if (ref && request->connect &&
	    request->connect(request->context, ref, &client, &offline) < 0)
		client = NULL;
	target.digest = *manifest;
	want.client = client;
	layers.client = client;
	if (image_documents_gather(&want, &documents, err) < 0)
		return -1;
	return image_layers_bring(&layers, err);
}

/* Any name the image has, to fetch it by. */
static bool find_name(const struct check *check, const struct digest *id,
		      struct reference *out)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	autoclean(error_release) struct error none = ERROR_INIT;

	return image_record_names(check->request->store, id, &names, &names,
				  &none) == 0 &&
	       names.count && reference_parse(names.items[0], out, &none) == 0;
}

static bool mend(const struct check *check, const struct image_record *record,
		 struct defects *defects)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(error_release) struct error failed = ERROR_INIT;
	bool has_name = find_name(check, &record->id, &ref);

	if (!check->request->repair)
		return false;
	if (check_images_mend(check, has_name ? &ref : NULL, &record->manifest,
			      &failed) == 0)
		return true;
	add_defect(defects, defects->is_crash, "mending it failed: %s",
		   failed.msg);
	return false;
}

static bool has_record_text(const struct check *check, const struct digest *id)
{
	const char *hex = digest_hex(id);
	autofree char *path = xasprintf("images/%.2s/%s/record.json", hex, hex);
	struct stat st;

	return fstatat(check->request->store->root_fd, path, &st,
		       AT_SYMLINK_NOFOLLOW) == 0 &&
	       st.st_size > 0;
}

/*
 * A record that cannot be read. An image with a name is mended by its name
 * later; without one nothing is known of it any more.
 */
static int report_unreadable(struct check *check, const struct digest *id,
			     const char *subject, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	struct store *store = check->request->store;
	bool is_crash = !has_record_text(check, id);

	if (image_record_names(store, id, &names, &names, err) < 0)
		return -1;
	if (names.count)
		return 0;
	if (check->request->repair &&
	    (store_lock(store, LOCKFILE_EXCLUSIVE, &lock, err) < 0 ||
	     image_record_remove(store, id, err) < 0))
		return -1;
	check_report(check, is_crash ? CHECK_LEFTOVER : CHECK_PROBLEM,
		     check->request->repair, subject,
		     "its record cannot be read");
	return 0;
}

static int check_image(struct check *check, const struct digest *id,
		       struct error *err)
{
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	struct defects defects = { STRBUF_LIMIT(1 << 20), true };
	autofree char *subject = xasprintf("image %s", id->text);
	bool is_mended;

	check->totals.images++;
	if (image_record_load(check->request->store, id, &record, err) < 0) {
		if (err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
		return report_unreadable(check, id, subject, err);
	}
	check_parts(check, &record, &defects);
	if (defects.text.length) {
		is_mended = mend(check, &record, &defects);
		check_report(check,
			     defects.is_crash ? CHECK_LEFTOVER : CHECK_PROBLEM,
			     is_mended, subject, "%s", defects.text.text);
	}
	strbuf_release(&defects.text);
	return 0;
}

int check_images(struct check *check, struct error *err)
{
	return for_each(check, check_image, err);
}
