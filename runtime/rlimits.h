/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resource limits by the names that the OCI specification ("RLIMIT_NOFILE")
 * and `--ulimit` ("nofile") use. Only names: values are set by the process
 * itself on its way to the program. The table is that of Linux, 16 entries,
 * unchanged since 2.6.25; a name outside it is no limit at all.
 */
#ifndef RUNTIME_RLIMITS_H
#define RUNTIME_RLIMITS_H

#include <stdbool.h>

/*
 * The RLIMIT_ constant of NAME ("RLIMIT_NOFILE", "nofile", in any case); false
 * when there is none.
 */
bool rlimits_from_name(const char *name, int *out);

/* The name of RESOURCE ("RLIMIT_NOFILE"), or NULL. */
const char *rlimits_name(int resource);

#endif
