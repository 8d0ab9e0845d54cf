/* SPDX-License-Identifier: Apache-2.0 */
/* Ending containers from outside. */
#include "runtime/engine/container_stop.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "runtime/cgroup/cgroup_control.h"
#include "runtime/engine/container_attach.h"
#include "runtime/engine/container_event.h"
#include "runtime/engine/container_lock.h"
#include "runtime/engine/container_process.h"
#include "runtime/engine/container_state.h"
#include "runtime/engine/spec_request.h"
#include "runtime/signals.h"

enum {
	STOP_TIMEOUT = 10, /* seconds, docker's */
	STOP_KILL_SECONDS = 10,
	STOP_LOOK_MS = 100,
};

/* Waiting for one container's end. */
struct vigil {
	const struct store *store;
	const struct container *container;
	int fd;		  /* of its monitor; -1: it would not talk */
	int64_t deadline; /* monotonic; 0: none */
	bool has_ended;
	int exit_code;
	bool stays_down; /* its monitor was told not to start it again */
};

/* For poll: -1 for ever, 0 when time is up. */
static int time_left(const struct vigil *vigil)
{
	int64_t left;

	if (!vigil->deadline)
		return -1;
	left = (vigil->deadline - clock_monotonic()) / 1000000;
	return left < 0 ? 0 : left > 1000000 ? 1000000 : (int)left + 1;
}

static int look(struct vigil *vigil, pid_t *monitor_out, struct error *err)
{
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;

	if (container_state_load(vigil->store, vigil->container, &state, err) <
	    0)
		return -1;
	*monitor_out = state.is_orphaned ? state.pid : state.monitor;
	vigil->has_ended = !container_status_is_running(state.status);
	if (vigil->has_ended)
		vigil->exit_code = state.exit_code;
	return 0;
}

/* A monitor that takes no more clients is watched from without. */
static int wait_unheard(struct vigil *vigil, struct error *err)
{
	pid_t monitor = 0;

	for (;;) {
		autoclose int pidfd = -1;
		struct pollfd slot;
		int left = time_left(vigil);

		if (look(vigil, &monitor, err) < 0)
			return -1;
		if (vigil->has_ended || !left)
			return 0;
		pidfd = (int)syscall(SYS_pidfd_open, monitor, 0);
		slot = (struct pollfd){ pidfd, POLLIN, 0 };
		if (poll(&slot, 1,
			 left < 0 || left > STOP_LOOK_MS ? STOP_LOOK_MS
							 : left) < 0)
			errno = 0; /* a signal: look again */
	}
}

/* Waits for the end or the deadline; tells which in VIGIL. */
static int keep_vigil(struct vigil *vigil, struct error *err)
{
	autofree struct attach_message *message = xmalloc(sizeof(*message));
	int32_t code;

	while (vigil->fd >= 0) {
		struct pollfd slot = { vigil->fd, POLLIN, 0 };
		int ready = poll(&slot, 1, time_left(vigil));
		int got;

		if (ready == 0)
			return 0;
		got = ready < 0 ? -1 : attach_receive(vigil->fd, message);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got > 0 && message->kind == ATTACH_EXITED) {
			memcpy(&code, message->data, sizeof(code));
			vigil->exit_code = code;
			vigil->has_ended = true;
			return 0;
		}
		if (got <= 0)
			(void)close(TAKE_FD(vigil->fd)); /* a socket */
	}
	return wait_unheard(vigil, err);
}

static void vigil_release(struct vigil *vigil)
{
	cleanup_close(&vigil->fd);
}
DEFINE_CLEANUP(struct vigil, vigil_release)

/*
 * Begins to wait, before anything is done to the container, so that its end
 * cannot be missed.
 */
static int vigil_open(struct vigil *vigil, struct error *err)
{
	if (container_connect(vigil->store, vigil->container, 0, &vigil->fd,
			      err) == 0)
		return 0;
	if (err->kind != ERROR_NOT_FOUND)
		return -1;
	error_release(err);
	return 0;
}

static void set_deadline(struct vigil *vigil, int64_t seconds)
{
	/* beyond some years it is for ever */
	vigil->deadline = seconds < 0 || seconds > INT32_MAX
				  ? 0
				  : clock_monotonic() + seconds * CLOCK_SECOND;
}

static int stop_signal(const struct container *container)
{
	const char *name = spec_string(container->config, "StopSignal");
	struct error ignored = ERROR_INIT;
	int number = SIGTERM;

	/* an image may name a signal that is none */
	if (*name && signals_from_name(name, &number, &ignored) < 0) {
		error_release(&ignored);
		number = SIGTERM;
	}
	return number;
}

