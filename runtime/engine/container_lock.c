/* SPDX-License-Identifier: Apache-2.0 */
/* Taking containers' locks. */
#include "runtime/engine/container_lock.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "runtime/cgroup/cgroup_control.h"
#include "runtime/engine/container_process.h"
#include "runtime/health.h"

enum {
	LOCK_PATIENCE_MS = 30000,
	LOCK_PAUSE_MS = 5,
	/* a reader of the state holds the lock for a moment, too */
	LOCK_LOOKS = 10,
	LOCK_KILL_MS = 5000,
	LOCK_KILLED_CODE = 137,
};

static bool is_same_file(int a, int b)
{
	struct stat first;
	struct stat second;

	return fstat(a, &first) == 0 && fstat(b, &second) == 0 &&
	       first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/*
 * One try; LOCK stays empty when somebody holds it. A folder that was being
 * removed is noticed by its name leading elsewhere by now.
 */
static int try_take(const struct store *store, const char *id,
		    struct container_lock *lock, bool *runs, struct error *err)
{
	autoclose int folder = -1;
	autoclose int again = -1;
	autoclose int fd = -1;

	*runs = false;
	if (container_state_folder(store, id, &folder, err) < 0)
		return -1;
	fd = openat(folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		    0600);
	if (fd < 0 && errno == ENOENT)
		return 0; /* the folder is gone */
	if (fd < 0)
		return error_sys(err, errno, "open lock of container %s", id);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		*runs = fs_exists(folder, "state.json");
		return 0;
	}
	if (container_state_folder(store, id, &again, err) < 0)
		return -1;
	if (!is_same_file(folder, again))
		return 0;
	lock->folder_fd = TAKE_FD(folder);
	lock->fd = TAKE_FD(fd);
	return 0;
}

/* Kills what still runs in the group of a container without a monitor. */
static int end_leftovers(const char *path, struct error *err)
{
	autoclean(cgroup_close) struct cgroup *group = NULL;

	if (cgroup_open(path, &group, err) < 0) {
		if (err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
		return 0;
	}
	if (cgroup_kill(group, SIGKILL, err) < 0)
		return -1;
	return cgroup_remove(group, LOCK_KILL_MS, err);
}

/* Kills the one process that went on without its monitor. */
static int end_orphan(const struct container_state *state, struct error *err)
{
	autoclose int pidfd = -1;
	struct pollfd slot = { .events = POLLIN };

	if (!state->is_orphaned)
		return 0;
	if (container_process_open(state, &pidfd, err) < 0) {
		error_release(err); /* it has just ended */
		return 0;
	}
	if (container_process_signal(pidfd, SIGKILL, err) < 0)
		return -1;
	slot.fd = pidfd;
	if (poll(&slot, 1, LOCK_KILL_MS) == 0)
		return error_set(err, ERROR_BUSY,
				 "its process does not end although it was "
				 "killed");
	return 0;
}

/*
 * Ends what runs without its monitor, by what that noted before it began.
 * *STATE_OUT is empty when it had not got so far as to write one.
 */
static int end_all(const struct container_lock *lock,
		   struct container_state *state_out, struct error *err)
{
	autofree char *group = container_state_group(lock->folder_fd);

	if (fs_exists(lock->folder_fd, "state.json") &&
	    container_state_left(lock->folder_fd, state_out, err) < 0)
		return -1;
	if (end_orphan(state_out, err) < 0 ||
	    (group && end_leftovers(group, err) < 0))
		return error_wrap(err, "clean up after a killed monitor");
	if (group && unlinkat(lock->folder_fd, "group", 0) < 0)
		return error_sys(err, errno, "forget control group %s", group);
	return 0;
}

/* Nothing is left to do when the last monitor ended as it should. */
static int clean_up(const struct container *container,
		    const struct container_lock *lock, struct error *err)
{
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;

	if (end_all(lock, &state, err) < 0)
		return -1;
	if (state.status == CONTAINER_STATUS_NONE)
		return container_state_end(lock->folder_fd, err);
	state.finished = clock_now();
	if (state.is_orphaned) {
		state.status = CONTAINER_EXITED;
		state.exit_code = LOCK_KILLED_CODE;
		state.pid = 0;
	}
	if (state.health)
		health_stop(state.health);
	if (container_state_put_exit(container, &state, err) < 0)
		return -1;
	return container_state_end(lock->folder_fd, err);
}

/* LOOKS: how often it may be seen running before that is the answer; or 0 */
static int take(const struct store *store, const struct container *container,
		unsigned looks, struct container_lock *out, struct error *err)
{
	const char *id = container->id;
	autoclean(container_lock_release) struct container_lock lock =
		CONTAINER_LOCK_INIT;
	int64_t deadline = clock_monotonic() +
			   LOCK_PATIENCE_MS * (CLOCK_SECOND / 1000);
	unsigned seen = 0;

	for (;;) {
		bool runs = false;

		if (try_take(store, id, &lock, &runs, err) < 0)
			return -1;
		if (lock.fd >= 0)
			break;
		seen = runs ? seen + 1 : 0;
		if (looks && seen == looks)
			return error_set(err, ERROR_BUSY,
					 "container %s is already running", id);
		if (clock_monotonic() > deadline)
			return error_set(err, ERROR_BUSY,
					 "container %s is being started or "
					 "ended by another command",
					 id);
		if (poll(NULL, 0, LOCK_PAUSE_MS) < 0)
			continue; /* a signal: look again */
	}
	if (clean_up(container, &lock, err) < 0)
		return -1;
	*out = lock;
	lock = (struct container_lock)CONTAINER_LOCK_INIT;
	return 0;
}

int container_lock_take(const struct store *store,
			const struct container *container,
			struct container_lock *out, struct error *err)
{
	return take(store, container, LOCK_LOOKS, out, err);
}

int container_lock_take_ended(const struct store *store,
			      const struct container *container,
			      struct container_lock *out, struct error *err)
{
	return take(store, container, 0, out, err);
}

int container_lock_take_lost(const struct store *store, const char *id,
			     struct container_lock *out, struct error *err)
{
	autoclean(container_lock_release) struct container_lock lock =
		CONTAINER_LOCK_INIT;
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;
	bool runs = false;

	if (try_take(store, id, &lock, &runs, err) < 0)
		return -1;
	if (lock.fd < 0)
		return 0;
	if (end_all(&lock, &state, err) < 0)
		return -1;
	*out = lock;
	lock = (struct container_lock)CONTAINER_LOCK_INIT;
	return 0;
}

void container_lock_release(struct container_lock *lock)
{
	cleanup_close(&lock->folder_fd);
	cleanup_close(&lock->fd);
}
