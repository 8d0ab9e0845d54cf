/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The time that an image made here bears: now, or what SOURCE_DATE_EPOCH says,
 * so that the same input gives the same image.
 */
#ifndef CMD_SOURCE_DATE_H
#define CMD_SOURCE_DATE_H

#include <stdint.h>

#include "base/error.h"

/* Store it in nanoseconds since 1970; INVALID when the variable is no time. */
int source_date(int64_t *out, struct error *err) must_check;

/* The same of TEXT, decimal seconds since 1970. */
int source_date_parse(const char *text, int64_t *out,
		      struct error *err) must_check;

#endif
