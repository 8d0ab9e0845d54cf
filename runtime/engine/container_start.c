/* SPDX-License-Identifier: Apache-2.0 */
/* The command's half: a monitor, and its order. */
#include "runtime/engine/container_start.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/userns.h"
#include "runtime/attach_protocol.h"
#include "runtime/engine/container_monitor.h"
#include "runtime/engine/container_network.h"
#include "runtime/engine/spec_request.h"
#include "runtime/monitor.h"
#include "runtime/network_ahead.h"
#include "runtime/self_protect.h"

/* In the child: becomes the monitor, or tells why it cannot. */
static _Noreturn void become_monitor(const struct store *store, int fd)
{
	char *const argv[] = {
		(char *)(uintptr_t) "imgctl",
		(char *)(uintptr_t) "--root",
		store->root,
		(char *)(uintptr_t) "--runroot",
		store->run,
		(char *)(uintptr_t)CONTAINER_MONITOR_VERB,
		NULL,
	};
	autoclean(error_release) struct error err = ERROR_INIT;

	if (dup2(fd, STDIN_FILENO) < 0)
		(void)error_sys(&err, errno, "hand a socket on");
	else if (self_protect_execute(argv, &err) == 0)
		_exit(0); /* it does not return so */
	monitor_refuse(fd, &err);
	_exit(1);
}

int container_summon(const struct store *store, struct summoned *out,
		     struct error *err)
{
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return error_sys(err, errno, "make a socket pair");
	pid = fork();
	if (pid == 0)
		become_monitor(store, fds[1]);
	(void)close(fds[1]); /* the monitor's */
	if (pid < 0) {
		(void)close(fds[0]); /* nothing was sent */
		return error_sys(err, errno, "start the monitor");
	}
	*out = (struct summoned){ .fd = fds[0], .pid = pid };
	affinity_move_away(pid, &out->move);
	return 0;
}

void container_dismiss(struct summoned *monitor)
{
	if (monitor->fd < 0)
		return;
	(void)close(monitor->fd); /* it sees that */
	while (waitpid(monitor->pid, NULL, 0) < 0 && errno == EINTR)
		;
	monitor->fd = -1;
}

int container_start(const struct container_start *request, int *client_out,
		    struct error *err)
{
	autoclean(container_dismiss) struct summoned own = SUMMONED_INIT;
	struct summoned *monitor = request->monitor ? request->monitor : &own;
	struct container_order order = {
		.lives_on = request->lives_on,
		/* who is root of a namespace only could not come back */
		.gives_network =
			userns_is_initial() &&
			spec_makes_network(request->container->host_config) &&
			!container_network_is_asked(request->container),
		.rows = request->rows,
		.columns = request->columns,
	};

	memcpy(order.id, request->container->id, sizeof(order.id));
	if (monitor->fd < 0 &&
	    container_summon(request->store, monitor, err) < 0)
		return -1;
	order.move = monitor->move;
	/* one that could not begin has said why, and that is read first */
	if (send(monitor->fd, &order, sizeof(order), MSG_NOSIGNAL) < 0 &&
	    errno != EPIPE)
		return error_sys(err, errno, "tell the monitor what to start");
	if (order.gives_network && network_ahead_give(monitor->fd, err) < 0)
		return -1;
	*client_out = TAKE_FD(monitor->fd);
	return 0;
}
