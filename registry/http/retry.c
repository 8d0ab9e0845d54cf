/* SPDX-License-Identifier: Apache-2.0 */
/* Retry policy: which failures, how often, how long between. */
#include "registry/http/retry.h"

#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "registry/registry_limits.h"

bool retry_is_status(long status)
{
	switch (status) {
	case 408: /* request timeout */
	case 425: /* too early */
	case 429: /* too many requests */
	case 500:
	case 502:
	case 503:
	case 504:
		return true;
	default:
		return false;
	}
}

static int64_t clamp_seconds(int64_t seconds)
{
	if (seconds < 0)
		return 0;
	/* the ceiling is applied to the pause; this only avoids overflow */
	return seconds > 86400 ? 86400 * 1000 : seconds * 1000;
}

int64_t retry_after_parse(const char *value, time_t now)
{
	char *end = NULL;
	long long seconds;
	time_t when;

	while (*value == ' ' || *value == '\t')
		value++;
	if (isdigit((unsigned char)*value)) {
		seconds = strtoll(value, &end, 10);
		while (*end == ' ' || *end == '\t')
			end++;
		if (*end == '\0') /* an overflow saturates: still long */
			return clamp_seconds(seconds);
	}
	when = curl_getdate(value, NULL);
	if (when == (time_t)-1)
		return RETRY_UNKNOWN;
	return clamp_seconds((int64_t)when - (int64_t)now);
}

int64_t retry_after_find(const char *text)
{
	static const char key[] = "retry-after:";
	autoclean(error_release) struct error ignored = ERROR_INIT;
	char duration[32];
	const char *at = strcasestr(text, key);
	int64_t nanoseconds;
	size_t length;

	if (!at)
		return RETRY_UNKNOWN;
	at += sizeof(key) - 1;
	at += strspn(at, " ");
	length = strcspn(at, " ,;\"}\r\n");
	if (length == 0 || length >= sizeof(duration))
		return RETRY_UNKNOWN;
	memcpy(duration, at, length);
	duration[length] = '\0';
	if (clock_parse_duration(duration, &nanoseconds, &ignored) < 0)
		return retry_after_parse(duration, 0);
	return nanoseconds < 0 ? 0 : nanoseconds / 1000000;
}

bool retry_again(struct retry *retry, uint64_t gained)
{
	retry->progressed = gained >= RETRY_PROGRESS;
	if (retry->progressed)
		retry->failures = 0;
	if (retry->failures >= retry->limit)
		return false;
	retry->failures++;
	return true;
}

unsigned retry_pause(const struct retry *retry, unsigned base, int64_t after,
		     uint32_t chance)
{
	const uint64_t most = (uint64_t)REGISTRY_RETRY_PAUSE_MAX * 1000;
	unsigned doublings = retry->failures ? retry->failures - 1 : 0;
	uint64_t pause;

	if (after != RETRY_UNKNOWN) {
		pause = after < RETRY_BASE_MS ? RETRY_BASE_MS : (uint64_t)after;
		/* a tenth on top: those told the same second come apart */
		pause += pause * (chance % 100) / 1000;
		return (unsigned)(pause > most ? most : pause);
	}
	if (retry->progressed)
		return 0;
	pause = (uint64_t)base << (doublings > 6 ? 6 : doublings);
	if (pause > most)
		pause = most;
	return (unsigned)(pause / 2 + pause / 2 * (chance % 1001) / 1000);
}

int retry_wait(unsigned pause, bool (*cancelled)(void *context), void *context,
	       struct error *err)
{
	const int64_t slice = CLOCK_SECOND / 10;
	int64_t until = clock_monotonic() + (int64_t)pause * 1000000;
	int64_t left;

	while ((left = until - clock_monotonic()) > 0) {
		int64_t nap = left < slice ? left : slice;
		struct timespec request = { .tv_sec = 0, .tv_nsec = nap };

		if (cancelled && cancelled(context))
			return error_set(err, ERROR_INTERRUPTED, "interrupted");
		(void)nanosleep(&request, NULL); /* a signal cuts it short */
	}
	return 0;
}
