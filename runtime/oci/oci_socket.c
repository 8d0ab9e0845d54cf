/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors over unix sockets. */
#include "runtime/oci/oci_socket.h"

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/fs.h"
#include "base/jsonx.h"

static int connect_to(const char *path, int *out, struct error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	autoclose int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		return error_set(err, ERROR_INVALID,
				 "%s: the path of a socket has at most %zu "
				 "bytes",
				 path, sizeof(address.sun_path) - 1);
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return error_sys(err, errno, "connect to %s", path);
	*out = TAKE_FD(fd);
	return 0;
}

int oci_socket_send(const char *path, const void *data, size_t length, int fd,
		    struct error *err)
{
	struct iovec part = {
		.iov_base = (void *)(uintptr_t)data,
		.iov_len = length,
	};
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	autoclose int line = -1;
	ssize_t done;

	if (connect_to(path, &line, err) < 0)
		return -1;
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	do {
		done = sendmsg(line, &message, MSG_NOSIGNAL);
	} while (done < 0 && errno == EINTR);
	if (done < 0)
		return error_sys(err, errno, "send to %s", path);
	/* the descriptor went with the first byte */
	return fs_write_all(line, (const char *)data + done,
			    length - (size_t)done, err);
}

int oci_socket_listener(const struct oci_config *config,
			const struct oci_state *state, pid_t pid, int listener,
			struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(jsonx_free) json_t *message = json_pack(
		"{s:s, s:[s], s:i, s:s, s:o}", "ociVersion", OCI_VERSION, "fds",
		"seccompFd", "pid", (int)pid, "metadata",
		config->listener_metadata ? config->listener_metadata : "",
		"state", oci_state_plain(state, OCI_CREATING));

	jsonx_format(message, &text);
	if (oci_socket_send(config->listener_path, text.text, text.length,
			    listener, err) < 0)
		return error_wrap(err, "seccomp listener");
	return 0;
}
