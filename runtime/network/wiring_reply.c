/* SPDX-License-Identifier: Apache-2.0 */
/* A kind, a text and a descriptor in one packet. */
#include "runtime/network/wiring_reply.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { TEXT_MAX = 4096 };

struct packet {
	int kind; /* enum error_kind */
	int has_passed;
	char address[IP_TEXT_MAX];
	char text[TEXT_MAX];
};

union control {
	char space[CMSG_SPACE(sizeof(int))];
	struct cmsghdr header;
};

void wiring_reply_send(int socket, const struct error *error,
		       const struct wiring_reply *reply)
{
	struct packet packet = { .kind = error ? (int)error->kind : 0,
				 .has_passed = reply->has_passed };
	struct iovec part = { &packet, sizeof(packet) };
	union control control = { { 0 } };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	memcpy(packet.address, reply->address, sizeof(packet.address));
	if (error && error->msg)
		(void)snprintf(packet.text, sizeof(packet.text), "%s",
			       error->msg);
	if (!error && reply->namespace_fd >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &reply->namespace_fd,
		       sizeof(int));
	}
	(void)sendmsg(socket, &message, MSG_NOSIGNAL);
}

static int descriptor_of(struct msghdr *message)
{
	const struct cmsghdr *header = CMSG_FIRSTHDR(message);
	int fd = -1;

	if (header && header->cmsg_type == SCM_RIGHTS &&
	    header->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(header), sizeof(int));
	return fd;
}

int wiring_reply_take(int socket, struct wiring_reply *out, struct error *err)
{
	struct packet packet = { .kind = 0 };
	struct iovec part = { &packet, sizeof(packet) };
	union control control;
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t got;

	*out = (struct wiring_reply)WIRING_REPLY_INIT;
	do {
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_sys(err, errno, "hear from imgctl-network");
	if (got != (ssize_t)sizeof(packet))
		return error_set(err, ERROR_SYSTEM,
				 "imgctl-network ended without an answer");
	out->namespace_fd = descriptor_of(&message);
	out->has_passed = packet.has_passed;
	memcpy(out->address, packet.address, sizeof(out->address));
	out->address[IP_TEXT_MAX - 1] = '\0';
	packet.text[TEXT_MAX - 1] = '\0';
	if (packet.kind == ERROR_NONE)
		return 0;
	cleanup_close(&out->namespace_fd);
	return error_set(err, (enum error_kind)packet.kind, "%s", packet.text);
}
