/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One more process in a container: a `process` document, either given whole or
 * made from the container's own with some of it replaced. The caller becomes
 * the parent.
 */
#ifndef RUNTIME_OCI_EXEC_H
#define RUNTIME_OCI_EXEC_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/strvec.h"
#include "runtime/launched.h"
#include "runtime/oci/oci_container.h"

struct oci_exec {
	const char *root;
	const char *id;
	const char *process_file; /* NULL: the container's own, changed by */
	char *const *args;	  /* the program and its arguments */
	const char *cwd;	  /* NULL: as it is, from here on */
	const struct strvec *env; /* added */
	const char *user;	  /* "uid[:gid]" */
	const struct strvec *groups;
	const struct strvec *capabilities; /* added to all sets */
	const char *apparmor, *label;
	bool is_tty, no_new_privileges;
	const char *console_socket, *pid_file;
	const char *cgroup; /* group below the container's, or NULL */
	int stdio[3];
	unsigned preserved;
	bool is_attached;    /* the caller serves the terminal */
	bool ignores_paused; /* a paused container is entered as well */
};

/*
 * Start the process; OUT holds it. BUSY when the container does not run.
 * NOT_FOUND and DENIED speak of the program; *IS_TTY_OUT says whether there is
 * a terminal.
 */
int oci_exec(const struct oci_exec *request, struct launched *out,
	     bool *is_tty_out, struct error *err) must_check;

/*
 * The process document that REQUEST asks for, made from the container's OWN.
 * INVALID names what is wrong. The caller releases it.
 */
int oci_exec_process(const struct oci_exec *request, const json_t *own,
		     json_t **out, struct error *err) must_check;

#endif
