/* SPDX-License-Identifier: Apache-2.0 */
/* The monitor as a process: its birth, the container's, and both ends. */
#include "runtime/monitor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/proc.h"
#include "runtime/memory_slim.h"
#include "runtime/monitor_loop.h"

/* What clients are told of a container that could not be started again. */
enum { MONITOR_NOT_STARTED = 128 };

/* The container's ends of its streams and ours. */
struct ends {
	struct monitor_stdio theirs;
	int ours[3]; /* input to write, output and errors to read */
};

static int make_pipe(int *reading, int *writing, struct error *err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_sys(err, errno, "make a pipe");
	*reading = fds[0];
	*writing = fds[1];
	return 0;
}

static int make_ends(const struct monitor *monitor, struct ends *out,
		     struct error *err)
{
	*out = (struct ends){
		{ { -1, -1, -1 }, monitor->rows, monitor->columns },
		{ -1, -1, -1 }
	};
	if (monitor->is_tty)
		return 0;
	if (monitor->has_stdin &&
	    make_pipe(&out->theirs.fds[0], &out->ours[0], err) < 0)
		return -1;
	if (make_pipe(&out->ours[1], &out->theirs.fds[1], err) < 0 ||
	    make_pipe(&out->ours[2], &out->theirs.fds[2], err) < 0)
		return -1;
	return 0;
}

static void close_theirs(struct ends *ends)
{
	for (int i = 0; i < 3; i++)
		cleanup_close(&ends->theirs.fds[i]);
}

static int set_nonblocking(int fd)
{
	int flags = fd < 0 ? 0 : fcntl(fd, F_GETFL);

	return fd < 0 ? 0 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

/* Only the console: the loop reads and writes the one master. */
static void use_console(const struct monitor *monitor, int console_fd,
			struct ends *ends)
{
	if (!monitor->is_tty)
		return;
	ends->ours[0] = monitor->has_stdin ? console_fd : -1;
	ends->ours[1] = console_fd;
}

void monitor_refuse(int client_fd, const struct error *err)
{
	size_t length = strlen(err->msg);
	unsigned char data[ATTACH_DATA_MAX];

	data[0] = (unsigned char)err->kind;
	if (length > sizeof(data) - 1)
		length = sizeof(data) - 1;
	memcpy(data + 1, err->msg, length);
	/* a client that is gone needs no telling */
	if (attach_send(client_fd, ATTACH_FAILED, data, length + 1) < 0)
		errno = 0;
	(void)close(client_fd); /* lets it go */
}

static int exit_code_of(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return 255;
	}
	return proc_exit_code(status);
}

/*
 * Close what the command had from whoever called it: a pipe held here would
 * never end for its reader. All descriptors of our own close on exec, so those
 * that do not are foreign.
 */
static void close_inherited(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		int fd = (int)strtol(entry->d_name, NULL, 10);
		int flags = fd > STDERR_FILENO ? fcntl(fd, F_GETFD) : -1;

		if (flags >= 0 && !(flags & FD_CLOEXEC))
			(void)close(fd); /* not ours to judge */
	}
	if (dir)
		(void)closedir(dir); /* read side */
}

static void close_all(struct ends *ends)
{
	close_theirs(ends);
	for (int i = 0; i < 3; i++)
		cleanup_close(&ends->ours[i]);
}

/* Starts the container; its streams and process go to STREAMS. */
static int start(const struct monitor *monitor, struct monitor_streams *streams,
		 struct error *err)
{
	struct monitor_started started = { -1, -1, -1 };
	struct ends ends;

	if (make_ends(monitor, &ends, err) < 0 ||
	    monitor->start(monitor->context, &ends.theirs, &started, err) < 0) {
		close_all(&ends);
		return -1;
	}
	close_theirs(&ends);
	use_console(monitor, started.console_fd, &ends);
	for (int i = 0; i < 3; i++) {
		if (set_nonblocking(ends.ours[i]) < 0)
			errno = 0; /* a blocking end only slows the loop */
	}
	streams->input_fd = ends.ours[0];
	streams->output_fds[0] = ends.ours[1];
	streams->output_fds[1] = ends.ours[2];
	streams->end_input = false;
	streams->pidfd = started.pidfd;
	streams->pid = started.pid;
	return 0;
}

