/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads mountinfo, whose lines are (proc(5))
 *   id parent major:minor root mountpoint options [tags...] - type source super
 * and /proc/self/cgroup, whose lines are
 *   id:controller,controller:path        (v2: "0::path")
 * Paths in mountinfo escape blanks as \040 and so on.
 */
#include "runtime/cgroup/cgroup_host.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/strbuf.h"

enum {
	MOUNTINFO_LIMIT = 16 << 20, /* hosts with thousands of mounts exist */
	MEMBERSHIP_LIMIT = 1 << 20,
	CONTROLLERS_LIMIT = 4096,
};

static const char *const v1_names[CGROUP_CONTROLLER_COUNT] = {
	[CGROUP_CONTROLLER_NONE] = "", [CGROUP_CORE] = "",
	[CGROUP_MEMORY] = "memory",    [CGROUP_CPU] = "cpu",
	[CGROUP_CPUACCT] = "cpuacct",  [CGROUP_CPUSET] = "cpuset",
	[CGROUP_PIDS] = "pids",	       [CGROUP_IO] = "blkio",
	[CGROUP_DEVICES] = "devices",  [CGROUP_FREEZER] = "freezer",
	[CGROUP_HUGETLB] = "hugetlb",  [CGROUP_RDMA] = "rdma",
	[CGROUP_NET_CLS] = "net_cls",  [CGROUP_NET_PRIO] = "net_prio",
};

/* One mount of a control group file system, as found in a line. */
struct group_mount {
	enum cgroup_home version;
	char *root;    /* what of the hierarchy is mounted */
	char *point;   /* where */
	char *options; /* super block options: v1 names its controllers here */
};

static void group_mount_release(struct group_mount *mount)
{
	free(mount->root);
	free(mount->point);
	free(mount->options);
}
DEFINE_CLEANUP(struct group_mount, group_mount_release)

/* Copy a mountinfo field, undoing its octal escapes. */
static char *unescape(const char *text, size_t length)
{
	char *copy = xmalloc(length + 1);
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\\' && i + 3 < length && text[i + 1] <= '3') {
			copy[used++] = (char)((text[i + 1] - '0') * 64 +
					      (text[i + 2] - '0') * 8 +
					      (text[i + 3] - '0'));
			i += 3;
		} else {
			copy[used++] = text[i];
		}
	}
	copy[used] = '\0';
	return copy;
}

/* Step over one field and the blank behind it; the length of the field. */
static size_t next_field(const char **cursor, const char *end)
{
	const char *start = *cursor;
	const char *blank = memchr(start, ' ', (size_t)(end - start));
	const char *stop = blank ? blank : end;

	*cursor = blank ? blank + 1 : end;
	return (size_t)(stop - start);
}

/* Read one mountinfo line; false unless it mounts control groups. */
static bool read_mount_line(const char *line, const char *end,
			    struct group_mount *out)
{
	const char *tail = memmem(line, (size_t)(end - line), " - cgroup", 9);
	const char *cursor = line;
	const char *field;
	size_t length;

	if (!tail)
		return false;
	for (int skipped = 0; skipped < 3; skipped++)
		(void)next_field(&cursor, end); /* id, parent, device */
	field = cursor;
	length = next_field(&cursor, end);
	out->root = unescape(field, length);
	field = cursor;
	length = next_field(&cursor, end);
	out->point = unescape(field, length);
	cursor = tail + 3;
	field = cursor;
	length = next_field(&cursor, end);
	if (length == 6)
		out->version = CGROUP_HOME_V1;
	else if (length == 7 && field[6] == '2')
		out->version = CGROUP_HOME_V2;
	else
		return false;
	(void)next_field(&cursor, end); /* source */
	out->options = xstrndup(cursor, (size_t)(end - cursor));
	return true;
}

/* Whether NAME is one of the LENGTH bytes' comma separated words. */
static bool list_has(const char *list, size_t length, const char *name)
{
	size_t wanted = strlen(name);
	const char *end = list + length;

	while (list < end) {
		const char *comma = memchr(list, ',', (size_t)(end - list));
		const char *stop = comma ? comma : end;

		if ((size_t)(stop - list) == wanted &&
		    memcmp(list, name, wanted) == 0)
			return true;
		list = stop + 1;
	}
	return false;
}

