/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Telling one process from another that got its number later: a process is
 * what a pid together with a start time means. proc_pid_stat(5); the name in
 * it may hold anything, so that fields are counted from its last ")".
 */
#ifndef RUNTIME_PROCESS_STAT_H
#define RUNTIME_PROCESS_STAT_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct process_stat {
	char state; /* 'R', 'S', …; 'Z' when it has ended */
	pid_t parent;
	uint64_t start_time; /* clock ticks after boot */
};

/* Parse the text of a stat file; INVALID for anything else. Pure. */
int process_stat_parse(const char *text, struct process_stat *out,
		       struct error *err) must_check;

/* Look at process PID; NOT_FOUND when there is none. */
int process_stat_read(pid_t pid, struct process_stat *out,
		      struct error *err) must_check;

/*
 * Open the process PID that started at START_TIME and has not ended. NOT_FOUND
 * when it is gone, whoever has its number now.
 */
int process_stat_open(pid_t pid, uint64_t start_time, int *pidfd_out,
		      struct error *err) must_check;

#endif
