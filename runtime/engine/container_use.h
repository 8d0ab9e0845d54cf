/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container uses at a moment, as `stats` shows it. Its control group
 * says so where one counts; on a v1 or hybrid host a container that no limit
 * was asked for is on none of the counting hierarchies, and an ordinary user
 * may have no group: memory is then what its processes hold (their
 * proportional share), and their own counters serve for the rest.
 */
#ifndef RUNTIME_CONTAINER_USE_H
#define RUNTIME_CONTAINER_USE_H

#include "runtime/engine/container_state.h"

struct container_use {
	int64_t at;   /* monotonic, nanoseconds */
	uint64_t cpu; /* nanoseconds of all processors together, so far */
	uint64_t memory,
		memory_limit;	 /* bytes; the limit at most the machine's */
	uint64_t received, sent; /* bytes over its network, so far */
	uint64_t read, written;	 /* bytes from and to disks, so far */
	uint64_t pids;
};

/* Read what the container of STATE uses; all zero when it does not run. */
void container_use_read(const struct container_state *state,
			struct container_use *out);

/*
 * Add up the interfaces of TEXT, as in /proc/PID/net/dev, but for the loopback
 * one. Pure.
 */
void container_use_parse_network(const char *text, uint64_t *received_out,
				 uint64_t *sent_out);

#endif
