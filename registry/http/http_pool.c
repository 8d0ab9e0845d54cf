/* SPDX-License-Identifier: Apache-2.0 */
/* Idle libcurl handles by origin, and what all of a pool's handles share. */
#include "registry/http/http_pool.h"

#include <pthread.h>
#include <string.h>

#include "base/alloc.h"

enum { IDLE_MAX = 32 }; /* more connections than that are closed at once */

struct idle {
	CURL *easy;
	char *key;
};

struct http_pool {
	struct http_options options;
	char *user_agent;
	CURLSH *share;
	pthread_mutex_t share_locks[CURL_LOCK_DATA_LAST];
	pthread_mutex_t lock; /* guards what follows */
	struct idle idle[IDLE_MAX];
	size_t idle_count;
};

static pthread_once_t global_once = PTHREAD_ONCE_INIT;
static CURLcode global_result;

/* libcurl's own initialisation is not safe from several threads. */
static void global_init(void)
{
	global_result = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void share_lock(CURL *easy, curl_lock_data data, curl_lock_access access,
		       void *context)
{
	struct http_pool *pool = context;

	(void)easy;
	(void)access;
	(void)pthread_mutex_lock(&pool->share_locks[data]);
}

static void share_unlock(CURL *easy, curl_lock_data data, void *context)
{
	struct http_pool *pool = context;

	(void)easy;
	(void)pthread_mutex_unlock(&pool->share_locks[data]);
}

/*
 * Connections are not shared: libcurl says that sharing them between threads
 * is not safe, and each handle keeps its own for its one origin anyway.
 */
static bool share_setup(struct http_pool *pool)
{
	pool->share = curl_share_init();
	return pool->share &&
	       !curl_share_setopt(pool->share, CURLSHOPT_USERDATA, pool) &&
	       !curl_share_setopt(pool->share, CURLSHOPT_LOCKFUNC,
				  share_lock) &&
	       !curl_share_setopt(pool->share, CURLSHOPT_UNLOCKFUNC,
				  share_unlock) &&
	       !curl_share_setopt(pool->share, CURLSHOPT_SHARE,
				  CURL_LOCK_DATA_DNS) &&
	       !curl_share_setopt(pool->share, CURLSHOPT_SHARE,
				  CURL_LOCK_DATA_SSL_SESSION);
}

int http_pool_open(const struct http_options *options, struct http_pool **out,
		   struct error *err)
{
	struct http_pool *pool;

	(void)pthread_once(&global_once, global_init);
	if (global_result)
		return error_set(err, ERROR_SYSTEM, "start libcurl: %s",
				 curl_easy_strerror(global_result));
	pool = xcalloc(1, sizeof(*pool));
	pool->options = *options;
	pool->user_agent = xstrdup(options->user_agent);
	pool->options.user_agent = pool->user_agent;
	(void)pthread_mutex_init(&pool->lock, NULL);
	for (size_t i = 0; i < CURL_LOCK_DATA_LAST; i++)
		(void)pthread_mutex_init(&pool->share_locks[i], NULL);
	if (!share_setup(pool)) {
		http_pool_close(pool);
		return error_set(err, ERROR_SYSTEM,
				 "start libcurl: no shared caches");
	}
	*out = pool;
	return 0;
}

void http_pool_close(struct http_pool *pool)
{
	if (!pool)
		return;
	for (size_t i = 0; i < pool->idle_count; i++) {
		curl_easy_cleanup(pool->idle[i].easy);
		free(pool->idle[i].key);
	}
	(void)curl_share_cleanup(pool->share); /* fails only while in use */
	for (size_t i = 0; i < CURL_LOCK_DATA_LAST; i++)
		(void)pthread_mutex_destroy(&pool->share_locks[i]);
	(void)pthread_mutex_destroy(&pool->lock);
	free(pool->user_agent);
	free(pool);
}

const struct http_options *http_pool_options(const struct http_pool *pool)
{
	return &pool->options;
}

/* The youngest handle of KEY: its connection is the least likely to be gone. */
static CURL *take_idle(struct http_pool *pool, const char *key)
{
	CURL *easy = NULL;

	(void)pthread_mutex_lock(&pool->lock);
	for (size_t i = pool->idle_count; i-- > 0 && !easy;) {
		if (strcmp(pool->idle[i].key, key))
			continue;
		easy = pool->idle[i].easy;
		free(pool->idle[i].key);
		pool->idle_count--;
		memmove(&pool->idle[i], &pool->idle[i + 1],
			(pool->idle_count - i) * sizeof(*pool->idle));
	}
	(void)pthread_mutex_unlock(&pool->lock);
	return easy;
}

int http_pool_take(struct http_pool *pool, const char *key, CURL **out,
		   struct error *err)
{
	CURL *easy = take_idle(pool, key);

	if (easy) {
		*out = easy;
		return 0;
	}
	easy = curl_easy_init();
	if (!easy)
		return error_set(err, ERROR_SYSTEM, "libcurl: out of memory");
	if (curl_easy_setopt(easy, CURLOPT_SHARE, pool->share)) {
		curl_easy_cleanup(easy);
		return error_set(err, ERROR_SYSTEM, "libcurl: cannot share");
	}
	*out = easy;
	return 0;
}

void http_pool_put(struct http_pool *pool, const char *key, CURL *easy)
{
	CURL *surplus = NULL;

	curl_easy_reset(easy); /* connections survive this */
	(void)pthread_mutex_lock(&pool->lock);
	if (pool->idle_count == IDLE_MAX) {
		surplus = pool->idle[0].easy;
		free(pool->idle[0].key);
		pool->idle_count--;
		memmove(&pool->idle[0], &pool->idle[1],
			pool->idle_count * sizeof(*pool->idle));
	}
	pool->idle[pool->idle_count].easy = easy;
	pool->idle[pool->idle_count].key = xstrdup(key);
	pool->idle_count++;
	(void)pthread_mutex_unlock(&pool->lock);
	if (surplus)
		curl_easy_cleanup(surplus);
}
