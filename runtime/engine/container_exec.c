/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that join a container. */
#include "runtime/engine/container_exec.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "base/userdb.h"
#include "base/userns.h"
#include "runtime/caps.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/console.h"
#include "runtime/engine/container_event.h"
#include "runtime/engine/container_ids.h"
#include "runtime/engine/container_process.h"
#include "runtime/engine/container_profile.h"
#include "runtime/engine/container_state.h"
#include "runtime/engine/spec_parts.h"
#include "runtime/engine/start_plan.h"
#include "runtime/exec_in.h"
#include "runtime/monitor.h"

enum { EXEC_SPEC_MAX = 4 << 20, EXEC_STOP_MS = 10000, EXEC_ID_DIGITS = 64 };

/* What the process is made from, read before its monitor is there. */
struct joining {
	const struct container_exec *request;
	struct container_state state;
	struct runtime_spec spec;
	struct runtime_process process;
	struct seccomp_filter filter;
	bool has_filter;
	struct cgroup *group;
	int pidfd;
	char id[EXEC_ID_DIGITS + 1]; /* for those who follow events */
	json_t *document;	     /* what `process` was read from */
	json_t *spec_document;
};

static void joining_release(struct joining *joining)
{
	container_state_release(&joining->state);
	runtime_spec_release(&joining->spec);
	runtime_process_release(&joining->process);
	seccomp_filter_release(&joining->filter);
	cgroup_close(joining->group);
	cleanup_close(&joining->pidfd);
	json_decref(joining->document);
	json_decref(joining->spec_document);
}
DEFINE_CLEANUP(struct joining, joining_release)

