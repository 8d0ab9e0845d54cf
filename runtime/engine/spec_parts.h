/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the specification generator, each in a file of its own. Only
 * spec_generate.c calls them.
 */
#ifndef RUNTIME_SPEC_PARTS_H
#define RUNTIME_SPEC_PARTS_H

#include "runtime/engine/spec_request.h"

/* The "process" object: arguments, environment, user, capabilities. */
int spec_process(const struct spec_request *request, json_t **out,
		 struct error *err) must_check;

/* The "mounts" array: docker's defaults, then what was asked for. */
int spec_mounts(const struct spec_request *request, json_t **out,
		struct error *err) must_check;

/* The "linux" object: namespaces, resources, devices, masks. */
int spec_linux(const struct spec_request *request, json_t **out,
	       struct error *err) must_check;

/* The "resources" object: limits and device rules. */
int spec_resources(const json_t *host_config, json_t **out,
		   struct error *err) must_check;

#endif
