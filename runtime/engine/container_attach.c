/* SPDX-License-Identifier: Apache-2.0 */
/* Connecting to monitors. */
#include "runtime/engine/container_attach.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/alloc.h"

static int not_running(const struct container *container, struct error *err)
{
	return error_set(err, ERROR_NOT_FOUND, "container %s is not running",
			 container->id);
}

int container_connect(const struct store *store,
		      const struct container *container, unsigned wants,
		      int *fd_out, struct error *err)
{
	autofree char *path = xasprintf("containers/%s", container->id);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	unsigned char hello = (unsigned char)wants;
	autoclose int folder = openat(store->run_fd, path,
				      O_PATH | O_DIRECTORY | O_CLOEXEC);
	autoclose int fd = -1;

	if (folder < 0)
		return errno == ENOENT
			       ? not_running(container, err)
			       : error_sys(err, errno, "open run folder of %s",
					   container->id);
	/* by its folder: a socket's whole path may be 108 bytes only */
	(void)snprintf(address.sun_path, sizeof(address.sun_path),
		       "/proc/self/fd/%d/attach.sock", folder);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return error_sys(err, errno, "make a socket");
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) <
	    0) {
		if (errno == ENOENT || errno == ECONNREFUSED)
			return not_running(container, err);
		return error_sys(err, errno, "reach the monitor of %s",
				 container->id);
	}
	if (attach_send(fd, ATTACH_HELLO, &hello, 1) < 0)
		return not_running(container, err);
	*fd_out = TAKE_FD(fd);
	return 0;
}
