/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes what a container may use while it lives: the members that are given
 * replace those of its configuration, all others stay, device rules included.
 */
#ifndef RUNTIME_OCI_UPDATE_H
#define RUNTIME_OCI_UPDATE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

/*
 * Put CHANGES, a document of the form of `linux.resources`, in force for the
 * container ID below ROOT. What is zero or empty in it is not asked for. On
 * failure the configuration stays as it was.
 */
int oci_update(const char *root, const char *id, const json_t *changes,
	       struct error *err) must_check;

/* Put what CHANGES ask for into the document RESOURCES. Pure. */
void oci_update_merge(json_t *resources, const json_t *changes);

/* Freeze the container ID, or let it go on; BUSY when it does not run. */
int oci_pause(const char *root, const char *id, bool is_paused,
	      struct error *err) must_check;

#endif
