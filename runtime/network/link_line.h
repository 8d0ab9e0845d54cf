/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line to the kernel by netlink, into the network namespace in which it was
 * opened. Only imgctl-network links this.
 */
#ifndef RUNTIME_NETWORK_LINK_LINE_H
#define RUNTIME_NETWORK_LINK_LINE_H

#include <stdint.h>

#include "base/error.h"

struct nl_sock;

/* A line to the kernel. */
struct link_line {
	struct nl_sock *socket;
};

#define LINK_LINE_INIT \
	{              \
		NULL   \
	}

/* Open a line into the calling thread's network namespace. */
int link_line_open(struct link_line *out, struct error *err) must_check;

/* Close LINE. */
void link_line_close(struct link_line *line);
DEFINE_CLEANUP(struct link_line, link_line_close)

#endif
