/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client whose registry is a scripted server inside the test, with pauses
 * of milliseconds. Notices are collected, one line each.
 *
 * The server answers the probes of a client that does not know yet whether
 * it speaks TLS: what TLS sends is no request, so the connection is closed.
 */
#ifndef TESTS_UNIT_REGISTRY_CLIENT_FIXTURE_H
#define TESTS_UNIT_REGISTRY_CLIENT_FIXTURE_H

#include "registry/client.h"
#include "tests/unit/registry/loopback.h"

/* A registry that wants nothing; for the beginning of a script. */
#define ROOT_STEP                                                         \
	{                                                                 \
		.match = "GET /v2/ ",                                     \
		.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", \
		.body = "{}"                                              \
	}

struct client_fixture {
	struct loopback server;
	struct client *client;
	struct client_options options;
	struct strvec notices;
	pthread_mutex_t lock;
	struct error err;
};

static inline void client_fixture_notice(void *context, const char *layer,
					 const char *text)
{
	struct client_fixture *f = context;

	(void)pthread_mutex_lock(&f->lock);
	strvec_addf(&f->notices, "%s|%s", layer ? layer : "", text);
	(void)pthread_mutex_unlock(&f->lock);
}

/* Start the server and a client for its repository "a/b". */
static inline void client_fixture_open(struct client_fixture *f,
				       const struct loopback_step *steps,
				       enum client_access access)
{
	autoclean(reference_release) struct reference reference =
		REFERENCE_INIT;
	autofree char *text = NULL;

	*f = (struct client_fixture){ .options = CLIENT_OPTIONS_INIT,
				      .err = ERROR_INIT };
	(void)pthread_mutex_init(&f->lock, NULL);
	f->options.retry_base_ms = 2;
	f->options.stall_timeout_ms = 5000;
	f->options.notice = client_fixture_notice;
	f->options.notice_context = f;
	loopback_start(&f->server, steps);
	text = xasprintf("%s/a/b:t", f->server.host);
	if (reference_parse(text, &reference, &f->err) < 0 ||
	    client_open(&f->options, &reference, access, &f->client, &f->err) <
		    0)
		abort();
}

/* Close both. */
static inline void client_fixture_close(struct client_fixture *f)
{
	client_close(f->client);
	loopback_stop(&f->server);
	strvec_release(&f->notices);
	error_release(&f->err);
	(void)pthread_mutex_destroy(&f->lock);
}

/* How many requests began with MATCH. */
static inline size_t client_fixture_count(const struct client_fixture *f,
					  const char *match)
{
	size_t count = 0;

	for (size_t i = 0; i < f->server.requests.count; i++)
		count += !strncmp(f->server.requests.items[i], match,
				  strlen(match));
	return count;
}

#endif
