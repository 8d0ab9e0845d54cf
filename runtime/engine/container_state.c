/* SPDX-License-Identifier: Apache-2.0 */
/* What containers are doing. */
#include "runtime/engine/container_state.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "runtime/orphan.h"

enum { STATE_FILE_LIMIT = 1 << 20, FOLDER_TRIES = 1000 };

#define STARTED_NAME "started"

static const char *const status_names[] = {
	[CONTAINER_STATUS_NONE] = "none",
	[CONTAINER_CREATED] = "created",
	[CONTAINER_RUNNING] = "running",
	[CONTAINER_PAUSED] = "paused",
	[CONTAINER_RESTARTING] = "restarting",
	[CONTAINER_REMOVING] = "removing",
	[CONTAINER_EXITED] = "exited",
	[CONTAINER_DEAD] = "dead",
};

bool container_status_is_running(enum container_status status)
{
	return status == CONTAINER_RUNNING || status == CONTAINER_PAUSED ||
	       status == CONTAINER_RESTARTING;
}

const char *container_status_name(enum container_status status)
{
	return status_names[status];
}

static enum container_status status_from_name(const char *name)
{
	for (size_t i = 0; i < sizeof(status_names) / sizeof(*status_names);
	     i++) {
		if (!strcmp(name, status_names[i]))
			return (enum container_status)i;
	}
	return CONTAINER_STATUS_NONE;
}

static int opt_time(const json_t *document, const char *key, int64_t *out,
		    struct error *err)
{
	const char *text;

	if (jsonx_opt_string(document, key, NULL, &text, err) < 0)
		return -1;
	return text ? clock_parse(text, out, err) : 0;
}

static int parse_numbers(const json_t *document, struct container_state *out,
			 struct error *err)
{
	int64_t pid = 0;
	int64_t monitor = 0;
	int64_t exit_code = 0;
	json_t *health;

	if (jsonx_opt_integer(document, "pid", 0, INT32_MAX, &pid, err) < 0 ||
	    jsonx_opt_integer(document, "monitor", 0, INT32_MAX, &monitor,
			      err) < 0 ||
	    jsonx_opt_integer(document, "exitCode", 0, INT32_MAX, &exit_code,
			      err) < 0 ||
	    jsonx_opt_integer(document, "restartCount", 0, INT64_MAX,
			      &out->restarts, err) < 0 ||
	    jsonx_opt_object(document, "health", &health, err) < 0)
		return -1;
	out->health = json_incref(health);
	out->pid = (pid_t)pid;
	out->monitor = (pid_t)monitor;
	out->exit_code = (int)exit_code;
	return 0;
}

static int parse_state(const json_t *document, struct container_state *out,
		       struct error *err)
{
	const char *status;
	const char *message;
	const char *cgroup;

	if (jsonx_opt_string(document, "status", "none", &status, err) < 0 ||
	    jsonx_opt_string(document, "error", NULL, &message, err) < 0 ||
	    jsonx_opt_string(document, "cgroup", NULL, &cgroup, err) < 0 ||
	    opt_time(document, "startedAt", &out->started, err) < 0 ||
	    opt_time(document, "finishedAt", &out->finished, err) < 0 ||
	    jsonx_opt_bool(document, "oomKilled", &out->is_oom_killed, err) <
		    0 ||
	    parse_numbers(document, out, err) < 0)
		return -1;
	out->status = status_from_name(status);
	out->message = xstrdup(message);
	out->cgroup = xstrdup(cgroup);
	return 0;
}

static void set_time(json_t *document, const char *key, int64_t time)
{
	char text[CLOCK_TEXT_MAX];

	if (!time)
		return;
	clock_format(time, text);
	(void)json_object_set_new(document, key, json_string(text));
}

static void format_state(const struct container_state *state,
			 struct strbuf *out)
{
	autoclean(jsonx_free) json_t *document = json_object();

	(void)json_object_set_new(document, "status",
				  json_string(status_names[state->status]));
	(void)json_object_set_new(document, "pid", json_integer(state->pid));
	(void)json_object_set_new(document, "monitor",
				  json_integer(state->monitor));
	(void)json_object_set_new(document, "exitCode",
				  json_integer(state->exit_code));
	(void)json_object_set_new(document, "oomKilled",
				  json_boolean(state->is_oom_killed));
	if (state->restarts)
		(void)json_object_set_new(document, "restartCount",
					  json_integer(state->restarts));
	if (state->health)
		(void)json_object_set(document, "health", state->health);
	set_time(document, "startedAt", state->started);
	set_time(document, "finishedAt", state->finished);
	if (state->message)
		(void)json_object_set_new(document, "error",
					  json_string(state->message));
	if (state->cgroup)
		(void)json_object_set_new(document, "cgroup",
					  json_string(state->cgroup));
	jsonx_format(document, out);
	strbuf_addch(out, '\n');
}

