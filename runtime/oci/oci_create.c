/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order: folder and lock, the configuration's copy and a state without a
 * process, so that whatever a kill leaves can be found; then the group, the
 * process, and the state with it.
 */
#include "runtime/oci/oci_create.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "runtime/cgroup/cgroup_apply.h"
#include "runtime/cgroup/cgroup_control.h"
#include "runtime/cgroup/cgroup_create.h"
#include "runtime/console.h"
#include "runtime/launch.h"
#include "runtime/mount_plan.h"
#include "runtime/namespaces.h"
#include "runtime/network_ahead.h"
#include "runtime/oci/oci_config.h"
#include "runtime/oci/oci_scope.h"
#include "runtime/oci/oci_socket.h"
#include "runtime/process_stat.h"

enum { UNDO_TIMEOUT_MS = 2000 };

/* A container on its way. */
struct making {
	const struct oci_order *order;
	struct oci_container *container;
	char *bundle; /* absolute */
	struct oci_config config;
	struct cgroup_limits limits;
	struct cgroup *group;
	int rootfs_fd;
	int start_fd;
	struct network_ahead network;
	bool has_folder;
	bool has_scope; /* of ours: another one may have its name */
};

static void making_release(struct making *making)
{
	network_ahead_release(&making->network);
	free(making->bundle);
	oci_config_release(&making->config);
	cgroup_limits_release(&making->limits);
	cgroup_close(TAKE_PTR(making->group));
	cleanup_close(&making->rootfs_fd);
	cleanup_close(&making->start_fd);
}
DEFINE_CLEANUP(struct making, making_release)

/* PATH, which may be relative to the bundle, as an absolute one. */
static char *in_bundle(const struct oci_state *state, const char *path)
{
	return *path == '/' ? xstrdup(path)
			    : xasprintf("%s/%s", state->bundle, path);
}

/* Sources of binds may be relative to the bundle. */
static void resolve_sources(const struct oci_state *state,
			    struct runtime_spec *spec)
{
	for (size_t i = 0; i < spec->mount_count; i++) {
		struct runtime_mount *mount = &spec->mounts[i];
		bool is_bind = !mount->type || !*mount->type ||
			       strcmp(mount->type, "bind") == 0 ||
			       strvec_has(&mount->options, "bind") ||
			       strvec_has(&mount->options, "rbind");
		char *absolute;

		if (!is_bind || !mount->source || !*mount->source)
			continue;
		absolute = in_bundle(state, mount->source);
		free(mount->source);
		mount->source = absolute;
	}
}

static int check_terminal(const struct oci_order *order, bool has_terminal,
			  struct error *err)
{
	bool has_socket = order->console_socket && *order->console_socket;

	if (has_terminal && !has_socket && !order->is_attached)
		return error_set(err, ERROR_INVALID,
				 "cannot allocate tty if the container is "
				 "detached without a console socket");
	if (!has_terminal && has_socket)
		return error_set(err, ERROR_INVALID,
				 "a console socket is of no use without "
				 "process.terminal");
	return 0;
}

