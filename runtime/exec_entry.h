/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of a process into a running container, as the process goes it.
 *
 * Whoever is in the container's pid namespace is seen by the container from
 * birth on, and one that may trace others can follow its descriptors, its root
 * and its working folder to where they lead (CVE-2016-9962). So the way has
 * two parts, and two processes go it:
 *
 *   outside  a child of the caller's: closes what is the host's, joins the
 *            namespaces, takes the streams; then bears, and ends
 *   inside   born in the container's pid namespace as the caller's child, not
 *            its maker's: joins the rest, confines itself, executes
 *
 * Some things stay for the second part: the cgroup namespace, from within
 * which nobody may be born into a group that it is not in yet; the time
 * namespace, which takes nobody whose memory is shared; and, where the
 * container has a user namespace of its own, all of them: who is not in that
 * one yet cannot be looked into from it. Where the pid namespace is the host's,
 * one process goes both parts.
 *
 * Everything here is safe in a child and allocates nothing.
 */
#ifndef RUNTIME_EXEC_ENTRY_H
#define RUNTIME_EXEC_ENTRY_H

#include <stdbool.h>
#include <sys/types.h>

#include "runtime/confine.h"

struct exec_entry {
	struct confine_plan confine;
	int target_pidfd; /* of the container's first process */
	int flags;     /* CLONE_NEW… of the namespaces to join, all but pid */
	int stdio[3];  /* -1: the container's null device */
	int cgroup_fd; /* v2 directory to be born in, or -1 */
	int control;   /* the child's end of the line */
	char *keyring; /* name of the session keyring to join, or NULL */
	bool joins_keyring;
	bool waits_for_parent;
	bool is_born; /* inside, by somebody outside; else one goes both parts
		       */
	pid_t born;   /* who was: written by the kernel, seen by the caller */
};

/*
 * Go the way of ENTRY, a struct exec_entry. Where somebody is to be born, the
 * one outside has to share the caller's memory. What fails is told on the line;
 * returns the exit status.
 */
int exec_entry_run(void *entry);

#endif
