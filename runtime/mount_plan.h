/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides, before there is a container, what its process has to mount: the
 * specification's mounts in their order, with options sorted, targets made
 * relative to the root and the sources of bind mounts already opened. Carrying
 * it out (mount_exec.h) then needs no memory and no decisions.
 *
 * What is refused here: a mount over "/" itself, anything but procfs on /proc,
 * anything inside /proc but the few files a resource view covers, options that
 * do not fit, sources that are not there. What a path leads to inside the root
 * is only known, and checked again, when it is opened.
 */
#ifndef RUNTIME_MOUNT_PLAN_H
#define RUNTIME_MOUNT_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "runtime/mount_options.h"
#include "runtime/spec/runtime_spec.h"

enum mount_kind {
	MOUNT_NONE = 0,
	MOUNT_FILESYSTEM, /* a new one of `type` */
	MOUNT_BIND,	  /* of a tree that exists */
	MOUNT_CGROUP,	  /* the view of the control groups */
};

struct mount_op {
	enum mount_kind kind;
	const char *shown;  /* destination as given; borrowed */
	char *target;	    /* relative to the root, no "." or ".." */
	const char *type;   /* borrowed */
	const char *source; /* borrowed */
	struct mount_options options;
	bool no_links;	   /* the target may not lead through a link */
	bool in_proc;	   /* may lie inside procfs */
	int tree_fd;	   /* detached clone of the source, or -1: by path */
	bool is_directory; /* of the source of a bind */
	int user_fd;	   /* user namespace of an idmapped mount, or -1 */
};

struct mount_plan {
	struct mount_op *ops;
	size_t count;
};

#define MOUNT_PLAN_INIT \
	{               \
		NULL, 0 \
	}

/*
 * Plan SPEC's mounts into OUT, which the caller releases whatever the result.
 * Pure but for the sources, which mount_plan_open opens.
 */
int mount_plan_make(const struct runtime_spec *spec, struct mount_plan *out,
		    struct error *err) must_check;

/*
 * Open the sources of the bind mounts as detached trees and the user
 * namespaces of idmapped ones. A process without CAP_SYS_ADMIN leaves trees to
 * the container's process. INVALID when a source is not there.
 */
int mount_plan_open(struct mount_plan *plan, const struct runtime_spec *spec,
		    struct error *err) must_check;

/*
 * Set what OP's options say on TREE, the detached clone of a bind's source. Of
 * those opened by the parent, the parent does it: mapping ids needs rights that
 * a container's process lacks. Safe in the child; -1 with errno.
 */
int mount_plan_set_attributes(const struct mount_op *op, int tree);

/*
 * Turn an absolute PATH into one relative to the root: no empty, "." or ".."
 * component, "" for the root itself. The caller frees it.
 */
char *mount_plan_relative(const char *path);

/* Close and free everything. */
void mount_plan_release(struct mount_plan *plan);
DEFINE_CLEANUP(struct mount_plan, mount_plan_release)

#endif
