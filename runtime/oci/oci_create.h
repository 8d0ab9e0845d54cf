/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes a container out of a bundle: everything the configuration asks for,
 * up to the program, which waits for its start (create) or begins (run). No
 * process of ours stays beside it.
 *
 * Descriptors in the order are borrowed; what oci_create hands out is the
 * caller's. The calling process must have one thread only, and becomes the
 * parent of the container's first process.
 */
#ifndef RUNTIME_OCI_CREATE_H
#define RUNTIME_OCI_CREATE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strvec.h"
#include "runtime/launched.h"
#include "runtime/oci/oci_container.h"

struct oci_order {
	const char *root; /* absolute: where the containers are kept */
	const char *id;
	const char *bundle;	    /* folder of config.json */
	const char *console_socket; /* who gets the terminal; NULL: nobody */
	const char *pid_file;	    /* or NULL */
	int stdio[3];
	unsigned preserved; /* descriptors from 3 on that the program keeps */
	bool is_started;    /* do not wait for a start */
	bool is_attached;   /* the caller serves the terminal */
	bool no_pivot, no_keyring, is_systemd;
};

/*
 * Make the container. On success OUT holds its process, and CONTAINER is open
 * and locked; WARNINGS gets what the user should know. On failure nothing is
 * left. NOT_FOUND and DENIED speak of the program.
 */
int oci_create(const struct oci_order *order, struct oci_container *container,
	       struct launched *out, struct strvec *warnings,
	       struct error *err) must_check;

/* Write PID into the file PATH, whole or not at all. */
int oci_create_pid_file(const char *path, pid_t pid,
			struct error *err) must_check;

#endif
