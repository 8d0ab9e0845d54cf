/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a mode to maps. Below, "own" are the ids of the namespace that imgctl is
 * in: all of them for root; for an ordinary user, itself as 0 and then its
 * subordinate ids.
 */
#include "runtime/engine/container_ids.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/userns.h"
#include "runtime/engine/container_rootfs.h"
#include "runtime/engine/id_lease.h"
#include "runtime/engine/spec_request.h"
#include "runtime/engine/userns_mode.h"
#include "runtime/userns_maps.h"

enum {
	AUTO_SIZE_MIN = 1024,
	AUTO_ID_MAX = 65535, /* what a passwd file may ask for */
	DATABASE_MAX = 1 << 20,
};

/* One container whose maps are made. */
struct settling {
	const struct store *store;
	struct container *container;
	bool is_draft;
	struct userns_mode mode;
	struct id_maps maps;
	struct idranges own_uids, own_gids;
};

static void settling_release(struct settling *at)
{
	userns_mode_release(&at->mode);
	id_maps_release(&at->maps);
	idranges_release(&at->own_uids);
	idranges_release(&at->own_gids);
}
DEFINE_CLEANUP(struct settling, settling_release)

/* The highest id of "name:x:ID[:ID]" lines that are not nobody's. */
static uint32_t highest_id(const char *text, unsigned fields)
{
	uint32_t highest = 0;

	while (*text) {
		const char *end = strchrnul(text, '\n');
		bool is_nobody = !strncmp(text, "nobody:", 7) ||
				 !strncmp(text, "nogroup:", 8);
		const char *at = text;

		for (unsigned i = 0; i < 2 + fields && !is_nobody; i++) {
			unsigned long id = strtoul(at, NULL, 10);

			if (i >= 2 && id <= AUTO_ID_MAX && id > highest)
				highest = (uint32_t)id;
			at = memchr(at, ':', (size_t)(end - at));
			if (!at)
				break;
			at++;
		}
		text = *end ? end + 1 : end;
	}
	return highest;
}

static uint32_t highest_in(int root, const char *path, unsigned fields)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(DATABASE_MAX);
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclose int fd = -1;

	/* an image without users needs no ids for them */
	if (fs_open(root, path, FS_IN_ROOT, O_RDONLY | O_NONBLOCK, 0, &fd,
		    &ignored) < 0 ||
	    fs_read_fd(fd, DATABASE_MAX, &text, &ignored) < 0 || !text.length)
		return 0;
	return highest_id(text.text, fields);
}

/* As podman reckons: the image's users and groups, and the one that is named.
 */
static int find_size(struct settling *at, struct error *err)
{
	autoclean(strvec_release) struct strvec paths = STRVEC_INIT;
	autoclose int root = -1;
	uint32_t ids[3];

	if (at->mode.size)
		return 0;
	if (container_rootfs_look(at->store, at->container, &root, &paths,
				  err) < 0)
		return -1;
	ids[0] = highest_in(root, "etc/passwd", 2);
	ids[1] = highest_in(root, "etc/group", 1);
	ids[2] = (uint32_t)strtoul(spec_string(at->container->config, "User"),
				   NULL, 10);
	at->mode.size = AUTO_SIZE_MIN;
	for (size_t i = 0; i < 3; i++)
		if (ids[i] >= at->mode.size && ids[i] <= AUTO_ID_MAX)
			at->mode.size = ids[i] + 1;
	return 0;
}

/* What "auto" may choose from. */
static int find_pool(const struct idranges *own, bool is_group,
		     struct idranges *out, struct error *err)
{
	if (userns_is_initial()) {
		if (idranges_read_named("containers", is_group, out, err) < 0)
			return -1;
		if (out->count)
			return 0;
		return error_set(err, ERROR_NOT_FOUND,
				 "no sub%s ranges found for user "
				 "\"containers\" in /etc/sub%s",
				 is_group ? "gid" : "uid",
				 is_group ? "gid" : "uid");
	}
	for (size_t i = 0; i < own->count; i++) {
		struct idrange range = own->items[i];

		/* 0 is the user itself */
		if (!range.inside) {
			range.inside = 1;
			range.count--;
		}
		if (range.count)
			idranges_add(out, 0, range.inside, range.count);
	}
	if (!out->count)
		return error_set(err, ERROR_NOT_FOUND,
				 "this user has no subordinate ids "
				 "(`imgctl system doctor` says more)");
	return 0;
}

