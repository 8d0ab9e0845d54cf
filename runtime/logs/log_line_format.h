/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of docker's json-file logs:
 *   {"log":"text\n","stream":"stdout","time":"2026-01-02T03:04:05.6Z"}
 * A piece of output that does not end in a newline is a line of its own, so
 * that joining all "log" members gives the output back. Bytes that are not
 * UTF-8 become U+FFFD, as docker writes them. Pure.
 */
#ifndef RUNTIME_LOG_LINE_FORMAT_H
#define RUNTIME_LOG_LINE_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

/* Append LENGTH bytes of TEXT of STREAM (1 or 2) at TIME to OUT as a line. */
void log_line_format(const char *text, size_t length, int stream, int64_t time,
		     struct strbuf *out);

#endif
