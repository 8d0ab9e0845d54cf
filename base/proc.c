/* SPDX-License-Identifier: Apache-2.0 */
/* Helper programs, run to their end. */
#include "base/proc.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "base/clock.h"

struct pipes {
	int in[2];
	int out[2];
	int diagnostics[2];
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* a pipe end */
	*fd = -1;
}

static void pipes_release(struct pipes *pipes)
{
	for (int i = 0; i < 2; i++) {
		close_fd(&pipes->in[i]);
		close_fd(&pipes->out[i]);
		close_fd(&pipes->diagnostics[i]);
	}
}
DEFINE_CLEANUP(struct pipes, pipes_release)

static int spawn(const struct proc_capture *request, const struct pipes *pipes,
		 pid_t *pid, struct error *err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	sigset_t pipe;
	int failure;

	(void)sigemptyset(&none); /* cannot fail */
	(void)sigemptyset(&pipe);
	(void)sigaddset(&pipe, SIGPIPE);
	(void)posix_spawn_file_actions_init(&actions); /* memory only */
	(void)posix_spawnattr_init(&attributes);
	(void)posix_spawnattr_setflags(
		&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	(void)posix_spawnattr_setsigmask(&attributes, &none);
	(void)posix_spawnattr_setsigdefault(&attributes, &pipe);
	(void)posix_spawn_file_actions_adddup2(&actions, pipes->in[0], 0);
	(void)posix_spawn_file_actions_adddup2(&actions, pipes->out[1], 1);
	if (request->diagnostics)
		(void)posix_spawn_file_actions_adddup2(
			&actions, pipes->diagnostics[1], 2);
	/* onto itself: it stays open (posix_spawn, POSIX.1-2024) */
	for (size_t i = 0; i < request->kept_count; i++)
		(void)posix_spawn_file_actions_adddup2(
			&actions, request->kept[i], request->kept[i]);
	failure = posix_spawnp(pid, request->argv[0], &actions, &attributes,
			       request->argv,
			       request->env ? request->env : environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)posix_spawnattr_destroy(&attributes);
	if (failure)
		return error_sys(err, failure, "run %s", request->argv[0]);
	return 0;
}

/* Takes what is there from *FD; closes it at its end. */
static void drain(int *fd, struct strbuf *into)
{
	char chunk[4096];
	ssize_t got = read(*fd, chunk, sizeof(chunk));

	if (got > 0 && into)
		strbuf_add(into, chunk, (size_t)got);
	else if (got == 0 || (errno != EAGAIN && errno != EINTR))
		close_fd(fd);
}

static void feed(int *fd, const struct proc_capture *request, size_t *sent)
{
	size_t left = request->input_length - *sent;
	ssize_t done = left ? write(*fd, request->input + *sent, left) : 0;

	if (done > 0)
		*sent += (size_t)done;
	if (*sent == request->input_length ||
	    (done < 0 && errno != EAGAIN && errno != EINTR))
		close_fd(fd);
}

/* What poll may wait until DEADLINE; 0 stands for no limit. */
static int time_left(int64_t deadline)
{
	int64_t left = (deadline - clock_monotonic()) / 1000000;

	if (!deadline)
		return -1;
	return left < 0 ? 0 : (int)left;
}

/* Moves bytes until the program closed its outputs; false on timeout. */
static bool exchange(const struct proc_capture *request, struct pipes *pipes,
		     int64_t deadline)
{
	size_t sent = 0;

	while (pipes->out[0] >= 0 || pipes->diagnostics[0] >= 0) {
		struct pollfd fds[3] = {
			{ pipes->in[1], POLLOUT, 0 },
			{ pipes->out[0], POLLIN, 0 },
			{ pipes->diagnostics[0], POLLIN, 0 },
		};
		int ready = poll(fds, 3, time_left(deadline));

		if (ready == 0)
			return false;
		if (ready < 0)
			continue;
		if (fds[0].revents)
			feed(&pipes->in[1], request, &sent);
		if (fds[1].revents)
			drain(&pipes->out[0], request->out);
		if (fds[2].revents)
			drain(&pipes->diagnostics[0], request->diagnostics);
	}
	return true;
}

int proc_exit_code(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

static int open_pipes(const struct proc_capture *request, struct pipes *pipes,
		      struct error *err)
{
	if (pipe2(pipes->in, O_CLOEXEC) < 0 ||
	    pipe2(pipes->out, O_CLOEXEC) < 0 ||
	    (request->diagnostics && pipe2(pipes->diagnostics, O_CLOEXEC) < 0))
		return error_sys(err, errno, "make a pipe");
	if (fcntl(pipes->in[1], F_SETFL, O_NONBLOCK) < 0)
		return error_sys(err, errno, "set up a pipe");
	return 0;
}

/*
 * A program that stops reading must not end us: SIGPIPE is held back in this
 * thread, and taken if our own write raised it.
 */
struct quiet {
	sigset_t pipe;
	sigset_t before;
	bool was_pending;
};

static void quiet_begin(struct quiet *quiet)
{
	sigset_t pending;

	(void)sigemptyset(&pending); /* signal sets cannot fail here */
	(void)sigpending(&pending);
	quiet->was_pending = sigismember(&pending, SIGPIPE) == 1;
	(void)sigemptyset(&quiet->pipe);
	(void)sigaddset(&quiet->pipe, SIGPIPE);
	(void)pthread_sigmask(SIG_BLOCK, &quiet->pipe, &quiet->before);
}

static void quiet_end(struct quiet *quiet)
{
	const struct timespec now = { 0, 0 };

	/* with none pending it fails at once, which is as good */
	if (!quiet->was_pending)
		(void)sigtimedwait(&quiet->pipe, NULL, &now);
	(void)pthread_sigmask(SIG_SETMASK, &quiet->before, NULL);
}

/* Waits for the program's end; false when the time is over before. */
static bool wait_for_end(pid_t pid, int64_t deadline)
{
	autoclose int pidfd = pidfd_open(pid, 0);
	struct pollfd fd = { pidfd, POLLIN, 0 };
	int ready;

	if (pidfd < 0 || !deadline)
		return true; /* then waitpid waits as long as it takes */
	do {
		ready = poll(&fd, 1, time_left(deadline));
	} while (ready < 0 && errno == EINTR);
	return ready != 0;
}

static int reap(pid_t pid, int *status, struct error *err)
{
	while (waitpid(pid, status, 0) < 0) {
		if (errno != EINTR)
			return error_sys(err, errno, "wait for process %d",
					 (int)pid);
	}
	return 0;
}

int proc_run(struct proc_capture *request, struct error *err)
{
	autoclean(pipes_release) struct pipes pipes = { { -1, -1 },
							{ -1, -1 },
							{ -1, -1 } };
	int64_t deadline = request->timeout_ms
				   ? clock_monotonic() +
					     request->timeout_ms *
						     INT64_C(1000000)
				   : 0;
	struct quiet quiet;
	bool finished;
	int status = 0;
	pid_t pid = -1;

	if (open_pipes(request, &pipes, err) < 0 ||
	    spawn(request, &pipes, &pid, err) < 0)
		return -1;
	close_fd(&pipes.in[0]);
	close_fd(&pipes.out[1]);
	close_fd(&pipes.diagnostics[1]);
	if (!request->input_length)
		close_fd(&pipes.in[1]);
	quiet_begin(&quiet);
	finished = exchange(request, &pipes, deadline) &&
		   wait_for_end(pid, deadline);
	quiet_end(&quiet);
	if (!finished)
		(void)kill(pid, SIGKILL); /* our own child, not yet reaped */
	if (reap(pid, &status, err) < 0)
		return -1;
	if (!finished)
		return error_set(err, ERROR_INTERRUPTED,
				 "%s did not answer within %d ms",
				 request->argv[0], request->timeout_ms);
	request->status = proc_exit_code(status);
	return 0;
}
