/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program that joins an ordinary user's container to the host's network,
 * pasta or slirp4netns: a child of the container's monitor, which ends it.
 */
#ifndef RUNTIME_CONTAINER_UPLINK_H
#define RUNTIME_CONTAINER_UPLINK_H

#include <sys/types.h>

struct container_uplink {
	pid_t pid;   /* 0: none */
	int exit_fd; /* slirp4netns ends when it is closed; or -1 */
};

#define CONTAINER_UPLINK_INIT \
	{                     \
		0, -1         \
	}

#endif
