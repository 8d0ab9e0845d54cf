/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The namespaces of a container: which ones clone3 makes, which are joined by
 * path, and in what order.
 *
 * A pid namespace applies to children only, so the parent joins it for the
 * moment of the clone; a user namespace owns what is made in it, so the clone
 * happens there (child.h). All others are joined by the child itself. Two are
 * made late, by the child: the cgroup namespace, because its root is the group
 * its maker is in, and the time namespace, whose offsets are fixed once someone
 * is inside.
 */
#ifndef RUNTIME_NAMESPACES_H
#define RUNTIME_NAMESPACES_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "runtime/spec/runtime_spec.h"
#include "runtime/stage.h"

struct namespace_plan {
	unsigned long long clone_flags;	     /* CLONE_NEW… for clone3 */
	int joined[RUNTIME_NAMESPACE_COUNT]; /* to join, or -1 */
	bool makes_cgroup;
	bool makes_time;
	char *time_offsets; /* for /proc/self/timens_offsets, or NULL */
};

/*
 * Plan SPEC's namespaces and open those that are joined; the caller releases
 * OUT whatever the result. NETWORK_FD, unless -1, is a network namespace made
 * for this container already, and is taken where SPEC asks for a new one; with
 * a user namespace of its own, which has to own it, that cannot be. INVALID
 * when a path is not such a namespace, UNSUPPORTED without a new mount
 * namespace.
 */
int namespaces_plan(const struct runtime_spec *spec, int network_fd,
		    struct namespace_plan *out, struct error *err) must_check;

/* The CLONE_NEW… flag of KIND. */
int namespace_flag(enum runtime_namespace_kind kind);

/* In the child: join what is to be joined; allocates nothing. */
int namespaces_join(const struct namespace_plan *plan,
		    struct stage_failure *fail);

/* In the child: make the time namespace and enter it; allocates nothing. */
int namespaces_enter_time(const struct namespace_plan *plan,
			  struct stage_failure *fail);

/* Whether SPEC gives the container a new namespace of KIND. */
bool namespace_is_new(const struct runtime_spec *spec,
		      enum runtime_namespace_kind kind);

/* Close and free. */
void namespace_plan_release(struct namespace_plan *plan);
DEFINE_CLEANUP(struct namespace_plan, namespace_plan_release)

#endif