/* Ids up to SIZE that no range of OWN has go to those from FIRST on. */
static void fill(const struct runtime_id_maps *own, uint32_t size,
		 uint32_t first, struct runtime_id_maps *out)
{
	uint32_t at = 0;

	for (size_t i = 0; i < own->count; i++)
		id_maps_add(out, own->items[i].container, own->items[i].host,
			    own->items[i].size);
	while (at < size) {
		uint64_t next = size;
		uint64_t end = at;

		for (size_t i = 0; i < own->count; i++) {
			const struct runtime_id_map *map = &own->items[i];
			uint64_t last = (uint64_t)map->container + map->size;

			if (map->container <= at && last > at)
				end = last;
			else if (map->container > at && map->container < next)
				next = map->container;
		}
		if (end > at) {
			at = end > size ? size : (uint32_t)end;
			continue;
		}
		id_maps_add(out, at, first, (uint32_t)next - at);
		first += (uint32_t)next - at;
		at = (uint32_t)next;
	}
}

static int make_auto(struct settling *at, struct error *err)
{
	autoclean(idranges_release) struct idranges uids = IDRANGES_INIT;
	autoclean(idranges_release) struct idranges gids = IDRANGES_INIT;
	struct id_lease lease = { 0 };

	if (find_pool(&at->own_uids, false, &uids, err) < 0 ||
	    find_pool(&at->own_gids, true, &gids, err) < 0 ||
	    find_size(at, err) < 0)
		return -1;
	lease.size = at->mode.size;
	if (id_lease_take(at->store, at->container->id, &uids, &gids,
			  at->is_draft, &lease, err) < 0)
		return -1;
	fill(&at->mode.own.uids, lease.size, lease.uid, &at->maps.uids);
	fill(&at->mode.own.gids, lease.size, lease.gid, &at->maps.gids);
	return 0;
}

/*
 * All ids that OWN has, INSIDE being 0 and the others in their order: of these
 * SIZE at most, unless that is 0.
 */
static void keep(const struct idranges *own, uint32_t inside, uint32_t size,
		 struct runtime_id_maps *out)
{
	uint64_t total = idranges_total(own);
	uint32_t others = total > UINT32_MAX ? UINT32_MAX - 1
					     : (uint32_t)total - 1;
	uint32_t below;

	if (size && size < others)
		others = size;
	below = inside < others ? inside : others;
	id_maps_add(out, 0, 1, below);
	id_maps_add(out, inside, 0, 1);
	if (below < others)
		id_maps_add(out, inside + 1, below + 1, others - below);
}

/* The id that this user has outside of its namespace. */
static uint32_t real_id(const struct idranges *own)
{
	for (size_t i = 0; i < own->count; i++)
		if (!own->items[i].inside)
			return own->items[i].outside;
	return 0;
}

static int make_keep_id(struct settling *at, struct error *err)
{
	uint32_t uid = at->mode.has_uid ? at->mode.uid : real_id(&at->own_uids);
	uint32_t gid = at->mode.has_gid ? at->mode.gid : real_id(&at->own_gids);
	json_t *config = at->container->config;
	autofree char *user = xasprintf("%u:%u", uid, gid);

	if (at->mode.size && userns_is_initial())
		return error_set(err, ERROR_UNSUPPORTED,
				 "a size is only for ordinary users: root's "
				 "ids are all there are");
	if ((uid && idranges_total(&at->own_uids) < 2) ||
	    (gid && idranges_total(&at->own_gids) < 2))
		return error_set(err, ERROR_UNSUPPORTED,
				 "this user has no subordinate ids "
				 "(`imgctl system doctor` says more)");
	keep(&at->own_uids, uid, at->mode.size, &at->maps.uids);
	keep(&at->own_gids, gid, at->mode.size, &at->maps.gids);
	if (!*spec_string(config, "User") && (uid || gid))
		(void)json_object_set_new(config, "User", json_string(user));
	return 0;
}

