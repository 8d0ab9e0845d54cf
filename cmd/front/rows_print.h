/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that own what they show, printed by cmd/listing, which only borrows:
 * an array of objects of strings. A row may carry its labels, an object, as a
 * member that is not shown.
 */
#ifndef CMD_ROWS_PRINT_H
#define CMD_ROWS_PRINT_H

#include "cmd/listing.h"

/* The member of a row that holds its labels for {{.Label "k"}}; not shown. */
#define ROWS_LABELS ".labels"

/* docker's Labels column for LABELS, an object: "a=b,c=d"; the caller's. */
json_t *rows_join_labels(const json_t *labels);

/* Append ROWS, an array of objects, to OUT as LISTING and FORMAT say. */
int rows_print(const struct listing *listing, const char *format, json_t *rows,
	       struct strbuf *out, struct error *err) must_check;

#endif
