/* SPDX-License-Identifier: Apache-2.0 */
/* A container's start in its monitor, and what is left to do at its end. */
#include "runtime/engine/container_monitor.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "base/log.h"
#include "base/userns.h"
#include "runtime/cgroup/cgroup_control.h"
#include "runtime/cgroup/cgroup_delegation.h"
#include "runtime/cgroup/cgroup_stats.h"
#include "runtime/console.h"
#include "runtime/engine/container_delete.h"
#include "runtime/engine/container_event.h"
#include "runtime/engine/container_files.h"
#include "runtime/engine/container_health.h"
#include "runtime/engine/container_hooks.h"
#include "runtime/engine/container_ids.h"
#include "runtime/engine/container_lock.h"
#include "runtime/engine/container_network.h"
#include "runtime/engine/container_pasta.h"
#include "runtime/engine/container_rootfs.h"
#include "runtime/engine/container_sources.h"
#include "runtime/engine/container_state.h"
#include "runtime/engine/container_update.h"
#include "runtime/engine/container_volumes.h"
#include "runtime/engine/restart_policy.h"
#include "runtime/engine/spec_request.h"
#include "runtime/engine/start_plan.h"
#include "runtime/engine/uplink.h"
#include "runtime/engine/volume_hold.h"
#include "runtime/launch.h"
#include "runtime/logs/log_writer.h"
#include "runtime/monitor.h"
#include "runtime/network_ahead.h"

enum {
	START_STOP_TIMEOUT = 10, /* seconds, docker's */
	START_CGROUP_WAIT_MS = 2000,
};

/* What the monitor keeps while the container lives. */
struct running {
	struct store *store;
	struct container *container;
	struct container_lock lock; /* held as long as the monitor lives */
	int listen_fd;
	struct cgroup *cgroup;
	struct log_writer *log;
	struct container_state state;
	int client_fd;	   /* whoever ordered the start */
	bool gets_network; /* and will send a network namespace */
	int mounts_fd;	   /* the container's mount namespace, or -1 */
	struct volume_hold volumes;
	struct container_health health;
	struct restart_record restarts;
	int64_t born;	 /* the start of this life, monotonic */
	bool is_removed; /* --rm */
	struct id_maps ids;
	struct container_network network;
	struct container_uplink pasta;
	struct container_ports pasta_ports;
	struct container_hooks hooks;
};

/* A start on its way, for what is done while the child mounts. */
struct starting {
	struct running *running;
	const struct start_plan *plan;
};

static bool is_auto_removed(const struct container *container)
{
	return json_is_true(
		json_object_get(container->host_config, "AutoRemove"));
}

/* Writes the specification beside the state, for exec and for people. */
static int keep_spec(const struct running *running, const json_t *document,
		     struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	jsonx_format(document, &text);
	return atomicfile_put(running->lock.folder_fd, "config.json", text.text,
			      text.length, 0, err);
}

/*
 * v1 groups are joined while the child mounts: the kernel makes us wait. A
 * network of a user namespace is laid now that there is one.
 */
static int join_groups(void *context, pid_t pid, struct error *err)
{
	const struct starting *starting = context;
	struct running *running = starting->running;
	struct cgroup *cgroup = running->cgroup;

	if (running->network.is_late &&
	    container_network_lay(running->store, &running->network, pid, err) <
		    0)
		return -1;
	return cgroup && cgroup_has_to_add(cgroup)
		       ? cgroup_add(cgroup, pid, err)
		       : 0;
}

static int open_log(struct running *running, struct error *err)
{
	const json_t *config = json_object_get(running->container->host_config,
					       "LogConfig");
	struct log_options options = LOG_OPTIONS_INIT;

	if (log_options_parse(spec_string(config, "Type"),
			      json_object_get(config, "Config"), &options,
			      err) < 0)
		return -1;
	return log_writer_open(running->container->folder_fd, &options,
			       &running->log, err);
}

/*
 * Whoever lets go of a mount namespace last takes it down, and waits for the
 * kernel's grace period. Held here, that is not the dying container's part,
 * whose end a client waits for, but comes after the client is told.
 */
static void hold_mounts(struct running *running, pid_t pid)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)pid);
	running->mounts_fd = open(path, O_RDONLY | O_CLOEXEC);
}

static int start_pasta(struct running *running, pid_t pid, struct error *err)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	return uplink_start(&running->pasta_ports, running->lock.folder_fd,
			    path, &running->pasta, err);
}