static int open_bundle(struct making *making, struct error *err)
{
	const char *bundle = making->order->bundle;
	char path[PATH_MAX];
	autoclose int fd = -1;

	if (!realpath(bundle, path))
		return error_sys(err, errno, "bundle %s", bundle);
	making->bundle = xstrdup(path);
	fd = open(path, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_sys(err, errno, "bundle %s", bundle);
	if (oci_config_read(fd, OCI_CONFIG_FILE, &making->config, err) < 0)
		return err->kind == ERROR_NOT_FOUND
			       ? error_wrap(err,
					    "JSON specification file %s/%s",
					    path, OCI_CONFIG_FILE)
			       : -1;
	return 0;
}

static int open_rootfs(struct making *making, struct error *err)
{
	struct oci_state *state = &making->container->state;
	const struct runtime_spec *spec = &making->config.spec;

	if (!spec->root_path || !*spec->root_path)
		return error_set(err, ERROR_INVALID,
				 "container configuration: root: path: a "
				 "container needs one");
	state->rootfs = in_bundle(state, spec->root_path);
	making->rootfs_fd = open(state->rootfs,
				 O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (making->rootfs_fd < 0)
		return error_sys(err, errno, "root file system %s",
				 state->rootfs);
	return 0;
}

/*
 * Whoever names a group looks at what is counted in it; in one of our own
 * choice only what is limited costs the joining of a v1 hierarchy.
 */
static int plan_group(struct making *making, struct error *err)
{
	struct oci_state *state = &making->container->state;
	const char *path = making->config.spec.cgroups_path;

	cgroup_limits_init(&making->limits);
	if (making->order->is_systemd)
		return oci_scope_plan(path, state, err);
	if (path && *path) {
		state->cgroup = mount_plan_relative(path);
		making->limits.accounting = true;
	} else {
		state->cgroup = xasprintf("imgctl/oci-%s", state->id);
	}
	if (!*state->cgroup)
		return error_set(err, ERROR_INVALID,
				 "linux: cgroupsPath: \"%s\" names the root",
				 path);
	return 0;
}

/* Before anything else, so that the namespace is ready when it is needed. */
static void begin_network(struct making *making)
{
	const struct runtime_spec *spec = &making->config.spec;

	if (namespace_is_new(spec, RUNTIME_NAMESPACE_NETWORK) &&
	    !namespace_is_new(spec, RUNTIME_NAMESPACE_USER))
		network_ahead_begin(&making->network);
}

static int read_bundle(struct making *making, struct error *err)
{
	struct oci_state *state = &making->container->state;
	struct oci_config *config = &making->config;
	const struct runtime_spec *spec = &config->spec;

	state->bundle = TAKE_PTR(making->bundle);
	if (open_rootfs(making, err) < 0 ||
	    check_terminal(making->order,
			   spec->has_process && spec->process.terminal,
			   err) < 0 ||
	    plan_group(making, err) < 0)
		return -1;
	resolve_sources(state, &config->spec);
	if (making->order->is_attached)
		console_take_size(STDIN_FILENO, &config->spec.process);
	oci_config_complete(&config->spec.resources);
	state->created = clock_now();
	state->owner = geteuid();
	state->no_keyring = making->order->no_keyring;
	state->annotations = json_object();
	for (size_t i = 0; i < spec->annotation_count; i++)
		(void)json_object_set_new(
			state->annotations, spec->annotations[i].key,
			json_string(spec->annotations[i].value));
	return cgroup_limits_take(&spec->resources, &making->limits, err);
}

/* The copy, and a state that says: being made. */
static int note_making(struct making *making, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	jsonx_format(making->config.document, &text);
	if (atomicfile_put(making->container->folder_fd, OCI_CONFIG_FILE,
			   text.text, text.length, 0, err) < 0)
		return -1;
	return oci_container_save(making->container, err);
}

static int listen_for_start(struct making *making, struct error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	autoclose int fd = -1;

	if (making->order->is_started)
		return 0;
	/* through the folder's descriptor: no limit of 108 bytes */
	(void)snprintf(address.sun_path, sizeof(address.sun_path),
		       "/proc/self/fd/%d/" OCI_START_SOCKET,
		       making->container->folder_fd);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 1) < 0)
		return error_sys(err, errno, "listen for the start");
	making->start_fd = TAKE_FD(fd);
	return 0;
}

static int make_group(struct making *making, struct error *err)
{
	const struct oci_state *state = &making->container->state;

	if (making->order->is_systemd)
		return 0; /* it needs the process first */
	if (cgroup_take(state->cgroup, &making->limits, &making->group, err) <
	    0)
		return -1;
	return 0;
}

/* v1 groups are joined while the child mounts: the kernel makes us wait. */
static int join_groups(void *context, pid_t pid, struct error *err)
{
	struct making *making = context;
	struct oci_state *state = &making->container->state;
	struct process_stat stat;

	if (process_stat_read(pid, &stat, err) < 0)
		return -1;
	state->pid = pid;
	state->start_time = stat.start_time;
	if (making->order->is_systemd) {
		if (oci_scope_start(state, &making->limits, pid, err) < 0)
			return -1;
		making->has_scope = true;
		if (cgroup_open(state->cgroup, &making->group, err) < 0 ||
		    cgroup_set(making->group, &making->limits, err) < 0)
			return -1;
	}
	return cgroup_has_to_add(making->group)
		       ? cgroup_add(making->group, pid, err)
		       : 0;
}

static int accompany(void *context, pid_t pid, struct error *err)
{
	struct making *making = context;

	if (cgroup_guard_devices(making->group, &making->limits, pid, err) < 0)
		return -1;
	return oci_container_save(making->container, err);
}

static int hand_listener(void *context, pid_t pid, int listener,
			 struct error *err)
{
	struct making *making = context;

	return oci_socket_listener(&making->config, &making->container->state,
				   pid, listener, err);
}

