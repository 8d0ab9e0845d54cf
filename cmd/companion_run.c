/* SPDX-License-Identifier: Apache-2.0 */
/* The companion as a child. */
#include "cmd/companion_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/proc.h"
#include "cmd/command.h"
#include "cmd/companion.h"

/* The companion's command line, global options first. */
static void make_command(const struct companion_run *request,
			 struct strvec *out)
{
	const struct context *context = request->context;

	strvec_add(out, "imgctl");
	strvec_addf(out, "--root=%s", context->root);
	strvec_addf(out, "--runroot=%s", context->run);
	if (context->config)
		strvec_addf(out, "--config=%s", context->config);
	if (context->is_offline)
		strvec_add(out, "--offline");
	strvec_extend(out, request->words->items, request->words->count);
}

/* In the child: descriptor TO is a copy of FROM. */
static bool place(int from, int to)
{
	if (from == to)
		return fcntl(to, F_SETFD, 0) == 0;
	return dup2(from, to) >= 0;
}

static _Noreturn void become(const struct companion_run *request,
			     const struct strvec *command, int output,
			     int errors)
{
	struct error err = ERROR_INIT;
	sigset_t none;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	/* out of the way of the descriptors that are about to be placed */
	int folder = request->folder < 0
			     ? -1
			     : fcntl(request->folder, F_DUPFD_CLOEXEC, 10);
	int input = fcntl(request->input < 0 ? null : request->input,
			  F_DUPFD_CLOEXEC, 10);

	/* a signal that the caller holds back is meant for this process too */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL); /* cannot fail */
	if (null < 0 || input < 0 ||
	    !place(output < 0 ? STDERR_FILENO : output, STDOUT_FILENO) ||
	    (errors >= 0 && !place(errors, STDERR_FILENO)) ||
	    !place(input, STDIN_FILENO) ||
	    (folder >= 0 && !place(folder, COMPANION_FOLDER)))
		_exit(125);
	if (companion_exec(command->items, &err) < 0)
		command_report(&err);
	_exit(125);
}

/* Reads both pipes to their ends. */
static int read_all(int fds[static 2], struct strbuf *const out[static 2],
		    struct error *err)
{
	char chunk[4096];

	while (fds[0] >= 0 || fds[1] >= 0) {
		struct pollfd slots[2] = { { fds[0], POLLIN, 0 },
					   { fds[1], POLLIN, 0 } };

		if (poll(slots, 2, -1) < 0 && errno != EINTR)
			return error_sys(err, errno, "hear the companion");
		for (size_t i = 0; i < 2; i++) {
			ssize_t got;

			if (fds[i] < 0 || !slots[i].revents)
				continue;
			got = read(fds[i], chunk, sizeof(chunk));
			if (got < 0 && errno == EINTR)
				continue;
			if (got > 0)
				strbuf_add(out[i], chunk, (size_t)got);
			else
				cleanup_close(&fds[i]);
		}
	}
	return 0;
}

static int make_pipe(bool is_wanted, int *read_out, int *write_out,
		     struct error *err)
{
	int fds[2];

	if (!is_wanted)
		return 0;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_sys(err, errno, "make a pipe");
	*read_out = fds[0];
	*write_out = fds[1];
	return 0;
}

static int await(pid_t pid, int *status_out, struct error *err)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return error_sys(err, errno, "wait for the companion");
	}
	*status_out = proc_exit_code(status);
	return 0;
}

int companion_run(const struct companion_run *request, int *status_out,
		  struct error *err)
{
	autoclean(strvec_release) struct strvec command = STRVEC_INIT;
	struct strbuf *const texts[2] = { request->output, request->errors };
	autoclose int output = -1;
	autoclose int errors = -1;
	int ends[2] = { -1, -1 };
	int result;
	pid_t pid;

	make_command(request, &command);
	if (make_pipe(request->output, &ends[0], &output, err) < 0 ||
	    make_pipe(request->errors, &ends[1], &errors, err) < 0) {
		cleanup_close(&ends[0]);
		return -1;
	}
	pid = fork();
	if (pid == 0)
		become(request, &command, output, errors);
	cleanup_close(&output);
	cleanup_close(&errors);
	result = pid < 0 ? error_sys(err, errno, "start the companion")
			 : read_all(ends, texts, err);
	cleanup_close(&ends[0]);
	cleanup_close(&ends[1]);
	if (pid > 0 && await(pid, status_out, err) < 0)
		return -1;
	return result;
}
