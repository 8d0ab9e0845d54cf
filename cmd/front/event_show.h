/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events as `events` shows them: docker's line and message, and docker's ways
 * of filtering. Pure.
 */
#ifndef CMD_EVENT_SHOW_H
#define CMD_EVENT_SHOW_H

#include "base/strbuf.h"
#include "cmd/filter.h"

/* INVALID when GIVEN has keys that events cannot be filtered by. */
int event_show_check(const struct filter *given, struct error *err) must_check;

/* Whether GIVEN lets EVENT through. */
bool event_show_is_wanted(const struct filter *given, const json_t *event);

/* Append docker's line for EVENT, in local time, newline included. */
void event_show_line(const json_t *event, struct strbuf *out);

/*
 * docker's message for EVENT: what was noted, and the fields of older versions
 * before it (status, id, from). The caller's to free.
 */
json_t *event_show_message(const json_t *event);

#endif