static int make_id(struct joining *joining, struct error *err)
{
	unsigned char bytes[EXEC_ID_DIGITS / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return error_sys(err, errno, "read random bytes");
	for (size_t i = 0; i < sizeof(bytes); i++)
		(void)snprintf(joining->id + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

/* "exec_start: sh -c true" */
static void note(const struct joining *joining, const char *action)
{
	const struct container_exec *request = joining->request;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s:", action);
	for (char *const *word = request->command; *word; word++)
		strbuf_addf(&text, " %s", *word);
	container_event_with(request->store, request->container, text.text,
			     json_pack("{s:s}", "execID", joining->id));
}

static int check_state(struct joining *joining, struct error *err)
{
	const struct container *container = joining->request->container;

	if (container_state_load(joining->request->store, container,
				 &joining->state, err) < 0)
		return -1;
	if (joining->state.status == CONTAINER_PAUSED)
		return error_set(err, ERROR_BUSY,
				 "Container %s is paused, unpause the "
				 "container before exec",
				 container->name);
	if (joining->state.status == CONTAINER_RESTARTING)
		return error_set(err, ERROR_BUSY,
				 "Container %s is restarting, wait until the "
				 "container is running",
				 container->id);
	if (joining->state.status != CONTAINER_RUNNING)
		return error_set(err, ERROR_BUSY, "container %s is not running",
				 container->id);
	return container_process_open(&joining->state, &joining->pidfd, err);
}

static int read_spec(struct joining *joining, struct error *err)
{
	autofree char *path = container_state_path(
		joining->request->store, joining->request->container->id);
	/* not made: one that has just ended leaves none behind */
	autoclose int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		return error_sys(err, errno, "open run folder of %s",
				 joining->request->container->id);
	if (jsonx_read(folder, "config.json", EXEC_SPEC_MAX,
		       &joining->spec_document, err) < 0)
		return -1;
	return runtime_spec_parse(joining->spec_document, &joining->spec, err);
}

/* By the container's own passwd and group, as they are now. */
static int find_user(const struct joining *joining, struct userdb_identity *out,
		     struct error *err)
{
	const struct container_exec *request = joining->request;
	const struct container *container = request->container;
	autoclean(strvec_release) struct strvec groups = STRVEC_INIT;
	autoclose int root = -1;
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/%d/root",
		       (int)joining->state.pid);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return error_sys(err, errno, "open the container's root");
	if (userdb_resolve(root,
			   request->user
				   ? request->user
				   : spec_string(container->config, "User"),
			   out, err) < 0 ||
	    jsonx_opt_strings(container->host_config, "GroupAdd", &groups,
			      err) < 0)
		return -1;
	return request->user ? 0 : userdb_add_groups(root, &groups, out, err);
}

/*
 * The container as it would be if it had been made for this command: the same
 * generator gives the process.
 */
static void disguise(const struct container_exec *request,
		     struct container *out)
{
	const struct container *container = request->container;
	json_t *args = json_array();

	*out = *container;
	out->config = json_copy(container->config);
	out->host_config = json_copy(container->host_config);
	out->document = json_copy(container->document);
	for (size_t i = 1; request->command[i]; i++)
		(void)json_array_append_new(args,
					    json_string(request->command[i]));
	(void)json_object_set_new(out->document, "path",
				  json_string(request->command[0]));
	(void)json_object_set_new(out->document, "args", args);
	(void)json_object_set_new(out->config, "Tty",
				  json_boolean(request->is_tty));
	(void)json_object_set(out->config, "Env", request->env);
	if (request->directory)
		(void)json_object_set_new(out->config, "WorkingDir",
					  json_string(request->directory));
	(void)json_object_del(out->host_config, "Init");
	if (request->is_privileged)
		(void)json_object_set_new(out->host_config, "Privileged",
					  json_true());
}

static int make_process(struct joining *joining, struct error *err)
{
	autoclean(userdb_identity_release) struct userdb_identity user =
		USERDB_IDENTITY_INIT;
	struct container disguised;
	struct spec_request request = {
		.container = &disguised,
		.user = &user,
		.bounding = caps_bounding(),
		.is_rootless = !userns_is_initial(),
	};
	int result;

	if (find_user(joining, &user, err) < 0)
		return -1;
	disguise(joining->request, &disguised);
	request.apparmor = container_profile(disguised.host_config);
	result = container_profile_ready(request.apparmor, err);
	if (result == 0)
		result = spec_process(&request, &joining->document, err);
	json_decref(disguised.config);
	json_decref(disguised.host_config);
	json_decref(disguised.document);
	if (result < 0)
		return -1;
	return runtime_process_parse(joining->document, &joining->process, err);
}

static int open_group(struct joining *joining, struct error *err)
{
	if (!joining->state.cgroup)
		return 0;
	return cgroup_open(joining->state.cgroup, &joining->group, err);
}

static int join_group(void *context, pid_t pid, struct error *err)
{
	const struct joining *joining = context;

	if (!joining->group || !cgroup_has_to_add(joining->group))
		return 0;
	return cgroup_add(joining->group, pid, err);
}

static int start(void *context, const struct monitor_stdio *stdio,
		 struct monitor_started *out, struct error *err)
{
	struct joining *joining = context;
	struct exec_in request = EXEC_IN_INIT;
	struct launched launched = LAUNCHED_INIT;
	autoclean(id_maps_release) struct id_maps ids = ID_MAPS_INIT;

	if (container_ids_read(joining->request->container, &ids, err) < 0 ||
	    container_ids_give_streams(&ids, stdio->fds, err) < 0)
		return -1;
	/* before it looks at its terminal */
	console_give_size(&joining->process, stdio->rows, stdio->columns);
	request.spec = &joining->spec;
	request.process = &joining->process;
	request.target_pidfd = joining->pidfd;
	memcpy(request.stdio, stdio->fds, sizeof(request.stdio));
	request.cgroup_fd = joining->group ? cgroup_into_fd(joining->group)
					   : -1;
	request.filter = joining->has_filter ? &joining->filter.program : NULL;
	request.filter_flags = joining->filter.flags;
	request.prepare = join_group;
	request.prepare_context = joining;
	request.id = joining->request->container->id;
	if (exec_in_container(&request, &launched, err) < 0)
		return -1;
	out->pid = launched.pid;
	out->pidfd = launched.pidfd;
	out->console_fd = launched.console_fd;
	note(joining, "exec_start");
	return 0;
}

/* The client is told; there is nothing to keep a record of. */
static void failed(void *context, const struct error *err)
{
	(void)context;
	(void)err;
}

/* What such a process says is not the container's to log. */
static void write_log(void *context, int stream, const void *data,
		      size_t length)
{
	(void)context;
	(void)stream;
	(void)data;
	(void)length;
}

static void ended(void *context, int exit_code, bool is_asked,
		  struct monitor_next *next)
{
	const struct joining *joining = context;
	json_t *attributes = container_event_number("exitCode", exit_code);

	(void)is_asked;
	(void)next; /* once only */
	(void)json_object_set_new(attributes, "execID",
				  json_string(joining->id));
	container_event_with(joining->request->store,
			     joining->request->container, "exec_die",
			     attributes);
}

static void finish(void *context)
{
	(void)context;
}

int container_exec(const struct container_exec *request, int *client_out,
		   struct error *err)
{
	autoclean(joining_release) struct joining joining = {
		.request = request,
		.pidfd = -1,
	};
	struct monitor monitor = {
		.name = "imgctl-exec",
		.is_tty = request->is_tty,
		.has_stdin = request->has_stdin,
		.stdin_once = true,
		.lives_on = request->lives_on,
		.rows = request->rows,
		.columns = request->columns,
		.stop_timeout_ms = EXEC_STOP_MS,
		.listen_fd = -1,
		.context = &joining,
		.start = start,
		.failed = failed,
		.log = write_log,
		.ended = ended,
		.finish = finish,
	};

	if (check_state(&joining, err) < 0 || read_spec(&joining, err) < 0 ||
	    make_process(&joining, err) < 0 || open_group(&joining, err) < 0 ||
	    start_plan_filter(request->store, request->container->host_config,
			      &joining.filter, &joining.has_filter, err) < 0 ||
	    make_id(&joining, err) < 0)
		return -1;
	note(&joining, "exec_create");
	return monitor_spawn(&monitor, client_out, err);
}
