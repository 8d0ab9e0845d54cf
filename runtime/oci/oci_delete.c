/* SPDX-License-Identifier: Apache-2.0 */
/* Killing and removing. */
#include "runtime/oci/oci_delete.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>

#include "runtime/cgroup/cgroup_control.h"
#include "runtime/hooks.h"
#include "runtime/namespaces.h"
#include "runtime/oci/oci_config.h"
#include "runtime/oci/oci_container.h"
#include "runtime/oci/oci_scope.h"

enum { DELETE_TIMEOUT_MS = 10000 };

/* Kill every process; SIGKILL reaches frozen ones too. */
static int kill_group(const struct oci_container *container, struct error *err)
{
	autoclean(cgroup_close) struct cgroup *group = NULL;

	if (oci_container_group(container, &group, err) < 0) {
		if (err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
		return 0;
	}
	return cgroup_kill(group, SIGKILL, err);
}

static int send_signal(int pidfd, int signal, struct error *err)
{
	if (syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0)
		return errno == ESRCH ? error_set(err, ERROR_BUSY,
						  "container not running")
				      : error_sys(err, errno, "send signal %d",
						  signal);
	return 0;
}

/* Kill what is left of it and wait until its first process has ended. */
static int end(const struct oci_container *container, struct error *err)
{
	autoclose int pidfd = -1;
	struct pollfd slot;

	if (oci_container_process(container, &pidfd, err) < 0) {
		if (err->kind != ERROR_BUSY)
			return -1;
		error_release(err);
		return kill_group(container, err);
	}
	if (kill_group(container, err) < 0 ||
	    send_signal(pidfd, SIGKILL, err) < 0) {
		if (err->kind != ERROR_BUSY)
			return -1;
		error_release(err); /* it has just ended */
	}
	slot = (struct pollfd){ .fd = pidfd, .events = POLLIN };
	while (poll(&slot, 1, DELETE_TIMEOUT_MS) < 0)
		if (errno != EINTR)
			return error_sys(err, errno, "wait for the container");
	if (!slot.revents)
		return error_set(err, ERROR_BUSY,
				 "container did not end within %d seconds of "
				 "SIGKILL",
				 DELETE_TIMEOUT_MS / 1000);
	return 0;
}

static int remove_group(const struct oci_container *container,
			struct error *err)
{
	autoclean(cgroup_close) struct cgroup *group = NULL;

	if (oci_container_group(container, &group, err) < 0) {
		if (err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
		return 0;
	}
	return cgroup_remove(group, DELETE_TIMEOUT_MS, err);
}

/* The life goes on as if they had succeeded (runtime-spec, "Lifecycle"). */
static void run_hooks(const struct oci_container *container,
		      const struct oci_config *config, struct strvec *warnings)
{
	autoclean(hook_state_release) struct hook_state state = HOOK_STATE_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	struct stage_failure fail = { STAGE_NONE, 0, NULL };

	hook_state_make(&config->spec, container->state.id,
			container->state.bundle, &state);
	if (hooks_run(&config->spec, RUNTIME_HOOK_POSTSTOP, &state, 0, &fail) ==
	    0)
		return;
	(void)stage_explain(fail.stage, fail.sys, fail.path ? fail.path : "",
			    &err);
	strvec_addf(warnings, "poststop: %s", err.msg);
}

/* What was made comes apart; the folder goes last, so that one can retry. */
static int take_apart(struct oci_container *container, struct strvec *warnings,
		      struct error *err)
{
	autoclean(oci_config_release) struct oci_config config =
		OCI_CONFIG_INIT;
	bool has_config = oci_config_read(container->folder_fd, OCI_CONFIG_FILE,
					  &config, err) == 0;

	if (!has_config) /* killed before there was one: no hooks either */
		error_release(err);
	if (remove_group(container, err) < 0)
		return -1;
	oci_scope_stop(&container->state);
	if (oci_container_forget(container, err) < 0)
		return -1;
	if (has_config)
		run_hooks(container, &config, warnings);
	return 0;
}

int oci_delete(const char *root, const char *id, bool is_forced,
	       struct strvec *warnings, struct error *err)
{
	autoclean(oci_container_release) struct oci_container container =
		OCI_CONTAINER_INIT;
	enum oci_status status;

	if (oci_container_open(root, id, true, &container, err) < 0) {
		if (!is_forced || err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
		return 0;
	}
	if (oci_container_status(&container, &status, err) < 0)
		return -1;
	if (!is_forced && status != OCI_STOPPED && status != OCI_CREATED)
		return error_set(err, ERROR_BUSY,
				 "cannot delete container %s that is not "
				 "stopped: %s",
				 id, oci_status_name(status));
	if (end(&container, err) < 0)
		return -1;
	return take_apart(&container, warnings, err);
}

/* A pid namespace of its own dies with its first process; a shared one not. */
static bool has_own_processes(const struct oci_container *container)
{
	autoclean(oci_config_release) struct oci_config config =
		OCI_CONFIG_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (oci_config_read(container->folder_fd, OCI_CONFIG_FILE, &config,
			    &ignored) < 0)
		return true;
	return namespace_is_new(&config.spec, RUNTIME_NAMESPACE_PID);
}

static int signal_group(const struct oci_container *container, int signal,
			struct error *err)
{
	autoclean(cgroup_close) struct cgroup *group = NULL;

	if (oci_container_group(container, &group, err) < 0)
		return err->kind == ERROR_NOT_FOUND
			       ? error_set(err, ERROR_BUSY,
					   "container not running")
			       : -1;
	return cgroup_kill(group, signal, err);
}

int oci_kill(const char *root, const char *id, int signal, bool all,
	     struct error *err)
{
	autoclean(oci_container_release) struct oci_container container =
		OCI_CONTAINER_INIT;
	autoclose int pidfd = -1;

	if (oci_container_open(root, id, false, &container, err) < 0)
		return -1;
	if (all)
		return signal_group(&container, signal, err);
	if (oci_container_process(&container, &pidfd, err) < 0)
		return -1;
	if (signal == SIGKILL && !has_own_processes(&container))
		return signal_group(&container, signal, err);
	return send_signal(pidfd, signal, err);
}
