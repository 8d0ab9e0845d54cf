/* SPDX-License-Identifier: Apache-2.0 */
/* Walking the containers' folders. */
#include "layers/store/container_folder.h"

#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "layers/store/shard.h"

char *container_folder_path(const char *id)
{
	return xasprintf("containers/%.2s/%s", id, id);
}

int container_folder_list(const struct store *store, const char *prefix,
			  struct strvec *out, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (shard_list(store, "containers", prefix, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		if (strlen(names.items[i]) == CONTAINER_ID_DIGITS)
			strvec_add(out, names.items[i]);
	}
	return 0;
}

/* Images that are mounted in a container. */
static int add_mounted(const json_t *document, struct strvec *layers,
		       struct error *err)
{
	const json_t *mounts = json_object_get(document, "mounts");
	const json_t *mount;
	size_t index;

	json_array_foreach(mounts, index, mount)
	{
		if (jsonx_opt_strings(mount, "Layers", layers, err) < 0)
			return -1;
	}
	return 0;
}

int container_folder_uses(const struct store *store, const char *id,
			  struct strvec *image, struct strvec *layers,
			  struct error *err)
{
	autoclean(jsonx_free) json_t *document = NULL;
	autofree char *folder = container_folder_path(id);
	autofree char *path = xasprintf("%s/container.json", folder);
	const char *text = NULL;

	if (jsonx_read(store->root_fd, path, CONTAINER_FILE_LIMIT, &document,
		       err) < 0 ||
	    jsonx_opt_string(document, "image", NULL, &text, err) < 0 ||
	    (layers &&
	     (jsonx_opt_strings(document, "layers", layers, err) < 0 ||
	      add_mounted(document, layers, err) < 0))) {
		if (err->kind != ERROR_NOT_FOUND && err->kind != ERROR_INVALID)
			return -1;
		error_release(err);
		return 0;
	}
	/* one that runs in a folder of the host stands on no image */
	if (text && *text && image)
		strvec_add(image, text);
	return 0;
}
