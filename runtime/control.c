/* SPDX-License-Identifier: Apache-2.0 */
/* Messages between a parent and a container's process. */
#include "runtime/control.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

int control_open(int *ours, int *theirs, struct error *err)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_sys(err, errno, "open a line to the container");
	*ours = pair[0];
	*theirs = pair[1];
	return 0;
}

/* The packet's parts before the path, and as much of it as there is. */
static size_t size_of(const struct control_message *message)
{
	return offsetof(struct control_message, path) + strlen(message->path) +
	       1;
}

static int send_message(int line, const struct control_message *message, int fd)
{
	struct iovec part = {
		.iov_base = (void *)(uintptr_t)message,
		.iov_len = size_of(message),
	};
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr packet = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t done;

	if (fd >= 0) {
		packet.msg_control = &control;
		packet.msg_controllen = sizeof(control);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	}
	do {
		done = sendmsg(line, &packet, MSG_NOSIGNAL);
	} while (done < 0 && errno == EINTR);
	return done < 0 ? -1 : 0;
}

int control_send(int line, enum control_kind kind, pid_t pid, int fd)
{
	struct control_message message = { .kind = kind, .pid = pid };

	return send_message(line, &message, fd);
}

void control_report(int line, const struct stage_failure *fail)
{
	struct control_message message = {
		.kind = CONTROL_FAILED,
		.stage = fail->stage,
		.sys = fail->sys,
	};
	const char *path = fail->path ? fail->path : "";
	size_t length = strnlen(path, sizeof(message.path) - 1);

	memcpy(message.path, path, length);
	(void)send_message(line, &message, -1); /* else it sees us die */
}

static int take_descriptor(struct msghdr *packet)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(packet);
	int fd;

	if (!header || header->cmsg_level != SOL_SOCKET ||
	    header->cmsg_type != SCM_RIGHTS ||
	    header->cmsg_len != CMSG_LEN(sizeof(int)))
		return -1;
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

int control_receive(int line, struct control_message *out, int *fd_out)
{
	struct iovec part = { .iov_base = out, .iov_len = sizeof(*out) };
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr packet = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t got;

	memset(out, 0, sizeof(*out));
	if (fd_out) {
		*fd_out = -1;
		packet.msg_control = &control;
		packet.msg_controllen = sizeof(control);
	}
	do {
		got = recvmsg(line, &packet, MSG_CMSG_CLOEXEC);
		/*
		 * A child that died with an unread message resets the line:
		 * that is said once, before what it had sent is read.
		 */
	} while (got < 0 && (errno == EINTR || errno == ECONNRESET));
	if (got < 0)
		return -1;
	out->path[sizeof(out->path) - 1] = '\0';
	if (got > 0 && fd_out)
		*fd_out = take_descriptor(&packet);
	return 0;
}

int control_expect(int line, enum control_kind kind,
		   struct control_message *out)
{
	if (control_receive(line, out, NULL) < 0)
		return -1;
	if (out->kind == kind)
		return 0;
	errno = EPIPE;
	return -1;
}
