/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An OCI runtime configuration (config.json, runtime-spec 1.3) as plain C: the
 * only input of the runner, whoever asks: run, exec, a build step or the OCI
 * command line.
 *
 * Reading is pure and strict: a member of the wrong type or out of range is
 * INVALID and named by its path ("process: rlimits[2]: type: …"); members
 * that this version of the specification does not know are ignored, as it
 * demands. A parsed specification needs no further checking of form, only
 * what depends on the kernel or the root file system can still fail.
 * The struct owns all it points to; `seccomp` is a reference to the document.
 */
#ifndef RUNTIME_RUNTIME_SPEC_H
#define RUNTIME_RUNTIME_SPEC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strvec.h"
#include "runtime/spec/runtime_memory_policy.h"
#include "runtime/spec/runtime_mount.h"
#include "runtime/spec/runtime_net_device.h"
#include "runtime/spec/runtime_process.h"
#include "runtime/spec/runtime_resources.h"

enum runtime_namespace_kind {
	RUNTIME_NAMESPACE_NONE = 0,
	RUNTIME_NAMESPACE_MOUNT,
	RUNTIME_NAMESPACE_PID,
	RUNTIME_NAMESPACE_NETWORK,
	RUNTIME_NAMESPACE_IPC,
	RUNTIME_NAMESPACE_UTS,
	RUNTIME_NAMESPACE_USER,
	RUNTIME_NAMESPACE_CGROUP,
	RUNTIME_NAMESPACE_TIME,
	RUNTIME_NAMESPACE_COUNT,
};

/* Whether a namespace is the host's (not asked), new, or an existing one. */
struct runtime_namespace {
	bool is_asked;
	char *path; /* to join; NULL: a new one */
};

struct runtime_hook {
	char *path; /* absolute */
	struct strvec args;
	struct strvec env;
	struct runtime_number timeout; /* seconds, positive */
};

enum runtime_hook_kind {
	RUNTIME_HOOK_PRESTART = 0,
	RUNTIME_HOOK_CREATE_RUNTIME,
	RUNTIME_HOOK_CREATE_CONTAINER,
	RUNTIME_HOOK_START_CONTAINER,
	RUNTIME_HOOK_POSTSTART,
	RUNTIME_HOOK_POSTSTOP,
	RUNTIME_HOOK_COUNT,
};

struct runtime_hooks {
	struct runtime_hook *items;
	size_t count;
};

struct runtime_time_offset {
	bool is_set;
	int64_t seconds;
	uint32_t nanoseconds;
};

/* Intel Resource Director Technology; NULL and false when absent. */
struct runtime_intel_rdt {
	char *class_id;
	char *l3_schema;
	char *memory_schema;
	bool is_set, enable_cmt, enable_mbm;
};

struct runtime_spec {
	char *version; /* "1.2.0" */
	struct runtime_process process;
	bool has_process;
	char *root_path; /* NULL: no root member */
	bool root_readonly;
	char *hostname;	  /* NULL: not set */
	char *domainname; /* NULL or "": not set */
	struct runtime_mount *mounts;
	size_t mount_count;
	struct runtime_hooks hooks[RUNTIME_HOOK_COUNT];
	struct runtime_pair *annotations;
	size_t annotation_count;
	struct runtime_namespace namespaces[RUNTIME_NAMESPACE_COUNT];
	struct runtime_id_maps uid_maps;
	struct runtime_id_maps gid_maps;
	struct runtime_device *devices;
	size_t device_count;
	char *cgroups_path; /* NULL: the runtime chooses */
	struct runtime_resources resources;
	char *rootfs_propagation; /* "private", "slave", "shared", … or NULL */
	json_t *seccomp;	  /* as given; NULL: no filter */
	struct runtime_pair *sysctls;
	size_t sysctl_count;
	struct strvec masked_paths;
	struct strvec readonly_paths;
	char *mount_label;		   /* NULL: none asked for */
	struct runtime_number personality; /* PER_… and its flags */
	struct runtime_time_offset monotonic;
	struct runtime_time_offset boottime;
	struct runtime_intel_rdt intel_rdt;
	struct runtime_memory_policy memory_policy;
	struct runtime_net_device *net_devices;
	size_t net_device_count;
};

/* Read a whole CONFIG document into OUT; on failure OUT is released. */
int runtime_spec_parse(const json_t *config, struct runtime_spec *out,
		       struct error *err) must_check;

/* The kind's name in the specification ("mount", "pid", …). */
const char *runtime_namespace_name(enum runtime_namespace_kind kind);

/* The hook kind's name in the specification ("createRuntime", …). */
const char *runtime_hook_name(enum runtime_hook_kind kind);

/* Free the contents and leave everything unset. */
void runtime_spec_release(struct runtime_spec *spec);
DEFINE_CLEANUP(struct runtime_spec, runtime_spec_release)

#endif
