/* SPDX-License-Identifier: Apache-2.0 */
/* A linked list of messages that wait for their reader. */
#include "runtime/attach_queue.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"

struct attach_packet {
	struct attach_packet *next;
	enum attach_kind kind;
	size_t length;
	unsigned char data[];
};

static void append(struct attach_queue *queue, enum attach_kind kind,
		   const void *data, size_t length)
{
	struct attach_packet *packet = xmalloc(sizeof(*packet) + length);

	packet->next = NULL;
	packet->kind = kind;
	packet->length = length;
	if (length)
		memcpy(packet->data, data, length);
	if (queue->last)
		queue->last->next = packet;
	else
		queue->first = packet;
	queue->last = packet;
}

static void drop_first(struct attach_queue *queue)
{
	struct attach_packet *packet = queue->first;

	queue->first = packet->next;
	if (!queue->first)
		queue->last = NULL;
	free(packet);
}

/* Whether a failed send only means "not now". */
static bool is_full(int errnum)
{
	return errnum == EAGAIN || errnum == ENOBUFS;
}

int attach_queue_flush(struct attach_queue *queue, int fd)
{
	while (queue->first) {
		const struct attach_packet *packet = queue->first;

		if (attach_send(fd, packet->kind, packet->data,
				packet->length) < 0)
			return is_full(errno) ? 0 : -1;
		drop_first(queue);
	}
	return 0;
}

int attach_queue_send(struct attach_queue *queue, int fd, enum attach_kind kind,
		      const void *data, size_t length)
{
	if (!queue->first) {
		if (attach_send(fd, kind, data, length) == 0)
			return 0;
		if (!is_full(errno))
			return -1;
	}
	append(queue, kind, data, length);
	return 0;
}

void attach_queue_release(struct attach_queue *queue)
{
	while (queue->first)
		drop_first(queue);
}
