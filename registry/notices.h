/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passes on what a person should see while a client works, and sees to it
 * that what every answer repeats (a Warning header, a rate limit) is shown
 * once. Threads may share one.
 */
#ifndef REGISTRY_NOTICES_H
#define REGISTRY_NOTICES_H

#include <pthread.h>

#include "registry/client_options.h"
#include "registry/http/http_message.h"

struct notices {
	const struct client_options *options;
	pthread_mutex_t lock;
	struct strvec shown; /* texts shown once */
};

/* Begin with nothing shown; OPTIONS must outlive it. */
void notices_init(struct notices *notices,
		  const struct client_options *options);

/* Free what was remembered. */
void notices_release(struct notices *notices);

/* Say that LAYER (or the whole, NULL) is tried again in PAUSE milliseconds. */
void notices_pause(struct notices *notices, const char *layer, unsigned pause);

/* Show TEXT unless it was shown before. */
void notices_once(struct notices *notices, const char *text);

/* Show what the Warning headers of RESPONSE, from HOST, say. */
void notices_warnings(struct notices *notices, const char *host,
		      const struct http_response *response);

#endif
