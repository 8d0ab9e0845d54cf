/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process started in a container, seen by its parent: what the parent holds
 * of it, and listening to it until its program runs. The descriptors are the
 * holder's; releasing them does nothing to the process.
 */
#ifndef RUNTIME_LAUNCHED_H
#define RUNTIME_LAUNCHED_H

#include <sys/types.h>

#include "base/error.h"

struct launched {
	pid_t pid;	/* as this process sees it */
	int pidfd;	/* readable when the process has ended */
	int console_fd; /* master side of the container's terminal, or -1 */
	int control_fd; /* open while stopped before the program, else -1 */
};

#define LAUNCHED_INIT          \
	{                      \
		-1, -1, -1, -1 \
	}

/* What a child asks of its parent on the way; NULL: it never does. */
struct launched_duty {
	/* Run the runtime's hooks and answer CONTROL_HOOKED. */
	int (*hooks)(void *context, const struct launched *child,
		     struct error *err);
	/* Hand over LISTENER, which stays the caller's. */
	int (*listen)(void *context, const struct launched *child, int listener,
		      struct error *err);
	void *context;
};

/*
 * Listen to CHILD until its program runs (control_fd is closed then) or it
 * stands before it (control_fd stays). Fails with what the child says of its
 * failure.
 */
int launched_follow(struct launched *child, const struct launched_duty *duty,
		    struct error *err) must_check;

/*
 * The parent failed with ERR while it served CHILD. When the child is dead, its
 * own reason replaces ERR. Returns -1.
 */
int launched_explain(struct launched *child, struct error *err);

/* Kill and reap CHILD and release what is held of it. */
void launched_abandon(struct launched *child);

/*
 * NOT_FOUND and DENIED speak of the program only: before there is a child they
 * become SYSTEM. Returns -1.
 */
int launched_not_program(struct error *err);

/* Close the descriptors; the process itself goes on. */
void launched_release(struct launched *launched);
DEFINE_CLEANUP(struct launched, launched_release)

#endif
