/* SPDX-License-Identifier: Apache-2.0 */
/* What to mount, checked; sources opened. */
#include "runtime/mount_plan.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "runtime/idmap.h"

/*
 * Files that lxcfs and its like cover with a container's own view. Everything
 * else in /proc decides about confinement (attr/, sys/), and a mount over it
 * would make our own writes there go nowhere (CVE-2019-16884).
 */
static const char *const proc_allowed[] = {
	"proc/cpuinfo",
	"proc/diskstats",
	"proc/meminfo",
	"proc/stat",
	"proc/swaps",
	"proc/uptime",
	"proc/loadavg",
	"proc/slabinfo",
	"proc/net/dev",
	"proc/sys/kernel/ns_last_pid",
	"proc/sys/crypto/fips_enabled",
};

/* Drops the last component of the LENGTH bytes at TEXT. */
static size_t parent_length(const char *text, size_t length)
{
	while (length && text[length - 1] != '/')
		length--;
	return length ? length - 1 : 0;
}

char *mount_plan_relative(const char *path)
{
	char *out = xcalloc(strlen(path) + 1, 1);
	size_t length = 0;

	while (*path) {
		size_t word = strcspn(path, "/");

		if (word == 2 && memcmp(path, "..", 2) == 0) {
			length = parent_length(out, length);
		} else if (word && !(word == 1 && *path == '.')) {
			if (length)
				out[length++] = '/';
			memcpy(out + length, path, word);
			length += word;
		}
		path += word + (path[word] == '/');
	}
	out[length] = '\0';
	return out;
}

static bool is_below(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	return strncmp(path, folder, length) == 0 && path[length] == '/';
}

static bool is_allowed_in_proc(const char *target)
{
	for (size_t i = 0; i < sizeof(proc_allowed) / sizeof(*proc_allowed);
	     i++)
		if (strcmp(proc_allowed[i], target) == 0)
			return true;
	return false;
}

static bool type_is(const struct mount_op *op, const char *type)
{
	return op->type && strcmp(op->type, type) == 0;
}

static enum mount_kind kind_of(const struct mount_op *op)
{
	if (op->options.is_bind || type_is(op, "bind") || !op->type ||
	    !*op->type)
		return MOUNT_BIND;
	if (type_is(op, "cgroup") || type_is(op, "cgroup2"))
		return MOUNT_CGROUP;
	return MOUNT_FILESYSTEM;
}

static int check_target(struct mount_op *op, struct error *err)
{
	if (!*op->target)
		return error_set(err, ERROR_INVALID,
				 "cannot mount over the root directory");
	if (strlen(op->target) >= PATH_MAX)
		return error_set(err, ERROR_INVALID, "the path is too long");
	if (strcmp(op->target, "proc") == 0 &&
	    (op->kind == MOUNT_BIND || !type_is(op, "proc")))
		return error_set(err, ERROR_INVALID,
				 "only procfs can be mounted on /proc");
	if (is_below(op->target, "proc")) {
		if (!is_allowed_in_proc(op->target))
			return error_set(err, ERROR_INVALID,
					 "cannot mount inside /proc");
		op->in_proc = true;
		op->no_links = true;
	}
	/* CVE-2019-19921: a link there would put procfs somewhere else */
	if (type_is(op, "proc") || type_is(op, "sysfs"))
		op->no_links = true;
	return 0;
}

static int check_source(const struct mount_op *op,
			const struct runtime_mount *mount, struct error *err)
{
	if (op->kind != MOUNT_BIND) {
		if (mount->uid_maps.count || op->options.idmap)
			return error_set(err, ERROR_INVALID,
					 "only a bind mount can map ids");
		return 0;
	}
	if (!op->source || *op->source != '/')
		return error_set(err, ERROR_INVALID,
				 "a bind mount needs an absolute source");
	if (*op->options.data)
		return error_set(err, ERROR_INVALID,
				 "\"%s\" is no option of a bind mount",
				 op->options.data);
	return 0;
}

static int plan_mount(const struct runtime_mount *mount, struct mount_op *op,
		      struct error *err)
{
	op->tree_fd = -1;
	op->user_fd = -1;
	op->shown = mount->destination;
	op->type = mount->type;
	op->source = mount->source;
	op->target = mount_plan_relative(mount->destination);
	if (mount_options_parse(&mount->options, &op->options, err) < 0)
		return -1;
	op->kind = kind_of(op);
	if (op->options.copy_up && !type_is(op, "tmpfs"))
		return error_set(err, ERROR_INVALID,
				 "tmpcopyup is for tmpfs only");
	if (check_target(op, err) < 0)
		return -1;
	return check_source(op, mount, err);
}

