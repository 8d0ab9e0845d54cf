/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one small process beside each container: it starts the container, holds
 * its pipes or terminal, writes its log, serves clients that attach, reaps it
 * and sees to what comes after its end. It is forked from the command that
 * starts the container and outlives it.
 *
 * monitor_spawn forks; everything in struct monitor then happens in the new
 * process. The command keeps the other end of a socket pair and is the first
 * client: it hears STARTED or FAILED, then, when it stays, output and the exit
 * code (attach_protocol.h). Others connect to the listening socket.
 *
 * Output goes to the log first, then to every client that wants it; a client
 * that does not read holds the container up as a full pipe would, so memory
 * stays flat. When the first client dies without detaching, and the container
 * was not to live on, the container is asked to end and then made to.
 */
#ifndef RUNTIME_MONITOR_H
#define RUNTIME_MONITOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* Where the container's streams go; -1 stands for /dev/null. */
struct monitor_stdio {
	int fds[3];
};

struct monitor_started {
	pid_t pid;
	int pidfd;
	int console_fd; /* the terminal's master side, or -1 */
};

struct monitor {
	const char *name; /* of the process, as ps shows it */
	bool is_tty;
	bool has_stdin;		  /* the container's standard input is open */
	bool stdin_once;	  /* and ends with the first client's */
	bool lives_on;		  /* without its first client */
	uint16_t rows, columns;	  /* of the first client's terminal, or 0 */
	unsigned stop_timeout_ms; /* between asking and killing */
	int listen_fd;		  /* clients connect here; -1: nobody can */
	void *context;
	/* Start the container. What fails is told to the first client. */
	int (*start)(void *context, const struct monitor_stdio *stdio,
		     struct monitor_started *out, struct error *err);
	/* It could not be started, for the reason in ERR. */
	void (*failed)(void *context, const struct error *err);
	/* Bytes of stream 1 or 2 for the log. */
	void (*log)(void *context, int stream, const void *data, size_t length);
	/* It has ended: record it. Clients hear of it afterwards. */
	void (*ended)(void *context, int exit_code);
	/* Clients know: tidy up what nobody waits for. */
	void (*finish)(void *context);
};

/*
 * Fork the monitor. The first client's end of the socket goes to *CLIENT_OUT.
 * In the new process this does not return.
 */
int monitor_spawn(const struct monitor *monitor, int *client_out,
		  struct error *err) must_check;

#endif
