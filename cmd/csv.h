/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of comma-separated values as options take them, with RFC 4180's quotes
 * around a whole field: what is in them may have commas. Pure.
 */
#ifndef CMD_CSV_H
#define CMD_CSV_H

/* Take the next field off *AT, which then is behind its comma; the caller's. */
char *csv_next(const char **at);

#endif
