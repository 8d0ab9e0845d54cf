/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds where the last lines of a log begin by reading it from its end, so
 * that the last ten lines of a gigabyte cost what ten lines cost.
 */
#ifndef RUNTIME_LOG_TAIL_H
#define RUNTIME_LOG_TAIL_H

#include <stdint.h>

#include "base/error.h"
#include "runtime/logs/log_files.h"

struct log_place {
	size_t file; /* index into the files */
	int64_t offset;
};

/*
 * Store where the last LINES lines of FILES, of FOLDER_FD, begin. A line of
 * several entries counts once; an unfinished last one counts.
 */
int log_tail_find(int folder_fd, struct log_files *files, int64_t lines,
		  struct log_place *out, struct error *err) must_check;

#endif