int mount_plan_make(const struct runtime_spec *spec, struct mount_plan *out,
		    struct error *err)
{
	*out = (struct mount_plan)MOUNT_PLAN_INIT;
	if (!spec->mount_count)
		return 0;
	out->ops = xcalloc(spec->mount_count, sizeof(*out->ops));
	for (size_t i = 0; i < spec->mount_count; i++) {
		out->count = i + 1;
		if (plan_mount(&spec->mounts[i], &out->ops[i], err) < 0)
			return error_wrap(err, "mount %s",
					  spec->mounts[i].destination);
	}
	return 0;
}

static int open_source(struct mount_op *op, struct error *err)
{
	unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
	struct stat st;

	if (op->options.is_recursive_bind)
		flags |= AT_RECURSIVE;
	if (stat(op->source, &st) < 0)
		return error_set(err, ERROR_INVALID,
				 "bind source path does not exist: %s",
				 op->source);
	op->is_directory = S_ISDIR(st.st_mode);
	op->tree_fd = open_tree(AT_FDCWD, op->source, flags);
	if (op->tree_fd < 0 && errno == EPERM)
		return 0; /* the container's process will, as it may */
	/* a detached mount, which older kernels do not clone, is used up */
	if (op->tree_fd < 0 && errno == EINVAL)
		op->tree_fd = open(op->source, O_PATH | O_CLOEXEC);
	if (op->tree_fd < 0)
		return error_sys(err, errno, "open %s", op->source);
	/* the name may have got another meaning since the first look */
	if (fstat(op->tree_fd, &st) < 0)
		return error_sys(err, errno, "stat %s", op->source);
	op->is_directory = S_ISDIR(st.st_mode);
	return 0;
}

/* The maps of an idmapped mount: its own, else the container's. */
static int open_maps(struct mount_op *op, const struct runtime_mount *mount,
		     const struct runtime_spec *spec, struct error *err)
{
	bool has_own = mount->uid_maps.count;

	if (!has_own && !op->options.idmap)
		return 0;
	if (!has_own && !spec->uid_maps.count)
		return error_set(err, ERROR_INVALID,
				 "idmap without mappings needs a user "
				 "namespace");
	return idmap_open(has_own ? &mount->uid_maps : &spec->uid_maps,
			  has_own ? &mount->gid_maps : &spec->gid_maps,
			  &op->user_fd, err);
}

static int set_attributes(int tree, struct mount_attr *attributes,
			  unsigned flags)
{
	if (!attributes->attr_set && !attributes->attr_clr &&
	    !attributes->propagation)
		return 0;
	return mount_setattr(tree, "", AT_EMPTY_PATH | flags, attributes,
			     sizeof(*attributes));
}

/*
 * A clone stays in its source's peer group, so without a word about it the
 * container's binds are made private: no mount of the host shows inside.
 */
int mount_plan_set_attributes(const struct mount_op *op, int tree)
{
	const struct mount_options *options = &op->options;
	bool is_private = !options->propagation;
	struct mount_attr own = {
		.attr_set = options->own.set,
		.attr_clr = options->own.clear,
	};
	struct mount_attr recursive = {
		.attr_set = options->recursive.set,
		.attr_clr = options->recursive.clear,
	};
	struct mount_attr mapped = {
		.attr_set = op->user_fd >= 0 ? MOUNT_ATTR_IDMAP : 0,
		.userns_fd = op->user_fd >= 0 ? (uint64_t)op->user_fd : 0,
	};
	unsigned below = options->is_idmap_recursive ? AT_RECURSIVE : 0;

	if (is_private || options->is_propagation_recursive)
		recursive.propagation = is_private ? MS_PRIVATE
						   : options->propagation;
	else
		own.propagation = options->propagation;
	if (set_attributes(tree, &mapped, below) < 0 ||
	    set_attributes(tree, &recursive, AT_RECURSIVE) < 0)
		return -1;
	return set_attributes(tree, &own, 0);
}

int mount_plan_open(struct mount_plan *plan, const struct runtime_spec *spec,
		    struct error *err)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct mount_op *op = &plan->ops[i];

		if (op->kind != MOUNT_BIND)
			continue;
		if (open_source(op, err) < 0 ||
		    open_maps(op, &spec->mounts[i], spec, err) < 0)
			return error_wrap(err, "mount %s", op->shown);
		if (op->tree_fd >= 0 &&
		    mount_plan_set_attributes(op, op->tree_fd) < 0)
			return error_sys(err, errno,
					 "set the mount options of %s",
					 op->shown);
	}
	return 0;
}

void mount_plan_release(struct mount_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		free(plan->ops[i].target);
		mount_options_release(&plan->ops[i].options);
		if (plan->ops[i].tree_fd >= 0)
			(void)close(plan->ops[i].tree_fd);
		if (plan->ops[i].user_fd >= 0)
			(void)close(plan->ops[i].user_fd);
	}
	free(plan->ops);
	*plan = (struct mount_plan)MOUNT_PLAN_INIT;
}
