/* SPDX-License-Identifier: Apache-2.0 */
/* The file of a network's members. */
#include "runtime/engine/network_members.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/jsonx.h"
#include "runtime/engine/container_state.h"

enum {
	MEMBERS_MAX = 16 << 20,
	LOCK_WAIT_MS = 60000,
};

static int open_folder(const struct store *store, int *out, struct error *err)
{
	if (mkdirat(store->run_fd, "networks", 0700) < 0 && errno != EEXIST)
		return error_sys(err, errno, "make the folder of networks");
	*out = openat(store->run_fd, "networks",
		      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *out < 0 ? error_sys(err, errno, "open the folder of networks")
			: 0;
}

static int load(int folder_fd, const char *id, json_t **out, struct error *err)
{
	autofree char *name = xasprintf("%s.json", id);

	if (jsonx_read(folder_fd, name, MEMBERS_MAX, out, err) == 0)
		return 0;
	if (err->kind != ERROR_NOT_FOUND)
		return error_wrap(err, "members of network %s", id);
	error_release(err);
	*out = json_object();
	return 0;
}

static void drop_dead(const struct store *store,
		      struct network_members *members)
{
	const char *id;
	const json_t *member;
	void *next;

	members->dead = json_object();
	json_object_foreach_safe(members->list, next, id, member)
	{
		if (container_state_is_monitored(store, id))
			continue;
		(void)json_object_set(members->dead, id,
				      (json_t *)(uintptr_t)member);
		(void)json_object_del(members->list, id);
	}
}

int network_members_open(const struct store *store, const char *id,
			 struct network_members *out, struct error *err)
{
	autofree char *lock = xasprintf("%s.lock", id);

	*out = (struct network_members)NETWORK_MEMBERS_INIT;
	memcpy(out->id, id, sizeof(out->id));
	if (open_folder(store, &out->folder_fd, err) < 0)
		return -1;
	if (lockfile_acquire(&out->lock, out->folder_fd, lock,
			     LOCKFILE_EXCLUSIVE, LOCK_WAIT_MS, err) < 0 ||
	    load(out->folder_fd, id, &out->list, err) < 0) {
		network_members_release(out);
		return -1;
	}
	drop_dead(store, out);
	return 0;
}

int network_members_save(const struct network_members *members,
			 struct error *err)
{
	autofree char *name = xasprintf("%s.json", members->id);
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	jsonx_format(members->list, &text);
	return atomicfile_put(members->folder_fd, name, text.text, text.length,
			      0, err);
}

void network_members_release(struct network_members *members)
{
	json_decref(members->list);
	json_decref(members->dead);
	lockfile_release(&members->lock);
	cleanup_close(&members->folder_fd);
	*members = (struct network_members)NETWORK_MEMBERS_INIT;
}

int network_members_read(const struct store *store, const char *id,
			 json_t **out, struct error *err)
{
	autofree char *name = xasprintf("networks/%s", id);

	return load(store->run_fd, name, out, err);
}

void network_members_note_wiring(struct network_members *members,
				 const char *container,
				 const struct wiring *wiring)
{
	json_t *member = json_object_get(members->list, container);

	(void)json_object_set_new(member, "Wiring", wiring_format(wiring));
}

int network_members_add_wiring(const json_t *list, struct wiring *out,
			       struct error *err)
{
	const char *id;
	const json_t *member;

	json_object_foreach((json_t *)(uintptr_t)list, id, member)
	{
		autoclean(wiring_release) struct wiring one = WIRING_INIT;
		const json_t *document = json_object_get(member, "Wiring");

		if (!document)
			continue;
		if (wiring_parse(document, &one, err) < 0)
			return error_wrap(err, "container %s", id);
		wiring_append(out, &one);
	}
	return 0;
}

void network_members_forget(const struct store *store, const char *id)
{
	autofree char *list = xasprintf("networks/%s.json", id);
	autofree char *lock = xasprintf("networks/%s.lock", id);

	/* what stays is of no network's */
	(void)unlinkat(store->run_fd, list, 0);
	(void)unlinkat(store->run_fd, lock, 0);
}
