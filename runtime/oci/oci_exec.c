/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that join a container. */
#include "runtime/oci/oci_exec.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "runtime/caps.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/console.h"
#include "runtime/exec_in.h"
#include "runtime/oci/oci_config.h"
#include "runtime/oci/oci_create.h"
#include "runtime/oci/oci_socket.h"

/* What the process is made from. */
struct joining {
	const struct oci_exec *request;
	struct oci_container container;
	struct oci_config config;
	json_t *document;
	struct runtime_process process;
	struct cgroup *group;
	int pidfd;
};

static void joining_release(struct joining *joining)
{
	oci_container_release(&joining->container);
	oci_config_release(&joining->config);
	runtime_process_release(&joining->process);
	json_decref(joining->document);
	cgroup_close(joining->group);
	cleanup_close(&joining->pidfd);
}
DEFINE_CLEANUP(struct joining, joining_release)

static int parse_id(const char **at, json_t **out, struct error *err)
{
	char *end;
	unsigned long long id;

	errno = 0;
	id = strtoull(*at, &end, 10);
	if (end == *at || errno || id >= UINT32_MAX || **at == '-' ||
	    **at == '+' || **at == ' ')
		return error_set(err, ERROR_INVALID,
				 "\"%s\" is not a user or group id", *at);
	*out = json_integer((json_int_t)id);
	*at = end;
	return 0;
}

static int set_user(const char *text, json_t *user, struct error *err)
{
	const char *at = text;
	json_t *id = NULL;

	if (parse_id(&at, &id, err) < 0)
		return error_wrap(err, "user");
	(void)json_object_set_new(user, "uid", id);
	if (*at == ':') {
		at++;
		if (parse_id(&at, &id, err) < 0)
			return error_wrap(err, "user");
		(void)json_object_set_new(user, "gid", id);
	}
	if (*at)
		return error_set(err, ERROR_INVALID,
				 "user: \"%s\" is not uid[:gid]", text);
	return 0;
}

static int add_groups(const struct strvec *groups, json_t *user,
		      struct error *err)
{
	json_t *list = json_object_get(user, "additionalGids");

	if (!groups || !groups->count)
		return 0;
	if (!json_is_array(list)) {
		list = json_array();
		(void)json_object_set_new(user, "additionalGids", list);
	}
	for (size_t i = 0; i < groups->count; i++) {
		const char *at = groups->items[i];
		json_t *id = NULL;

		if (parse_id(&at, &id, err) < 0)
			return error_wrap(err, "additional gids");
		(void)json_array_append_new(list, id);
	}
	return 0;
}

static json_t *object_of(json_t *parent, const char *key)
{
	json_t *object = json_object_get(parent, key);

	if (json_is_object(object))
		return object;
	object = json_object();
	(void)json_object_set_new(parent, key, object);
	return object;
}

static int add_capabilities(const struct strvec *names, json_t *process,
			    struct error *err)
{
	static const char *const sets[] = { "bounding", "effective",
					    "permitted", "inheritable" };
	json_t *capabilities;

	if (!names || !names->count)
		return 0;
	capabilities = object_of(process, "capabilities");
	for (size_t i = 0; i < names->count; i++) {
		unsigned number;

		if (!caps_from_name(names->items[i], &number))
			return error_set(err, ERROR_INVALID,
					 "unknown capability \"%s\"",
					 names->items[i]);
		for (size_t j = 0; j < sizeof(sets) / sizeof(sets[0]); j++) {
			json_t *set = json_object_get(capabilities, sets[j]);

			if (!json_is_array(set)) {
				set = json_array();
				(void)json_object_set_new(capabilities, sets[j],
							  set);
			}
			(void)json_array_append_new(
				set, json_string(caps_name(number)));
		}
	}
	return 0;
}

static void set_text(json_t *process, const char *key, const char *text)
{
	if (text && *text)
		(void)json_object_set_new(process, key, json_string(text));
}

