/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's own ps(1), asked about some processes: it knows the columns that
 * people want, and what their options mean.
 */
#ifndef CMD_FRONT_PROCESS_LIST_H
#define CMD_FRONT_PROCESS_LIST_H

#include <sys/types.h>

#include "base/strbuf.h"

enum { PROCESS_LIST_MAX = 64 << 20 }; /* bytes that ps may say */

/*
 * Run ps with OPTIONS ("-ef" when there are none) and append its header and the
 * lines of the COUNT processes PIDS to OUT. INVALID when ps fails or shows no
 * ids.
 */
int process_list(char *const *options, const pid_t *pids, size_t count,
		 struct strbuf *out, struct error *err) must_check;

#endif
