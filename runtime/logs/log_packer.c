/* SPDX-License-Identifier: Apache-2.0 */
/* A grandchild that packs, and a pipe that it holds. */
#include "runtime/logs/log_packer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/logs/log_gzip.h"

#define PART LOG_PACKER_PACKED ".part"

/* How much less than others it may use a processor. */
enum { NICE = 10 };

/* The descriptors of the packing process; the pipe's only has to be open. */
enum { FOLDER = 3, DONE = 4, DESCRIPTORS };

static int pack(int folder_fd, struct error *err)
{
	autoclose int from = openat(folder_fd, LOG_PACKER_PLAIN,
				    O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	autoclose int to = openat(
		folder_fd, PART,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (from < 0 || to < 0)
		return error_sys(err, errno, "open log");
	if (log_gzip_pack(from, to, err) < 0)
		return -1;
	if (renameat(folder_fd, PART, folder_fd, LOG_PACKER_PACKED) < 0 ||
	    unlinkat(folder_fd, LOG_PACKER_PLAIN, 0) < 0)
		return error_sys(err, errno, "replace log");
	return 0;
}

/*
 * The monitor's locks and sockets are not to outlive it in here, and its
 * signals are not ours.
 */
static void strip(int folder_fd, int done_fd)
{
	int folder = fcntl(folder_fd, F_DUPFD_CLOEXEC, DESCRIPTORS);
	int done = fcntl(done_fd, F_DUPFD_CLOEXEC, DESCRIPTORS);
	sigset_t none;

	if (folder < 0 || done < 0 || dup3(folder, FOLDER, O_CLOEXEC) < 0 ||
	    dup3(done, DONE, O_CLOEXEC) < 0)
		_exit(1);
	(void)close_range(DESCRIPTORS, ~0U, 0); /* a kernel of 5.9 has it */
	for (int i = 1; i < NSIG; i++)
		(void)signal(i, SIG_DFL); /* some cannot be changed */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)setpriority(PRIO_PROCESS, 0, NICE);
}

static _Noreturn void work(int folder_fd, int done_fd)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	strip(folder_fd, done_fd);
	if (pack(FOLDER, &err) < 0) {
		/* the plain file is still there, and good enough */
		(void)unlinkat(FOLDER, PART, 0);
		_exit(1);
	}
	_exit(0);
}

int log_packer_start(int folder_fd, int *done_out, struct error *err)
{
	int fds[2];
	pid_t child;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_sys(err, errno, "make a pipe");
	child = fork();
	if (child == 0) {
		if (fork() == 0)
			work(folder_fd, fds[1]);
		_exit(0);
	}
	(void)close(fds[1]); /* the other's */
	if (child < 0) {
		(void)close(fds[0]); /* nothing will come */
		return error_sys(err, errno, "start to compress the log");
	}
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		continue;
	*done_out = fds[0];
	return 0;
}

void log_packer_wait(int *done)
{
	char nothing;

	if (*done < 0)
		return;
	while (read(*done, &nothing, 1) < 0 && errno == EINTR)
		continue; /* it writes nothing: this is its end */
	cleanup_close(done);
	*done = -1;
}
