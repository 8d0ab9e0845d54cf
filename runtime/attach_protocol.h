/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container's monitor and its clients say to each other over a
 * SOCK_SEQPACKET socket: one packet is one message, its first byte the kind.
 *
 *   client → monitor   HELLO flags        what it wants (first, on a socket
 *                                          that was connected to)
 *                      INPUT bytes        for the container's standard input
 *                      INPUT_END          no more of it
 *                      RESIZE rows cols   of the client's terminal
 *                      SIGNAL number      for the container's first process
 *                      DETACH             the client leaves, all goes on
 *                      STAY_DOWN          the end that comes is asked for:
 *                                          it is not started again
 *                      LOOK               something about it was changed
 *   monitor → client   STARTED            the program runs
 *                      FAILED kind text   it could not be started
 *                      OUTPUT bytes       its standard output, or terminal
 *                      ERRORS bytes       its standard error
 *                      TAKEN              it has taken the last INPUT: one
 *                                          may be under way at a time, so
 *                                          that signals are never behind it
 *                      EXITED code        it has ended; the last message
 *
 * Numbers are of this machine's byte order: both ends are one program.
 */
#ifndef RUNTIME_ATTACH_PROTOCOL_H
#define RUNTIME_ATTACH_PROTOCOL_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

enum attach_kind {
	ATTACH_NONE = 0,
	ATTACH_HELLO,
	ATTACH_INPUT,
	ATTACH_INPUT_END,
	ATTACH_RESIZE,
	ATTACH_SIGNAL,
	ATTACH_DETACH,
	ATTACH_STARTED,
	ATTACH_FAILED,
	ATTACH_OUTPUT,
	ATTACH_ERRORS,
	ATTACH_EXITED,
	ATTACH_TAKEN,
	ATTACH_STAY_DOWN,
	ATTACH_LOOK,
};

enum {
	ATTACH_DATA_MAX = 32 * 1024, /* payload bytes of one message */
	ATTACH_PACKET_MAX = ATTACH_DATA_MAX + 1,
};

/* HELLO's flags. */
enum attach_wants {
	ATTACH_WANTS_INPUT = 1 << 0,
	ATTACH_WANTS_OUTPUT = 1 << 1,
	ATTACH_WANTS_ERRORS = 1 << 2,
};

struct attach_message {
	enum attach_kind kind;
	size_t length; /* of data */
	unsigned char data[ATTACH_DATA_MAX];
};

/*
 * Receive one message. Returns 1 with a message, 0 when the other end is gone
 * (or sent nonsense, which ends the talk as well), -1 with errno set, EAGAIN
 * when there is nothing yet.
 */
int attach_receive(int fd, struct attach_message *out);

/*
 * Send a message of at most ATTACH_DATA_MAX bytes. Returns 0, or -1 with errno
 * set: EAGAIN when the other end does not read, EPIPE when it is gone.
 */
int attach_send(int fd, enum attach_kind kind, const void *data, size_t length);

#endif
