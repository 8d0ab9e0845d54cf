/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of CPUs as the kernel writes them ("0-3,7,9-9") and as sets. A list
 * names CPUs below CPU_SETSIZE; ranges go upwards. Pure.
 *
 * And having a process run on another CPU than its parent, from its birth. Most
 * kernels see to that by themselves; one without scheduling domains, or one
 * that packs what runs onto few CPUs, as virtual machines' do, leaves a new
 * process behind its parent until that sleeps: half a millisecond of a start
 * that takes five.
 */
#ifndef RUNTIME_AFFINITY_H
#define RUNTIME_AFFINITY_H

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/* Parse TEXT into OUT; INVALID when it is no list or names no CPU. */
int affinity_parse(const char *text, cpu_set_t *out,
		   struct error *err) must_check;

/* Where a process was allowed to run before it was moved. */
struct affinity_move {
	cpu_set_t before;
	bool is_made;
};

/*
 * Have child PID run on any CPU but the one this process is on. *OUT is for
 * affinity_move_back, which the child calls once told to. Does nothing where
 * there is no other CPU to be had.
 */
void affinity_move_away(pid_t pid, struct affinity_move *out);

/* Let this process run again wherever it could before MOVE. */
void affinity_move_back(const struct affinity_move *move);

#endif
