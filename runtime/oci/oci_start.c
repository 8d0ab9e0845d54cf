/* SPDX-License-Identifier: Apache-2.0 */
/* The second half of a container's making. */
#include "runtime/oci/oci_start.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "runtime/launch.h"
#include "runtime/oci/oci_config.h"
#include "runtime/oci/oci_container.h"
#include "runtime/oci/oci_socket.h"

/* What the start is made from. */
struct starting {
	struct oci_container container;
	struct oci_config config;
	struct launched launched;
};

static void starting_release(struct starting *starting)
{
	oci_container_release(&starting->container);
	oci_config_release(&starting->config);
	launched_release(&starting->launched);
}
DEFINE_CLEANUP(struct starting, starting_release)

static int connect_for_start(const struct oci_container *container, int *out,
			     struct error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	autoclose int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path),
		       "/proc/self/fd/%d/" OCI_START_SOCKET,
		       container->folder_fd);
	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return error_sys(err, errno, "reach the container's process");
	*out = TAKE_FD(fd);
	return 0;
}

static int check_startable(const struct oci_container *container,
			   struct error *err)
{
	enum oci_status status;

	if (oci_container_status(container, &status, err) < 0)
		return -1;
	if (status == OCI_CREATED)
		return 0;
	if (status == OCI_STOPPED)
		return error_set(err, ERROR_INVALID,
				 "cannot start a container that has stopped");
	return error_set(err, ERROR_INVALID,
			 "cannot start a container in the %s state",
			 oci_status_name(status));
}

static int hand_listener(void *context, pid_t pid, int listener,
			 struct error *err)
{
	struct starting *starting = context;

	return oci_socket_listener(&starting->config,
				   &starting->container.state, pid, listener,
				   err);
}

static int reach(struct starting *starting, struct error *err)
{
	struct oci_container *container = &starting->container;
	struct oci_config *config = &starting->config;

	if (check_startable(container, err) < 0 ||
	    oci_config_read(container->folder_fd, OCI_CONFIG_FILE, config,
			    err) < 0 ||
	    oci_config_filter(config,
			      config->spec.process.capabilities.bounding,
			      err) < 0 ||
	    oci_container_process(container, &starting->launched.pidfd, err) <
		    0)
		return -1;
	return connect_for_start(container, &starting->launched.control_fd,
				 err);
}

int oci_start(const char *root, const char *id, struct error *err)
{
	autoclean(starting_release) struct starting starting = {
		.container = OCI_CONTAINER_INIT,
		.config = OCI_CONFIG_INIT,
		.launched = LAUNCHED_INIT,
	};
	struct oci_container *container = &starting.container;
	struct launch request = LAUNCH_INIT;

	if (oci_container_open(root, id, true, container, err) < 0 ||
	    reach(&starting, err) < 0)
		return launched_not_program(err);
	starting.launched.pid = container->state.pid;
	request.spec = &starting.config.spec;
	request.id = container->state.id;
	request.bundle = container->state.bundle;
	request.listen = starting.config.listener_path ? hand_listener : NULL;
	request.context = &starting;
	/* whatever comes of it, it cannot be started a second time */
	if (unlinkat(container->folder_fd, OCI_START_SOCKET, 0) < 0)
		return error_sys(err, errno, "note the start");
	return launch_finish(&request, &starting.launched, err);
}
