/* SPDX-License-Identifier: Apache-2.0 */
/* A grandchild that waits for a lock. */
#include "runtime/engine/network_keeper.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/mountinfo.h"
#include "base/userns.h"
#include "runtime/engine/network_program.h"
#include "runtime/engine/uplink.h"
#include "runtime/network_ahead.h"

enum {
	LOCK_WAIT_MS = 60000,
	DESCRIPTORS_MAX = 4,
	MENDS_MAX = 5, /* in a row, of keepers that did not last */
};

static const int64_t lasting = 60 * CLOCK_SECOND;

struct keeper {
	int reply_fd;	  /* whoever started it listens there */
	int lock_fd;	  /* keeper.lock, held */
	const char *root; /* of the store */
	struct network_home home;
	struct container_uplink uplink;
};

static void silence(int fd)
{
	autoclose int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, fd) < 0)
		_exit(1);
}

/* A monitor's volumes are not to stay mounted in a copy of its mounts. */
static void drop_mounts(const char *root)
{
	autoclean(mountinfo_release) struct mountinfo mounts = MOUNTINFO_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	size_t length = strlen(root);

	if (unshare(CLONE_NEWNS) < 0 || mountinfo_read(&mounts, &ignored) < 0)
		_exit(1);
	for (size_t i = mounts.count; i-- > 0;) {
		const char *path = mounts.entries[i].target;

		if (!strncmp(path, root, length) && path[length] == '/')
			(void)umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
	}
}

/*
 * The monitor's locks and sockets are not to outlive it in here, its mounts
 * neither. Standard error stays until all is ready.
 */
static void strip(struct keeper *keeper)
{
	int *const kept[DESCRIPTORS_MAX] = {
		&keeper->reply_fd,
		&keeper->lock_fd,
		&keeper->home.folder_fd,
		&keeper->home.namespace_fd,
	};
	sigset_t none;

	for (int i = 0; i < DESCRIPTORS_MAX; i++)
		if (*kept[i] >= 0)
			*kept[i] = fcntl(*kept[i], F_DUPFD_CLOEXEC, 100);
	silence(0);
	silence(1);
	(void)close_range(3, 99, 0); /* a kernel of 5.9 has it */
	for (int i = 0; i < DESCRIPTORS_MAX; i++)
		if (*kept[i] >= 0 && dup3(*kept[i], 3 + i, O_CLOEXEC) == 3 + i)
			*kept[i] = 3 + i;
	(void)close_range(3 + DESCRIPTORS_MAX, ~0U, 0);
	for (int i = 1; i < NSIG; i++)
		(void)signal(i, SIG_DFL); /* some cannot be changed */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)setsid();
	if (chdir("/") < 0)
		_exit(1);
	drop_mounts(keeper->root);
	(void)prctl(PR_SET_NAME, "imgctl-net", 0, 0, 0);
}

static int make_namespace(struct keeper *keeper, struct error *err)
{
	autoclean(network_ahead_release) struct network_ahead ahead =
		NETWORK_AHEAD_INIT;

	if (keeper->home.namespace_fd >= 0)
		return 0; /* somebody has it still */
	network_ahead_begin(&ahead);
	if (network_ahead_end(&ahead) < 0)
		return error_sys(err, EPERM, "make a network namespace");
	keeper->home.namespace_fd = TAKE_FD(ahead.fd);
	return 0;
}

static int make_ready(struct keeper *keeper, struct error *err)
{
	static const struct container_ports none = CONTAINER_PORTS_INIT;
	autoclean(wiring_release) struct wiring nothing = WIRING_INIT;
	char path[64];

	if (make_namespace(keeper, err) < 0 ||
	    network_program_run_at(keeper->home.namespace_fd, "share", &nothing,
				   err) < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(),
		       keeper->home.namespace_fd);
	if (uplink_start(&none, keeper->home.folder_fd, path, &keeper->uplink,
			 err) < 0)
		return -1;
	return network_home_note(&keeper->home, err);
}

/* Who holds the lock stands in it, for those who wait for its end. */
static void sign(const struct keeper *keeper)
{
	char text[24];
	int length = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	if (ftruncate(keeper->lock_fd, 0) < 0 ||
	    pwrite(keeper->lock_fd, text, (size_t)length, 0) < 0)
		_exit(1);
}

/* Without the way out there is nothing to keep: the next one makes another. */
static void give_up(int signal)
{
	_exit(signal);
}

static bool has_lost_uplink(const struct keeper *keeper)
{
	return keeper->uplink.pid > 0 &&
	       waitpid(keeper->uplink.pid, NULL, WNOHANG) != 0;
}

