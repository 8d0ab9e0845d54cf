/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Aligned columns as Go's text/tabwriter makes them with docker's settings:
 * cells end in a tab, are at least 10 columns wide and 3 apart; the text after
 * a line's last tab is no cell and is never padded. A column is a run of
 * consecutive lines that have a cell there, so a line with fewer cells ends
 * the columns to its right. Widths count runes. Pure.
 */
#ifndef CMD_TABLE_H
#define CMD_TABLE_H

#include <stddef.h>

#include "base/strbuf.h"

/* Append LENGTH bytes of TEXT to OUT with its tabs turned into padding. */
void table_format(const char *text, size_t length, struct strbuf *out);

#endif
