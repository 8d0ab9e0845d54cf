/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two sockets and a buffer for each direction. Both are watched by their edges,
 * and whatever happens, both directions go on until neither can: so nothing has
 * to be known of why one waits.
 */
#include "runtime/network/relay_stream.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/alloc.h"

enum {
	BUFFER_SIZE = 16384,
	ROUNDS_MAX = 32, /* before others have their turn */
};

static const uint32_t events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

struct half {
	size_t start, end; /* what is to be sent yet */
	bool has_ended;	   /* nothing more will come */
	bool is_shut;	   /* and the other side knows */
	unsigned char bytes[BUFFER_SIZE];
};

struct relay_stream {
	struct relay_source source;
	int fds[2];	       /* the client's, the container's */
	struct half halves[2]; /* what comes from either */
	bool is_connected;
};

static bool would_block(void)
{
	return errno == EAGAIN || errno == EINTR;
}

/* False when the connection broke. */
static bool move(struct relay_stream *stream, int from, bool *has_moved)
{
	struct half *half = &stream->halves[from];
	ssize_t count;

	if (half->start == half->end && !half->has_ended) {
		count = recv(stream->fds[from], half->bytes, BUFFER_SIZE, 0);
		if (count < 0 && !would_block())
			return false;
		half->start = 0;
		half->end = count > 0 ? (size_t)count : 0;
		half->has_ended = count == 0;
		*has_moved |= count >= 0;
	}
	if (half->start < half->end) {
		count = send(stream->fds[1 - from], half->bytes + half->start,
			     half->end - half->start, MSG_NOSIGNAL);
		if (count < 0 && !would_block())
			return false;
		half->start += count > 0 ? (size_t)count : 0;
		*has_moved |= count > 0;
	}
	if (half->has_ended && half->start == half->end && !half->is_shut) {
		(void)shutdown(stream->fds[1 - from], SHUT_WR);
		half->is_shut = true;
	}
	return true;
}

/* False when there will be no connection. */
static bool check_connected(struct relay_stream *stream)
{
	union relay_address ignored;
	socklen_t length = sizeof(ignored);
	int failure = 0;

	if (getpeername(stream->fds[1], &ignored.any, &length) == 0) {
		stream->is_connected = true;
		return true;
	}
	length = sizeof(failure);
	return getsockopt(stream->fds[1], SOL_SOCKET, SO_ERROR, &failure,
			  &length) == 0 &&
	       !failure;
}

static void end(struct relay_loop *loop, struct relay_stream *stream)
{
	cleanup_close(&stream->fds[0]);
	cleanup_close(&stream->fds[1]);
	free(stream);
	loop->clients--;
}

static void ready(struct relay_loop *loop, struct relay_source *source)
{
	struct relay_stream *stream = (struct relay_stream *)source;
	bool has_moved = true;
	bool works = stream->is_connected || check_connected(stream);

	if (works && !stream->is_connected)
		return;
	for (int i = 0; works && has_moved && i < ROUNDS_MAX; i++) {
		has_moved = false;
		works = move(stream, 0, &has_moved) &&
			move(stream, 1, &has_moved);
	}
	if (!works ||
	    (stream->halves[0].is_shut && stream->halves[1].is_shut)) {
		end(loop, stream);
		return;
	}
	if (has_moved)
		relay_loop_again(loop, stream->fds[0], events, source);
}

/* Whose other end is gone without a word is found out some day. */
static void keep_alive(int fd)
{
	int one = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
}

void relay_stream_open(struct relay_loop *loop, const struct relay_end *end_of,
		       int fd, const union relay_address *client)
{
	struct relay_stream *stream = xcalloc(1, sizeof(*stream));

	stream->source.ready = ready;
	stream->fds[0] = fd;
	stream->fds[1] = relay_loop_dial(loop, end_of, client);
	loop->clients++;
	keep_alive(stream->fds[0]);
	keep_alive(stream->fds[1]);
	if (stream->fds[1] < 0 ||
	    relay_loop_watch(loop, stream->fds[0], events, &stream->source) <
		    0 ||
	    relay_loop_watch(loop, stream->fds[1], events, &stream->source) < 0)
		end(loop, stream);
}
