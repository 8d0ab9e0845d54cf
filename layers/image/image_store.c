/* SPDX-License-Identifier: Apache-2.0 */
/* Image records written, and flushed afterwards. */
#include "layers/image/image_store.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "layers/image/layer_merge.h"

/* Puts layer INDEX upon those below it and notes where it stands. */
static int place_layer(const struct layer_pull *request,
		       const struct image_documents *documents,
		       const struct layer_pulled *pulled, size_t index,
		       struct image_record *record, struct error *err)
{
	struct layer_pull own = *request;
	const struct descriptor *blob = &documents->manifest.layers[index];
	struct image_layer *layer = &record->layers[index];
	autoclean(strvec_release) struct strvec parents = STRVEC_INIT;
	struct layer_merge merge = {
		.request = &own,
		.needs_parents = pulled->needs_parents,
	};

	own.blob = blob;
	own.diff_id = &documents->config.diff_ids[index];
	for (size_t i = 0; i < index; i++)
		strvec_add(&parents, record->layers[i].folder);
	merge.parents = parents.items;
	merge.parent_count = parents.count;
	if (layer_merge(&merge, own.diff_id, &layer->folder, err) < 0)
		return -1;
	layer->diff_id = *own.diff_id;
	layer->blob = blob->digest;
	layer->blob_size = blob->size;
	layer->media_type = xstrdup(descriptor_media_type(blob));
	layer->size = pulled->size;
	return 0;
}

int image_store_record(const struct layer_pull *request,
		       const struct image_documents *documents,
		       const struct layer_pulled *layers, struct error *err)
{
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	size_t count = documents->manifest.layer_count;

	record.id = documents->manifest.config.digest;
	record.config_size = documents->manifest.config.size;
	record.manifest = documents->manifest_digest;
	record.manifest_type =
		xstrdup(mediatype_name(documents->manifest.type));
	record.manifest_size = documents->manifest_size;
	record.config = json_incref(documents->config.document);
	record.tagged = clock_now();
	record.layers = xcalloc(count, sizeof(*record.layers));
	record.layer_count = count;
	(void)snprintf(record.boot, sizeof(record.boot), "%s",
		       store_boot_id(request->store));
	for (size_t i = 0; i < count; i++) {
		if (place_layer(request, documents, &layers[i], i, &record,
				err) < 0)
			return -1;
	}
	return image_record_save(request->store, &record, err);
}

static int mark_layers(struct store *store, const struct image_record *record,
		       struct error *err)
{
	for (size_t i = 0; i < record->layer_count; i++) {
		autoclean(layer_record_release) struct layer_record layer =
			LAYER_RECORD_INIT;
		const char *folder = record->layers[i].folder;

		if (layer_load(store, folder, &layer, err) < 0)
			return -1;
		if (layer.synced)
			continue;
		layer.synced = true;
		if (layer_save(store, folder, &layer, err) < 0)
			return -1;
	}
	return 0;
}

static int flush_and_mark(struct store *store, const struct digest *id,
			  struct error *err)
{
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;

	if (syncfs(store->root_fd) < 0)
		return error_sys(err, errno, "flush %s", store->root);
	/* the whole store may be gone by now: nothing is made anew in it */
	if (!fs_exists(store->root_fd, "lock"))
		return error_set(err, ERROR_NOT_FOUND, "the store is gone");
	if (store_lock(store, LOCKFILE_EXCLUSIVE, &lock, err) < 0 ||
	    image_record_load(store, id, &record, err) < 0)
		return -1;
	if (record.synced)
		return 0;
	if (mark_layers(store, &record, err) < 0)
		return -1;
	record.synced = true;
	return image_record_save(store, &record, err);
}

/* The child: nobody waits for it, and it holds on to nothing of ours. */
static void flush_in_child(struct store *store, const struct digest *id)
{
	struct error err = ERROR_INIT;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || setsid() < 0)
		_exit(1);
	for (int fd = 0; fd < 3; fd++) {
		if (dup2(null, fd) < 0)
			_exit(1);
	}
	/* unmarked layers are extracted again after a crash: no loss */
	_exit(flush_and_mark(store, id, &err) < 0 ? 1 : 0);
}

int image_store_sync(struct store *store, const struct digest *id, bool wait,
		     struct error *err)
{
	pid_t pid;

	if (wait)
		return flush_and_mark(store, id, err);
	/* forked twice, so that it is not ours to reap */
	pid = fork();
	if (pid < 0)
		return error_sys(err, errno, "start flushing");
	if (pid == 0) {
		pid = fork();
		if (pid == 0)
			flush_in_child(store, id);
		_exit(pid < 0 ? 1 : 0);
	}
	while (waitpid(pid, NULL, 0) < 0) {
		if (errno != EINTR)
			return error_sys(err, errno, "start flushing");
	}
	return 0;
}
