/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of CPUs as the kernel writes them ("0-3,7,9-9") and as sets. A list
 * names CPUs below CPU_SETSIZE; ranges go upwards. Pure but for the setting
 * itself, which is one call and safe in a child.
 */
#ifndef RUNTIME_AFFINITY_H
#define RUNTIME_AFFINITY_H

#include <sched.h>

#include "base/error.h"

/* Parse TEXT into OUT; INVALID when it is no list or names no CPU. */
int affinity_parse(const char *text, cpu_set_t *out,
		   struct error *err) must_check;

#endif
