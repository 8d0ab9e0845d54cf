/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals as people write them: "TERM", "SIGTERM", "sigterm", "15",
 * "RTMIN+3". docker's table and docker's words. Pure.
 */
#ifndef RUNTIME_SIGNALS_H
#define RUNTIME_SIGNALS_H

#include "base/error.h"

/* The number of the signal TEXT names. INVALID when it names none. */
int signals_from_name(const char *text, int *out, struct error *err) must_check;

#endif
