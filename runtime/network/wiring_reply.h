/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How imgctl-network answers: one packet on a socket, with the network
 * namespace it made, if it made one.
 */
#ifndef RUNTIME_NETWORK_WIRING_REPLY_H
#define RUNTIME_NETWORK_WIRING_REPLY_H

#include <stdbool.h>

#include "base/error.h"
#include "runtime/network/ip_address.h"

struct wiring_reply {
	int namespace_fd; /* that was made, or -1; the reader's */
	bool has_passed;  /* firewalls of others let the bridges through now */
	char address[IP_TEXT_MAX]; /* that was looked up, or "" */
};

#define WIRING_REPLY_INIT     \
	{                     \
		-1, false, "" \
	}

/*
 * Say that all went well (ERROR NULL), or why not, and hand REPLY over. A
 * reader that is gone is no failure.
 */
void wiring_reply_send(int socket, const struct error *error,
		       const struct wiring_reply *reply);

/*
 * Wait for the answer. What failed over there fails here, with the same kind.
 */
int wiring_reply_take(int socket, struct wiring_reply *out,
		      struct error *err) must_check;

#endif
