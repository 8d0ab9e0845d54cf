/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts one more process in a running container: it joins the namespaces of
 * the container's first process and is confined as the first one was, by the
 * same code. The caller becomes its parent and reaps it.
 *
 * The process is born in the container with the root, the working folder and
 * the streams it is to have, and with no descriptor of the host's, so that
 * nothing in the container can look through it at the host on its way in
 * (runtime/exec_entry.h).
 */
#ifndef RUNTIME_EXEC_IN_H
#define RUNTIME_EXEC_IN_H

#include "base/error.h"
#include "runtime/launch.h"
#include "runtime/spec/runtime_spec.h"

struct exec_in {
	const struct runtime_spec *spec;       /* the container's own */
	const struct runtime_process *process; /* what to start */
	int target_pidfd;		 /* of the container's first process */
	int stdio[3];			 /* -1: /dev/null; unused with a tty */
	int cgroup_fd;			 /* v2 directory to be born in, or -1 */
	const struct sock_fprog *filter; /* seccomp program, or NULL */
	unsigned filter_flags;		 /* SECCOMP_FILTER_FLAG_… */
	/* As in struct launch. */
	int (*prepare)(void *context, pid_t pid, struct error *err);
	int (*listen)(void *context, pid_t pid, int listener,
		      struct error *err);
	void *prepare_context; /* for both */
	const char *id;	       /* container's id, for its session keyring */
	unsigned preserved;    /* as in struct launch */
	bool no_keyring;       /* the container has none of its own */
};

#define EXEC_IN_INIT                                                         \
	{                                                                    \
		.target_pidfd = -1, .stdio = { -1, -1, -1 }, .cgroup_fd = -1 \
	}

/*
 * Start the process and return once its program runs. NOT_FOUND, DENIED and
 * the rest as with launch_container; BUSY when the container has ended.
 */
int exec_in_container(const struct exec_in *request, struct launched *out,
		      struct error *err) must_check;

#endif
