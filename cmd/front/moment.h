/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Points in time as docker's lists show them: how long ago, and as Go prints
 * a time in the local zone. Wall time is nanoseconds since 1970.
 */
#ifndef CMD_MOMENT_H
#define CMD_MOMENT_H

#include <stdint.h>

#include "cmd/units.h"

enum { MOMENT_TEXT_MAX = 64 };

/* "3 weeks ago": how long before NOW TIME was. Pure. */
void moment_format_ago(int64_t time, int64_t now,
		       char out[static MOMENT_TEXT_MAX]);

/* "2026-01-02 15:04:05 +0100 CET": Go's time.Time.String, whole seconds. */
void moment_format_local(int64_t time, char out[static MOMENT_TEXT_MAX]);

/* "2026-01-02T15:04:05+01:00": RFC 3339 in the local zone, whole seconds. */
void moment_format_rfc3339(int64_t time, char out[static MOMENT_TEXT_MAX]);

#endif