static int launch(struct making *making, struct launched *out,
		  struct error *err)
{
	const struct oci_order *order = making->order;
	const struct oci_config *config = &making->config;
	struct launch request = LAUNCH_INIT;

	request.spec = &config->spec;
	request.rootfs_fd = making->rootfs_fd;
	memcpy(request.stdio, order->stdio, sizeof(request.stdio));
	request.cgroup_fd = making->group ? cgroup_into_fd(making->group) : -1;
	request.filter = config->has_filter ? &config->filter.program : NULL;
	request.filter_flags = config->filter.flags;
	request.prepare = join_groups;
	request.accompany = accompany;
	request.listen = config->listener_path ? hand_listener : NULL;
	request.context = making;
	request.start_fd = making->start_fd;
	request.preserved = order->preserved;
	request.no_keyring = order->no_keyring;
	request.no_pivot = order->no_pivot;
	request.network_fd = network_ahead_end(&making->network);
	request.id = making->container->state.id;
	request.bundle = making->container->state.bundle;
	return launch_container(&request, out, err);
}

int oci_create_pid_file(const char *path, pid_t pid, struct error *err)
{
	const char *slash = strrchr(path, '/');
	autofree char *folder = slash ? xstrndup(path, (size_t)(slash - path))
				      : xstrdup(".");
	autoclose int fd = open(*folder ? folder : "/",
				O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", (int)pid);
	if (fd < 0)
		return error_sys(err, errno, "pid file %s", path);
	return atomicfile_put(fd, slash ? slash + 1 : path, text, strlen(text),
			      0, err);
}

/* What those outside are told, once the process stands. */
static int announce(const struct making *making, struct launched *launched,
		    struct error *err)
{
	static const char name[] = "/dev/ptmx";
	const struct oci_order *order = making->order;

	if (order->console_socket && *order->console_socket) {
		if (oci_socket_send(order->console_socket, name,
				    sizeof(name) - 1, launched->console_fd,
				    err) < 0)
			return error_wrap(err, "console socket");
		cleanup_close(&launched->console_fd);
	}
	if (order->pid_file && *order->pid_file &&
	    oci_create_pid_file(order->pid_file, launched->pid, err) < 0)
		return -1;
	making->container->state.is_made = true;
	return oci_container_save(making->container, err);
}

static int make(struct making *making, struct launched *out,
		struct strvec *warnings, struct error *err)
{
	struct oci_config *config = &making->config;
	const struct runtime_spec *spec = &config->spec;

	if (open_bundle(making, err) < 0)
		return launched_not_program(err);
	begin_network(making);
	if (oci_container_make(making->order->root, making->order->id,
			       making->container, err) < 0) {
		making->has_folder = making->container->folder_fd >= 0;
		return launched_not_program(err);
	}
	making->has_folder = true;
	if (read_bundle(making, err) < 0)
		return launched_not_program(err);
	if (note_making(making, err) < 0 ||
	    oci_config_filter(config, spec->process.capabilities.bounding,
			      err) < 0 ||
	    make_group(making, err) < 0 || listen_for_start(making, err) < 0)
		return launched_not_program(err);
	oci_config_shortfalls(&spec->process, warnings);
	if (launch(making, out, err) < 0)
		return -1;
	if (announce(making, out, err) < 0) {
		launched_abandon(out);
		return launched_not_program(err);
	}
	return 0;
}

/* Leave nothing; what cannot go is found by `delete --force`. */
static void undo(struct making *making)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (making->group && cgroup_kill(making->group, SIGKILL, &ignored) < 0)
		error_release(&ignored);
	if (making->group &&
	    cgroup_remove(making->group, UNDO_TIMEOUT_MS, &ignored) < 0)
		error_release(&ignored);
	if (making->has_scope)
		oci_scope_stop(&making->container->state);
	if (making->has_folder &&
	    oci_container_forget(making->container, &ignored) < 0)
		error_release(&ignored);
}

int oci_create(const struct oci_order *order, struct oci_container *container,
	       struct launched *out, struct strvec *warnings, struct error *err)
{
	autoclean(making_release) struct making making = {
		.order = order,
		.container = container,
		.config = OCI_CONFIG_INIT,
		.rootfs_fd = -1,
		.start_fd = -1,
		.network = NETWORK_AHEAD_INIT,
	};

	cgroup_limits_init(&making.limits);
	*out = (struct launched)LAUNCHED_INIT;
	if (make(&making, out, warnings, err) == 0)
		return 0;
	undo(&making);
	return -1;
}
