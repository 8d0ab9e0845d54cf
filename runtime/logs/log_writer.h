/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeping a container's output: log.json in its folder, rotated to log.json.1
 * and on. Output comes in as it is read, in any pieces; lines are put
 * together here, pieces of 16 KiB at the most, as docker does. Each line is
 * written at once and whole, so a reader beside us sees only whole lines.
 */
#ifndef RUNTIME_LOG_WRITER_H
#define RUNTIME_LOG_WRITER_H

#include <stddef.h>

#include "base/error.h"
#include "runtime/logs/log_options.h"

struct log_writer;

/*
 * Open the log in FOLDER_FD (borrowed while the writer lives), going on where
 * an earlier run stopped. OUT is NULL for the driver `none`.
 */
int log_writer_open(int folder_fd, const struct log_options *options,
		    struct log_writer **out, struct error *err) must_check;

/* Take LENGTH bytes of STREAM (1: output, 2: errors). */
int log_writer_add(struct log_writer *writer, int stream, const void *data,
		   size_t length, struct error *err) must_check;

/* Write what is left of unfinished lines and free it; NULL is fine. */
void log_writer_close(struct log_writer *writer);

#endif
