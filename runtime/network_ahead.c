/* SPDX-License-Identifier: Apache-2.0 */
/* Making a network namespace in a thread of its own. */
#include "runtime/network_ahead.h"

#include <fcntl.h>
#include <sched.h>

#include "runtime/session.h"

enum { NETWORK_STACK = 64 * 1024 }; /* sanitizers want some */

/* unshare(2) moves the calling thread only. */
static void *make(void *argument)
{
	struct network_ahead *ahead = argument;
	struct stage_failure fail = { STAGE_NONE, 0, NULL };
	autoclose int fd = -1;

	if (unshare(CLONE_NEWNET) < 0)
		return NULL;
	fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || session_raise_loopback(&fail) < 0)
		return NULL;
	ahead->fd = TAKE_FD(fd);
	return NULL;
}

void network_ahead_start(struct network_ahead *ahead)
{
	pthread_attr_t attributes;

	if (pthread_attr_init(&attributes) != 0)
		return;
	if (pthread_attr_setstacksize(&attributes, NETWORK_STACK) == 0)
		ahead->is_running = pthread_create(&ahead->thread, &attributes,
						   make, ahead) == 0;
	(void)pthread_attr_destroy(&attributes); /* cannot fail */
}

void network_ahead_join(struct network_ahead *ahead)
{
	if (ahead->is_running)
		(void)pthread_join(ahead->thread, NULL); /* it is joinable */
	ahead->is_running = false;
}

void network_ahead_release(struct network_ahead *ahead)
{
	network_ahead_join(ahead);
	cleanup_close(&ahead->fd);
	ahead->fd = -1;
}
