/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The output of ps(1) for some processes only. Pure: the text comes in, and
 * ids of processes are all that is compared.
 */
#ifndef CMD_PROCESS_ROWS_H
#define CMD_PROCESS_ROWS_H

#include <sys/types.h>

#include "base/strbuf.h"

/*
 * Append the header of TEXT and the lines of the COUNT processes PIDS to OUT.
 * INVALID when there is no column PID.
 */
int process_rows(const char *text, const pid_t *pids, size_t count,
		 struct strbuf *out, struct error *err) must_check;

#endif
