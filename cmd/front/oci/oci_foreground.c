/* SPDX-License-Identifier: Apache-2.0 */
/* The loop of a foreground process. */
#include "cmd/front/oci/oci_foreground.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/proc.h"

enum { COPY_MAX = 32768 };

struct watch {
	const struct launched *child;
	int signals;
	struct termios saved; /* to be put back when is_raw */
	bool is_raw;
	bool has_input;	 /* our standard input may have more */
	bool has_output; /* the terminal may have more */
	bool has_ended;
	int status;
};

int oci_foreground_begin(bool adopts, struct error *err)
{
	sigset_t all;
	int fd;

	(void)sigfillset(&all);
	/* what this process does wrong itself */
	(void)sigdelset(&all, SIGSEGV);
	(void)sigdelset(&all, SIGBUS);
	(void)sigdelset(&all, SIGILL);
	(void)sigdelset(&all, SIGFPE);
	(void)sigdelset(&all, SIGABRT);
	(void)sigdelset(&all, SIGPIPE);
	if (sigprocmask(SIG_BLOCK, &all, NULL) < 0)
		return error_sys(err, errno, "take over signals");
	if (adopts)
		(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	fd = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? error_sys(err, errno, "take over signals") : fd;
}

static void reap(struct watch *watch)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == watch->child->pid) {
			watch->has_ended = true;
			watch->status = proc_exit_code(status);
		}
}

static void resize(const struct watch *watch)
{
	struct winsize size;

	if (watch->child->console_fd >= 0 &&
	    ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0 &&
	    ioctl(watch->child->console_fd, TIOCSWINSZ, &size) < 0)
		errno = 0; /* it keeps the size it has */
}

static void forward(const struct watch *watch, int signal)
{
	if (signal == SIGWINCH && watch->child->console_fd >= 0) {
		resize(watch);
		return;
	}
	/* one that has just ended needs none */
	(void)syscall(SYS_pidfd_send_signal, watch->child->pidfd, signal, NULL,
		      0);
}

static void take_signals(struct watch *watch)
{
	struct signalfd_siginfo info;

	while (read(watch->signals, &info, sizeof(info)) ==
	       (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			reap(watch);
		else if (info.ssi_signo != SIGURG)
			forward(watch, (int)info.ssi_signo);
	}
}

/* Copies once; false when FROM has no more or TO takes no more. */
static bool copy(int from, int to)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	char data[COPY_MAX];
	ssize_t got = read(from, data, sizeof(data));

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	return got > 0 && fs_write_all(to, data, (size_t)got, &ignored) == 0;
}

static int wait_for_something(struct watch *watch, struct pollfd slots[3],
			      struct error *err)
{
	int console = watch->child->console_fd;
	/* what the terminal still holds is read to its end */
	int wait_ms = watch->has_ended ? 0 : -1;

	slots[0] = (struct pollfd){ watch->signals, POLLIN, 0 };
	slots[1] = (struct pollfd){ watch->has_output ? console : -1, POLLIN,
				    0 };
	slots[2] = (struct pollfd){ watch->has_input ? STDIN_FILENO : -1,
				    POLLIN, 0 };
	if (poll(slots, 3, wait_ms) < 0 && errno != EINTR)
		return error_sys(err, errno, "wait for the container");
	return 0;
}

static int watch_it(struct watch *watch, struct error *err)
{
	int console = watch->child->console_fd;
	struct pollfd slots[3];

	for (;;) {
		if (wait_for_something(watch, slots, err) < 0)
			return -1;
		if (slots[0].revents)
			take_signals(watch);
		if (slots[1].revents)
			watch->has_output = copy(console, STDOUT_FILENO);
		if (slots[2].revents)
			watch->has_input = copy(STDIN_FILENO, console);
		if (watch->has_ended && !slots[1].revents)
			return 0;
	}
}

static void make_raw(struct watch *watch)
{
	struct termios raw;

	if (watch->child->console_fd < 0 ||
	    tcgetattr(STDIN_FILENO, &watch->saved) < 0)
		return;
	raw = watch->saved;
	cfmakeraw(&raw);
	watch->is_raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

int oci_foreground_stay(const struct launched *child, int signals,
			int *status_out, struct error *err)
{
	struct watch watch = {
		.child = child,
		.signals = signals,
		.has_input = child->console_fd >= 0,
		.has_output = child->console_fd >= 0,
	};
	int result;

	make_raw(&watch);
	resize(&watch);
	reap(&watch); /* its end may have been told before */
	result = watch_it(&watch, err);
	if (watch.is_raw && tcsetattr(STDIN_FILENO, TCSANOW, &watch.saved) < 0)
		errno = 0; /* the terminal is gone */
	*status_out = watch.status;
	return result;
}
