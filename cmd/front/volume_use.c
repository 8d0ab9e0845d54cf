/* SPDX-License-Identifier: Apache-2.0 */
/* From the containers' mounts to the volumes' users. */
#include "cmd/front/volume_use.h"

#include "cmd/front/container_entry.h"
#include "cmd/front/shape.h"

static void note(json_t *uses, const struct container *container)
{
	const json_t *mounts = json_object_get(container->document, "mounts");
	const json_t *mount;
	size_t index;

	json_array_foreach(mounts, index, mount)
	{
		const char *name = shape_text(mount, "Name");
		json_t *users = json_object_get(uses, name);

		if (!*name)
			continue;
		if (!users) {
			users = json_array();
			(void)json_object_set_new(uses, name, users);
		}
		(void)json_array_append_new(users, json_string(container->id));
	}
}

int volume_use_find(const struct store *store, json_t **out, struct error *err)
{
	autoclean(container_entries_release) struct container_entries entries =
		CONTAINER_ENTRIES_INIT;

	if (container_entries_load(store, &entries, err) < 0)
		return -1;
	*out = json_object();
	for (size_t i = 0; i < entries.count; i++)
		note(*out, &entries.items[i].container);
	return 0;
}
