/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Points in time as docker takes them in --since, --until and the `until`
 * filter: Go durations back from now ("1h30m"), Unix seconds with a fraction
 * ("1136073600.000000001"), RFC 3339 and its shorter forms, which are local
 * time unless they end in a zone ("2006-01-02", "2006-01-02T15:04",
 * "2006-01-02T15:04:05.5Z", "2006-01-02+01:00").
 */
#ifndef CMD_TIMESTAMP_H
#define CMD_TIMESTAMP_H

#include <stdint.h>

#include "base/error.h"

/* Parse TEXT, with NOW in nanoseconds, to nanoseconds since 1970. INVALID. */
int timestamp_parse(const char *text, int64_t now, int64_t *out,
		    struct error *err) must_check;

#endif