static void greet(const struct monitor *monitor,
		  struct monitor_streams *streams, int client_fd)
{
	struct monitor_client *first = &streams->clients[0];

	*first = (struct monitor_client){
		.fd = client_fd,
		.is_first = true,
		.wants = ATTACH_WANTS_INPUT | ATTACH_WANTS_OUTPUT |
			 ATTACH_WANTS_ERRORS,
	};
	if (monitor->lives_on) {
		first->wants = 0;
		memory_slim(); /* before anybody looks */
	}
	if (attach_send(client_fd, ATTACH_STARTED, NULL, 0) < 0)
		errno = 0; /* the loop notices a client that is gone */
	close_inherited();
}

/* One life, from a start to the next; false when there is none. */
static bool serve(const struct monitor *monitor,
		  struct monitor_streams *streams)
{
	struct monitor_next next = { false, 0 };
	int code;

	monitor_loop_run(streams);
	code = exit_code_of(streams->pid);
	monitor->ended(monitor->context, code, streams->stays_down, &next);
	monitor_loop_tell_exit(streams, code, !next.is_started_again);
	if (!next.is_started_again)
		return false;
	monitor_loop_close(streams);
	if (monitor_loop_rest(streams, next.delay))
		return true;
	monitor->stayed_down(monitor->context);
	monitor_loop_tell_exit(streams, code, true);
	return false;
}

/* The lives after the first one; nobody but the record hears of a failure. */
static void live_on(const struct monitor *monitor,
		    struct monitor_streams *streams)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	while (serve(monitor, streams)) {
		if (start(monitor, streams, &err) == 0)
			continue;
		monitor->failed(monitor->context, &err);
		monitor_loop_tell_exit(streams, MONITOR_NOT_STARTED, true);
		return;
	}
}

/* The monitor's whole life. */
static void live(const struct monitor *monitor, int client_fd)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct monitor_streams streams = {
		.monitor = monitor,
		.listen_fd = monitor->listen_fd,
	};

	for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++)
		streams.clients[i].fd = -1;
	if (start(monitor, &streams, &err) < 0) {
		monitor->failed(monitor->context, &err);
		monitor_refuse(client_fd, &err); /* before tidying */
		monitor->finish(monitor->context);
		return;
	}
	streams.message = xmalloc(sizeof(*streams.message));
	greet(monitor, &streams, client_fd);
	live_on(monitor, &streams);
	monitor->finish(monitor->context);
	/* whoever pages through the last output may take hours */
	monitor_loop_linger(&streams);
}

/*
 * Leaves everything of the command behind: its terminal, its session, its
 * standard streams, its blocked signals. A signal meant for the command's
 * group must not end the monitor; the client forwards what is meant for the
 * container.
 */
static void settle(const struct monitor *monitor)
{
	static const int ignored[] = { SIGHUP,	SIGINT,	 SIGQUIT, SIGPIPE,
				       SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	(void)setsid(); /* fails only for a group leader, which we are not */
	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		(void)signal(ignored[i], SIG_IGN); /* valid signals */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)prctl(PR_SET_NAME, monitor->name); /* only for ps */
	for (int fd = 0; null >= 0 && fd < 3; fd++) {
		if (dup2(null, fd) < 0)
			_exit(1);
	}
}

void monitor_run(const struct monitor *monitor, int client_fd)
{
	settle(monitor);
	live(monitor, client_fd);
}

int monitor_spawn(const struct monitor *monitor, int *client_out,
		  struct error *err)
{
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return error_sys(err, errno, "make a socket pair");
	pid = fork();
	if (pid < 0) {
		(void)close(fds[0]); /* nothing was sent */
		(void)close(fds[1]);
		return error_sys(err, errno, "start the monitor");
	}
	if (pid == 0) {
		(void)close(fds[0]); /* the client's */
		monitor_run(monitor, fds[1]);
		_exit(0);
	}
	(void)close(fds[1]); /* the monitor's */
	*client_out = fds[0];
	return 0;
}
