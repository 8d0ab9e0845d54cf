/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compressing a rotated log file beside its writer. A process of its own does
 * it, because the writer lives as long as the container and must not grow by
 * what a compressor needs; it is nobody's child, and tells that it is done by
 * the end of a pipe. The packed file appears whole, then the plain one goes.
 */
#ifndef RUNTIME_LOG_PACKER_H
#define RUNTIME_LOG_PACKER_H

#include "base/error.h"

/* The names of the file before the current one, plain and packed. */
#define LOG_PACKER_PLAIN "log.json.1"
#define LOG_PACKER_PACKED "log.json.1.gz"

/*
 * Begin to pack LOG_PACKER_PLAIN in FOLDER_FD. *DONE_OUT is what
 * log_packer_wait wants. What fails later leaves the plain file as it is.
 */
int log_packer_start(int folder_fd, int *done_out,
		     struct error *err) must_check;

/* Wait until it is done, and set *DONE to -1; -1 is fine. */
void log_packer_wait(int *done);

#endif
