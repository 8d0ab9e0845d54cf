/* SPDX-License-Identifier: Apache-2.0 */
/* Making a network namespace in one process for another. */
#include "runtime/network_ahead.h"

#include <fcntl.h>
#include <sched.h>

#include "runtime/control.h"
#include "runtime/session.h"

static int open_current(void)
{
	return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

/* The new namespace, which this process is in now; -1: there is none. */
static int make(void)
{
	struct stage_failure fail = { STAGE_NONE, 0, NULL };

	if (session_raise_loopback(&fail) < 0)
		return -1;
	return open_current();
}

int network_ahead_give(int line, struct error *err)
{
	autoclose int own = open_current();
	autoclose int made = -1;

	if (own >= 0 && unshare(CLONE_NEWNET) == 0) {
		made = make();
		if (setns(own, CLONE_NEWNET) < 0)
			return error_sys(err, errno,
					 "return to the own network namespace");
	}
	/* a monitor that is gone has said why, and that is read first */
	(void)control_send(line, CONTROL_NETWORK, 0, made);
	return 0;
}

int network_ahead_take(int line)
{
	struct control_message message;
	int fd = -1;

	if (control_receive(line, &message, &fd) < 0)
		return -1;
	return fd;
}
