/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container is doing. While it runs its monitor holds a lock and keeps
 * state.json below the run folder, which a reboot empties; when it has ended,
 * exit.json stands in its own folder. A monitor that was killed is noticed by
 * its lock being free; the container died with it, but for a program that gave
 * itself other rights, which goes on and is said to run. One that ran when the
 * machine went down is recognised by the note of its start.
 *
 *   <run>/containers/<id>/state.json   pid, start time, status
 *   <run>/containers/<id>/lock         held by the monitor
 *   <run>/containers/<id>/paused       there while it is frozen
 *   <run>/containers/<id>/config.json  the OCI specification it runs by
 *   <run>/containers/<id>/attach.sock  where clients talk to it
 *   containers/<hh>/<id>/started       a link to the time of its last start
 */
#ifndef RUNTIME_CONTAINER_STATE_H
#define RUNTIME_CONTAINER_STATE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/lockfile.h"
#include "runtime/engine/container.h"

enum container_status {
	CONTAINER_STATUS_NONE = 0,
	CONTAINER_CREATED,
	CONTAINER_RUNNING,
	CONTAINER_PAUSED,
	CONTAINER_RESTARTING,
	CONTAINER_REMOVING,
	CONTAINER_EXITED,
	CONTAINER_DEAD,
};

struct container_state {
	enum container_status status;
	pid_t pid;	  /* of the first process; 0 when it does not run */
	pid_t monitor;	  /* 0 when it does not run */
	int64_t started;  /* wall time; 0: never */
	int64_t finished; /* wall time; 0: never */
	int exit_code;
	int64_t restarts; /* by its restart policy, since it was started */
	bool is_oom_killed;
	bool is_orphaned; /* it runs, and its monitor does not any more */
	json_t *health;	  /* docker's Health; owned; NULL: nobody checks */
	char *message;	  /* why it could not start; NULL */
	char *cgroup;	  /* below the hierarchies' roots; NULL */
};

#define CONTAINER_STATE_INIT                    \
	{                                       \
		.status = CONTAINER_STATUS_NONE \
	}

/* The state of container ID now. */
int container_state_load(const struct store *store,
			 const struct container *container,
			 struct container_state *out,
			 struct error *err) must_check;

/*
 * What a killed monitor left in the run folder FOLDER_FD. Only for the holder
 * of its lock, to whom it would look as if there was a monitor.
 */
int container_state_left(int folder_fd, struct container_state *out,
			 struct error *err) must_check;

/* Whether container ID has a monitor that lives, starting and ending too. */
bool container_state_is_monitored(const struct store *store, const char *id);

/* Open the run folder of container ID, making it. */
int container_state_folder(const struct store *store, const char *id,
			   int *fd_out, struct error *err) must_check;

/*
 * Note in the run folder FOLDER_FD that a control group at PATH is about to be
 * made, so that whoever comes after a kill finds it.
 */
int container_state_note_group(int folder_fd, const char *path,
			       struct error *err) must_check;

/* The path noted there, which the caller frees, or NULL. */
char *container_state_group(int folder_fd);

/* The path of that folder; the caller frees it. */
char *container_state_path(const struct store *store, const char *id)
	__attribute__((returns_nonnull));

/* Note, in the open run folder, that the container runs. */
int container_state_put(int folder_fd, const struct container_state *state,
			struct error *err) must_check;

/*
 * Note, in its own folder, that it was started, so that its end is known of
 * even when nobody could record it.
 */
int container_state_put_start(const struct container *container,
			      int64_t started, struct error *err) must_check;

/* Note how it ended, in the container's own folder. */
int container_state_put_exit(const struct container *container,
			     const struct container_state *state,
			     struct error *err) must_check;

/*
 * Note, in the open run folder, that it does not run any more. Whoever looks
 * sees how it ended from then on.
 */
int container_state_end(int folder_fd, struct error *err) must_check;

/* Remove the run folder. Only for the holder of its lock. */
int container_state_clear(const struct store *store, const char *id,
			  struct error *err) must_check;

/* Note that a container that runs is stopped in its tracks, or is not. */
int container_state_set_paused(const struct store *store, const char *id,
			       bool is_paused, struct error *err) must_check;

/* Whether docker calls it running: paused and between two lives too. */
bool container_status_is_running(enum container_status status);

/* The status in docker's words ("running"). */
const char *container_status_name(enum container_status status);

/* Free what a state owns. */
void container_state_release(struct container_state *state);
DEFINE_CLEANUP(struct container_state, container_state_release)

#endif