static int make_nomap(struct settling *at, struct error *err)
{
	uint64_t uids = idranges_total(&at->own_uids);
	uint64_t gids = idranges_total(&at->own_gids);

	if (userns_is_initial())
		return error_set(err, ERROR_UNSUPPORTED,
				 "only for ordinary users: root is not left "
				 "out");
	if (uids < 2 || gids < 2)
		return error_set(err, ERROR_UNSUPPORTED,
				 "this user has no subordinate ids "
				 "(`imgctl system doctor` says more)");
	id_maps_add(&at->maps.uids, 0, 1, (uint32_t)uids - 1);
	id_maps_add(&at->maps.gids, 0, 1, (uint32_t)gids - 1);
	return 0;
}

static int take_from(struct settling *at, struct error *err)
{
	autoclean(container_release) struct container other = CONTAINER_INIT;
	autofree char *mode = NULL;

	if (container_find(at->store, at->mode.name, &other, err) < 0)
		return -1;
	/* by its id: the name may become another's */
	mode = xasprintf("container:%s", other.id);
	(void)json_object_set_new(at->container->host_config, "UsernsMode",
				  json_string(mode));
	return container_ids_read(&other, &at->maps, err);
}

static int make_maps(struct settling *at, struct error *err)
{
	switch (at->mode.kind) {
	case USERNS_AUTO:
		return make_auto(at, err);
	case USERNS_KEEP_ID:
		return make_keep_id(at, err);
	case USERNS_NOMAP:
		return make_nomap(at, err);
	case USERNS_CONTAINER:
		return take_from(at, err);
	case USERNS_PATH:
		return userns_maps_of(at->mode.name, &at->maps.uids,
				      &at->maps.gids, err);
	case USERNS_HOST:
	case USERNS_PRIVATE:
		break;
	}
	return 0;
}

static int settle(struct settling *at, struct error *err)
{
	if (idranges_read_map(false, &at->own_uids, err) < 0 ||
	    idranges_read_map(true, &at->own_gids, err) < 0 ||
	    make_maps(at, err) < 0)
		return -1;
	if (!at->maps.uids.count)
		return 0;
	if (id_maps_check(&at->maps.uids, &at->own_uids, "user ids", err) < 0 ||
	    id_maps_check(&at->maps.gids, &at->own_gids, "group ids", err) < 0)
		return -1;
	(void)json_object_set_new(at->container->host_config, "IDMappings",
				  id_maps_format(&at->maps));
	return 0;
}

int container_ids_settle(const struct store *store, struct container *container,
			 bool is_draft, struct error *err)
{
	const char *text = spec_string(container->host_config, "UsernsMode");
	autofree char *kept = xstrdup(text);
	autoclean(settling_release) struct settling at = {
		.store = store,
		.container = container,
		.is_draft = is_draft,
		.mode = USERNS_MODE_INIT,
		.maps = ID_MAPS_INIT,
		.own_uids = IDRANGES_INIT,
		.own_gids = IDRANGES_INIT,
	};

	if (userns_mode_parse(kept, &at.mode, err) < 0)
		return -1;
	if (at.mode.kind == USERNS_HOST || at.mode.kind == USERNS_PRIVATE)
		return 0;
	if (settle(&at, err) < 0)
		return error_wrap(err, "--userns=%s", kept);
	return 0;
}

int container_ids_read(const struct container *container, struct id_maps *out,
		       struct error *err)
{
	return id_maps_read(
		json_object_get(container->host_config, "IDMappings"), out,
		err);
}

int container_ids_give_streams(const struct id_maps *ids, const int streams[3],
			       struct error *err)
{
	uint32_t uid;
	uint32_t gid;
	struct stat st;

	if (!id_maps_outside(&ids->uids, 0, &uid) ||
	    !id_maps_outside(&ids->gids, 0, &gid))
		return 0;
	for (size_t i = 0; i < 3; i++) {
		if (streams[i] >= 0 && fstat(streams[i], &st) == 0 &&
		    S_ISFIFO(st.st_mode) && fchown(streams[i], uid, gid) < 0)
			return error_sys(err, errno, "give away a pipe");
	}
	return 0;
}
