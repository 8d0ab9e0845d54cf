/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a monitor watches over: the container's shape, and what to do at the
 * turns of its life. Filled in by the one who starts a monitor (monitor.h),
 * read by its event loop (monitor_loop.h); the callbacks run in the monitor's
 * process. All of it is borrowed for as long as the monitor lives.
 */
#ifndef RUNTIME_MONITORED_H
#define RUNTIME_MONITORED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* Where the container's streams go; -1 stands for /dev/null. */
struct monitor_stdio {
	int fds[3];
	uint16_t rows, columns; /* of the terminal it gets; 0: the kernel's */
};

struct monitor_started {
	pid_t pid;
	int pidfd;
	int console_fd; /* the terminal's master side, or -1 */
};

/* What a companion of the container, such as a health check, waits for. */
struct monitor_wake {
	int fd;	    /* until this is readable; -1: nothing */
	int other;  /* or this */
	int64_t at; /* or until then, monotonic; 0: never */
};

/* What comes after an end. */
struct monitor_next {
	bool is_started_again;
	int64_t delay; /* nanoseconds until then */
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
	/*
	 * It has ended: record it, and say what comes next. Clients hear of it
	 * afterwards. IS_ASKED: by somebody who wants it to stay down.
	 */
	void (*ended)(void *context, int exit_code, bool is_asked,
		      struct monitor_next *next);
	/* While it waited to be started again somebody wanted it to stay down.
	 */
	void (*stayed_down)(void *context);
	/* What to wait for beside the container; NULL: nothing. */
	void (*wake_when)(void *context, struct monitor_wake *out);
	/* That has come. */
	void (*wake)(void *context);
	/* Clients know: tidy up what nobody waits for. */
	void (*finish)(void *context);
};

#endif
