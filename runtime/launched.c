/* SPDX-License-Identifier: Apache-2.0 */
/* Listening to a child. */
#include "runtime/launched.h"

#include <stdbool.h>
#include <sys/wait.h>

#include "runtime/child.h"
#include "runtime/control.h"

/* Deals with one message; *DONE when it was the last for now. */
static int hear(struct launched *child, const struct control_message *message,
		bool *done, struct error *err)
{
	switch (message->kind) {
	case CONTROL_NONE:
		(void)close(TAKE_FD(child->control_fd));
		*done = true;
		return 0;
	case CONTROL_READY:
		*done = true;
		return 0;
	case CONTROL_CONSOLE:
		return 0;
	case CONTROL_FAILED:
		return stage_explain(message->stage, message->sys,
				     message->path, err);
	case CONTROL_HOOKS:
	case CONTROL_LISTENER:
	case CONTROL_MAPPED:
	case CONTROL_PREPARED:
	case CONTROL_CLEARED:
	case CONTROL_HOOKED:
	case CONTROL_NETWORK:
	case CONTROL_LISTENED:
	case CONTROL_START:
		break;
	}
	return error_set(err, ERROR_CORRUPT,
			 "the container's process sent nonsense");
}

static int listen_to(const struct launched *child, int listener,
		     const struct launched_duty *duty, struct error *err)
{
	if (listener < 0 || !duty->listen)
		return error_set(err, ERROR_CORRUPT,
				 "the container's process sent nonsense");
	if (duty->listen(duty->context, child, listener, err) < 0)
		return -1;
	/* a dead child tells why when its answer is read */
	(void)control_send(child->control_fd, CONTROL_LISTENED, 0, -1);
	return 0;
}

static void keep_console(struct launched *child, int *fd)
{
	if (*fd < 0)
		return;
	if (child->console_fd >= 0)
		(void)close(child->console_fd);
	child->console_fd = TAKE_FD(*fd);
}

int launched_follow(struct launched *child, const struct launched_duty *duty,
		    struct error *err)
{
	struct control_message message;
	bool done = false;

	while (!done) {
		autoclose int fd = -1;
		int result;

		if (control_receive(child->control_fd, &message, &fd) < 0)
			return error_sys(err, errno, "hear from the container");
		if (message.kind == CONTROL_CONSOLE)
			keep_console(child, &fd);
		if (message.kind == CONTROL_LISTENER)
			result = listen_to(child, fd, duty, err);
		else if (message.kind == CONTROL_HOOKS && duty->hooks)
			result = duty->hooks(duty->context, child, err);
		else
			result = hear(child, &message, &done, err);
		if (result < 0)
			return -1;
	}
	return 0;
}

int launched_not_program(struct error *err)
{
	if (err->kind == ERROR_NOT_FOUND || err->kind == ERROR_DENIED)
		err->kind = ERROR_SYSTEM;
	return -1;
}

int launched_explain(struct launched *child, struct error *err)
{
	autoclean(error_release) struct error reason = ERROR_INIT;
	static const struct launched_duty none = { NULL, NULL, NULL };
	siginfo_t info = { 0 };

	if (waitid(P_PID, (id_t)child->pid, &info,
		   WEXITED | WNOHANG | WNOWAIT) == 0 &&
	    info.si_pid && launched_follow(child, &none, &reason) < 0)
		error_move(err, &reason);
	return launched_not_program(err);
}

void launched_abandon(struct launched *child)
{
	child_kill(child->pid, child->pidfd);
	launched_release(child);
}

void launched_release(struct launched *launched)
{
	if (launched->pidfd >= 0)
		(void)close(launched->pidfd);
	if (launched->console_fd >= 0)
		(void)close(launched->console_fd);
	if (launched->control_fd >= 0)
		(void)close(launched->control_fd);
	*launched = (struct launched)LAUNCHED_INIT;
}
