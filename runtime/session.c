/* SPDX-License-Identifier: Apache-2.0 */
/* The process's own setting. */
#include "runtime/session.h"

#include <fcntl.h>
#include <linux/keyctl.h>
#include <net/if.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/*
 * Rights on the keyring: all for its possessor, and view, read, search, link
 * for the user, so that a process that enters later finds it by name.
 */
enum { KEYRING_RIGHTS = 0x3f000000 | 0x001b0000 };

int session_bind_life(struct stage_failure *fail)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return stage_fail(fail, STAGE_SESSION, NULL);
	return 0;
}

int session_release_life(struct stage_failure *fail)
{
	if (prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) < 0)
		return stage_fail(fail, STAGE_SESSION, NULL);
	return 0;
}

/* The lowest of them that is not below FROM; -1: none. */
static int next_kept(const int *kept, size_t count, int from)
{
	int lowest = -1;

	for (size_t i = 0; i < count; i++)
		if (kept[i] >= from && (lowest < 0 || kept[i] < lowest))
			lowest = kept[i];
	return lowest;
}

void session_close_others(int from, const int *kept, size_t count)
{
	for (;;) {
		int next = next_kept(kept, count, from);

		if (next != from) /* the call has no other way to fail */
			(void)syscall(SYS_close_range, (unsigned)from,
				      next < 0 ? ~0U : (unsigned)next - 1, 0);
		if (next < 0)
			return;
		from = next + 1;
	}
}

/* Kernels without keys, and filters that hide them, have none to leak. */
static int join_keyring(const char *name)
{
	long key = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name);

	if (key < 0)
		return errno == ENOSYS || errno == EPERM || errno == EACCES
			       ? 0
			       : -1;
	/* fails for one who joined another's: the rights are set then */
	(void)syscall(SYS_keyctl, KEYCTL_SETPERM, key, KEYRING_RIGHTS);
	return 0;
}

int session_hide(struct stage_failure *fail)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return stage_fail(fail, STAGE_SESSION, NULL);
	return 0;
}

int session_enter(const char *keyring, bool joins, struct stage_failure *fail)
{
	if (session_hide(fail) < 0)
		return -1;
	if (setsid() < 0)
		return stage_fail(fail, STAGE_SESSION, NULL);
	if (joins && join_keyring(keyring) < 0)
		return stage_fail(fail, STAGE_SESSION, "session keyring");
	return 0;
}

/* As runc does; a file or a device of the host stays as it is. */
static int give_pipe(int fd, uid_t uid)
{
	struct stat st;

	if (!uid || fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode) ||
	    st.st_uid == uid)
		return 0;
	return fchown(fd, uid, (gid_t)-1);
}

static int set_stream(int from, int to)
{
	if (from != to)
		return dup2(from, to);
	return fcntl(from, F_SETFD, 0);
}

int session_set_streams(const int streams[3], bool is_terminal, uid_t uid,
			struct stage_failure *fail)
{
	int moved[3];

	/* out of the way first: one may stand where another belongs */
	for (int i = 0; i < 3; i++) {
		bool in_the_way = streams[i] < 3 && streams[i] != i;

		moved[i] = in_the_way ? fcntl(streams[i], F_DUPFD_CLOEXEC, 3)
				      : streams[i];
		if (moved[i] < 0 ||
		    (!is_terminal && give_pipe(moved[i], uid) < 0))
			return stage_fail(fail, STAGE_STDIO, NULL);
	}
	for (int i = 0; i < 3; i++)
		if (set_stream(moved[i], i) < 0)
			return stage_fail(fail, STAGE_STDIO, NULL);
	return 0;
}

int session_take_terminal(struct stage_failure *fail)
{
	if (ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0)
		return stage_fail(fail, STAGE_CONSOLE, NULL);
	return 0;
}

/*
 * By ioctl(2): one socket and one call, where a netlink request would need a
 * message built and an answer read to say the same.
 */
int session_raise_loopback(struct stage_failure *fail)
{
	struct ifreq request = { .ifr_flags = IFF_UP | IFF_RUNNING };
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(request.ifr_name, "lo", sizeof("lo"));
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		return stage_fail(fail, STAGE_LOOPBACK, NULL);
	return 0;
}
