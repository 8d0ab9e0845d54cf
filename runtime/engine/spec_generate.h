/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From docker's Config and HostConfig to an OCI runtime specification: the
 * only place where a flag gets its meaning for the runner. Pure: what depends
 * on the machine or the root file system comes in through the request.
 */
#ifndef RUNTIME_SPEC_GENERATE_H
#define RUNTIME_SPEC_GENERATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/userdb.h"
#include "runtime/engine/container.h"

struct spec_request {
	const struct container *container;
	const struct userdb_identity *user; /* Config.User, resolved */
	const char *files; /* folder with hostname, hosts, resolv.conf */
	const char *cgroups_path;
	const char *network_path; /* namespace to join; NULL: by NetworkMode */
	const char *ipc_path;	  /* likewise for IpcMode container:ID */
	const char *pid_path;
	uint64_t bounding; /* capabilities this process may pass on */
	bool is_rootless;
};

/* Make the specification (a new reference). INVALID names the option. */
int spec_generate(const struct spec_request *request, json_t **out,
		  struct error *err) must_check;

/*
 * The capabilities that CapAdd, CapDrop and Privileged of HOST_CONFIG leave;
 * INVALID for an unknown name.
 */
int spec_capabilities(const json_t *host_config, uint64_t bounding,
		      uint64_t *out, struct error *err) must_check;

/* Whether an option of SecurityOpt is KEY (as "seccomp"); its value or NULL. */
const char *spec_security_option(const json_t *host_config, const char *key);

#endif