/* The group path that MEMBERSHIP gives for NAME ("" is the v2 tree). */
static char *membership_path(const char *membership, const char *name)
{
	for (const char *line = membership; line && *line;) {
		const char *end = strchrnul(line, '\n');
		const char *list = memchr(line, ':', (size_t)(end - line));
		const char *path;

		if (list)
			list++;
		path = list ? memchr(list, ':', (size_t)(end - list)) : NULL;
		if (path) {
			size_t length = (size_t)(path - list);

			if (*name ? list_has(list, length, name) : length == 0)
				return xstrndup(path + 1,
						(size_t)(end - path - 1));
		}
		line = *end ? end + 1 : end;
	}
	return xstrdup("/");
}

/*
 * The part of PATH below ROOT. A path outside what is mounted (a process
 * moved away, "/..") cannot be reached, so the mount's own top stands for it.
 */
static char *relative_path(char *path, const char *root)
{
	size_t length = strlen(root);
	char *below;

	if (strcmp(root, "/") == 0 && strncmp(path, "/..", 3) != 0)
		return path;
	if (strcmp(root, "/") != 0 && strncmp(path, root, length) == 0 &&
	    (path[length] == '/' || path[length] == '\0'))
		below = xstrdup(path[length] ? path + length : "/");
	else
		below = xstrdup("/");
	free(path);
	return below;
}

static void take_place(struct cgroup_host *host, const char *membership,
		       enum cgroup_controller controller,
		       const struct group_mount *mount)
{
	struct cgroup_place *place = &host->places[controller];
	const char *name = mount->version == CGROUP_HOME_V2
				   ? ""
				   : v1_names[controller];

	if (place->home != CGROUP_HOME_NONE)
		return; /* the first mount wins: later ones are binds of it */
	place->home = mount->version;
	place->mount = xstrdup(mount->point);
	place->own = relative_path(membership_path(membership, name),
				   mount->root);
}

static void take_mount(struct cgroup_host *host, const char *membership,
		       const struct group_mount *mount)
{
	if (mount->version == CGROUP_HOME_V2) {
		take_place(host, membership, CGROUP_CORE, mount);
		return;
	}
	for (int i = CGROUP_MEMORY; i < CGROUP_CONTROLLER_COUNT; i++)
		if (list_has(mount->options, strlen(mount->options),
			     v1_names[i]))
			take_place(host, membership, (enum cgroup_controller)i,
				   mount);
}

/* Give the v2 tree what no v1 hierarchy has and what v2 offers. */
static void take_unified(struct cgroup_host *host, const char *controllers)
{
	const struct cgroup_place *core = &host->places[CGROUP_CORE];
	const char *cursor = controllers ? controllers : "";
	const char *end = strchrnul(cursor, '\n');

	while (cursor < end) {
		const char *word = cursor;
		autofree char *name = xstrndup(word, next_field(&cursor, end));
		enum cgroup_controller found =
			cgroup_controller_from_name(name);
		struct cgroup_place *place = &host->places[found];

		if (found <= CGROUP_CORE || place->home != CGROUP_HOME_NONE)
			continue;
		place->home = CGROUP_HOME_V2;
		place->mount = xstrdup(core->mount);
		place->own = xstrdup(core->own);
	}
}

static enum cgroup_mode mode_of(const struct cgroup_host *host)
{
	bool unified = host->places[CGROUP_CORE].home == CGROUP_HOME_V2;
	bool legacy = false;

	for (int i = CGROUP_MEMORY; i < CGROUP_CONTROLLER_COUNT; i++)
		legacy = legacy || host->places[i].home == CGROUP_HOME_V1;
	if (unified)
		return legacy ? CGROUP_MODE_HYBRID : CGROUP_MODE_UNIFIED;
	return legacy ? CGROUP_MODE_LEGACY : CGROUP_MODE_NONE;
}

