/* SPDX-License-Identifier: Apache-2.0 */
/* A container's life ends: what is recorded, and what is taken down. */
#include "runtime/engine/container_life.h"

#include <signal.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "runtime/cgroup/cgroup_control.h"
#include "runtime/cgroup/cgroup_stats.h"
#include "runtime/engine/container_delete.h"
#include "runtime/engine/container_event.h"
#include "runtime/engine/container_health.h"
#include "runtime/engine/container_hooks.h"
#include "runtime/engine/container_lock.h"
#include "runtime/engine/container_network.h"
#include "runtime/engine/container_rootfs.h"
#include "runtime/engine/container_state.h"
#include "runtime/engine/container_update.h"
#include "runtime/engine/restart_policy.h"
#include "runtime/engine/spec_request.h"
#include "runtime/engine/uplink.h"
#include "runtime/engine/volume_hold.h"
#include "runtime/logs/log_writer.h"
#include "runtime/monitor.h"

enum { LIFE_CGROUP_WAIT_MS = 2000 };

/* A pid namespace of its own ends with its first process; a shared one not. */
static bool has_survivors(const struct container *container)
{
	return *spec_string(container->host_config, "PidMode");
}

/* `update` may have put the group on hierarchies that it was not on. */
static void find_group_again(struct container_life *life)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct cgroup *whole = NULL;

	if (!life->cgroup || !life->state.cgroup ||
	    !fs_exists(life->lock.folder_fd, CONTAINER_UPDATED_MARK))
		return;
	if (cgroup_open(life->state.cgroup, &whole, &err) < 0) {
		error_release(&err); /* what is known is removed */
		return;
	}
	cgroup_close(life->cgroup);
	life->cgroup = whole;
}

static void remove_group(struct container_life *life)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	find_group_again(life);
	if (life->cgroup && has_survivors(life->container) &&
	    cgroup_kill(life->cgroup, SIGKILL, &err) < 0)
		error_release(&err); /* removing tells */
	if (life->cgroup &&
	    cgroup_remove(life->cgroup, LIFE_CGROUP_WAIT_MS, &err) < 0)
		error_release(&err); /* found by the next clean-up */
	cgroup_close(TAKE_PTR(life->cgroup));
}

static void leave_network(struct container_life *life)
{
	uplink_stop(&life->pasta);
	container_ports_release(&life->pasta_ports);
	if (life->network.joined.count || life->network.home.namespace_fd >= 0)
		container_network_leave(life->store, life->container,
					&life->network);
}

/* Nobody finds the container any more, and its name is free. */
static void forget(struct container_life *life)
{
	autoclean(container_release) struct container now = CONTAINER_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	/* read again: it may have another name by now */
	if (container_load(life->store, life->container->id, &now, &err) < 0 ||
	    container_forget(life->store, &now, &err) < 0)
		error_release(&err); /* `rm` can be asked again */
	if (container_delete_volumes(life->store, life->container, &err) < 0)
		error_release(&err); /* `volume prune` finds them */
	container_event(life->store, now.document ? &now : life->container,
			"destroy");
}

/* The one record of how it ended; with --rm the container itself goes. */
static void record_end(struct container_life *life)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	life->state.monitor = 0;
	if (life->is_removed) {
		forget(life); /* and its run folder goes in a moment */
		return;
	}
	if (container_state_put_exit(life->container, &life->state, &err) < 0)
		error_release(&err); /* seen as created: nothing ran */
	if (container_state_end(life->lock.folder_fd, &err) < 0)
		error_release(&err); /* the free lock tells the truth */
}

/* It does not run any more, whatever comes next. */
static void note_over(struct container_life *life)
{
	life->state.finished = clock_now();
	life->state.pid = 0;
	volume_hold_release(&life->volumes);
	container_health_end(&life->health, life->state.health);
}

static void note_death(const struct container_life *life)
{
	int64_t seconds = (clock_monotonic() - life->born) / CLOCK_SECOND;

	if (life->state.is_oom_killed)
		container_event_late(life->store, life->container, "oom", NULL);
	container_event_late(
		life->store, life->container, "die",
		container_event_end(life->state.exit_code, seconds));
}

