/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The monitor's event loop: a few descriptors, poll, no threads. Kept apart
 * from monitor.h, which is about the process; this is about its streams.
 */
#ifndef RUNTIME_MONITOR_LOOP_H
#define RUNTIME_MONITOR_LOOP_H

#include "runtime/attach_protocol.h"
#include "runtime/attach_queue.h"
#include "runtime/monitored.h"

enum { MONITOR_CLIENTS_MAX = 32 };

/* What the container has not taken of its input yet. */
struct monitor_input {
	unsigned char *data; /* NULL: nothing */
	size_t length;
};

struct monitor_client {
	int fd;		/* -1: free slot */
	unsigned wants; /* enum attach_wants; 0 before HELLO */
	bool is_first;
	bool is_leaving; /* only what is queued is left to send */
	bool is_owed;	 /* a TAKEN for its last input */
	struct attach_queue queue;
};

struct monitor_streams {
	const struct monitor *monitor;
	struct monitor_client clients[MONITOR_CLIENTS_MAX];
	int input_fd;	   /* towards the container; -1: closed */
	int output_fds[2]; /* from the container: output, errors; -1: ended */
	int pidfd;
	pid_t pid;
	int listen_fd;
	struct monitor_input input;
	bool end_input;	  /* close input_fd once that is written */
	bool stays_down;  /* somebody wants it not to be started again */
	bool is_orphaned; /* the first client died */
	int64_t kill_at;  /* monotonic; 0: nobody asked it to end */
	struct attach_message *message; /* room for one */
};

/*
 * Serve until the container has ended and its output is in the log. A client
 * that does not read keeps its share waiting.
 */
void monitor_loop_run(struct monitor_streams *streams);

/*
 * Tell all clients the exit code, and let those go that have taken everything.
 * Nobody is waited for. IS_LAST: nobody can connect any more.
 */
void monitor_loop_tell_exit(struct monitor_streams *streams, int exit_code,
			    bool is_last);

/*
 * Between two lives of a container, wait for DELAY nanoseconds; false when
 * somebody wanted it to stay down.
 */
bool monitor_loop_rest(struct monitor_streams *streams, int64_t delay);

/* Close the streams of a life that is over, and forget its input. */
void monitor_loop_close(struct monitor_streams *streams);

/* Serve what is left to clients that are slow, until they have it or go. */
void monitor_loop_linger(struct monitor_streams *streams);

#endif