static _Noreturn void keep(struct keeper *keeper)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct wiring_reply reply = WIRING_REPLY_INIT;
	struct lockfile all = LOCKFILE_INIT;
	bool works;

	strip(keeper);
	sign(keeper);
	works = make_ready(keeper, &err) == 0;
	reply.namespace_fd = keeper->home.namespace_fd;
	wiring_reply_send(keeper->reply_fd, works ? NULL : &err, &reply);
	cleanup_close(&keeper->reply_fd);
	if (works) {
		silence(2);
		(void)signal(SIGCHLD, give_up);
		if (has_lost_uplink(keeper) ||
		    lockfile_acquire(&all, keeper->home.folder_fd,
				     NETWORK_HOME_MEMBERS, LOCKFILE_EXCLUSIVE,
				     -1, &err) < 0)
			_exit(1);
		(void)signal(SIGCHLD, SIG_DFL);
	}
	uplink_stop(&keeper->uplink);
	network_home_leave(&keeper->home);
	/* who gets the members' lock finds this one free */
	cleanup_close(&keeper->lock_fd);
	_exit(0);
}

/* What starts it is not its parent: nobody has to wait for it. */
static int start(struct keeper *keeper, int *namespace_out, struct error *err)
{
	struct wiring_reply reply = WIRING_REPLY_INIT;
	int pair[2];
	pid_t child;
	int result;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_sys(err, errno, "open a line to a network");
	keeper->reply_fd = pair[1];
	child = fork();
	if (child == 0) {
		if (fork() == 0)
			keep(keeper);
		_exit(0);
	}
	(void)close(pair[1]); /* the other's */
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		continue;
	result = child < 0 ? error_sys(err, errno, "start to keep a network")
			   : wiring_reply_take(pair[0], &reply, err);
	(void)close(pair[0]);
	*namespace_out = reply.namespace_fd;
	return result;
}

/* So that this process is told when the keeper is gone. */
static void watch(struct network_home *home)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(64);
	autoclean(error_release) struct error ignored = ERROR_INIT;
	long pid;

	cleanup_close(&home->keeper_fd);
	if (fs_read_file(home->folder_fd, NETWORK_HOME_KEEPER, 64, &text,
			 &ignored) < 0)
		return;
	pid = strtol(text.text, NULL, 10);
	if (pid > 0)
		home->keeper_fd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
	home->kept = clock_monotonic();
}

/* Under start.lock and a share of member.lock, so that no keeper ends now. */
static int find_or_start(const struct store *store, struct network_home *home,
			 struct error *err)
{
	autoclean(lockfile_release) struct lockfile own = LOCKFILE_INIT;
	struct keeper keeper = {
		.root = store->root,
		.home = NETWORK_HOME_INIT,
		.uplink = CONTAINER_UPLINK_INIT,
	};
	autoclose int found = network_home_look(home->folder_fd);
	autoclose int started = -1;

	if (lockfile_acquire(&own, home->folder_fd, NETWORK_HOME_KEEPER,
			     LOCKFILE_EXCLUSIVE, 0, err) == 0) {
		keeper.lock_fd = own.fd;
		keeper.home.folder_fd = home->folder_fd;
		keeper.home.namespace_fd = home->namespace_fd >= 0
						   ? home->namespace_fd
						   : found;
		if (start(&keeper, &started, err) < 0)
			return -1;
	} else {
		if (err->kind != ERROR_BUSY || found < 0)
			return -1;
		error_release(err);
		started = TAKE_FD(found);
	}
	if (home->namespace_fd < 0)
		home->namespace_fd = TAKE_FD(started);
	watch(home);
	return 0;
}

static int join(const struct store *store, struct network_home *home,
		struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;

	if (lockfile_acquire(&lock, home->folder_fd, NETWORK_HOME_START,
			     LOCKFILE_EXCLUSIVE, LOCK_WAIT_MS, err) < 0 ||
	    lockfile_acquire(&home->member, home->folder_fd,
			     NETWORK_HOME_MEMBERS, LOCKFILE_SHARED,
			     LOCK_WAIT_MS, err) < 0 ||
	    find_or_start(store, home, err) < 0)
		return -1;
	return network_home_note(home, err);
}

int network_keeper_join(const struct store *store, struct network_home *out,
			struct error *err)
{
	*out = (struct network_home)NETWORK_HOME_INIT;
	if (userns_is_initial())
		return 0;
	if (network_home_open(store, &out->folder_fd, err) == 0 &&
	    join(store, out, err) == 0)
		return 0;
	network_home_leave(out);
	return error_wrap(err, "the network of this user's containers");
}

int network_keeper_mend(const struct store *store, struct network_home *home,
			struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	int64_t life = clock_monotonic() - home->kept;

	cleanup_close(&home->keeper_fd);
	home->mended = life < lasting ? home->mended + 1 : 0;
	if (home->mended > MENDS_MAX)
		return error_set(err, ERROR_SYSTEM,
				 "what keeps the network ends again and again");
	if (lockfile_acquire(&lock, home->folder_fd, NETWORK_HOME_START,
			     LOCKFILE_EXCLUSIVE, LOCK_WAIT_MS, err) < 0)
		return -1;
	return find_or_start(store, home, err);
}
