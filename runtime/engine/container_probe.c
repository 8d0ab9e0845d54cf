/* SPDX-License-Identifier: Apache-2.0 */
/* Health checks as processes. */
#include "runtime/engine/container_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/descriptors.h"
#include "base/fs.h"
#include "runtime/attach_client.h"
#include "runtime/attach_protocol.h"
#include "runtime/engine/container_exec.h"
#include "runtime/engine/spec_request.h"
#include "runtime/health.h"

/* After killing it: the kernel may take its time, but not for ever. */
#define PROBE_LAST_WAIT (5 * CLOCK_SECOND)

/* One check, in its own process. */
struct check {
	int fd; /* of the command's monitor */
	int64_t deadline;
	struct strbuf output;
	bool is_cut;	/* there was more output than is kept */
	bool is_killed; /* it took too long */
	int exit_code;
};

static void keep(struct check *check, const struct attach_message *message)
{
	size_t room = HEALTH_OUTPUT_MAX - check->output.length;
	size_t length = message->length < room ? message->length : room;

	strbuf_add(&check->output, message->data, length);
	check->is_cut = check->is_cut || length < message->length;
}

static void insist(struct check *check)
{
	unsigned char number = SIGKILL;

	if (attach_send(check->fd, ATTACH_SIGNAL, &number, 1) < 0)
		errno = 0; /* it has ended just now */
	check->is_killed = true;
	check->deadline = clock_monotonic() + PROBE_LAST_WAIT;
}

/* Takes one message; false when there is nothing to wait for any more. */
static bool take(struct check *check, struct attach_message *message)
{
	int got = attach_receive(check->fd, message);
	int32_t code;

	if (got < 0)
		return errno == EAGAIN;
	if (got == 0)
		return false;
	if (message->kind == ATTACH_OUTPUT || message->kind == ATTACH_ERRORS)
		keep(check, message);
	if (message->kind != ATTACH_EXITED)
		return true;
	memcpy(&code, message->data, sizeof(code));
	check->exit_code = code;
	return false;
}

static void await(struct check *check)
{
	autofree struct attach_message *message = xmalloc(sizeof(*message));

	for (;;) {
		struct pollfd slot = { check->fd, POLLIN, 0 };
		int64_t left = (check->deadline - clock_monotonic()) / 1000000;
		int ready = 0;

		if (left >= 0)
			ready = poll(&slot, 1,
				     left > INT32_MAX / 2 ? INT32_MAX / 2
							  : (int)left + 1);
		if (ready > 0 && !take(check, message))
			return;
		if (ready == 0 && check->is_killed)
			return;
		if (ready == 0)
			insist(check);
	}
}

/* The command's words, as exec takes them. */
static char **words_of(const json_t *command)
{
	char **words = xcalloc(json_array_size(command) + 1, sizeof(*words));
	size_t index;
	json_t *word;

	json_array_foreach(command, index, word)
		words[index] = xstrdup(json_string_value(word));
	return words;
}

static int run(struct store *store, const struct container *container,
	       const json_t *command, struct check *check, struct error *err)
{
	char **words = words_of(command);
	struct container_exec request = {
		.store = store,
		.container = container,
		.env = json_object_get(container->config, "Env"),
		.command = words,
		.is_privileged = json_is_true(
			json_object_get(container->host_config, "Privileged")),
	};

	/* the process ends soon: nothing of it is freed */
	if (container_exec(&request, &check->fd, err) < 0 ||
	    attach_client_wait(check->fd, err) < 0)
		return -1;
	await(check);
	return 0;
}

static void explain_timeout(struct check *check, int64_t timeout)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	char duration[CLOCK_TEXT_MAX];

	clock_format_duration(timeout, duration);
	strbuf_addf(&text, "Health check exceeded timeout (%s)", duration);
	if (check->output.length)
		strbuf_addf(&text, ": %s", check->output.text);
	strbuf_truncate(&check->output, 0);
	strbuf_add(&check->output, text.text, text.length);
	check->exit_code = -1;
}

/*
 * In the child. The monitor's lock, sockets and pipes must not live on in it
 * when the monitor dies, and neither must it.
 */
static _Noreturn void probe(struct store *store,
			    const struct container *container,
			    const json_t *command, int64_t timeout, int out_fd)
{
	int kept[] = { store->root_fd, store->run_fd, container->folder_fd,
		       out_fd };
	struct check check = {
		.fd = -1,
		.deadline = clock_monotonic() + timeout,
		.output = STRBUF_INIT,
		.exit_code = -1,
	};
	struct error err = ERROR_INIT;
	int32_t code;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* else it ends by its limit */
	(void)prctl(PR_SET_NAME, "imgctl-health"); /* only for ps */
	descriptors_close_others(kept, sizeof(kept) / sizeof(*kept));
	if (run(store, container, command, &check, &err) < 0)
		strbuf_addstr(&check.output, err.msg);
	else if (check.is_killed)
		explain_timeout(&check, timeout);
	else if (check.is_cut)
		strbuf_addstr(&check.output, "...");
	code = check.exit_code;
	/* a monitor that is gone does not read it */
	if (fs_write_all(out_fd, &code, sizeof(code), &err) == 0 &&
	    fs_write_all(out_fd, check.output.text, check.output.length, &err) <
		    0)
		_exit(1);
	_exit(0);
}

int container_probe_start(struct store *store,
			  const struct container *container,
			  const json_t *command, int64_t timeout,
			  struct container_probe *out, struct error *err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_sys(err, errno, "make a pipe");
	out->pid = fork();
	if (out->pid == 0)
		probe(store, container, command, timeout, fds[1]);
	(void)close(fds[1]); /* the child's */
	if (out->pid < 0) {
		out->pid = 0;
		(void)close(fds[0]); /* nothing will come */
		return error_sys(err, errno, "start a health check");
	}
	out->fd = fds[0];
	strbuf_truncate(&out->answer, 0);
	return 0;
}

/* Ends and reaps the process. */
static void put_away(struct container_probe *probe)
{
	if (probe->pid > 0) {
		(void)kill(probe->pid, SIGKILL); /* our child: it is there */
		while (waitpid(probe->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	probe->pid = 0;
	cleanup_close(&probe->fd);
}

bool container_probe_hear(struct container_probe *probe, int *exit_code_out)
{
	char data[HEALTH_OUTPUT_MAX];
	ssize_t got = read(probe->fd, data, sizeof(data));
	int32_t code = -1;

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return false;
	if (got > 0) {
		strbuf_add(&probe->answer, data, (size_t)got);
		return false;
	}
	put_away(probe);
	if (probe->answer.length >= sizeof(code)) {
		size_t left = probe->answer.length - sizeof(code);

		memcpy(&code, probe->answer.text, sizeof(code));
		memmove(probe->answer.text, probe->answer.text + sizeof(code),
			left);
		strbuf_truncate(&probe->answer, left);
	}
	*exit_code_out = code;
	return true;
}

void container_probe_release(struct container_probe *probe)
{
	put_away(probe);
	strbuf_release(&probe->answer);
}
