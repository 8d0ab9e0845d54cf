/* SPDX-License-Identifier: Apache-2.0 */
/* From volume.json to docker's document. */
#include "cmd/front/volume_inspect.h"

#include "base/alloc.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "cmd/front/shape.h"
#include "layers/store/volume.h"

enum { VOLUME_FILE_LIMIT = 1 << 20 };

/* A volume whose description got lost is still one. */
static json_t *read_description(const struct store *store, const char *name)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autofree char *path = xasprintf("volumes/%s/volume.json", name);
	json_t *document = NULL;

	if (jsonx_read(store->root_fd, path, VOLUME_FILE_LIMIT, &document,
		       &ignored) < 0)
		return json_object();
	return document;
}

int volume_inspect(const struct store *store, const char *name, json_t **out,
		   struct error *err)
{
	autoclean(jsonx_free) json_t *own = NULL;
	autofree char *data = xasprintf("volumes/%s/_data", name);
	autofree char *mountpoint = xasprintf("%s/%s", store->root, data);
	json_t *labels;
	json_t *options;

	if (!volume_exists(store, name))
		return error_set(err, ERROR_NOT_FOUND, "No such volume: %s",
				 name);
	own = read_description(store, name);
	labels = json_object_get(own, "labels");
	options = json_object_get(own, "options");
	*out = json_pack("{s:s,s:s,s:o,s:s,s:s,s:o,s:s}", "CreatedAt",
			 shape_text(own, "created"), "Driver", "local",
			 "Labels", labels ? json_incref(labels) : json_null(),
			 "Mountpoint", mountpoint, "Name", name, "Options",
			 options ? json_incref(options) : json_null(), "Scope",
			 "local");
	return 0;
}
