/* SPDX-License-Identifier: Apache-2.0 */
/* A mount cloned in another namespace. */
#include "runtime/engine/shm_join.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/cleanup.h"

/* One descriptor with the errno of what came before it as the payload. */
union fd_message {
	char buffer[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static void attach_fd(struct msghdr *header, union fd_message *room, int fd)
{
	struct cmsghdr *control;

	memset(room, 0, sizeof(*room));
	header->msg_control = room->buffer;
	header->msg_controllen = sizeof(room->buffer);
	control = CMSG_FIRSTHDR(header);
	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = SCM_RIGHTS;
	control->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(control), &fd, sizeof(fd));
}

/* The child: allocates nothing, and tells its errno when it failed. */
static _Noreturn void clone_there(int namespace_fd, int answer)
{
	int failure = 0;
	struct iovec payload = { &failure, sizeof(failure) };
	struct msghdr header = { .msg_iov = &payload, .msg_iovlen = 1 };
	union fd_message room;
	int tree = -1;

	if (setns(namespace_fd, CLONE_NEWNS) == 0)
		tree = open_tree(AT_FDCWD, "/dev/shm",
				 OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree < 0)
		failure = errno;
	else
		attach_fd(&header, &room, tree);
	_exit(sendmsg(answer, &header, MSG_NOSIGNAL) < 0 ? 1 : 0);
}

static int receive(int socket, int *fd_out, struct error *err)
{
	int failure = EPIPE;
	struct iovec payload = { &failure, sizeof(failure) };
	union fd_message room;
	struct msghdr header = {
		.msg_iov = &payload,
		.msg_iovlen = 1,
		.msg_control = room.buffer,
		.msg_controllen = sizeof(room.buffer),
	};
	struct cmsghdr *control;
	ssize_t got;

	do {
		got = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		failure = errno;
	control = got > 0 && !failure ? CMSG_FIRSTHDR(&header) : NULL;
	if (!control || control->cmsg_type != SCM_RIGHTS)
		return error_sys(err, failure ? failure : EPROTO,
				 "share its /dev/shm");
	memcpy(fd_out, CMSG_DATA(control), sizeof(*fd_out));
	return 0;
}

static void reap(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

int shm_join_open(pid_t pid, int *tree_fd_out, struct error *err)
{
	char path[64];
	autoclose int namespace_fd = -1;
	autoclose int ours = -1;
	autoclose int theirs = -1;
	int pair[2];
	pid_t child;
	int result;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)pid);
	namespace_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (namespace_fd < 0)
		return error_sys(err, errno, "open %s", path);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_sys(err, errno, "make a socket pair");
	ours = pair[0];
	theirs = pair[1];
	child = fork();
	if (child < 0)
		return error_sys(err, errno, "start a process");
	if (child == 0)
		clone_there(namespace_fd, theirs);
	/* or a dead child would never be noticed */
	(void)close(TAKE_FD(theirs));
	result = receive(ours, tree_fd_out, err);
	reap(child);
	return result;
}
