/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one small process beside each container: it starts the container, holds
 * its pipes or terminal, writes its log, serves clients that attach, reaps it
 * and sees to what comes after its end. It is a child of the command that
 * starts the container, and outlives it.
 *
 * monitor_run is the whole of it, and monitor_spawn forks a process for that;
 * everything in struct monitor happens there. The command keeps the other end
 * of a socket pair and is the first client: it hears STARTED or FAILED, then,
 * when it stays, output and the exit code (attach_protocol.h). Others connect
 * to the listening socket.
 *
 * Output goes to the log first, then to every client that wants it; a client
 * that does not read holds the container up as a full pipe would, so memory
 * stays flat. When the first client dies without detaching, and the container
 * was not to live on, the container is asked to end and then made to.
 */
#ifndef RUNTIME_MONITOR_H
#define RUNTIME_MONITOR_H

#include "runtime/monitored.h"

/*
 * Fork the monitor. The first client's end of the socket goes to *CLIENT_OUT.
 * In the new process this does not return.
 */
int monitor_spawn(const struct monitor *monitor, int *client_out,
		  struct error *err) must_check;

/*
 * Be the monitor in this process, which leaves everything of its caller behind
 * first; CLIENT_FD, taken over, is its end of the first client's socket.
 * Returns when nothing is left to do.
 */
void monitor_run(const struct monitor *monitor, int client_fd);

/* Tell the first client that nothing starts, and why; CLIENT_FD is closed. */
void monitor_refuse(int client_fd, const struct error *err);

#endif
