/* SPDX-License-Identifier: Apache-2.0 */
/* The content of /dev. */
#include "runtime/devices.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/userns.h"
#include "runtime/mount_plan.h"
#include "runtime/target.h"

static const struct {
	const char *path;
	unsigned major, minor;
} defaults[] = {
	{ "/dev/null", 1, 3 },	  { "/dev/zero", 1, 5 },
	{ "/dev/full", 1, 7 },	  { "/dev/random", 1, 8 },
	{ "/dev/urandom", 1, 9 }, { "/dev/tty", 5, 0 },
};

static const struct {
	const char *name;
	const char *leads_to;
} links[] = {
	{ "core", "/proc/kcore" }, /* first: not everywhere */
	{ "fd", "/proc/self/fd" },	 { "stdin", "/proc/self/fd/0" },
	{ "stdout", "/proc/self/fd/1" }, { "stderr", "/proc/self/fd/2" },
	{ "ptmx", "pts/ptmx" },
};

enum {
	DEFAULT_COUNT = sizeof(defaults) / sizeof(*defaults),
	LINK_COUNT = sizeof(links) / sizeof(*links),
};

/* A bind of a whole /dev brings its own nodes; runc leaves it alone too. */
static bool is_dev_bound(const struct runtime_spec *spec)
{
	for (size_t i = 0; i < spec->mount_count; i++) {
		const struct runtime_mount *mount = &spec->mounts[i];
		autofree char *target = mount_plan_relative(mount->destination);
		bool is_bind = !mount->type || !*mount->type ||
			       strcmp(mount->type, "bind") == 0 ||
			       strvec_has(&mount->options, "bind") ||
			       strvec_has(&mount->options, "rbind");

		if (is_bind && strcmp(target, "dev") == 0)
			return true;
	}
	return false;
}

static mode_t type_bits(char type)
{
	if (type == 'b')
		return S_IFBLK;
	return type == 'p' ? S_IFIFO : S_IFCHR;
}

static bool is_default(const char *target)
{
	for (size_t i = 0; i < DEFAULT_COUNT; i++)
		if (strcmp(defaults[i].path + 1, target) == 0)
			return true;
	return false;
}

static void plan_defaults(struct device_plan *out)
{
	for (size_t i = 0; i < DEFAULT_COUNT; i++)
		out->nodes[out->count++] = (struct device_node){
			.shown = defaults[i].path,
			.host = defaults[i].path,
			.target = xstrdup(defaults[i].path + 1),
			.mode = S_IFCHR | 0666,
			.number = makedev(defaults[i].major, defaults[i].minor),
		};
}

void devices_plan(const struct runtime_spec *spec, struct device_plan *out)
{
	*out = (struct device_plan)DEVICE_PLAN_INIT;
	out->is_bound = spec->namespaces[RUNTIME_NAMESPACE_USER].is_asked ||
			!userns_is_initial();
	out->is_skipped = is_dev_bound(spec);
	out->has_core = access("/proc/kcore", F_OK) == 0;
	out->nodes = xcalloc(spec->device_count + DEFAULT_COUNT,
			     sizeof(*out->nodes));
	plan_defaults(out);
	for (size_t i = 0; i < spec->device_count; i++) {
		const struct runtime_device *device = &spec->devices[i];
		autofree char *target = mount_plan_relative(device->path);
		mode_t mode = device->mode.is_set
				      ? (mode_t)device->mode.value & 07777
				      : 0666;

		if (is_default(target))
			continue;
		out->nodes[out->count++] = (struct device_node){
			.shown = device->path,
			.host = device->host_path ? device->host_path
						  : device->path,
			.target = TAKE_PTR(target),
			.mode = type_bits(device->type) | mode,
			.number = makedev(device->major, device->minor),
			.uid = device->uid,
			.gid = device->gid,
		};
	}
}

static bool is_same_device(const struct stat *st,
			   const struct device_node *node)
{
	return (st->st_mode & S_IFMT) == (node->mode & S_IFMT) &&
	       (S_ISFIFO(st->st_mode) || st->st_rdev == node->number);
}

/* Binds the host's node over an empty file. */
static int bind_node(const struct device_node *node, int folder,
		     const char *name)
{
	autoclose int tree = open_tree(AT_FDCWD, node->host,
				       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	autoclose int target = -1;
	struct stat st;

	if (tree < 0 || fstat(tree, &st) < 0)
		return -1;
	if (!is_same_device(&st, node)) {
		errno = ENXIO;
		return -1;
	}
	target = target_open(folder, name, false, true);
	return target < 0 ? -1 : target_attach(tree, target);
}

static int make_node(const struct device_node *node, int folder,
		     const char *name)
{
	struct stat st;

	if (mknodat(folder, name, node->mode, node->number) == 0) {
		if (!node->uid && !node->gid)
			return 0;
		return fchownat(folder, name, node->uid, node->gid,
				AT_SYMLINK_NOFOLLOW);
	}
	if (errno != EEXIST)
		return -1;
	/* an image's own node is fine as long as it is the right one */
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    is_same_device(&st, node))
		return 0;
	errno = EEXIST;
	return -1;
}

/* Nodes right in /dev, nearly all of them, are made by the handle DEV. */
static int make_device(const struct device_plan *plan,
		       const struct device_node *node, int root, int dev)
{
	const char *name = node->target + sizeof("dev");
	autoclose int other = -1;
	int folder = dev;

	if (strncmp(node->target, "dev/", 4) != 0 || strchr(name, '/')) {
		other = target_open_parent(root, node->target, &name);
		folder = other;
	}
	if (folder < 0)
		return -1;
	return plan->is_bound && !S_ISFIFO(node->mode)
		       ? bind_node(node, folder, name)
		       : make_node(node, folder, name);
}

const char *devices_link(const struct device_plan *plan, size_t index,
			 const char **leads_to_out)
{
	index += plan->has_core ? 0 : 1;
	if (index >= LINK_COUNT)
		return NULL;
	*leads_to_out = links[index].leads_to;
	return links[index].name;
}

int devices_make(const struct device_plan *plan, int root,
		 struct stage_failure *fail)
{
	autoclose int dev = -1;
	const char *leads_to;
	const char *name;

	if (plan->is_skipped)
		return 0;
	dev = target_open(root, "dev", true, true);
	if (dev < 0)
		return stage_fail(fail, STAGE_DEVICE, "/dev");
	for (size_t i = 0; i < plan->count; i++)
		if (make_device(plan, &plan->nodes[i], root, dev) < 0)
			return stage_fail(fail, STAGE_DEVICE,
					  plan->nodes[i].shown);
	for (size_t i = 0; (name = devices_link(plan, i, &leads_to)); i++)
		if (symlinkat(leads_to, dev, name) < 0 && errno != EEXIST)
			return stage_fail(fail, STAGE_DEVICE, name);
	return 0;
}

void device_plan_release(struct device_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		free(plan->nodes[i].target);
	free(plan->nodes);
	*plan = (struct device_plan)DEVICE_PLAN_INIT;
}
