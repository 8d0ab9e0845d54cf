/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of one progress line as docker's jsonmessage writes it: a bar of 50
 * cells if the terminal is wider than 110 columns, then the two sizes. Pure.
 */
#ifndef CMD_PROGRESS_BAR_H
#define CMD_PROGRESS_BAR_H

#include <stdint.h>

#include "base/strbuf.h"

/*
 * Append "[==>  ]  1.05MB/29.1MB" for CURRENT of TOTAL bytes on a terminal of
 * COLUMNS. Without numbers nothing, without a total the first size alone.
 */
void progress_bar(uint64_t current, uint64_t total, unsigned columns,
		  struct strbuf *out);

#endif
