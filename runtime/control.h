/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line between a parent and the process it starts in a container: a pair
 * of packet sockets, one message per packet. The child tells failures, hands
 * over the terminal's master and asks for what only the parent can do; the
 * parent gives its word that something is done. Both ends close on exec, so
 * that the line going dead without a message means: the program runs.
 *
 * control_send and control_receive are safe in the child.
 */
#ifndef RUNTIME_CONTROL_H
#define RUNTIME_CONTROL_H

#include <sys/types.h>

#include "base/error.h"
#include "runtime/stage.h"

enum control_kind {
	CONTROL_NONE = 0, /* the line is dead */
	/* from the child */
	CONTROL_FAILED,	  /* stage, sys, path; nothing comes after it */
	CONTROL_CONSOLE,  /* the descriptor is the terminal's master */
	CONTROL_HOOKS,	  /* mounts are made: run the runtime's hooks */
	CONTROL_READY,	  /* stands before the program */
	CONTROL_LISTENER, /* the descriptor is the seccomp listener's */
	/* from the parent */
	CONTROL_MAPPED,	  /* the id maps are written */
	CONTROL_PREPARED, /* launch's prepare is done */
	CONTROL_CLEARED,  /* launch's accompany is done: the program may run */
	CONTROL_HOOKED,	  /* the hooks have run; pid is the child's */
	/* from a command to its monitor */
	CONTROL_NETWORK, /* the descriptor is a network namespace, or none is */
	CONTROL_LISTENED, /* somebody listens */
	/* from whoever starts what stands ready */
	CONTROL_START,
};

enum { CONTROL_PATH_MAX = 512 };

struct control_message {
	enum control_kind kind;
	enum stage stage;
	int sys;
	pid_t pid;
	char path[CONTROL_PATH_MAX]; /* cut to fit */
};

/* Open a pair: OURS for this process, THEIRS for the child. */
int control_open(int *ours, int *theirs, struct error *err) must_check;

/* Send a message of KIND, with FD unless it is -1; -1 with errno. */
int control_send(int line, enum control_kind kind, pid_t pid, int fd);

/* Tell the parent about FAIL. */
void control_report(int line, const struct stage_failure *fail);

/*
 * Wait for a message; CONTROL_NONE when the other end is gone. *FD_OUT is the
 * descriptor that came along, or -1; a NULL FD_OUT expects none.
 */
int control_receive(int line, struct control_message *out, int *fd_out);

/* Wait for a message of KIND and nothing else; -1 with errno. */
int control_expect(int line, enum control_kind kind,
		   struct control_message *out);

#endif
