/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages the other end has not taken yet (attach_protocol.h). Neither side
 * may wait in a send: both could, for each other. So a message goes out at
 * once or waits here in its turn, and whoever owns the queue stops producing
 * while there is something in it; that keeps it short.
 */
#ifndef RUNTIME_ATTACH_QUEUE_H
#define RUNTIME_ATTACH_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/attach_protocol.h"

struct attach_packet;

struct attach_queue {
	struct attach_packet *first; /* NULL: empty */
	struct attach_packet *last;
};

#define ATTACH_QUEUE_INIT  \
	{                  \
		NULL, NULL \
	}

/* Send a message to FD, or queue a copy. -1 when the other end is gone. */
int attach_queue_send(struct attach_queue *queue, int fd, enum attach_kind kind,
		      const void *data, size_t length);

/* Send what FD takes by now. -1 when the other end is gone. */
int attach_queue_flush(struct attach_queue *queue, int fd);

/* Drop what is queued. */
void attach_queue_release(struct attach_queue *queue);

#endif
