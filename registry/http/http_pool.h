/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Idle connections of one identity (one user of one repository): nobody else
 * ever rides on them. Any number of threads may use a pool; each transfer has
 * a libcurl handle of its own while it runs.
 *
 * Handles are filed under a key of the caller's (origin and client
 * certificate), so that one only ever talks to one origin in one way. A handle
 * that is put back keeps its connection open. Name look-ups and TLS sessions
 * are shared by all handles of a pool.
 */
#ifndef REGISTRY_HTTP_HTTP_POOL_H
#define REGISTRY_HTTP_HTTP_POOL_H

#include <curl/curl.h>
#include <stdbool.h>

#include "base/error.h"

struct http_pool;

struct http_options {
	const char *user_agent;
	unsigned connect_timeout_ms; /* name, TCP and TLS together */
	unsigned stall_timeout_ms;   /* most silence while waiting for bytes */
	bool (*cancelled)(
		void *context); /* asked about once a second; or NULL */
	void *cancelled_context;
};

/* Make a pool; OPTIONS is copied. */
int http_pool_open(const struct http_options *options, struct http_pool **out,
		   struct error *err) must_check;

/* Close its idle connections and free it; no transfer may be running. */
void http_pool_close(struct http_pool *pool);
DEFINE_CLEANUP_PTR(struct http_pool, http_pool_close)

/* The options the pool was opened with. */
const struct http_options *http_pool_options(const struct http_pool *pool);

/* A handle without options, with an open connection for KEY if there is one. */
int http_pool_take(struct http_pool *pool, const char *key, CURL **out,
		   struct error *err) must_check;

/* Give a handle back under KEY; its options are cleared. */
void http_pool_put(struct http_pool *pool, const char *key, CURL *easy);

#endif
