/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The value of --chmod: an octal mode, or symbolic clauses.
 *
 *   mode   = octal | clause { "," clause }
 *   clause = { "u" | "g" | "o" | "a" } op { "r" | "w" | "x" | "X" | "s" | "t" }
 *            or { … } op ( "u" | "g" | "o" );  op = "+" | "-" | "="
 *
 * Nobody named means all; there is no umask. Pure.
 */
#ifndef BUILDER_MODE_CHANGE_H
#define BUILDER_MODE_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

enum { MODE_CLAUSES_MAX = 16 };

struct mode_clause {
	mode_t who;	  /* mask of the bits it may touch, 0700 … */
	char op;	  /* '+', '-' or '=' */
	char copy;	  /* 'u', 'g', 'o', or 0 */
	mode_t bits;	  /* 0777 pattern before masking, and 06000, 01000 */
	bool conditional; /* X */
};

struct mode_change {
	bool is_octal;
	mode_t octal;
	struct mode_clause clauses[MODE_CLAUSES_MAX];
	size_t count;
};

/* Parse TEXT. INVALID. */
int mode_change_parse(const char *text, struct mode_change *out,
		      struct error *err) must_check;

/* What CHANGE makes of MODE (permission bits only). */
mode_t mode_change_apply(const struct mode_change *change, mode_t mode,
			 bool is_folder);

#endif
