/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The companion run beside this program, for one thing that only it can do, and
 * waited for.
 */
#ifndef CMD_COMPANION_RUN_H
#define CMD_COMPANION_RUN_H

#include "base/strbuf.h"
#include "base/strvec.h"
#include "cmd/context.h"

/* The descriptor under which the companion finds the folder it is handed. */
enum { COMPANION_FOLDER = 3 };

struct companion_run {
	const struct context *context;
	const struct strvec *words; /* the verb and what follows it */
	int input;		    /* its standard input; -1: none */
	int folder;		    /* its COMPANION_FOLDER; -1: none */
	struct strbuf *output; /* its standard output; NULL: to our error */
	struct strbuf *errors; /* its standard error; NULL: to ours */
};

#define COMPANION_RUN_INIT                \
	{                                 \
		.input = -1, .folder = -1 \
	}

/*
 * Run it. *STATUS_OUT is its exit status, which is no failure here. Safe to
 * call from several threads.
 */
int companion_run(const struct companion_run *request, int *status_out,
		  struct error *err) must_check;

#endif
