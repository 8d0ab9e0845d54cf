/* SPDX-License-Identifier: Apache-2.0 */
/* Flushing to disk, and noting it. */
#include "layers/image/image_flush.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "layers/store/image_record.h"
#include "layers/store/layer.h"
#include "layers/store/step_cache.h"

static int mark_layer(struct store *store, const char *folder,
		      struct error *err)
{
	autoclean(layer_record_release) struct layer_record layer =
		LAYER_RECORD_INIT;

	if (layer_load(store, folder, &layer, err) < 0)
		return -1;
	if (layer.synced)
		return 0;
	layer.synced = true;
	return layer_save(store, folder, &layer, err);
}

static int mark_image(struct store *store, const struct digest *id,
		      struct error *err)
{
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;

	if (image_record_load(store, id, &record, err) < 0)
		return -1;
	if (record.synced)
		return 0;
	for (size_t i = 0; i < record.layer_count; i++)
		if (mark_layer(store, record.layers[i].folder, err) < 0)
			return -1;
	record.synced = true;
	return image_record_save(store, &record, err);
}

/* Steps of a build: also those whose layers are in no image. */
static int mark_steps(struct store *store, const struct strvec *keys,
		      struct error *err)
{
	for (size_t i = 0; i < keys->count; i++) {
		autoclean(step_entry_release) struct step_entry entry =
			STEP_ENTRY_INIT;
		struct digest key;

		if (digest_parse(keys->items[i], &key, err) < 0)
			return -1;
		if (!step_cache_peek(store, &key, &entry))
			continue;
		if ((entry.has_layer &&
		     mark_layer(store, entry.layer.folder, err) < 0) ||
		    step_cache_mark(store, &key, err) < 0)
			return -1;
	}
	return 0;
}

static int flush_and_mark(const struct image_flush *request, struct error *err)
{
	struct store *store = request->store;
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;

	if (syncfs(store->root_fd) < 0)
		return error_sys(err, errno, "flush %s", store->root);
	/* the whole store may be gone by now: nothing is made anew in it */
	if (!fs_exists(store->root_fd, "lock"))
		return error_set(err, ERROR_NOT_FOUND, "the store is gone");
	if (store_lock(store, LOCKFILE_EXCLUSIVE, &lock, err) < 0)
		return -1;
	if (request->steps && mark_steps(store, request->steps, err) < 0)
		return -1;
	return request->id ? mark_image(store, request->id, err) : 0;
}

/* The child: nobody waits for it, and it holds on to nothing of ours. */
static void flush_in_child(const struct image_flush *request)
{
	struct error err = ERROR_INIT;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || setsid() < 0)
		_exit(1);
	for (int fd = 0; fd < 3; fd++) {
		if (dup2(null, fd) < 0)
			_exit(1);
	}
	/* unmarked layers are made again after a crash: no loss */
	_exit(flush_and_mark(request, &err) < 0 ? 1 : 0);
}

int image_flush(const struct image_flush *request, bool wait, struct error *err)
{
	pid_t pid;

	if (wait)
		return flush_and_mark(request, err);
	/* forked twice, so that it is not ours to reap */
	pid = fork();
	if (pid < 0)
		return error_sys(err, errno, "start flushing");
	if (pid == 0) {
		pid = fork();
		if (pid == 0)
			flush_in_child(request);
		_exit(pid < 0 ? 1 : 0);
	}
	while (waitpid(pid, NULL, 0) < 0) {
		if (errno != EINTR)
			return error_sys(err, errno, "start flushing");
	}
	return 0;
}
