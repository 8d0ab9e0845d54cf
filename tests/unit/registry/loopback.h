/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scripted HTTP server on 127.0.0.1 inside the test program.
 *
 * A script is an array of steps ended by one without answer. A request takes
 * the first step that is not used up and whose `match` is the beginning of
 * its request line ("GET /v2/"); none left: 599. All request heads (and the
 * bodies after them) are kept, in order, for the assertions.
 *
 *   struct loopback server;
 *   loopback_start(&server, steps);
 *   … requests to server.url …
 *   loopback_stop(&server);
 */
#ifndef TESTS_UNIT_REGISTRY_LOOPBACK_H
#define TESTS_UNIT_REGISTRY_LOOPBACK_H

#include "tests/unit/registry/loopback_script.h"

enum { TLS_HANDSHAKE = 0x16 }; /* the first byte of a ClientHello */

struct loopback_worker {
	struct loopback *server;
	unsigned slot;
};

/* The length of a request's body as its head announces it. */
static inline size_t loopback_body_length(const char *request)
{
	const char *at = strcasestr(request, "\r\ncontent-length:");

	return at ? strtoul(at + 17, NULL, 10) : 0;
}

static inline bool loopback_is_whole(const struct strbuf *request)
{
	const char *end = strstr(request->text, "\r\n\r\n");
	size_t head;

	if (!end)
		return false;
	head = (size_t)(end - request->text) + 4;
	if (strcasestr(request->text, "\r\ntransfer-encoding: chunked"))
		return strstr(end, "\r\n0\r\n\r\n") != NULL;
	return request->length - head >= loopback_body_length(request->text);
}

static inline void *loopback_serve(void *context)
{
	struct loopback_worker *worker = context;
	struct loopback *server = worker->server;
	unsigned slot = worker->slot;
	int fd = server->sockets[slot];
	autoclean(strbuf_release) struct strbuf request = STRBUF_INIT;
	char buffer[65536];
	ssize_t got;

	free(worker);
	while ((got = recv(fd, buffer, sizeof(buffer), 0)) > 0) {
		if (!request.length && *buffer == TLS_HANDSHAKE)
			break; /* somebody tries TLS first */
		strbuf_add(&request, buffer, (size_t)got);
		if (!loopback_is_whole(&request))
			continue;
		if (!loopback_answer(server, fd, request.text))
			break;
		strbuf_truncate(&request, 0);
	}
	(void)pthread_mutex_lock(&server->lock);
	(void)close(fd);
	server->sockets[slot] = -1;
	(void)pthread_mutex_unlock(&server->lock);
	return NULL;
}

static inline void *loopback_accept(void *context)
{
	struct loopback *server = context;
	int fd;

	while ((fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC)) >=
	       0) {
		struct loopback_worker *worker = xmalloc(sizeof(*worker));
		unsigned slot;

		(void)pthread_mutex_lock(&server->lock);
		slot = server->connections++;
		if (slot >= sizeof(server->workers) / sizeof(pthread_t))
			abort();
		*worker = (struct loopback_worker){ server, slot };
		server->sockets[slot] = fd;
		(void)pthread_mutex_unlock(&server->lock);
		if (pthread_create(&server->workers[slot], NULL, loopback_serve,
				   worker))
			abort();
	}
	return NULL;
}

/* How many connections there were so far. */
static inline unsigned loopback_connections(struct loopback *server)
{
	unsigned count;

	(void)pthread_mutex_lock(&server->lock);
	count = server->connections;
	(void)pthread_mutex_unlock(&server->lock);
	return count;
}

/* Serve STEPS on a port of the kernel's choice. */
static inline void loopback_start(struct loopback *server,
				  const struct loopback_step *steps)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);

	*server = (struct loopback){ .steps = steps };
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	(void)pthread_mutex_init(&server->lock, NULL);
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(server->listener, (struct sockaddr *)&address, length) ||
	    listen(server->listener, 64) ||
	    getsockname(server->listener, (struct sockaddr *)&address, &length))
		abort();
	(void)snprintf(server->host, sizeof(server->host), "127.0.0.1:%u",
		       ntohs(address.sin_port));
	(void)snprintf(server->url, sizeof(server->url), "http://%s",
		       server->host);
	if (pthread_create(&server->thread, NULL, loopback_accept, server))
		abort();
}

/* Close every connection, wait for the threads, free the record. */
static inline void loopback_stop(struct loopback *server)
{
	(void)shutdown(server->listener, SHUT_RDWR);
	(void)pthread_join(server->thread, NULL);
	(void)pthread_mutex_lock(&server->lock);
	for (unsigned i = 0; i < server->connections; i++) {
		if (server->sockets[i] >= 0)
			(void)shutdown(server->sockets[i], SHUT_RDWR);
	}
	(void)pthread_mutex_unlock(&server->lock);
	for (unsigned i = 0; i < server->connections; i++)
		(void)pthread_join(server->workers[i], NULL);
	(void)close(server->listener);
	(void)pthread_mutex_destroy(&server->lock);
	strvec_release(&server->requests);
}

#endif
