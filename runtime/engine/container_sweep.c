/* SPDX-License-Identifier: Apache-2.0 */
/* Finding and removing run folders without a container. */
#include "runtime/engine/container_sweep.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/strvec.h"
#include "layers/store/container_folder.h"
#include "runtime/engine/container_lock.h"
#include "runtime/engine/container_state.h"
#include "runtime/engine/volume_hold.h"

static bool is_in_store(const struct store *store, const char *id)
{
	autofree char *folder = container_folder_path(id);
	autofree char *document = xasprintf("%s/container.json", folder);

	return fs_exists(store->root_fd, document);
}

static void list_lost(const struct store *store, struct strvec *out)
{
	autoclose int fd = openat(store->run_fd, "containers",
				  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir)
		return; /* nothing ran yet */
	fd = -1;	/* dir's by now */
	while ((entry = readdir(dir))) {
		/* with a dot: on its way out */
		if (entry->d_name[0] != '.' &&
		    !is_in_store(store, entry->d_name))
			strvec_add(out, entry->d_name);
	}
	(void)closedir(dir);
}

static int take_away(const struct store *store, const char *id,
		     struct error *err)
{
	autoclean(container_lock_release) struct container_lock lock =
		CONTAINER_LOCK_INIT;

	if (container_lock_take_lost(store, id, &lock, err) < 0)
		return -1;
	if (lock.fd < 0)
		return 0; /* its monitor is about it */
	return container_state_clear(store, id, err);
}

void container_sweep(const struct store *store)
{
	autoclean(strvec_release) struct strvec lost = STRVEC_INIT;
	struct error err = ERROR_INIT;

	volume_hold_sweep(store);
	list_lost(store, &lost);
	for (size_t i = 0; i < lost.count; i++) {
		if (take_away(store, lost.items[i], &err) < 0)
			log_warn_error("run", &err, "run folder of %s",
				       lost.items[i]);
	}
}
