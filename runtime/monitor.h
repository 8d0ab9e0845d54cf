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

#include "runtime/monitored.h"

/*
 * Fork the monitor. The first client's end of the socket goes to *CLIENT_OUT.
 * In the new process this does not return.
 */
int monitor_spawn(const struct monitor *monitor, int *client_out,
		  struct error *err) must_check;

#endif