static void set_program(const struct oci_exec *request, json_t *process)
{
	json_t *args = json_array();
	json_t *env = json_object_get(process, "env");

	for (char *const *arg = request->args; *arg; arg++)
		(void)json_array_append_new(args, json_string(*arg));
	(void)json_object_set_new(process, "args", args);
	if (!json_is_array(env)) {
		env = json_array();
		(void)json_object_set_new(process, "env", env);
	}
	for (size_t i = 0; request->env && i < request->env->count; i++)
		(void)json_array_append_new(
			env, json_string(request->env->items[i]));
	(void)json_object_set_new(process, "terminal",
				  json_boolean(request->is_tty));
	(void)json_object_del(process, "consoleSize");
}

int oci_exec_process(const struct oci_exec *request, const json_t *own,
		     json_t **out, struct error *err)
{
	autoclean(jsonx_free) json_t *process = json_deep_copy(own);
	json_t *user;

	if (!json_is_object(process))
		return error_set(err, ERROR_INVALID,
				 "the container has no process to go by: one "
				 "has to be given with --process");
	if (!request->args[0])
		return error_set(err, ERROR_INVALID,
				 "exec: a program or --process is needed");
	user = object_of(process, "user");
	set_program(request, process);
	set_text(process, "cwd", request->cwd);
	set_text(process, "apparmorProfile", request->apparmor);
	set_text(process, "selinuxLabel", request->label);
	if (request->no_new_privileges)
		(void)json_object_set_new(process, "noNewPrivileges",
					  json_true());
	if (request->user && *request->user &&
	    set_user(request->user, user, err) < 0)
		return -1;
	if (add_groups(request->groups, user, err) < 0 ||
	    add_capabilities(request->capabilities, process, err) < 0)
		return -1;
	*out = TAKE_PTR(process);
	return 0;
}

static int read_process(struct joining *joining, struct error *err)
{
	const struct oci_exec *request = joining->request;
	const json_t *own = json_object_get(joining->config.document,
					    "process");

	if (request->process_file) {
		if (jsonx_read(AT_FDCWD, request->process_file, OCI_CONFIG_MAX,
			       &joining->document, err) < 0)
			return -1;
	} else if (oci_exec_process(request, own, &joining->document, err) <
		   0) {
		return -1;
	}
	if (!json_is_object(joining->document))
		return error_set(err, ERROR_INVALID,
				 "process: expected an object");
	if (runtime_process_parse(joining->document, &joining->process, err) <
	    0)
		return error_wrap(err, "process");
	return 0;
}

/* A process without a word about CPUs enters as its container says. */
static void inherit_cpus(struct joining *joining)
{
	struct runtime_process *own = &joining->config.spec.process;
	struct runtime_process *process = &joining->process;

	if (process->initial_affinity || process->final_affinity)
		return;
	process->initial_affinity = TAKE_PTR(own->initial_affinity);
	process->final_affinity = TAKE_PTR(own->final_affinity);
}

static int check_status(const struct joining *joining, struct error *err)
{
	enum oci_status status;

	if (oci_container_status(&joining->container, &status, err) < 0)
		return -1;
	if (status == OCI_STOPPED || status == OCI_CREATING)
		return error_set(err, ERROR_BUSY,
				 "cannot exec in a stopped container");
	if (status == OCI_PAUSED && !joining->request->ignores_paused)
		return error_set(err, ERROR_BUSY,
				 "cannot exec in a paused container (use "
				 "--ignore-paused to override)");
	return 0;
}

/* "memory,cpu:path" of cgroup v1 would split a container over groups. */
static int open_group(struct joining *joining, struct error *err)
{
	const char *below = joining->request->cgroup;
	autofree char *path = NULL;

	if (!below || !*below || strcmp(below, "/") == 0)
		return oci_container_group(&joining->container, &joining->group,
					   err);
	if (strchr(below, ':'))
		return error_set(err, ERROR_UNSUPPORTED,
				 "--cgroup %s: a process goes into one group "
				 "for all controllers",
				 below);
	path = xasprintf("%s/%s", joining->container.state.cgroup,
			 below + strspn(below, "/"));
	return cgroup_open(path, &joining->group, err);
}

