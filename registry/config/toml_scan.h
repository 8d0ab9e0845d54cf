/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cursor the parts of the TOML reader share. The text it moves over is
 * valid UTF-8 without control bytes other than tab and line ends, which are
 * LF or CRLF: toml_scan_init has seen to that, so nobody else checks.
 */
#ifndef REGISTRY_CONFIG_TOML_SCAN_H
#define REGISTRY_CONFIG_TOML_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct toml_scan {
	const char *at;
	const char *end;
	unsigned line; /* counted from 1 */
};

/* Begin at TEXT after checking its bytes; a byte order mark is skipped. */
int toml_scan_init(struct toml_scan *scan, const char *text, size_t length,
		   struct error *err) must_check;

/* Fail with INVALID, naming the line. */
int toml_scan_fail(const struct toml_scan *scan, struct error *err,
		   const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Whether the text goes on with WORD. */
bool toml_scan_is_at(const struct toml_scan *scan, const char *word);

/* Move past WORD if it comes next; tell whether it did. */
bool toml_scan_take(struct toml_scan *scan, const char *word);

/* Move past a line end if one comes next; tell whether it did. */
bool toml_scan_take_newline(struct toml_scan *scan);

/* Move past spaces and tabs. */
void toml_scan_skip_blanks(struct toml_scan *scan);

/* Move past blanks, comments and line ends. */
void toml_scan_skip_lines(struct toml_scan *scan);

/* Move past blanks and a comment to the next line; fail on anything else. */
int toml_scan_end_line(struct toml_scan *scan, struct error *err) must_check;

#endif
