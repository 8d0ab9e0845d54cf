/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terminal's side of a container: carries the command's standard streams
 * to and from the monitor until the container ends, the user detaches, or the
 * command's own output is gone. With a terminal on both sides it is raw
 * meanwhile, and is put back on every way out.
 */
#ifndef RUNTIME_ATTACH_CLIENT_H
#define RUNTIME_ATTACH_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct attach_client {
	int fd;			 /* socket to the monitor */
	bool is_tty;		 /* the container has a terminal */
	bool has_stdin;		 /* forward standard input */
	bool sig_proxy;		 /* forward signals */
	bool hides_output;	 /* not shown, but taken from the monitor */
	bool hides_errors;	 /* the same of the other stream */
	const char *detach_keys; /* NULL: docker's default */
};

enum attach_end {
	ATTACH_END_NONE = 0,
	ATTACH_END_EXITED,   /* exit_code is the container's */
	ATTACH_END_DETACHED, /* the container goes on */
	ATTACH_END_SIGNAL,   /* a signal ended us: exit_code is 128 + it */
	ATTACH_END_BROKEN,   /* our output is closed, or the monitor died */
};

struct attach_outcome {
	enum attach_end end;
	int exit_code;
};

/*
 * Wait until the container runs. Fails with the kind and the words of what
 * kept it from starting.
 */
int attach_client_wait(int fd, struct error *err) must_check;

/* Carry streams and signals to the end. */
int attach_client_run(const struct attach_client *client,
		      struct attach_outcome *out, struct error *err) must_check;

/* The size of the terminal on standard output; 0 when there is none. */
void attach_client_size(uint16_t *rows, uint16_t *columns);

#endif
