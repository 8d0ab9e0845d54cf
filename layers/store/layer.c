/* SPDX-License-Identifier: Apache-2.0 */
/* Extracted layers and their records. */
#include "layers/store/layer.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/fs.h"
#include "base/jsonx.h"

enum { LAYER_FILE_LIMIT = 16 << 20 };

static int parse_sizes(const json_t *document, struct layer_record *out,
		       struct error *err)
{
	int64_t size = 0;
	int64_t tar_size = 0;
	int64_t entries = 0;

	if (jsonx_opt_integer(document, "size", 0, INT64_MAX, &size, err) < 0 ||
	    jsonx_opt_integer(document, "tarSize", 0, INT64_MAX, &tar_size,
			      err) < 0 ||
	    jsonx_opt_integer(document, "entries", 0, INT64_MAX, &entries,
			      err) < 0)
		return -1;
	out->size = (uint64_t)size;
	out->tar_size = (uint64_t)tar_size;
	out->entries = (uint64_t)entries;
	return 0;
}

static int parse_layer_record(const json_t *document, struct layer_record *out,
			      struct error *err)
{
	const char *diff_id;
	const char *blob;
	const char *boot;

	if (jsonx_string(document, "diffID", &diff_id, err) < 0 ||
	    digest_parse(diff_id, &out->diff_id, err) < 0 ||
	    jsonx_opt_string(document, "blob", NULL, &blob, err) < 0 ||
	    (blob && digest_parse(blob, &out->blob, err) < 0) ||
	    jsonx_opt_string(document, "boot", "", &boot, err) < 0 ||
	    jsonx_opt_strings(document, "implicit", &out->implicit, err) < 0 ||
	    jsonx_opt_bool(document, "synced", &out->synced, err) < 0)
		return -1;
	(void)snprintf(out->boot, sizeof(out->boot), "%s", boot);
	return parse_sizes(document, out, err);
}

int layer_load(struct store *store, const char *name, struct layer_record *out,
	       struct error *err)
{
	autoclean(jsonx_free) json_t *document = NULL;
	autofree char *path = xasprintf("layers/%s/layer.json", name);

	*out = (struct layer_record)LAYER_RECORD_INIT;
	if (jsonx_read(store->root_fd, path, LAYER_FILE_LIMIT, &document, err) <
	    0) {
		if (err->kind == ERROR_INVALID)
			err->kind = ERROR_CORRUPT;
		return error_wrap(err, "layer %s", name);
	}
	if (parse_layer_record(document, out, err) < 0) {
		layer_record_release(out);
		err->kind = ERROR_CORRUPT;
		return error_wrap(err, "layer %s", name);
	}
	if (!out->synced && strcmp(out->boot, store_boot_id(store)) != 0)
		return error_set(err, ERROR_CORRUPT,
				 "layer %s may have lost data in a crash",
				 name);
	return 0;
}

void layer_record_release(struct layer_record *record)
{
	strvec_release(&record->implicit);
}

int layer_open(const struct store *store, const char *name, int *fd_out,
	       struct error *err)
{
	autofree char *path = xasprintf("layers/%s/fs", name);
	int fd = openat(store->root_fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return error_sys(err, errno, "open layer %s", name);
	*fd_out = fd;
	return 0;
}

/* A name below layers/ that nothing else has. */
static char *unused_name(const char *what, struct error *err)
{
	uint64_t random = 0;

	if (getrandom(&random, sizeof(random), 0) < 0) {
		(void)error_sys(err, errno, "read random bytes");
		return NULL;
	}
	return xasprintf("layers/.%s-%d-%016llx", what, (int)getpid(),
			 (unsigned long long)random);
}

int layer_draft_open(const struct store *store, struct layer_draft *out,
		     struct error *err)
{
	autoclean(layer_draft_release) struct layer_draft draft =
		LAYER_DRAFT_INIT;