/* What only has to be there when the program runs. */
static int accompany(void *context, pid_t pid, struct error *err)
{
	const struct starting *starting = context;
	struct running *running = starting->running;
	const struct start_plan *plan = starting->plan;

	hold_mounts(running, pid);
	if ((running->cgroup &&
	     cgroup_guard_devices(running->cgroup, &plan->limits, pid, err) <
		     0) ||
	    keep_spec(running, plan->document, err) < 0)
		return -1;
	if (container_pasta_is_asked(running->container) &&
	    start_pasta(running, pid, err) < 0)
		return -1;
	if (container_network_publish(&running->network,
				      running->lock.folder_fd, err) < 0)
		return -1;
	return open_log(running, err);
}

static int launch(struct running *running, const struct start_plan *plan,
		  int rootfs_fd, int network_fd,
		  const struct monitor_stdio *stdio, struct launched *out,
		  struct error *err)
{
	struct launch request = LAUNCH_INIT;
	struct starting starting = { running, plan };

	request.spec = &plan->spec;
	request.rootfs_fd = rootfs_fd;
	request.is_rootfs_ours = true;
	request.dies_with_parent = true;
	memcpy(request.stdio, stdio->fds, sizeof(request.stdio));
	request.cgroup_fd = running->cgroup ? cgroup_into_fd(running->cgroup)
					    : -1;
	request.filter = plan->has_filter ? &plan->filter.program : NULL;
	request.filter_flags = plan->filter.flags;
	if (container_ids_give_streams(&running->ids, stdio->fds, err) < 0 ||
	    container_hooks_prepare(running->store, running->container->id,
				    &plan->spec, running->lock.folder_fd,
				    &running->hooks, err) < 0)
		return -1;
	request.prepare = join_groups;
	request.accompany = accompany;
	request.context = &starting;
	request.network_fd = network_fd;
	request.id = running->container->id;
	request.bundle = running->hooks.bundle;
	request.root_place = running->hooks.root;
	return launch_container(&request, out, err);
}

static int note_running(struct running *running, const struct start_plan *plan,
			pid_t pid, struct error *err)
{
	container_state_release(&running->state);
	running->state = (struct container_state){
		.status = CONTAINER_RUNNING,
		.pid = pid,
		.monitor = getpid(),
		.started = clock_now(),
		.restarts = running->restarts.count,
		.cgroup = running->cgroup ? xstrdup(plan->cgroup_path) : NULL,
	};
	running->born = clock_monotonic();
	container_health_begin(&running->health, running->container,
			       &running->state.health);
	if (container_state_put(running->lock.folder_fd, &running->state, err) <
		    0 ||
	    container_state_put_start(running->container,
				      running->state.started, err) < 0)
		return -1;
	container_event(running->store, running->container, "start");
	return 0;
}

/*
 * A user that no group was delegated to goes without, unless a limit was asked
 * for. No user may filter devices, and none needs to: it makes no nodes.
 */
static int make_group(struct running *running, struct start_plan *plan,
		      struct error *err)
{
	bool is_initial = userns_is_initial();

	if (!is_initial)
		plan->limits.has_devices = false;
	if (container_state_note_group(running->lock.folder_fd,
				       plan->cgroup_path, err) < 0)
		return -1;
	if (cgroup_create(plan->cgroup_path, &plan->limits, &running->cgroup,
			  err) == 0)
		return 0;
	if (is_initial)
		return -1;
	if (cgroup_has_limits(&plan->limits))
		return error_wrap(err, "this user has no control group for the "
				       "limits that were asked for");
	error_release(err);
	return 0;
}

static int make_plan(const struct running *running, const json_t *mounts,
		     int rootfs_fd, struct start_plan *out, struct error *err)
{
	struct start_plan_request request = {
		.container = running->container,
		.mounts = mounts,
		.ids = &running->ids,
		.rootfs_fd = rootfs_fd,
		.use = START_PLAN_RUN,
	};

	return start_plan_make(running->store, &request, out, err);
}

/* Laid by another process while the rest is prepared. */
static int begin_network(struct running *running, struct error *err)
{
	if (container_pasta_is_asked(running->container))
		return container_pasta_prepare(running->container,
					       running->lock.folder_fd,
					       &running->pasta_ports, err);
	if (!container_network_is_asked(running->container))
		return 0;
	return container_network_begin(
		running->store, running->container, running->lock.folder_fd,
		running->ids.uids.count, &running->network, err);
}

