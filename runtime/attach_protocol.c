/* SPDX-License-Identifier: Apache-2.0 */
/* Messages between a monitor and its clients. */
#include "runtime/attach_protocol.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* Whether LENGTH is right for KIND; a wrong one is nonsense. */
static int is_well_formed(enum attach_kind kind, size_t length)
{
	switch (kind) {
	case ATTACH_HELLO:
	case ATTACH_SIGNAL:
		return length == 1;
	case ATTACH_RESIZE:
		return length == 2 * sizeof(uint16_t);
	case ATTACH_EXITED:
		return length == sizeof(int32_t);
	case ATTACH_INPUT_END:
	case ATTACH_DETACH:
	case ATTACH_STARTED:
	case ATTACH_TAKEN:
	case ATTACH_STAY_DOWN:
	case ATTACH_LOOK:
		return length == 0;
	case ATTACH_FAILED:
		return length >= 1;
	case ATTACH_INPUT:
	case ATTACH_OUTPUT:
	case ATTACH_ERRORS:
		return length <= ATTACH_DATA_MAX;
	case ATTACH_NONE:
		break;
	}
	return 0;
}

int attach_receive(int fd, struct attach_message *out)
{
	unsigned char kind = 0;
	struct iovec parts[2] = {
		{ &kind, 1 },
		{ out->data, sizeof(out->data) },
	};
	struct msghdr header = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t got;

	/*
	 * An end that closes with a message unread resets the line: that is
	 * said once, before what it had sent is read.
	 */
	do {
		got = recvmsg(fd, &header, MSG_DONTWAIT);
	} while (got < 0 && (errno == EINTR || errno == ECONNRESET));
	if (got < 0)
		return -1;
	if (got == 0 || header.msg_flags & MSG_TRUNC)
		return 0;
	out->kind = (enum attach_kind)kind;
	out->length = (size_t)got - 1;
	return is_well_formed(out->kind, out->length);
}

int attach_send(int fd, enum attach_kind kind, const void *data, size_t length)
{
	unsigned char first = (unsigned char)kind;
	struct iovec parts[2] = {
		{ &first, 1 },
		{ (void *)(uintptr_t)data, length },
	};
	struct msghdr header = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t sent;

	do {
		sent = sendmsg(fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	return sent < 0 ? -1 : 0;
}
