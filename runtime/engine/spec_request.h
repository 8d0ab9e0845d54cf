/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a specification is generated from, and reading docker's Config and
 * HostConfig, which are JSON as docker spells it: a member that is absent or of
 * another type is empty, since run_config has checked what the user gave.
 */
#ifndef RUNTIME_SPEC_REQUEST_H
#define RUNTIME_SPEC_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/userdb.h"
#include "runtime/engine/container.h"
#include "runtime/engine/id_maps.h"

struct spec_request {
	const struct container *container;
	const json_t *mounts;		    /* container_sources.h */
	const struct userdb_identity *user; /* Config.User, resolved */
	const char *files; /* folder with hostname, hosts, resolv.conf */
	const char *init;  /* the init's own file */
	const char *cgroups_path;
	const char *network_path; /* namespace to join; NULL: by NetworkMode */
	const char *ipc_path;	  /* likewise for IpcMode container:ID */
	const char *pid_path;
	const char *user_path;
	const struct id_maps *ids; /* of its user namespace; empty: none */
	const char *apparmor;	   /* profile of the process, or NULL */
	const char *shm_source;	   /* of another container; NULL: its own */
	uint64_t bounding;	   /* capabilities this process may pass on */
	bool is_rootless;
};

/* Whether an option of SecurityOpt is KEY (as "seccomp"); its value or NULL. */
const char *spec_security_option(const json_t *host_config, const char *key);

/* Whether a container of HOST_CONFIG runs below an init of ours. */
bool spec_has_init(const json_t *host_config);

/* Whether it will have a network namespace of its own: a hint. */
bool spec_makes_network(const json_t *host_config);

/* A string member of OBJECT, or "" when it is absent or no string. */
const char *spec_string(const json_t *object, const char *key);

/* An integer member of OBJECT, or 0. */
json_int_t spec_integer(const json_t *object, const char *key);

/* A new array of the NULL-terminated strings. */
json_t *spec_list(const char *const *items);

#endif