/* Reads a state file; absent and damaged ones leave OUT as it is. */
static int read_state(int folder_fd, const char *name,
		      struct container_state *out, struct error *err)
{
	autoclean(jsonx_free) json_t *document = NULL;

	if (jsonx_read(folder_fd, name, STATE_FILE_LIMIT, &document, err) < 0 ||
	    parse_state(document, out, err) < 0) {
		if (err->kind != ERROR_NOT_FOUND && err->kind != ERROR_INVALID)
			return -1;
		error_release(err);
		container_state_release(out);
	}
	return 0;
}

/*
 * Whether a monitor holds the lock of the run folder. Who looks holds it for a
 * moment, shared, so that lookers do not mistake each other for one.
 */
static bool is_monitored(int folder_fd)
{
	autoclose int fd = openat(folder_fd, "lock",
				  O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 &&
	       errno == EWOULDBLOCK;
}

static int run_folder(const struct store *store, const char *id)
{
	autofree char *path = xasprintf("containers/%s", id);

	return openat(store->run_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

bool container_state_is_monitored(const struct store *store, const char *id)
{
	autoclose int folder = run_folder(store, id);

	return folder >= 0 && is_monitored(folder);
}

/* The monitor was killed, and the container with it, or nearly so. */
static void bury(struct container_state *state)
{
	state->monitor = 0;
	if (orphan_lives(state->pid, state->started)) {
		state->is_orphaned = true;
		return;
	}
	state->status = CONTAINER_EXITED;
	state->pid = 0;
	state->exit_code = 137;
	free(state->message);
	state->message = xstrdup("its monitor was killed");
}

/*
 * What a state that was read means now; false when the monitor took it away
 * meanwhile. The monitor removes it before it lets its lock go, so a state
 * that is still there under a free lock is a killed monitor's.
 */
static bool look_closer(int folder_fd, struct container_state *state)
{
	if (!is_monitored(folder_fd)) {
		if (!fs_exists(folder_fd, "state.json"))
			return false;
		bury(state);
	}
	if (state->status == CONTAINER_RUNNING &&
	    fs_exists(folder_fd, "paused"))
		state->status = CONTAINER_PAUSED;
	return true;
}

/* When this boot began: what ran before has ended by then. */
static int64_t boot_time(void)
{
	struct timespec since_boot;

	if (clock_gettime(CLOCK_BOOTTIME, &since_boot) < 0)
		return 0;
	return clock_now() -
	       (since_boot.tv_sec * CLOCK_SECOND + since_boot.tv_nsec);
}

/*
 * What is to be said of a container without any record: it was never started,
 * or nobody could record its end. docker says 255 then, too.
 */
static void guess(const struct container *container, bool is_starting,
		  struct container_state *out)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	char text[CLOCK_TEXT_MAX];
	ssize_t length = readlinkat(container->folder_fd, STARTED_NAME, text,
				    sizeof(text) - 1);
	int64_t boot = boot_time();

	out->status = CONTAINER_CREATED;
	if (length < 0 || is_starting)
		return;
	text[length] = '\0';
	out->status = CONTAINER_EXITED;
	out->exit_code = 255;
	if (clock_parse(text, &out->started, &ignored) < 0)
		out->started = 0;
	if (out->started && out->started < boot)
		out->finished = boot;
}

/* What the records say; none when there is none. */
static int load(const struct container *container, int folder,
		struct container_state *out, struct error *err)
{
	*out = (struct container_state)CONTAINER_STATE_INIT;
	if (folder >= 0 && read_state(folder, "state.json", out, err) < 0)
		return -1;
	if (out->status != CONTAINER_STATUS_NONE) {
		if (look_closer(folder, out))
			return 0;
		/* it ended while we looked: how stands in its own folder */
		container_state_release(out);
	}
	return read_state(container->folder_fd, "exit.json", out, err);
}

int container_state_load(const struct store *store,
			 const struct container *container,
			 struct container_state *out, struct error *err)
{
	autoclose int folder = run_folder(store, container->id);
	bool is_starting;

	*out = (struct container_state)CONTAINER_STATE_INIT;
	if (folder < 0 && errno != ENOENT)
		return error_sys(err, errno, "open run folder of %s",
				 container->id);
	if (load(container, folder, out, err) < 0)
		return -1;
	if (out->status != CONTAINER_STATUS_NONE)
		return 0;
	is_starting = folder >= 0 && is_monitored(folder);
	/* it was started while we looked */
	if (is_starting && load(container, folder, out, err) < 0)
		return -1;
	if (out->status == CONTAINER_STATUS_NONE)
		guess(container, is_starting, out);
	return 0;
}

int container_state_left(int folder_fd, struct container_state *out,
			 struct error *err)
{
	*out = (struct container_state)CONTAINER_STATE_INIT;
	if (read_state(folder_fd, "state.json", out, err) < 0)
		return -1;
	bury(out);
	return 0;
}

int container_state_folder(const struct store *store, const char *id,
			   int *fd_out, struct error *err)
{
	autofree char *path = xasprintf("containers/%s", id);
	int fd = -1;

	if (mkdirat(store->run_fd, "containers", 0700) < 0 && errno != EEXIST)
		return error_sys(err, errno, "make run folder");
	/* a monitor that ends moves it away at any moment */
	for (int tries = 0; fd < 0 && tries < FOLDER_TRIES; tries++) {
		if (mkdirat(store->run_fd, path, 0700) < 0 && errno != EEXIST)
			return error_sys(err, errno, "make run folder of %s",
					 id);
		fd = run_folder(store, id);
		if (fd < 0 && errno != ENOENT)
			break;
	}
	if (fd < 0)
		return error_sys(err, errno, "open run folder of %s", id);
	*fd_out = fd;
	return 0;
}

int container_state_note_group(int folder_fd, const char *path,
			       struct error *err)
{
	if (unlinkat(folder_fd, "group", 0) < 0 && errno != ENOENT)
		return error_sys(err, errno, "note control group");
	if (symlinkat(path, folder_fd, "group") < 0)
		return error_sys(err, errno, "note control group %s", path);
	return 0;
}

char *container_state_group(int folder_fd)
{
	char path[PATH_MAX];
	ssize_t length = readlinkat(folder_fd, "group", path, sizeof(path));

	return length > 0 && length < (ssize_t)sizeof(path)
		       ? xstrndup(path, (size_t)length)
		       : NULL;
}

char *container_state_path(const struct store *store, const char *id)
{
	return xasprintf("%s/containers/%s", store->run, id);
}

int container_state_put(int folder_fd, const struct container_state *state,
			struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	format_state(state, &text);
	return atomicfile_put(folder_fd, "state.json", text.text, text.length,
			      0, err);
}

int container_state_put_start(const struct container *container,
			      int64_t started, struct error *err)
{
	char text[CLOCK_TEXT_MAX];

	clock_format(started, text);
	/* how it ended before is past; a link needs no block of its own */
	if ((unlinkat(container->folder_fd, "exit.json", 0) < 0 &&
	     errno != ENOENT) ||
	    (unlinkat(container->folder_fd, STARTED_NAME, 0) < 0 &&
	     errno != ENOENT) ||
	    symlinkat(text, container->folder_fd, STARTED_NAME) < 0)
		return error_sys(err, errno, "note the start of %s",
				 container->id);
	return 0;
}

int container_state_put_exit(const struct container *container,
			     const struct container_state *state,
			     struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	format_state(state, &text);
	return atomicfile_put(container->folder_fd, "exit.json", text.text,
			      text.length, 0, err);
}

int container_state_end(int folder_fd, struct error *err)
{
	/* the state last: without it nobody looks for the others; "group" stays
	 */
	static const char *const names[] = { "attach.sock", "paused",
					     "config.json", "state.json" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (unlinkat(folder_fd, names[i], 0) < 0 && errno != ENOENT)
			return error_sys(err, errno, "remove %s", names[i]);
	}
	return 0;
}

/*
 * Moved away first: whoever opens the folder now makes a new one, and whoever
 * has the old one open sees that it is not the container's any more.
 */
int container_state_clear(const struct store *store, const char *id,
			  struct error *err)
{
	autofree char *path = xasprintf("containers/%s", id);
	autofree char *away = xasprintf("containers/.%s", id);

	if (fs_remove_tree(store->run_fd, away, err) < 0)
		return -1;
	if (renameat(store->run_fd, path, store->run_fd, away) < 0)
		return errno == ENOENT
			       ? 0
			       : error_sys(err, errno,
					   "remove run folder of %s", id);
	return fs_remove_tree(store->run_fd, away, err);
}

int container_state_set_paused(const struct store *store, const char *id,
			       bool is_paused, struct error *err)
{
	autofree char *path = xasprintf("containers/%s/paused", id);
	autoclose int fd = -1;

	if (!is_paused) {
		if (unlinkat(store->run_fd, path, 0) < 0 && errno != ENOENT)
			return error_sys(err, errno, "remove %s", path);
		return 0;
	}
	fd = openat(store->run_fd, path,
		    O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd < 0 ? error_sys(err, errno, "make %s", path) : 0;
}

void container_state_release(struct container_state *state)
{
	free(state->message);
	free(state->cgroup);
	json_decref(state->health);
	*state = (struct container_state)CONTAINER_STATE_INIT;
}
