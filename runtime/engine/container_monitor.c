/* SPDX-License-Identifier: Apache-2.0 */
/* A container's monitor: its order, and one life after the other. */
#include "runtime/engine/container_monitor.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/jsonx.h"
#include "runtime/console.h"
#include "runtime/engine/container_health.h"
#include "runtime/engine/container_life.h"
#include "runtime/engine/container_lock.h"
#include "runtime/engine/container_network.h"
#include "runtime/engine/container_state.h"
#include "runtime/launch.h"
#include "runtime/logs/log_writer.h"
#include "runtime/monitor.h"

enum { MONITOR_STOP_TIMEOUT = 10 }; /* seconds, docker's */

static int start(void *context, const struct monitor_stdio *stdio,
		 struct monitor_started *out, struct error *err)
{
	struct launched launched = LAUNCHED_INIT;

	if (container_life_begin(context, stdio, &launched, err) < 0)
		return -1;
	out->pid = launched.pid;
	out->pidfd = launched.pidfd;
	out->console_fd = launched.console_fd;
	return 0;
}

static void failed(void *context, const struct error *err)
{
	container_life_fail(context, err);
}

static void ended(void *context, int exit_code, bool is_asked,
		  struct monitor_next *next)
{
	container_life_end(context, exit_code, is_asked, next);
}

static void stayed_down(void *context)
{
	container_life_stay_down(context);
}

static void finish(void *context)
{
	container_life_finish(context);
}

static void write_log(void *context, int stream, const void *data,
		      size_t length)
{
	struct container_life *life = context;
	autoclean(error_release) struct error err = ERROR_INIT;

	/* a full disk costs log lines, never the container */
	if (life->log &&
	    log_writer_add(life->log, stream, data, length, &err) < 0)
		error_release(&err);
}

static void wake_when(void *context, struct monitor_wake *out)
{
	const struct container_life *life = context;

	container_health_when(&life->health, out);
	out->other = container_network_wait_fd(&life->network);
}

static void wake(void *context)
{
	struct container_life *life = context;
	autoclean(error_release) struct error err = ERROR_INIT;

	container_network_wake(life->store, &life->network,
			       life->lock.folder_fd);
	if (life->state.health &&
	    container_health_wake(&life->health, life->store, life->container,
				  life->state.started, life->state.health) &&
	    container_state_put(life->lock.folder_fd, &life->state, &err) < 0)
		error_release(&err); /* the next check's result is written */
}

/* The socket's path is relative to its folder: no limit of 108 bytes. */
static int listen_at(int folder_fd, int *out, struct error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	autoclose int fd = socket(
		AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path),
		       "/proc/self/fd/%d/attach.sock", folder_fd);
	if (fd < 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 16) < 0)
		return error_sys(err, errno, "listen for clients");
	*out = TAKE_FD(fd);
	return 0;
}

static unsigned stop_timeout(const struct container *container)
{
	const json_t *value = json_object_get(container->config, "StopTimeout");

	return json_is_integer(value) && json_integer_value(value) >= 0
		       ? (unsigned)json_integer_value(value)
		       : MONITOR_STOP_TIMEOUT;
}

static void describe(struct container_life *life,
		     const struct container_order *order, struct monitor *out)
{
	const struct container *container = life->container;
	const json_t *config = container->config;

	*out = (struct monitor){
		.name = "imgctl-monitor",
		.listen_fd = life->listen_fd,
		.is_tty = json_is_true(json_object_get(config, "Tty")),
		.has_stdin = json_is_true(json_object_get(config, "OpenStdin")),
		.stdin_once =
			json_is_true(json_object_get(config, "StdinOnce")),
		.lives_on = order->lives_on,
		.rows = order->rows,
		.columns = order->columns,
		.stop_timeout_ms = stop_timeout(container) * 1000,
		.context = life,
		.start = start,
		.failed = failed,
		.log = write_log,
		.ended = ended,
		.stayed_down = stayed_down,
		.wake_when = wake_when,
		.wake = wake,
		.finish = finish,
	};
}

/* The container, its lock, and the socket that others attach by. */
static int take(struct container_life *life,
		const struct container_order *order, struct error *err)
{
	if (container_load(life->store, order->id, life->container, err) < 0 ||
	    container_lock_take(life->store, life->container, &life->lock,
				err) < 0 ||
	    listen_at(life->lock.folder_fd, &life->listen_fd, err) < 0)
		return launched_not_program(err);
	life->is_removed = json_is_true(
		json_object_get(life->container->host_config, "AutoRemove"));
	return 0;
}

/* False when the other end went without an order. */
static bool receive_order(int fd, struct container_order *out)
{
	ssize_t got;

	do {
		got = recv(fd, out, sizeof(*out), 0);
	} while (got < 0 && errno == EINTR);
	return got == (ssize_t)sizeof(*out) && !out->id[CONTAINER_ID_MAX - 1];
}

void container_monitor(struct store *store, int client_fd)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	autoclean(container_life_release) struct container_life life =
		CONTAINER_LIFE_INIT;
	struct container_order order;
	struct monitor monitor;

	if (!receive_order(client_fd, &order)) {
		(void)close(client_fd); /* nobody is there */
		return;
	}
	life.store = store;
	life.container = &container;
	life.client_fd = client_fd;
	affinity_move_back(&order.move); /* the container's are its parent's */
	life.gets_network = order.gives_network;
	if (take(&life, &order, &err) < 0) {
		container_life_drop_network(&life);
		monitor_refuse(client_fd, &err);
		return;
	}
	describe(&life, &order, &monitor);
	monitor_run(&monitor, client_fd);
}