	draft.store = store;
	draft.temporary = unused_name("new", err);
	if (!draft.temporary)
		return -1;
	if (store_folder(store, draft.temporary, &draft.folder_fd, err) < 0)
		return -1;
	/* the tree's own mode is the container's "/": set, whatever umask */
	if (mkdirat(draft.folder_fd, "fs", 0755) < 0)
		return error_sys(err, errno, "make layer folder");
	draft.tree_fd = openat(draft.folder_fd, "fs",
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (draft.tree_fd < 0 || fchmod(draft.tree_fd, 0755) < 0)
		return error_sys(err, errno, "open layer folder");
	*out = draft;
	draft = (struct layer_draft)LAYER_DRAFT_INIT;
	return 0;
}

int layer_draft_take(struct layer_draft *draft, int dirfd, const char *name,
		     struct error *err)
{
	cleanup_close(&draft->tree_fd);
	/* an empty directory makes way for another */
	if (renameat(dirfd, name, draft->folder_fd, "fs") < 0)
		return error_sys(err, errno, "take %s for a layer", name);
	draft->tree_fd = openat(draft->folder_fd, "fs",
				O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (draft->tree_fd < 0)
		return error_sys(err, errno, "open layer folder");
	return 0;
}

static int write_record(int folder_fd, const struct layer_record *record,
			struct error *err)
{
	autoclean(jsonx_free) json_t *document = json_object();
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	(void)json_object_set_new(document, "diffID",
				  json_string(record->diff_id.text));
	if (record->blob.algorithm != DIGEST_NONE)
		(void)json_object_set_new(document, "blob",
					  json_string(record->blob.text));
	(void)json_object_set_new(document, "size",
				  json_integer((json_int_t)record->size));
	(void)json_object_set_new(document, "tarSize",
				  json_integer((json_int_t)record->tar_size));
	(void)json_object_set_new(document, "entries",
				  json_integer((json_int_t)record->entries));
	if (record->implicit.count)
		(void)json_object_set_new(document, "implicit",
					  jsonx_from_strvec(&record->implicit));
	(void)json_object_set_new(document, "synced",
				  json_boolean(record->synced));
	(void)json_object_set_new(document, "boot", json_string(record->boot));
	jsonx_format(document, &text);
	strbuf_addch(&text, '\n');
	return atomicfile_put(folder_fd, "layer.json", text.text, text.length,
			      0, err);
}

/*
 * Removes a layer under its own name, where the disk is too full even for a
 * longer one. The record goes first: without it the layer is not used.
 */
static int remove_in_place(const struct store *store, const char *old,
			   struct error *err)
{
	autofree char *record = xasprintf("%s/layer.json", old);

	if (unlinkat(store->root_fd, record, 0) < 0 && errno != ENOENT)
		return error_sys(err, errno, "remove %s", record);
	return fs_remove_tree(store->root_fd, old, err);
}

/* Moves an old folder of this name aside and removes it. */
static int displace(const struct store *store, const char *name,
		    struct error *err)
{
	autofree char *old = xasprintf("layers/%s", name);
	autofree char *aside = unused_name("old", err);

	if (!aside)
		return -1;
	if (renameat(store->root_fd, old, store->root_fd, aside) == 0)
		return fs_remove_tree(store->root_fd, aside, err);
	if (errno == ENOENT)
		return 0;
	if (errno == ENOSPC || errno == EDQUOT)
		return remove_in_place(store, old, err);
	return error_sys(err, errno, "move layer %s aside", name);
}

int layer_draft_commit(struct store *store, struct layer_draft *draft,
		       const char *name, struct layer_record *record,
		       struct error *err)
{
	autofree char *final = xasprintf("layers/%s", name);

	record->synced = false;
	(void)snprintf(record->boot, sizeof(record->boot), "%s",
		       store_boot_id(store));
	if (write_record(draft->folder_fd, record, err) < 0)
		return -1;
	for (int tries = 0; tries < 3; tries++) {
		autoclean(layer_record_release) struct layer_record there =
			LAYER_RECORD_INIT;

		if (renameat2(store->root_fd, draft->temporary, store->root_fd,
			      final, RENAME_NOREPLACE) == 0) {
			free(TAKE_PTR(draft->temporary));
			return 0;
		}
		if (errno != EEXIST && errno != ENOTEMPTY)
			return error_sys(err, errno, "name layer %s", name);
		if (layer_load(store, name, &there, err) == 0)
			return 0;
		error_release(err);
		if (displace(store, name, err) < 0)
			return -1;
	}
	return error_set(err, ERROR_BUSY, "layer %s keeps changing", name);
}

void layer_draft_release(struct layer_draft *draft)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (draft->tree_fd >= 0)
		(void)close(draft->tree_fd); /* a folder handle */
	if (draft->folder_fd >= 0)
		(void)close(draft->folder_fd); /* a folder handle */
	/* what stays behind is found by the next clean-up */
	if (draft->temporary && fs_remove_tree(draft->store->root_fd,
					       draft->temporary, &ignored) < 0)
		error_release(&ignored);
	free(draft->temporary);
	*draft = (struct layer_draft)LAYER_DRAFT_INIT;
}

int layer_save(const struct store *store, const char *name,
	       const struct layer_record *record, struct error *err)
{
	autofree char *path = xasprintf("layers/%s", name);
	autoclose int fd = openat(store->root_fd, path,
				  O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return error_sys(err, errno, "open layer %s", name);
	return write_record(fd, record, err);
}

int layer_remove(const struct store *store, const char *name, struct error *err)
{
	return displace(store, name, err);
}
