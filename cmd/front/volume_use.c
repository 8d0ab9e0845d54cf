/* SPDX-License-Identifier: Apache-2.0 */
/* From the containers' mounts to the volumes' users. */
#include "cmd/front/volume_use.h"

#include "cmd/front/container_entry.h"
#include "cmd/front/shape.h"
#include "layers/store/volume.h"

static void note_user(json_t *uses, const char *name, const char *user)
{
	json_t *users = json_object_get(uses, name);

	if (!users) {
		users = json_array();
		(void)json_object_set_new(uses, name, users);
	}
	(void)json_array_append_new(users, json_string(user));
}

static void note(json_t *uses, const struct container *container)
{
	const json_t *mounts = json_object_get(container->document, "mounts");
	const json_t *mount;
	size_t index;

	json_array_foreach(mounts, index, mount)
	{
		const char *name = shape_text(mount, "Name");

		if (*name)
			note_user(uses, name, container->id);
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

int volume_use_add_leased(const struct store *store, json_t *uses,
			  struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (volume_leased(store, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++)
		note_user(uses, names.items[i], "a container to be created");
	return 0;
}
