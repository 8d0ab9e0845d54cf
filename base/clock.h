/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time as text and as durations. Wall time is nanoseconds since 1970 UTC in
 * an int64_t; RFC 3339 is read with any offset and written in UTC with "Z".
 * Durations follow Go's syntax ("1h30m", "500ms").
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "base/error.h"

#define CLOCK_SECOND INT64_C(1000000000)

enum { CLOCK_TEXT_MAX = 40 };

/* Wall time now. */
int64_t clock_now(void);

/* Monotonic time, for timeouts; its zero means nothing. */
int64_t clock_monotonic(void);

/*
 * SECONDS and NANOSECONDS since 1970 as wall time. A file can bear times that
 * do not fit (before 1677, after 2262): they become the nearest that does.
 */
int64_t clock_join(int64_t seconds, int64_t nanoseconds);

/* Write TIME as RFC 3339 with nanoseconds, trailing zeros dropped as Go does.
 */
void clock_format(int64_t time, char out[static CLOCK_TEXT_MAX]);

/* Parse an RFC 3339 time; INVALID else. */
int clock_parse(const char *text, int64_t *out, struct error *err) must_check;

/* Write DURATION as Go does: "1m30s", "1.5s", "250ms", "0s". */
void clock_format_duration(int64_t duration, char out[static CLOCK_TEXT_MAX]);

/* Parse a Go duration into nanoseconds; INVALID else. */
int clock_parse_duration(const char *text, int64_t *out,
			 struct error *err) must_check;

#endif
