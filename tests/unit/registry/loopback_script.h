/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The script of the test server in loopback.h: which request gets which
 * answer, and what goes wrong on the way.
 */
#ifndef TESTS_UNIT_REGISTRY_LOOPBACK_SCRIPT_H
#define TESTS_UNIT_REGISTRY_LOOPBACK_SCRIPT_H

#include <arpa/inet.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/strvec.h"

struct loopback_step {
	const char *match;  /* how the request line begins; NULL: any */
	const char *header; /* what the head must contain; NULL: anything */
	const char *answer; /* raw bytes; "%s" is the server's URL */
	const char *body;   /* sent after the answer; or NULL */
	size_t body_length; /* 0: strlen(body) */
	size_t cut;	    /* close after that many bytes of body; 0: all */
	unsigned times;	    /* how often it serves; 0: without end */
	bool reset;	    /* close with RST instead of FIN (with cut) */
	bool close;	    /* close the connection after the answer */
};

enum { LOOPBACK_STEPS = 64 };

struct loopback {
	char url[64];  /* "http://127.0.0.1:PORT" */
	char host[32]; /* "127.0.0.1:PORT" */
	int listener;
	pthread_t thread;
	pthread_mutex_t lock;
	const struct loopback_step *steps;
	unsigned used[LOOPBACK_STEPS];
	struct strvec requests;
	unsigned connections;
	pthread_t workers[256];
	int sockets[256]; /* -1 once closed */
};

static inline const struct loopback_step *loopback_step_for(
	struct loopback *server, const char *request)
{
	const struct loopback_step *found = NULL;

	(void)pthread_mutex_lock(&server->lock);
	strvec_add(&server->requests, request);
	for (size_t i = 0; server->steps[i].answer && !found; i++) {
		const struct loopback_step *step = &server->steps[i];

		if (step->times && server->used[i] >= step->times)
			continue;
		if (step->match &&
		    strncmp(request, step->match, strlen(step->match)))
			continue;
		if (step->header && !strstr(request, step->header))
			continue;
		server->used[i]++;
		found = step;
	}
	(void)pthread_mutex_unlock(&server->lock);
	return found;
}

static inline bool loopback_send(int fd, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		data += sent;
		length -= (size_t)sent;
	}
	return true;
}

/* Answer one request; false when the connection is to be closed. */
static inline bool loopback_answer(struct loopback *server, int fd,
				   const char *request)
{
	static const struct loopback_step none = {
		.answer = "HTTP/1.1 599 Unscripted\r\nContent-Length: 0\r\n\r\n"
	};
	const struct loopback_step *step = loopback_step_for(server, request);
	autoclean(strbuf_release) struct strbuf head = STRBUF_INIT;
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };
	const char *at;
	size_t length;

	if (!step)
		step = &none;
	for (at = step->answer; *at; at++) {
		if (at[0] == '%' && at[1] == 's') {
			strbuf_addstr(&head, server->url);
			at++;
		} else {
			strbuf_addch(&head, *at);
		}
	}
	length = step->body ? strlen(step->body) : 0;
	if (step->body_length)
		length = step->body_length;
	if (step->cut && step->cut < length)
		length = step->cut;
	if (!loopback_send(fd, head.text, head.length))
		return false;
	if (strncmp(request, "HEAD ", 5) &&
	    !loopback_send(fd, step->body, length))
		return false;
	if (step->reset)
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger,
				 sizeof(linger));
	return !step->cut && !step->close && !step->reset;
}

#endif
