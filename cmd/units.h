/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sizes, ages, identifiers and numbers as docker shows and reads them
 * (go-units and docker's formatter). Formatting never fails; the caller lends
 * the storage. Parsing is strict and returns the very words docker prints
 * after `invalid argument "x" for "--flag" flag: `.
 */
#ifndef CMD_UNITS_H
#define CMD_UNITS_H

#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"

enum {
	UNITS_TEXT_MAX = 40,
	UNITS_SHORT_ID = 12, /* digits of a cut identifier */
};

/* "1.234MB": decimal, four digits (progress, totals of prune). */
void units_format_size(double bytes, char out[static UNITS_TEXT_MAX]);

/* "1.23MB": decimal, three digits (images, ps, history, system df). */
void units_format_size3(double bytes, char out[static UNITS_TEXT_MAX]);

/* "1.234MiB": binary, four digits (stats). */
void units_format_binary(double bytes, char out[static UNITS_TEXT_MAX]);

/* "About a minute", "3 weeks": NANOSECONDS as docker rounds them; no "ago". */
void units_format_age(int64_t nanoseconds, char out[static UNITS_TEXT_MAX]);

/* The first 12 digits after the colon, as a new string. */
char *units_short_id(const char *id);

/*
 * Append TEXT, or when it is wider than COLUMNS (wide runes count two), as
 * much of it as leaves room for a final "…". COLUMNS of 0 adds nothing.
 */
void units_ellipsis(const char *text, size_t columns, struct strbuf *out);

/*
 * Parse "64m", "1.5 GiB", "7": bytes, 1024-based suffixes b k m g t p in
 * either case. INVALID for anything else and for what exceeds int64_t.
 */
int units_parse_size(const char *text, int64_t *out,
		     struct error *err) must_check;

/* Parse a number of CPUs ("1.5", "1/4", "5e-1") into billionths. */
int units_parse_cpus(const char *text, int64_t *out,
		     struct error *err) must_check;

/* Parse a Go integer ("10", "-0x1f", "0o17", "1_000") within MIN and MAX. */
int units_parse_integer(const char *text, int64_t min, int64_t max,
			int64_t *out, struct error *err) must_check;

/* Parse an unsigned Go integer of at most MAX. */
int units_parse_unsigned(const char *text, uint64_t max, uint64_t *out,
			 struct error *err) must_check;

/* Parse strconv.ParseBool's words. */
int units_parse_bool(const char *text, bool *out, struct error *err) must_check;

/* Parse a Go duration ("1m30s") into nanoseconds. */
int units_parse_duration(const char *text, int64_t *out,
			 struct error *err) must_check;

#endif