/* The mount point of the v2 tree in MOUNTINFO, or NULL; the caller frees. */
static char *unified_mount(const char *mountinfo)
{
	for (const char *line = mountinfo; *line;) {
		const char *end = strchrnul(line, '\n');
		autoclean(group_mount_release) struct group_mount mount = { 0 };

		if (read_mount_line(line, end, &mount) &&
		    mount.version == CGROUP_HOME_V2)
			return TAKE_PTR(mount.point);
		line = *end ? end + 1 : end;
	}
	return NULL;
}

static int read_text(const char *path, size_t limit, struct strbuf *out,
		     struct error *err)
{
	out->limit = limit;
	return fs_read_file(AT_FDCWD, path, limit, out, err);
}

const char *cgroup_controller_name(enum cgroup_controller controller)
{
	return v1_names[controller];
}

enum cgroup_controller cgroup_controller_from_name(const char *name)
{
	if (strcmp(name, "io") == 0)
		return CGROUP_IO;
	if (strcmp(name, "cgroup") == 0)
		return CGROUP_CORE;
	for (int i = CGROUP_MEMORY; i < CGROUP_CONTROLLER_COUNT; i++)
		if (strcmp(name, v1_names[i]) == 0)
			return (enum cgroup_controller)i;
	return CGROUP_CONTROLLER_NONE;
}

bool cgroup_host_is_v1(const struct cgroup_host *host,
		       enum cgroup_controller controller)
{
	return host->places[controller].home == CGROUP_HOME_V1;
}

const char *cgroup_mode_name(enum cgroup_mode mode)
{
	switch (mode) {
	case CGROUP_MODE_NONE:
		return "none";
	case CGROUP_MODE_LEGACY:
		return "legacy";
	case CGROUP_MODE_HYBRID:
		return "hybrid";
	case CGROUP_MODE_UNIFIED:
		return "unified";
	}
	return "";
}

void cgroup_host_parse(const struct cgroup_host_text *text,
		       struct cgroup_host *out)
{
	for (const char *line = text->mountinfo; *line;) {
		const char *end = strchrnul(line, '\n');
		autoclean(group_mount_release) struct group_mount mount = { 0 };

		if (read_mount_line(line, end, &mount))
			take_mount(out, text->membership, &mount);
		line = *end ? end + 1 : end;
	}
	if (out->places[CGROUP_CORE].home == CGROUP_HOME_V2)
		take_unified(out, text->controllers);
	out->mode = mode_of(out);
}

int cgroup_host_read(struct cgroup_host *out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf mountinfo = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf membership = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf controllers = STRBUF_INIT;
	struct cgroup_host_text text;
	autofree char *unified = NULL;

	if (read_text("/proc/self/mountinfo", MOUNTINFO_LIMIT, &mountinfo,
		      err) < 0 ||
	    read_text("/proc/self/cgroup", MEMBERSHIP_LIMIT, &membership, err) <
		    0)
		return -1;
	unified = unified_mount(mountinfo.text);
	if (unified) {
		autofree char *path = xasprintf("%s/cgroup.controllers",
						unified);

		if (read_text(path, CONTROLLERS_LIMIT, &controllers, err) < 0)
			return -1;
	}
	text.mountinfo = mountinfo.text;
	text.membership = membership.text;
	text.controllers = controllers.text;
	cgroup_host_parse(&text, out);
	return 0;
}

void cgroup_host_release(struct cgroup_host *host)
{
	for (int i = 0; i < CGROUP_CONTROLLER_COUNT; i++) {
		free(host->places[i].mount);
		free(host->places[i].own);
	}
	*host = (struct cgroup_host)CGROUP_HOST_INIT;
}

enum cgroup_controller cgroup_host_slot(const struct cgroup_host *host,
					enum cgroup_controller controller)
{
	if (host->places[controller].home == CGROUP_HOME_V2)
		return CGROUP_CORE;
	for (int i = CGROUP_MEMORY; i < (int)controller; i++) {
		const struct cgroup_place *other = &host->places[i];

		if (other->home == CGROUP_HOME_V1 &&
		    strcmp(other->mount, host->places[controller].mount) == 0)
			return (enum cgroup_controller)i;
	}
	return controller;
}
