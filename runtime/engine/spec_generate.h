/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From docker's Config and HostConfig to an OCI runtime specification: the
 * only place where a flag gets its meaning for the runner. Pure: what depends
 * on the machine or the root file system comes in through the request.
 */
#ifndef RUNTIME_SPEC_GENERATE_H
#define RUNTIME_SPEC_GENERATE_H

#include "runtime/engine/spec_request.h"

/* Make the specification (a new reference). INVALID names the option. */
int spec_generate(const struct spec_request *request, json_t **out,
		  struct error *err) must_check;

/*
 * The capabilities that CapAdd, CapDrop and Privileged of HOST_CONFIG leave;
 * INVALID for an unknown name.
 */
int spec_capabilities(const json_t *host_config, uint64_t bounding,
		      uint64_t *out, struct error *err) must_check;

#endif
