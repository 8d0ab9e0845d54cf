/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The monitor's event loop: a few descriptors, poll, no threads. Kept apart
 * from monitor.h, which is about the process; this is about its streams.
 */
#ifndef RUNTIME_MONITOR_LOOP_H
#define RUNTIME_MONITOR_LOOP_H

#include "runtime/attach_protocol.h"
#include "runtime/monitored.h"

enum { MONITOR_CLIENTS_MAX = 32 };

/* One packet that could not be delivered yet. */
struct monitor_pending {
	enum attach_kind kind;
	size_t length;
	unsigned char *data; /* NULL: nothing is pending */
};

struct monitor_client {
	int fd;		/* -1: free slot */
	unsigned wants; /* enum attach_wants; 0 before HELLO */
	bool is_first;
	struct monitor_pending pending;
};

struct monitor_streams {
	const struct monitor *monitor;
	struct monitor_client clients[MONITOR_CLIENTS_MAX];
	int input_fd;	   /* towards the container; -1: closed */
	int output_fds[2]; /* from the container: output, errors; -1: ended */
	int pidfd;
	pid_t pid;
	int listen_fd;
	struct monitor_pending input; /* not taken by the container yet */
	bool end_input;		      /* close input_fd once that is written */
	bool is_orphaned;	      /* the first client died */
	int64_t kill_at;	      /* monotonic; 0: nobody asked it to end */
	struct attach_message *message; /* room for one */
};

/* Serve until the container has ended and its output is drained. */
void monitor_loop_run(struct monitor_streams *streams);

/* Tell all clients the exit code, giving each a moment to take it. */
void monitor_loop_tell_exit(struct monitor_streams *streams, int exit_code);

#endif
