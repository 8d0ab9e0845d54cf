/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is worth another attempt, and after which pause. The policy is pure:
 * clock and chance are arguments, so every decision stands in a table of its
 * test. Only retry_wait sleeps.
 *
 * A pause doubles with every attempt that brought nothing, and is spread by
 * chance between half and the whole of it, so that many clients of a server
 * that fell over do not return in step. A Retry-After replaces it, within
 * bounds. An attempt that brought bytes starts the count afresh.
 */
#ifndef REGISTRY_HTTP_RETRY_H
#define REGISTRY_HTTP_RETRY_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/error.h"

enum {
	RETRY_BASE_MS = 1000,  /* the first pause */
	RETRY_UNKNOWN = -1,    /* no usable Retry-After */
	RETRY_PROGRESS = 65536 /* bytes that count as progress */
};

struct retry {
	unsigned limit;	   /* most attempts after a fruitless one */
	unsigned failures; /* fruitless attempts in a row */
	bool progressed;   /* the last attempt brought bytes */
};

/* Whether a request that was answered by STATUS may succeed when repeated. */
bool retry_is_status(long status);

/*
 * Milliseconds that a Retry-After VALUE asks to wait: seconds, or an
 * HTTP-date compared with NOW (0 for one that has passed); RETRY_UNKNOWN when
 * it is neither.
 */
int64_t retry_after_parse(const char *value, time_t now);

/*
 * Milliseconds from a "retry-after: 985.86µs" inside the text of an error
 * answer (some registries say it nowhere else), or RETRY_UNKNOWN.
 */
int64_t retry_after_find(const char *text);

/*
 * Count a failed attempt that brought GAINED bytes; false when no further one
 * is allowed.
 */
bool retry_again(struct retry *retry, uint64_t gained);

/*
 * Milliseconds to pause before the next attempt: what the server asked for
 * (AFTER, or RETRY_UNKNOWN) between one second and the ceiling of
 * registry_limits.h; else nothing after progress; else BASE doubled per
 * failure, spread by CHANCE (any 32 random bits).
 */
unsigned retry_pause(const struct retry *retry, unsigned base, int64_t after,
		     uint32_t chance);

/*
 * Sleep for PAUSE milliseconds, looking at CANCELLED (may be NULL) ten times
 * a second; INTERRUPTED when it says so.
 */
int retry_wait(unsigned pause, bool (*cancelled)(void *context), void *context,
	       struct error *err) must_check;

#endif
