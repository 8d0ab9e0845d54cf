/* SPDX-License-Identifier: Apache-2.0 */
/* Making a network namespace in one process for another. */
#include "runtime/network_ahead.h"

#include <fcntl.h>
#include <sched.h>

#include "runtime/control.h"
#include "runtime/session.h"

enum { STACK_SIZE = 65536 };

/* The thread's, which a process's other threads may not share. */
static int open_current(void)
{
	return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
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

static void *thread(void *context)
{
	struct network_ahead *ahead = context;

	if (unshare(CLONE_NEWNET) == 0)
		ahead->fd = make();
	return NULL;
}

/* Any processor but ours, where there is another. */
static void choose_processor(pthread_attr_t *attributes)
{
	int here = sched_getcpu();
	cpu_set_t others;

	if (here < 0 || here >= CPU_SETSIZE ||
	    sched_getaffinity(0, sizeof(others), &others) < 0)
		return;
	CPU_CLR(here, &others);
	if (CPU_COUNT(&others))
		(void)pthread_attr_setaffinity_np(attributes, sizeof(others),
						  &others);
}

void network_ahead_begin(struct network_ahead *out)
{
	pthread_attr_t attributes;

	*out = (struct network_ahead)NETWORK_AHEAD_INIT;
	if (pthread_attr_init(&attributes) != 0)
		return;
	choose_processor(&attributes);
	out->is_begun =
		pthread_attr_setstacksize(&attributes, STACK_SIZE) == 0 &&
		pthread_create(&out->thread, &attributes, thread, out) == 0;
	(void)pthread_attr_destroy(&attributes);
}

int network_ahead_end(struct network_ahead *ahead)
{
	if (ahead->is_begun)
		(void)pthread_join(ahead->thread, NULL);
	ahead->is_begun = false;
	return ahead->fd;
}

void network_ahead_release(struct network_ahead *ahead)
{
	(void)network_ahead_end(ahead);
	cleanup_close(&ahead->fd);
}