static int failure_code(enum error_kind kind)
{
	if (kind == ERROR_NOT_FOUND)
		return 127;
	return kind == ERROR_DENIED ? 126 : 128;
}

void container_life_fail(struct container_life *life, const struct error *err)
{
	container_life_drop_network(life);
	/* one that ran before does not become one that never did */
	life->state.status = life->state.started ? CONTAINER_EXITED
						 : CONTAINER_CREATED;
	life->state.exit_code = failure_code(err->kind);
	free(life->state.message);
	life->state.message = xstrdup(err->msg);
	note_over(life);
	log_writer_close(TAKE_PTR(life->log));
	remove_group(life);
	leave_network(life);
	record_end(life);
}

/* The policy as it is now: `update` may have changed it. */
static struct restart_policy policy_of(const struct container_life *life)
{
	autoclean(container_release) struct container now = CONTAINER_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (life->is_removed || container_load(life->store, life->container->id,
					       &now, &ignored) < 0)
		return (struct restart_policy){ RESTART_NO, 0 };
	return restart_policy_read(now.host_config);
}

static bool is_started_again(struct container_life *life, int exit_code,
			     bool is_asked)
{
	struct restart_policy policy = policy_of(life);
	struct restart_end end = {
		.exit_code = exit_code,
		.is_asked = is_asked,
		.duration = clock_monotonic() - life->born,
	};

	return restart_policy_decide(&policy, &end, &life->restarts);
}

static void release_mounts(struct container_life *life)
{
	cleanup_close(&life->mounts_fd);
}

/* Between two lives: what the next one makes anew goes. */
static void record_rest(struct container_life *life)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	life->state.status = CONTAINER_RESTARTING;
	life->state.restarts = life->restarts.count;
	if (container_state_set_paused(life->store, life->container->id, false,
				       &err) < 0 ||
	    container_state_put(life->lock.folder_fd, &life->state, &err) < 0)
		error_release(&err); /* it looks as if it ran for a moment */
	release_mounts(life);
	remove_group(life);
	leave_network(life);
}

void container_life_end(struct container_life *life, int exit_code,
			bool is_asked, struct monitor_next *next)
{
	life->state.status = CONTAINER_EXITED;
	life->state.exit_code = exit_code;
	life->state.is_oom_killed = life->cgroup && exit_code == 137 &&
				    cgroup_has_oom_killed(life->cgroup);
	note_over(life);
	container_hooks_stopped(&life->hooks, life->container->id,
				life->lock.folder_fd);
	note_death(life);
	log_writer_close(TAKE_PTR(life->log));
	next->is_started_again = is_started_again(life, exit_code, is_asked);
	next->delay = life->restarts.delay;
	/* whoever is told finds the ports free, which another start may want */
	container_network_unpublish(&life->network);
	if (life->pasta_ports.count)
		uplink_stop(&life->pasta);
	/* and the firewalls of others as they were */
	if (life->network.has_passed)
		leave_network(life);
	if (next->is_started_again)
		record_rest(life);
	else
		record_end(life);
}

void container_life_stay_down(struct container_life *life)
{
	life->state.status = CONTAINER_EXITED;
	record_end(life);
}

void container_life_finish(struct container_life *life)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	release_mounts(life);
	remove_group(life);
	leave_network(life);
	if (life->is_removed &&
	    container_discard(life->store, life->container->id, &err) < 0)
		error_release(&err); /* `system check` finds it */
	/* last: until the lock in it is free, `rm` waits */
	if (container_state_clear(life->store, life->container->id, &err) < 0)
		error_release(&err); /* it is used again */
	/* a build's step becomes a layer, which is flushed as such */
	if (life->is_removed || container_is_step(life->container))
		return;
	/*
	 * The overlay never synced: what is kept is flushed now. That may take
	 * seconds when others wrote much, and nobody has to wait for it.
	 */
	if (container_rootfs_sync(life->container, &err) < 0)
		error_release(&err);
}

void container_life_release(struct container_life *life)
{
	cleanup_close(&life->mounts_fd);
	volume_hold_release(&life->volumes);
	container_health_release(&life->health);
	container_hooks_release(&life->hooks);
	container_state_release(&life->state);
	container_lock_release(&life->lock);
	cleanup_close(&life->listen_fd);
	container_network_rest(&life->network);
}
