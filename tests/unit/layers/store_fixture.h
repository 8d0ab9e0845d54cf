/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store of its own for each test, as a cmocka fixture (*STATE becomes a
 * struct store_fixture), and short ways to put things into it. Failing to
 * prepare fails the test.
 */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/atomicfile.h"
#include "base/hasher.h"
#include "layers/image/image_edit.h"
#include "layers/store/blob.h"
#include "layers/store/layer.h"
#include "tests/unit/temp_folder.h"

#include <cmocka.h>

struct store_fixture {
	struct temp_folder *folder;
	struct store *store;
	struct error err; /* for calls whose failure the test looks at */
};

/* Open a fresh store; fits cmocka's set-up. */
static inline int store_fixture_open(void **state)
{
	struct store_fixture *fixture = xcalloc(1, sizeof(*fixture));
	autofree char *root = NULL;
	autofree char *run = NULL;

	if (temp_folder_open((void **)&fixture->folder) < 0)
		return -1;
	root = xasprintf("%s/root", fixture->folder->path);
	run = xasprintf("%s/run", fixture->folder->path);
	*state = fixture;
	return store_open(root, run, &fixture->store, &fixture->err);
}

/* Close and remove it; fits cmocka's tear-down. */
static inline int store_fixture_close(void **state)
{
	struct store_fixture *fixture = *state;
	int result;

	store_close(fixture->store);
	result = temp_folder_close((void **)&fixture->folder);
	error_release(&fixture->err);
	free(fixture);
	return result;
}

#define STORE_TEST(f)                                          \
	cmocka_unit_test_setup_teardown(f, store_fixture_open, \
					store_fixture_close)

/* Fail the test, showing the error, unless RESULT is 0. */
static inline void expect_ok(int result, struct error *err)
{
	if (result < 0)
		fail_msg("%s", err->msg);
}

/* The digest of TEXT. */
static inline struct digest digest_of(const char *text)
{
	struct digest digest;

	hasher_digest(DIGEST_SHA256, text, strlen(text), &digest);
	return digest;
}

/* Store TEXT as a blob. */
static inline struct digest put_blob(struct store_fixture *fixture,
				     const char *text)
{
	struct digest digest = digest_of(text);

	expect_ok(blob_put(fixture->store, &digest, text, strlen(text),
			   &fixture->err),
		  &fixture->err);
	return digest;
}

/* Store a layer with one file whose name and content are TEXT. */
static inline struct digest put_layer(struct store_fixture *fixture,
				      const char *text)
{
	autoclean(layer_draft_release) struct layer_draft draft =
		LAYER_DRAFT_INIT;
	autoclean(layer_record_release) struct layer_record record =
		LAYER_RECORD_INIT;
	struct error *err = &fixture->err;

	record.diff_id = digest_of(text);
	record.size = strlen(text);
	expect_ok(layer_draft_open(fixture->store, &draft, err), err);
	expect_ok(
		atomicfile_put(draft.tree_fd, text, text, strlen(text), 0, err),
		err);
	expect_ok(layer_draft_commit(fixture->store, &draft,
				     digest_hex(&record.diff_id), &record, err),
		  err);
	return record.diff_id;
}

/* Store an image of COUNT layers, named by TEXTS, with blobs and documents. */
static inline struct digest put_image(struct store_fixture *fixture,
				      const char *label,
				      const char *const *texts, size_t count)
{
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	autofree char *config = xasprintf("{\"label\":\"%s\"}", label);
	autofree char *manifest = xasprintf("{\"of\":\"%s\"}", label);
	struct error *err = &fixture->err;

	record.id = put_blob(fixture, config);
	record.manifest = put_blob(fixture, manifest);
	record.manifest_type =
		xstrdup("application/vnd.oci.image.manifest.v1+json");
	record.manifest_size = strlen(manifest);
	record.config = json_pack("{s:s}", "label", label);
	record.layers = xcalloc(count, sizeof(*record.layers));
	record.layer_count = count;
	for (size_t i = 0; i < count; i++) {
		struct image_layer *layer = &record.layers[i];

		layer->diff_id = put_layer(fixture, texts[i]);
		layer->folder = xstrdup(digest_hex(&layer->diff_id));
		layer->blob = put_blob(fixture, texts[i]);
		layer->blob_size = strlen(texts[i]);
		layer->size = strlen(texts[i]);
	}
	(void)snprintf(record.boot, sizeof(record.boot), "%s",
		       store_boot_id(fixture->store));
	expect_ok(image_record_save(fixture->store, &record, err), err);
	return record.id;
}

/* Give image ID the name TEXT. */
static inline void put_name(struct store_fixture *fixture,
			    const struct digest *id, const char *text)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	struct error *err = &fixture->err;

	expect_ok(reference_parse(text, &ref, err), err);
	reference_default_tag(&ref);
	expect_ok(image_edit_tag(fixture->store, id, &ref, err), err);
}

/* Write TEXT over the file PATH below the store's root. */
static inline void damage(struct store_fixture *fixture, const char *path,
			  const char *text)
{
	autoclose int fd = openat(fixture->store->root_fd, path,
				  O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC,
				  0600);

	assert_true(fd >= 0);
	expect_ok(fs_write_all(fd, text, strlen(text), &fixture->err),
		  &fixture->err);
}

#endif
