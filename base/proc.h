/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Helper programs: start one with exactly the descriptors and environment it
 * is given, feed it, read what it says within a ceiling, reap it.
 */
#ifndef BASE_PROC_H
#define BASE_PROC_H

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strbuf.h"

struct proc_capture {
	char *const *argv; /* argv[0] is looked up in PATH */
	char *const *env;  /* NULL: this process's environment */
	const char *input; /* bytes for standard input, or NULL for none */
	size_t input_length;
	int timeout_ms;		    /* kill it after that; 0: no limit */
	struct strbuf *out;	    /* standard output, up to its ceiling */
	struct strbuf *diagnostics; /* standard error; NULL: inherited */
	const int *kept; /* descriptors that it has too, under their numbers */
	size_t kept_count;
	int status; /* out: exit code, or 128 + signal */
};

/*
 * Run a program to its end. NOT_FOUND when there is no such program; its
 * own failure is no error but stands in `status`.
 */
int proc_run(struct proc_capture *request, struct error *err) must_check;

/* The exit code a shell would report for a wait(2) STATUS. */
int proc_exit_code(int status);

#endif