static int64_t stop_timeout(const struct container *container)
{
	const json_t *value = json_object_get(container->config, "StopTimeout");

	return json_is_integer(value) ? json_integer_value(value)
				      : STOP_TIMEOUT;
}

static int open_group(const struct container_state *state, struct cgroup **out,
		      struct error *err)
{
	if (!state->cgroup)
		return error_set(
			err, ERROR_UNSUPPORTED,
			"the container has no control group to freeze "
			"(`imgctl system doctor` says how to get one)");
	return cgroup_open(state->cgroup, out, err);
}

static int set_frozen(const struct store *store,
		      const struct container *container,
		      const struct container_state *state, bool frozen,
		      struct error *err)
{
	autoclean(cgroup_close) struct cgroup *group = NULL;

	if (open_group(state, &group, err) < 0 ||
	    cgroup_freeze(group, frozen, err) < 0)
		return -1;
	return container_state_set_paused(store, container->id, frozen, err);
}

/*
 * A frozen process hears a signal when it is thawed. docker thaws it for the
 * certain signal, and for every other one when the container has not said
 * which one stops it.
 */
static bool has_to_thaw(const struct container *container, int signal)
{
	return signal == SIGKILL || signal == stop_signal(container) ||
	       !*spec_string(container->config, "StopSignal");
}

/* One that ended by the signal before it was thawed has no group any more. */
static int thaw(const struct store *store, const struct container *container,
		const struct container_state *state, struct error *err)
{
	if (set_frozen(store, container, state, false, err) == 0)
		return 0;
	if (err->kind != ERROR_NOT_FOUND && err->sys != ENODEV)
		return -1;
	error_release(err);
	return 0;
}

static int send_to(const struct store *store, const struct container *container,
		   const struct container_state *state, int signal,
		   struct error *err)
{
	autoclose int pidfd = -1;

	if (container_process_open(state, &pidfd, err) < 0 ||
	    container_process_signal(pidfd, signal, err) < 0)
		return -1;
	container_event_with(store, container, "kill",
			     container_event_number("signal", signal));
	if (state->status == CONTAINER_PAUSED && has_to_thaw(container, signal))
		return thaw(store, container, state, err);
	return 0;
}

/* As above; a process that is gone already is what is wanted. */
static int send_or_gone(const struct vigil *vigil,
			const struct container_state *state, int signal,
			struct error *err)
{
	if (send_to(vigil->store, vigil->container, state, signal, err) == 0)
		return 0;
	if (err->kind != ERROR_BUSY)
		return -1;
	error_release(err);
	return 0;
}

/* Its monitor is not to start it again, whatever the policy says. */
static void keep_down(struct vigil *vigil)
{
	vigil->stays_down = true;
	/* one that is gone starts nothing */
	if (vigil->fd >= 0 &&
	    attach_send(vigil->fd, ATTACH_STAY_DOWN, NULL, 0) < 0)
		errno = 0;
}

/*
 * One that waits to be started again has no process to be signalled: its
 * monitor gives up waiting, unless it has just begun to start. STATE is what
 * it is then.
 */
static int leave_rest(struct vigil *vigil, struct container_state *state,
		      struct error *err)
{
	while (state->status == CONTAINER_RESTARTING) {
		/* the end of a life is not the end when another begins */
		vigil->has_ended = false;
		/* a monitor that began to start it did not hear the first time
		 */
		if (vigil->fd < 0 && vigil_open(vigil, err) < 0)
			return -1;
		if (vigil->stays_down)
			keep_down(vigil);
		vigil->deadline = clock_monotonic() +
				  STOP_LOOK_MS * (CLOCK_SECOND / 1000);
		if (keep_vigil(vigil, err) < 0)
			return -1;
		container_state_release(state);
		if (container_state_load(vigil->store, vigil->container, state,
					 err) < 0)
			return -1;
	}
	vigil->has_ended = !container_status_is_running(state->status);
	return 0;
}

/* A container without a monitor has nobody to record its end. */
static int settle(const struct vigil *vigil,
		  const struct container_state *state, struct error *err)
{
	autoclean(container_lock_release) struct container_lock lock =
		CONTAINER_LOCK_INIT;

	return state->is_orphaned
		       ? container_lock_take(vigil->store, vigil->container,
					     &lock, err)
		       : 0;
}

