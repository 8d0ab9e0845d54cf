/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Staying with a process that this one started, until it ends: signals go on to
 * it, the terminal's bytes go both ways and its size along, orphans that come
 * to this process are reaped.
 *
 * Calling sequence: oci_foreground_begin before the process is started, so that
 * no signal gets lost, then oci_foreground_stay.
 */
#ifndef CMD_OCI_FOREGROUND_H
#define CMD_OCI_FOREGROUND_H

#include <stdbool.h>

#include "runtime/launched.h"

/* Take over signals; with ADOPTS, orphans too. Returns a descriptor or -1. */
int oci_foreground_begin(bool adopts, struct error *err) must_check;

/*
 * Stay with CHILD; SIGNALS is oci_foreground_begin's. *STATUS_OUT is its exit
 * code, or 128 and the signal that ended it.
 */
int oci_foreground_stay(const struct launched *child, int signals,
			int *status_out, struct error *err) must_check;

#endif
