/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carrying out what a CDI specification says about a container: changes to its
 * OCI configuration. What is there already under the same name, path or target
 * gives way. Only device nodes look at the machine, for what the specification
 * leaves open of them.
 */
#ifndef RUNTIME_CDI_EDITS_H
#define RUNTIME_CDI_EDITS_H

#include <jansson.h>

#include "base/error.h"

/*
 * Put EDITS (NULL: none), checked by cdi_spec_parse, into CONFIG, an OCI
 * configuration. NOT_FOUND or INVALID when a device node is not the host's.
 */
int cdi_edits_apply(const json_t *edits, json_t *config,
		    struct error *err) must_check;

/* Bring CONFIG's mounts into an order in which none hides another. */
void cdi_edits_finish(json_t *config);

#endif
