/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --volumes-from CONTAINER[:ro|rw]: the volumes, named or not, and the folders
 * of the host that another container has, at the same places. Its tmpfs mounts
 * are its own. A volume's first contents are its first user's business.
 */
#include <string.h>

#include "base/alloc.h"
#include "cmd/front/run_mount_entry.h"
#include "cmd/front/run_parts.h"
#include "runtime/engine/container.h"

static const char *text_of(const json_t *entry, const char *key)
{
	const char *text = json_string_value(json_object_get(entry, key));

	return text ? text : "";
}

/* Where ENTRY's place is in MOUNTS, or how many there are. */
static size_t find_place(const json_t *mounts, const json_t *entry)
{
	const json_t *other;
	size_t index;

	json_array_foreach(mounts, index, other)
	{
		if (!strcmp(text_of(other, "Destination"),
			    text_of(entry, "Destination")))
			return index;
	}
	return json_array_size(mounts);
}

/* What takes away, propagates or copies cannot be said of another's mounts. */
static int check_mode(const char *mode, struct error *err)
{
	if (run_mode_check(mode, err) < 0)
		return -1;
	if (run_mode_word(mode, RUN_MODE_PROPAGATION) ||
	    run_mode_word(mode, RUN_MODE_COPY))
		return error_set(err, ERROR_INVALID, "invalid mode: %s", mode);
	return 0;
}

static void add_mount(const json_t *mount, bool is_readonly, json_t *out)
{
	json_t *copy = json_copy((json_t *)(uintptr_t)mount);
	size_t place = find_place(out, copy);

	(void)json_object_del(copy, "IsNew");
	(void)json_object_del(copy, "CopyUp");
	(void)json_object_del(copy, "Chown");
	if (is_readonly)
		(void)json_object_set_new(copy, "RW", json_false());
	/* of two containers the later counts */
	if (place < json_array_size(out))
		(void)json_array_set_new(out, place, copy);
	else
		(void)json_array_append_new(out, copy);
}

static int add_container(const struct store *store, const char *text,
			 json_t *out, struct error *err)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	size_t length = strcspn(text, ":");
	autofree char *name = xstrndup(text, length);
	const char *mode = text[length] ? text + length + 1 : "";
	const char *access = run_mode_word(mode, RUN_MODE_ACCESS);
	const json_t *mounts;
	const json_t *mount;
	size_t index;

	if (!length)
		return error_set(err, ERROR_INVALID,
				 "volumes-from specification cannot be an "
				 "empty string");
	if (check_mode(mode, err) < 0 ||
	    container_find(store, name, &container, err) < 0)
		return -1;
	mounts = json_object_get(container.document, "mounts");
	json_array_foreach(mounts, index, mount)
	{
		if (strcmp(text_of(mount, "Type"), "tmpfs") != 0)
			add_mount(mount, access && strcmp(access, "rw") != 0,
				  out);
	}
	return 0;
}

int run_volumes_from(const struct run_config_request *request, json_t **out,
		     struct error *err)
{
	const struct strvec *names = &request->options->volumes_from;
	json_t *mounts = json_array();

	*out = mounts;
	for (size_t i = 0; i < names->count; i++) {
		if (add_container(request->store, names->items[i], mounts,
				  err) < 0)
			return -1;
	}
	return 0;
}
