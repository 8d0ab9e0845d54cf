/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns an OCI specification and a root file system into a running, contained
 * process: the one path behind run, start, a build's RUN and `oci create`.
 *
 * launch_container plans everything first (mounts, devices, capabilities,
 * program search), then makes the child with one clone3 that holds every new
 * namespace and the v2 control group. The child allocates nothing; it works
 * through its stages and executes the program. It is not dumpable before that
 * and dies with the caller. What fails in it comes back as {step, errno, path}
 * and is told here in words.
 *
 * Calling sequence: fill a struct launch (LAUNCH_INIT), launch_container; then
 * the pidfd becomes readable when the container ends, and the caller, being
 * the parent, reaps it. With `start_fd`, a listening socket, the child stops
 * right before the program and lives on without the caller: whoever connects to
 * that socket, in this process or another, calls launch_finish.
 * Descriptors in struct launch are borrowed; those in struct launched are the
 * caller's. The calling process must have one thread only.
 */
#ifndef RUNTIME_LAUNCH_H
#define RUNTIME_LAUNCH_H

#include <linux/filter.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "runtime/launched.h"
#include "runtime/spec/runtime_spec.h"

struct launch {
	const struct runtime_spec *spec;
	int rootfs_fd; /* detached mount, or a directory, to become "/" */
	/*
	 * rootfs_fd is a detached mount that nobody else uses: it is moved into
	 * the container. A clone of it would cost a second one to take down.
	 */
	bool is_rootfs_ours;
	bool dies_with_parent; /* unless the program gets other rights */
	int stdio[3];  /* -1: /dev/null; unused when the spec wants a tty */
	int cgroup_fd; /* v2 directory to be born in, or -1 */
	const struct sock_fprog *filter; /* seccomp program, or NULL */
	unsigned filter_flags;		 /* SECCOMP_FILTER_FLAG_… */
	/*
	 * Called in this process once the child is there, while it mounts; the
	 * child waits for it before the program starts. For what only a parent
	 * can do: v1 control groups, the network's outer end. NULL: nothing.
	 */
	int (*prepare)(void *context, pid_t pid, struct error *err);
	/*
	 * Called after it, while the child works on, which waits for it right
	 * before the program. For what takes long and nobody needs earlier.
	 */
	int (*accompany)(void *context, pid_t pid, struct error *err);
	/*
	 * Hand over LISTENER, the seccomp filter's; it stays the caller's.
	 * NULL: the filter has none.
	 */
	int (*listen)(void *context, pid_t pid, int listener,
		      struct error *err);
	void *context;	    /* for all of them */
	int network_fd;	    /* a new network namespace to use, or -1 */
	int start_fd;	    /* wait for a client of this packet socket; or -1 */
	unsigned preserved; /* descriptors from 3 on that the program keeps */
	bool no_keyring;    /* stay in the caller's session keyring */
	bool no_pivot;	    /* the root is moved over "/" and entered */
	const char *id;	    /* container's id: keyring name, hooks' state */
	const char *bundle; /* directory told to hooks; NULL: "/" */
	const char *root_place; /* where hooks find the root; NULL: nowhere */
};

#define LAUNCH_INIT                                                        \
	{                                                                  \
		.rootfs_fd = -1, .stdio = { -1, -1, -1 }, .cgroup_fd = -1, \
		.network_fd = -1, .start_fd = -1                           \
	}

/*
 * Start the container and return once its program runs, or, with `start_fd`,
 * once it stands ready to. On failure nothing is left: the child is dead and
 * reaped. NOT_FOUND: there is no such program (docker's exit code 127);
 * DENIED: it cannot be executed (126); any other kind: 125.
 */
int launch_container(const struct launch *launch, struct launched *out,
		     struct error *err) must_check;

/*
 * LAUNCHED's control_fd is connected to the start socket: let the program run,
 * wait until it does, and run the poststart hooks. Fails as launch_container
 * does; the child is dead then, and reaped when it is a child of this process.
 */
int launch_finish(const struct launch *launch, struct launched *launched,
		  struct error *err) must_check;

#endif