/* Everything the program needs before there is one. */
static int prepare(struct running *running, struct container_sources *sources,
		   struct start_plan *plan, int *rootfs_out, struct error *err)
{
	id_maps_release(&running->ids);
	if (container_ids_read(running->container, &running->ids, err) < 0 ||
	    container_files_write(running->container, running->lock.folder_fd,
				  err) < 0 ||
	    container_files_give(running->lock.folder_fd, &running->ids, err) <
		    0 ||
	    begin_network(running, err) < 0 ||
	    container_rootfs_mount_mapped(running->store, running->container,
					  &running->ids, rootfs_out, err) < 0 ||
	    volume_hold_take(
		    running->store,
		    json_object_get(running->container->document, "mounts"),
		    &running->volumes, err) < 0 ||
	    container_sources_open(running->store, running->container, sources,
				   err) < 0 ||
	    container_volumes_fill(running->container, sources->mounts,
				   &running->ids, *rootfs_out, err) < 0 ||
	    make_plan(running, sources->mounts, *rootfs_out, plan, err) < 0)
		return -1;
	return make_group(running, plan, err);
}

/* What the command made ahead, or -1; taken once. */
static int take_ahead(struct running *running)
{
	if (!running->gets_network)
		return -1;
	running->gets_network = false;
	return network_ahead_take(running->client_fd);
}

/*
 * A socket that is closed with something unread in it is reset, and the client
 * would lose what it was told.
 */
static void drop_network(struct running *running)
{
	int fd = take_ahead(running);

	cleanup_close(&fd);
}

/* The namespace that the container gets, or -1 when the launch makes it. */
static int take_network(struct running *running, int *out, struct error *err)
{
	*out = -1;
	if (!running->network.joined.count || running->network.is_late) {
		*out = take_ahead(running);
		return 0;
	}
	return container_network_end(running->store, &running->network, out,
				     err);
}

static int bring_up(struct running *running, const struct monitor_stdio *stdio,
		    struct launched *launched, struct error *err)
{
	autoclean(container_sources_release) struct container_sources sources =
		CONTAINER_SOURCES_INIT;
	autoclean(start_plan_release) struct start_plan plan = START_PLAN_INIT;
	autoclose int rootfs_fd = -1;
	autoclose int network_fd = -1;

	/* a user or a layer that is not found is no program that is not */
	if (prepare(running, &sources, &plan, &rootfs_fd, err) < 0)
		return launched_not_program(err);
	if (take_network(running, &network_fd, err) < 0)
		return launched_not_program(err);
	console_give_size(&plan.spec.process, stdio->rows, stdio->columns);
	if (launch(running, &plan, rootfs_fd, network_fd, stdio, launched,
		   err) < 0)
		return -1;
	return note_running(running, &plan, launched->pid, err);
}

static int start(void *context, const struct monitor_stdio *stdio,
		 struct monitor_started *out, struct error *err)
{
	struct launched launched = LAUNCHED_INIT;

	if (bring_up(context, stdio, &launched, err) < 0)
		return -1;
	out->pid = launched.pid;
	out->pidfd = launched.pidfd;
	out->console_fd = launched.console_fd;
	return 0;
}

static void write_log(void *context, int stream, const void *data,
		      size_t length)
{
	struct running *running = context;
	autoclean(error_release) struct error err = ERROR_INIT;

	/* a full disk costs log lines, never the container */
	if (running->log &&
	    log_writer_add(running->log, stream, data, length, &err) < 0)
		error_release(&err);
}

/* A pid namespace of its own ends with its first process; a shared one not. */
static bool has_survivors(const struct container *container)
{
	return *spec_string(container->host_config, "PidMode");
}

/* `update` may have put the group on hierarchies that it was not on. */
static void find_group_again(struct running *running)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct cgroup *whole = NULL;

	if (!running->cgroup || !running->state.cgroup ||
	    !fs_exists(running->lock.folder_fd, CONTAINER_UPDATED_MARK))
		return;
	if (cgroup_open(running->state.cgroup, &whole, &err) < 0) {
		error_release(&err); /* what is known is removed */
		return;
	}
	cgroup_close(running->cgroup);
	running->cgroup = whole;
}

static void remove_group(struct running *running)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	find_group_again(running);
	if (running->cgroup && has_survivors(running->container) &&
	    cgroup_kill(running->cgroup, SIGKILL, &err) < 0)
		error_release(&err); /* removing tells */
	if (running->cgroup &&
	    cgroup_remove(running->cgroup, START_CGROUP_WAIT_MS, &err) < 0)
		error_release(&err); /* found by the next clean-up */
	cgroup_close(TAKE_PTR(running->cgroup));
}

static void leave_network(struct running *running)
{
	uplink_stop(&running->pasta);
	container_ports_release(&running->pasta_ports);
	if (running->network.joined.count ||
	    running->network.home.namespace_fd >= 0)
		container_network_leave(running->store, running->container,
					&running->network);
}

