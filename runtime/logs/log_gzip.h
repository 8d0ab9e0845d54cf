/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rotated log file as docker's `compress` leaves it: gzip, so that any tool
 * reads it. Files are taken through windows of fixed size. A packed file is
 * recognised by what gzip keeps at its end, the checksum and the length of
 * what went in: entries have times, so no two files of a log are the same.
 */
#ifndef RUNTIME_LOG_GZIP_H
#define RUNTIME_LOG_GZIP_H

#include <stdbool.h>

#include "base/error.h"

/* Pack what FROM_FD has from where it stands, appending to TO_FD. */
int log_gzip_pack(int from_fd, int to_fd, struct error *err) must_check;

/*
 * The opposite. CORRUPT when FROM_FD is damaged; what came before the damage
 * is in TO_FD.
 */
int log_gzip_unpack(int from_fd, int to_fd, struct error *err) must_check;

/* Whether the file PACKED_FD is made of the file PLAIN_FD. Moves neither. */
bool log_gzip_is_of(int packed_fd, int plain_fd);

#endif