static int check_terminal(const struct joining *joining, struct error *err)
{
	const struct oci_exec *request = joining->request;
	bool has_socket = request->console_socket && *request->console_socket;

	if (joining->process.terminal && !has_socket && !request->is_attached)
		return error_set(err, ERROR_INVALID,
				 "cannot allocate tty if the process is "
				 "detached without a console socket");
	return 0;
}

static int prepare(struct joining *joining, struct error *err)
{
	const struct oci_exec *request = joining->request;
	struct oci_container *container = &joining->container;

	if (oci_container_open(request->root, request->id, false, container,
			       err) < 0 ||
	    check_status(joining, err) < 0 ||
	    oci_container_process(container, &joining->pidfd, err) < 0 ||
	    oci_config_read(container->folder_fd, OCI_CONFIG_FILE,
			    &joining->config, err) < 0 ||
	    read_process(joining, err) < 0 ||
	    check_terminal(joining, err) < 0 ||
	    oci_config_filter(&joining->config,
			      joining->process.capabilities.bounding, err) < 0)
		return -1;
	inherit_cpus(joining);
	if (request->is_attached)
		console_take_size(STDIN_FILENO, &joining->process);
	return open_group(joining, err);
}

/* v1 groups are joined while the child enters: the kernel makes us wait. */
static int join_groups(void *context, pid_t pid, struct error *err)
{
	const struct joining *joining = context;

	return cgroup_add(joining->group, pid, err);
}

static int hand_listener(void *context, pid_t pid, int listener,
			 struct error *err)
{
	const struct joining *joining = context;

	return oci_socket_listener(&joining->config, &joining->container.state,
				   pid, listener, err);
}

static int enter(struct joining *joining, struct launched *out,
		 struct error *err)
{
	const struct oci_exec *request = joining->request;
	const struct oci_config *config = &joining->config;
	struct exec_in exec = EXEC_IN_INIT;

	exec.spec = &config->spec;
	exec.process = &joining->process;
	exec.target_pidfd = joining->pidfd;
	memcpy(exec.stdio, request->stdio, sizeof(exec.stdio));
	exec.cgroup_fd = cgroup_into_fd(joining->group);
	exec.filter = config->has_filter ? &config->filter.program : NULL;
	exec.filter_flags = config->filter.flags;
	exec.prepare = cgroup_has_to_add(joining->group) ? join_groups : NULL;
	exec.listen = config->listener_path ? hand_listener : NULL;
	exec.prepare_context = joining;
	exec.id = joining->container.state.id;
	exec.preserved = request->preserved;
	exec.no_keyring = joining->container.state.no_keyring;
	return exec_in_container(&exec, out, err);
}

static int announce(const struct oci_exec *request, struct launched *launched,
		    struct error *err)
{
	static const char name[] = "/dev/ptmx";

	if (launched->console_fd >= 0 && request->console_socket &&
	    *request->console_socket) {
		if (oci_socket_send(request->console_socket, name,
				    sizeof(name) - 1, launched->console_fd,
				    err) < 0)
			return error_wrap(err, "console socket");
		cleanup_close(&launched->console_fd);
	}
	if (request->pid_file && *request->pid_file)
		return oci_create_pid_file(request->pid_file, launched->pid,
					   err);
	return 0;
}

int oci_exec(const struct oci_exec *request, struct launched *out,
	     bool *is_tty_out, struct error *err)
{
	autoclean(joining_release) struct joining joining = {
		.request = request,
		.container = OCI_CONTAINER_INIT,
		.config = OCI_CONFIG_INIT,
		.pidfd = -1,
	};

	*out = (struct launched)LAUNCHED_INIT;
	if (prepare(&joining, err) < 0)
		return launched_not_program(err);
	*is_tty_out = joining.process.terminal;
	if (enter(&joining, out, err) < 0)
		return -1;
	if (announce(request, out, err) < 0) {
		launched_abandon(out);
		return launched_not_program(err);
	}
	return 0;
}