/* Nobody finds the container any more, and its name is free. */
static void forget(struct running *running)
{
	autoclean(container_release) struct container now = CONTAINER_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	/* read again: it may have another name by now */
	if (container_load(running->store, running->container->id, &now, &err) <
		    0 ||
	    container_forget(running->store, &now, &err) < 0)
		error_release(&err); /* `rm` can be asked again */
	if (container_delete_volumes(running->store, running->container, &err) <
	    0)
		error_release(&err); /* `volume prune` finds them */
	container_event(running->store, running->container, "destroy");
}

/* The one record of how it ended; with --rm the container itself goes. */
static void record_end(struct running *running)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	running->state.monitor = 0;
	if (running->is_removed) {
		forget(running); /* and its run folder goes in a moment */
		return;
	}
	if (container_state_put_exit(running->container, &running->state,
				     &err) < 0)
		error_release(&err); /* seen as created: nothing ran */
	if (container_state_end(running->lock.folder_fd, &err) < 0)
		error_release(&err); /* the free lock tells the truth */
}

/* It does not run any more, whatever comes next. */
static void note_over(struct running *running)
{
	running->state.finished = clock_now();
	running->state.pid = 0;
	volume_hold_release(&running->volumes);
	container_health_end(&running->health, running->state.health);
}

static void note_death(const struct running *running)
{
	int64_t seconds = (clock_monotonic() - running->born) / CLOCK_SECOND;

	if (running->state.is_oom_killed)
		container_event(running->store, running->container, "oom");
	container_event_with(
		running->store, running->container, "die",
		container_event_end(running->state.exit_code, seconds));
}

static int failure_code(enum error_kind kind)
{
	if (kind == ERROR_NOT_FOUND)
		return 127;
	return kind == ERROR_DENIED ? 126 : 128;
}

static void failed(void *context, const struct error *err)
{
	struct running *running = context;

	drop_network(running);
	/* one that ran before does not become one that never did */
	running->state.status = running->state.started ? CONTAINER_EXITED
						       : CONTAINER_CREATED;
	running->state.exit_code = failure_code(err->kind);
	free(running->state.message);
	running->state.message = xstrdup(err->msg);
	note_over(running);
	log_writer_close(TAKE_PTR(running->log));
	remove_group(running);
	leave_network(running);
	record_end(running);
}

/* The policy as it is now: `update` may have changed it. */
static struct restart_policy policy_of(const struct running *running)
{
	autoclean(container_release) struct container now = CONTAINER_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (running->is_removed ||
	    container_load(running->store, running->container->id, &now,
			   &ignored) < 0)
		return (struct restart_policy){ RESTART_NO, 0 };
	return restart_policy_read(now.host_config);
}

static bool is_started_again(struct running *running, int exit_code,
			     bool is_asked)
{
	struct restart_policy policy = policy_of(running);
	struct restart_end end = {
		.exit_code = exit_code,
		.is_asked = is_asked,
		.duration = clock_monotonic() - running->born,
	};

	return restart_policy_decide(&policy, &end, &running->restarts);
}

static void release_mounts(struct running *running)
{
	cleanup_close(&running->mounts_fd);
}

/* Between two lives: what the next one makes anew goes. */
static void record_rest(struct running *running)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	running->state.status = CONTAINER_RESTARTING;
	running->state.restarts = running->restarts.count;
	if (container_state_set_paused(running->store, running->container->id,
				       false, &err) < 0 ||
	    container_state_put(running->lock.folder_fd, &running->state,
				&err) < 0)
		error_release(&err); /* it looks as if it ran for a moment */
	release_mounts(running);
	remove_group(running);
	leave_network(running);
}

static void ended(void *context, int exit_code, bool is_asked,
		  struct monitor_next *next)
{
	struct running *running = context;

	running->state.status = CONTAINER_EXITED;
	running->state.exit_code = exit_code;
	running->state.is_oom_killed = running->cgroup && exit_code == 137 &&
				       cgroup_has_oom_killed(running->cgroup);
	note_over(running);
	container_hooks_stopped(&running->hooks, running->container->id,
				running->lock.folder_fd);
	note_death(running);
	log_writer_close(TAKE_PTR(running->log));
	next->is_started_again = is_started_again(running, exit_code, is_asked);
	next->delay = running->restarts.delay;
	/* whoever is told finds the ports free, which another start may want */
	container_network_unpublish(&running->network);
	if (running->pasta_ports.count)
		uplink_stop(&running->pasta);
	/* and the firewalls of others as they were */
	if (running->network.has_passed)
		leave_network(running);
	if (next->is_started_again)
		record_rest(running);
	else
		record_end(running);
}

