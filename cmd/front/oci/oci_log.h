/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where `imgctl oci` says what went wrong: lines that engines read, in the file
 * of --log or on standard error. An engine shows the message of the last line
 * of level "error".
 *
 *   json  {"level":"error","msg":"…","time":"2026-01-01T00:00:00Z"}
 *   text  time="2026-01-01T00:00:00Z" level=error msg="…"
 */
#ifndef CMD_OCI_LOG_H
#define CMD_OCI_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"

/* The options before the verb. */
struct oci_globals {
	const char *root;
	const char *log;
	const char *log_format;
	const char *rootless; /* accepted: what is allowed is found out */
	const char *criu;     /* accepted: there are no checkpoints */
	bool debug;
	bool systemd_cgroup;
	bool is_version;
};

/* Check that the log of GLOBALS has a known form and can be written. */
int oci_log_check(const struct oci_globals *globals,
		  struct error *err) must_check;

/* Tell MESSAGE: in the log if there is one, and on standard error. */
void oci_log_error(const struct oci_globals *globals, const char *message);

/* Tell MESSAGE in the log, or on standard error when there is none. */
void oci_log_warning(const struct oci_globals *globals, const char *message);

/* Append the line for MESSAGE of LEVEL at TIME to OUT. Pure. */
void oci_log_format(bool is_json, const char *level, const char *message,
		    int64_t time, struct strbuf *out);

#endif