static int insist(struct vigil *vigil, const struct container_state *state,
		  struct error *err)
{
	if (send_or_gone(vigil, state, SIGKILL, err) < 0)
		return -1;
	set_deadline(vigil, STOP_KILL_SECONDS);
	if (keep_vigil(vigil, err) < 0)
		return -1;
	if (!vigil->has_ended)
		return error_set(err, ERROR_BUSY,
				 "container %s does not end although it was "
				 "killed",
				 vigil->container->id);
	return settle(vigil, state, err);
}

/* Asks it to end, then makes it. */
static int ask(struct vigil *vigil, const struct container_state *state,
	       const struct container_stop_options *options, struct error *err)
{
	if (send_or_gone(vigil, state,
			 options->signal ? options->signal
					 : stop_signal(vigil->container),
			 err) < 0)
		return -1;
	set_deadline(vigil, options->has_timeout
				    ? options->timeout
				    : stop_timeout(vigil->container));
	if (keep_vigil(vigil, err) < 0)
		return -1;
	return vigil->has_ended ? settle(vigil, state, err)
				: insist(vigil, state, err);
}

int container_stop(const struct store *store, const struct container *container,
		   const struct container_stop_options *options,
		   struct error *err)
{
	static const struct container_stop_options defaults = { 0, false, 0 };
	autoclean(vigil_release) struct vigil vigil = { store, container, -1,
							0,     false,	  0 };
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;

	if (!options)
		options = &defaults;
	if (vigil_open(&vigil, err) < 0 ||
	    container_state_load(store, container, &state, err) < 0)
		return -1;
	if (!container_status_is_running(state.status))
		return 0;
	keep_down(&vigil);
	if (leave_rest(&vigil, &state, err) < 0 ||
	    (!vigil.has_ended && ask(&vigil, &state, options, err) < 0))
		return -1;
	container_event(store, container, "stop");
	return 0;
}

int container_kill(const struct store *store, const struct container *container,
		   int signal, struct error *err)
{
	autoclean(vigil_release) struct vigil vigil = { store, container, -1,
							0,     false,	  0 };
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;

	if (vigil_open(&vigil, err) < 0 ||
	    container_state_load(store, container, &state, err) < 0)
		return -1;
	if (!container_status_is_running(state.status))
		return error_set(err, ERROR_BUSY, "container %s is not running",
				 container->id);
	/* docker takes every signal so that may be meant to end it */
	if (has_to_thaw(container, signal))
		keep_down(&vigil);
	if (state.status == CONTAINER_RESTARTING) {
		if (leave_rest(&vigil, &state, err) < 0)
			return -1;
		if (vigil.has_ended)
			return 0;
	}
	return signal == SIGKILL
		       ? insist(&vigil, &state, err)
		       : send_to(store, container, &state, signal, err);
}

int container_wait(const struct store *store, const struct container *container,
		   int *exit_code_out, struct error *err)
{
	autoclean(vigil_release) struct vigil vigil = { store, container, -1,
							0,     false,	  0 };

	autoclean(container_release) struct container still = CONTAINER_INIT;

	if (vigil_open(&vigil, err) < 0 || keep_vigil(&vigil, err) < 0)
		return -1;
	/* one that was removed meanwhile looks like one that never ran */
	if (vigil.fd < 0 && !vigil.exit_code &&
	    container_find(store, container->id, &still, err) < 0)
		return -1;
	*exit_code_out = vigil.exit_code;
	return 0;
}

int container_pause(const struct store *store,
		    const struct container *container, struct error *err)
{
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;

	if (container_state_load(store, container, &state, err) < 0)
		return -1;
	if (state.status == CONTAINER_PAUSED)
		return error_set(err, ERROR_BUSY,
				 "container %s is already paused",
				 container->id);
	if (state.status == CONTAINER_RESTARTING)
		return error_set(err, ERROR_BUSY,
				 "Container %s is restarting, wait until the "
				 "container is running",
				 container->id);
	if (state.status != CONTAINER_RUNNING)
		return error_set(err, ERROR_BUSY, "container %s is not running",
				 container->id);
	if (set_frozen(store, container, &state, true, err) < 0)
		return -1;
	container_event(store, container, "pause");
	return 0;
}

int container_unpause(const struct store *store,
		      const struct container *container, struct error *err)
{
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;

	if (container_state_load(store, container, &state, err) < 0)
		return -1;
	if (state.status != CONTAINER_PAUSED)
		return error_set(err, ERROR_BUSY, "container %s is not paused",
				 container->id);
	if (set_frozen(store, container, &state, false, err) < 0)
		return -1;
	container_event(store, container, "unpause");
	return 0;
}