static void stayed_down(void *context)
{
	struct running *running = context;

	running->state.status = CONTAINER_EXITED;
	record_end(running);
}

static void wake_when(void *context, struct monitor_wake *out)
{
	const struct running *running = context;

	container_health_when(&running->health, out);
	out->other = container_network_wait_fd(&running->network);
}

static void wake(void *context)
{
	struct running *running = context;
	autoclean(error_release) struct error err = ERROR_INIT;

	container_network_wake(running->store, &running->network,
			       running->lock.folder_fd);
	if (running->state.health &&
	    container_health_wake(&running->health, running->store,
				  running->container, running->state.started,
				  running->state.health) &&
	    container_state_put(running->lock.folder_fd, &running->state,
				&err) < 0)
		error_release(&err); /* the next check's result is written */
}

static void finish(void *context)
{
	struct running *running = context;
	autoclean(error_release) struct error err = ERROR_INIT;

	release_mounts(running);
	remove_group(running);
	leave_network(running);
	if (running->is_removed &&
	    container_discard(running->store, running->container->id, &err) < 0)
		error_release(&err); /* `system check` finds it */
	/* last: until the lock in it is free, `rm` waits */
	if (container_state_clear(running->store, running->container->id,
				  &err) < 0)
		error_release(&err); /* it is used again */
	/* a build's step becomes a layer, which is flushed as such */
	if (running->is_removed || container_is_step(running->container))
		return;
	/*
	 * The overlay never synced: what is kept is flushed now. That may take
	 * seconds when others wrote much, and nobody has to wait for it.
	 */
	if (container_rootfs_sync(running->container, &err) < 0)
		error_release(&err);
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

static void running_release(struct running *running)
{
	cleanup_close(&running->mounts_fd);
	volume_hold_release(&running->volumes);
	container_health_release(&running->health);
	container_hooks_release(&running->hooks);
	container_state_release(&running->state);
	container_lock_release(&running->lock);
	cleanup_close(&running->listen_fd);
}
DEFINE_CLEANUP(struct running, running_release)

static unsigned stop_timeout(const struct container *container)
{
	const json_t *value = json_object_get(container->config, "StopTimeout");

	return json_is_integer(value) && json_integer_value(value) >= 0
		       ? (unsigned)json_integer_value(value)
		       : START_STOP_TIMEOUT;
}

static void describe(struct running *running,
		     const struct container_order *order, struct monitor *out)
{
	const struct container *container = running->container;
	const json_t *config = container->config;

	*out = (struct monitor){
		.name = "imgctl-monitor",
		.listen_fd = running->listen_fd,
		.is_tty = json_is_true(json_object_get(config, "Tty")),
		.has_stdin = json_is_true(json_object_get(config, "OpenStdin")),
		.stdin_once =
			json_is_true(json_object_get(config, "StdinOnce")),
		.lives_on = order->lives_on,
		.rows = order->rows,
		.columns = order->columns,
		.stop_timeout_ms = stop_timeout(container) * 1000,
		.context = running,
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
static int take(struct running *running, const struct container_order *order,
		struct error *err)
{
	if (container_load(running->store, order->id, running->container, err) <
		    0 ||
	    container_lock_take(running->store, running->container,
				&running->lock, err) < 0 ||
	    listen_at(running->lock.folder_fd, &running->listen_fd, err) < 0)
		return launched_not_program(err);
	running->is_removed = is_auto_removed(running->container);
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
	autoclean(running_release) struct running running = {
		.store = store,
		.container = &container,
		.lock = CONTAINER_LOCK_INIT,
		.listen_fd = -1,
		.state = CONTAINER_STATE_INIT,
		.client_fd = client_fd,
		.mounts_fd = -1,
		.volumes = VOLUME_HOLD_INIT,
		.health = CONTAINER_HEALTH_INIT,
		.hooks = CONTAINER_HOOKS_INIT,
		.network = CONTAINER_NETWORK_INIT,
		.pasta = CONTAINER_UPLINK_INIT,
		.pasta_ports = CONTAINER_PORTS_INIT,
	};
	struct container_order order;
	struct monitor monitor;

	if (!receive_order(client_fd, &order)) {
		(void)close(client_fd); /* nobody is there */
		return;
	}
	affinity_move_back(&order.move); /* the container's are its parent's */
	running.gets_network = order.gives_network;
	if (take(&running, &order, &err) < 0) {
		drop_network(&running);
		monitor_refuse(client_fd, &err);
		return;
	}
	describe(&running, &order, &monitor);
	monitor_run(&monitor, client_fd);
}
