/* SPDX-License-Identifier: Apache-2.0 */
/* Killing, if need be, and removing. */
#include "runtime/engine/container_delete.h"

#include <signal.h>
#include <string.h>

#include "base/lockfile.h"
#include "layers/store/volume.h"
#include "runtime/engine/container_event.h"
#include "runtime/engine/container_lock.h"
#include "runtime/engine/container_stop.h"
#include "runtime/engine/volume_hold.h"

/* docker's words for a state in which a container is not removed. */
static const char *reason(enum container_status status)
{
	switch (status) {
	case CONTAINER_RUNNING:
		return "container is running: stop the container before "
		       "removing or force remove";
	case CONTAINER_PAUSED:
		return "container is paused and must be unpaused first";
	case CONTAINER_RESTARTING:
		return "container is restarting: stop the container before "
		       "removing or force remove";
	case CONTAINER_STATUS_NONE:
	case CONTAINER_CREATED:
	case CONTAINER_REMOVING:
	case CONTAINER_EXITED:
	case CONTAINER_DEAD:
		break;
	}
	return NULL;
}

static int refuse(const struct container *container, const char *why,
		  struct error *err)
{
	return error_set(err, ERROR_BUSY, "cannot remove container \"/%s\": %s",
			 container->name, why);
}

/* Sees to it that the container does not run. */
static int end(const struct store *store, const struct container *container,
	       bool is_forced, struct error *err)
{
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;
	const char *why;

	if (container_state_load(store, container, &state, err) < 0)
		return -1;
	why = reason(state.status);
	if (!why)
		return 0;
	if (!is_forced)
		return refuse(container, why, err);
	if (container_kill(store, container, SIGKILL, err) == 0)
		return 0;
	/* it ended by itself just now */
	if (err->kind != ERROR_BUSY)
		return -1;
	error_release(err);
	return 0;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* Takes the volumes that CONTAINER mounts out of NAMES. */
static void keep_used(const struct container *container, struct strvec *names)
{
	const json_t *mounts = json_object_get(container->document, "mounts");
	const json_t *mount;
	size_t index;

	json_array_foreach(mounts, index, mount)
	{
		const char *name = text_of(mount, "Name");

		for (size_t i = names->count; i > 0; i--) {
			if (!strcmp(names->items[i - 1], name))
				strvec_remove(names, i - 1);
		}
	}
}

static int keep_used_by_others(const struct store *store, const char *own,
			       struct strvec *names, struct error *err)
{
	autoclean(strvec_release) struct strvec ids = STRVEC_INIT;

	if (container_list(store, &ids, err) < 0)
		return -1;
	for (size_t i = 0; i < ids.count && names->count; i++) {
		autoclean(container_release) struct container other =
			CONTAINER_INIT;

		if (!strcmp(ids.items[i], own))
			continue;
		if (container_load(store, ids.items[i], &other, err) == 0) {
			keep_used(&other, names);
			continue;
		}
		if (err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
	}
	return 0;
}

static void keep_leased(const struct strvec *leased, struct strvec *names)
{
	for (size_t i = 0; i < leased->count; i++) {
		for (size_t j = names->count; j > 0; j--) {
			if (!strcmp(names->items[j - 1], leased->items[i]))
				strvec_remove(names, j - 1);
		}
	}
}

/* Under the store's lock no other container comes to use one meanwhile. */
static int remove_unused(const struct store *store, const char *own,
			 struct strvec *names, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autoclean(strvec_release) struct strvec leased = STRVEC_INIT;

	if (store_lock(store, LOCKFILE_EXCLUSIVE, &lock, err) < 0 ||
	    keep_used_by_others(store, own, names, err) < 0 ||
	    volume_leased(store, &leased, err) < 0)
		return -1;
	keep_leased(&leased, names);
	for (size_t i = 0; i < names->count; i++) {
		if (volume_remove(store, names->items[i], err) < 0)
			return -1;
	}
	return 0;
}

int container_delete_volumes(const struct store *store,
			     const struct container *container,
			     struct error *err)
{
	const json_t *mounts = json_object_get(container->document, "mounts");
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	const json_t *mount;
	size_t index;

	json_array_foreach(mounts, index, mount)
	{
		if (json_is_true(json_object_get(mount, "Anonymous")))
			strvec_add(&names, text_of(mount, "Name"));
	}
	if (!names.count)
		return 0;
	volume_hold_sweep(store);
	return remove_unused(store, container->id, &names, err);
}

/* Whether the container is gone: --rm, or another rm was faster. */
static bool is_gone(const struct store *store, const char *id)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	struct error ignored = ERROR_INIT;

	if (container_load(store, id, &container, &ignored) == 0)
		return false;
	error_release(&ignored);
	return true;
}

/* Under the lock: the container, its volumes, its run folder. */
static int remove_all(const struct store *store, struct container *container,
		      bool has_volumes, struct error *err)
{
	if (container_remove(store, container, err) < 0 ||
	    (has_volumes &&
	     container_delete_volumes(store, container, err) < 0))
		return -1;
	/* what its monitor, if it was killed, left mounted */
	volume_hold_sweep(store);
	container_event(store, container, "destroy");
	return container_state_clear(store, container->id, err);
}

/* With --rm its monitor removes it; nothing is left when this returns. */
static int await_monitor(const struct store *store,
			 const struct container *container, struct error *err)
{
	autoclean(container_lock_release) struct container_lock lock =
		CONTAINER_LOCK_INIT;

	if (container_lock_take_ended(store, container, &lock, err) < 0)
		return -1;
	return container_state_clear(store, container->id, err);
}

int container_delete(const struct store *store, struct container *container,
		     const struct container_delete *how, struct error *err)
{
	autoclean(container_lock_release) struct container_lock lock =
		CONTAINER_LOCK_INIT;

	if (end(store, container, how->is_forced, err) < 0)
		return -1;
	if (is_gone(store, container->id))
		return await_monitor(store, container, err);
	if (container_lock_take(store, container, &lock, err) < 0)
		return -1;
	/* it may have gone while we waited */
	if (is_gone(store, container->id))
		return container_state_clear(store, container->id, err);
	return remove_all(store, container, how->has_volumes, err);
}
