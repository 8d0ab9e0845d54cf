/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ends containers: signals for their processes, and the removal of all that was
 * made for one, with the poststop hooks after it.
 */
#ifndef RUNTIME_OCI_DELETE_H
#define RUNTIME_OCI_DELETE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strvec.h"

/*
 * Remove the container ID below ROOT. BUSY while it runs, unless IS_FORCED,
 * which kills it first and is content when there is none. A hook that fails is
 * a WARNING only.
 */
int oci_delete(const char *root, const char *id, bool is_forced,
	       struct strvec *warnings, struct error *err) must_check;

/*
 * Send SIGNAL to the first process of container ID, or to ALL of them. BUSY
 * when it does not run.
 */
int oci_kill(const char *root, const char *id, int signal, bool all,
	     struct error *err) must_check;

#endif
