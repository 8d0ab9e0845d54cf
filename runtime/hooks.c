/* SPDX-License-Identifier: Apache-2.0 */
/* Runs hooks. */
#include "runtime/hooks.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "base/jsonx.h"
#include "base/strbuf.h"

/* What the container's status is called while hooks of a kind run. */
static const char *const statuses[RUNTIME_HOOK_COUNT] = {
	[RUNTIME_HOOK_PRESTART] = ",\"status\":\"creating\"}",
	[RUNTIME_HOOK_CREATE_RUNTIME] = ",\"status\":\"creating\"}",
	[RUNTIME_HOOK_CREATE_CONTAINER] = ",\"status\":\"creating\"}",
	[RUNTIME_HOOK_START_CONTAINER] = ",\"status\":\"created\"}",
	[RUNTIME_HOOK_POSTSTART] = ",\"status\":\"running\"}",
	[RUNTIME_HOOK_POSTSTOP] = ",\"status\":\"stopped\"}",
};

void hook_state_make(const struct runtime_spec *spec, const char *id,
		     const char *bundle, struct hook_state *out)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(jsonx_free) json_t *state = json_object();
	json_t *annotations = json_object();

	for (size_t i = 0; i < spec->annotation_count; i++)
		(void)json_object_set_new(
			annotations, spec->annotations[i].key,
			json_string(spec->annotations[i].value));
	(void)json_object_set_new(state, "ociVersion", json_string("1.3.0"));
	(void)json_object_set_new(state, "id", json_string(id ? id : ""));
	(void)json_object_set_new(state, "bundle",
				  json_string(bundle ? bundle : "/"));
	(void)json_object_set_new(state, "annotations", annotations);
	jsonx_format(state, &text);
	strbuf_truncate(&text, text.length - 1); /* the closing brace */
	strbuf_addstr(&text, ",\"pid\":");
	out->text = strbuf_steal(&text);
}

void hook_state_release(struct hook_state *state)
{
	free(state->text);
	state->text = NULL;
}

/* The state in a file: a hook that does not read it does no harm. */
static int write_state(const struct hook_state *state, pid_t pid,
		       const char *status)
{
	char digits[12];
	size_t at = sizeof(digits);
	autoclose int fd = memfd_create("state", MFD_CLOEXEC);
	struct iovec parts[3];
	size_t total = 0;

	do {
		digits[--at] = (char)('0' + pid % 10);
		pid /= 10;
	} while (pid > 0);
	parts[0].iov_base = state->text;
	parts[0].iov_len = strlen(state->text);
	parts[1].iov_base = digits + at;
	parts[1].iov_len = sizeof(digits) - at;
	parts[2].iov_base = (void *)(uintptr_t)status;
	parts[2].iov_len = strlen(status);
	for (size_t i = 0; i < 3; i++)
		total += parts[i].iov_len;
	if (fd < 0 || writev(fd, parts, 3) != (ssize_t)total ||
	    lseek(fd, 0, SEEK_SET) < 0)
		return -1;
	return TAKE_FD(fd);
}

/* In the hook's process. */
static void execute(const struct runtime_hook *hook, int input)
{
	char *const plain[] = { hook->path, NULL };
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGCHLD, SIG_DFL);
	if (dup2(input, STDIN_FILENO) < 0)
		_exit(126);
	(void)execve(hook->path,
		     hook->args.count ? strvec_array(&hook->args) : plain,
		     strvec_array(&hook->env));
	_exit(127);
}

/* Waits at most the hook's timeout; kills it then. */
static int wait_for(const struct runtime_hook *hook, pid_t pid)
{
	autoclose int handle = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd poll_fd = { .fd = handle, .events = POLLIN };
	int64_t seconds = hook->timeout.is_set ? hook->timeout.value : -1;
	int wait_ms = seconds < 0 || seconds > INT32_MAX / 1000
			      ? -1
			      : (int)seconds * 1000;
	int status;
	int ready;

	do {
		ready = poll(&poll_fd, 1, handle < 0 ? 0 : wait_ms);
	} while (ready < 0 && errno == EINTR);
	if (ready == 0)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	if (status == 0)
		return 0;
	errno = ready == 0 ? ETIMEDOUT : ECANCELED;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		errno = ENOENT;
	return -1;
}

static int run(const struct runtime_hook *hook, int input)
{
	long pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid < 0)
		return -1;
	if (!pid)
		execute(hook, input);
	return wait_for(hook, (pid_t)pid);
}

/* The others' kind is told by whoever runs them. */
static enum stage stage_of(enum runtime_hook_kind kind)
{
	if (kind == RUNTIME_HOOK_CREATE_CONTAINER)
		return STAGE_CREATE_HOOK;
	return kind == RUNTIME_HOOK_START_CONTAINER ? STAGE_START_HOOK
						    : STAGE_HOOK;
}

int hooks_run(const struct runtime_spec *spec, enum runtime_hook_kind kind,
	      const struct hook_state *state, pid_t pid,
	      struct stage_failure *fail)
{
	const struct runtime_hooks *hooks = &spec->hooks[kind];

	for (size_t i = 0; i < hooks->count; i++) {
		const struct runtime_hook *hook = &hooks->items[i];
		autoclose int input = write_state(state, pid, statuses[kind]);

		if (input < 0 || run(hook, input) < 0)
			return stage_fail(fail, stage_of(kind), hook->path);
	}
	return 0;
}
