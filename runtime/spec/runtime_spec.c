/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a whole config.json. */
#include "runtime/spec/runtime_spec.h"

#include <string.h>
#include <sys/personality.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "runtime/spec/spec_read.h"

static const char *const namespace_names[RUNTIME_NAMESPACE_COUNT] = {
	[RUNTIME_NAMESPACE_NONE] = "none",
	[RUNTIME_NAMESPACE_MOUNT] = "mount",
	[RUNTIME_NAMESPACE_PID] = "pid",
	[RUNTIME_NAMESPACE_NETWORK] = "network",
	[RUNTIME_NAMESPACE_IPC] = "ipc",
	[RUNTIME_NAMESPACE_UTS] = "uts",
	[RUNTIME_NAMESPACE_USER] = "user",
	[RUNTIME_NAMESPACE_CGROUP] = "cgroup",
	[RUNTIME_NAMESPACE_TIME] = "time",
};

static const char *const hook_names[RUNTIME_HOOK_COUNT] = {
	[RUNTIME_HOOK_PRESTART] = "prestart",
	[RUNTIME_HOOK_CREATE_RUNTIME] = "createRuntime",
	[RUNTIME_HOOK_CREATE_CONTAINER] = "createContainer",
	[RUNTIME_HOOK_START_CONTAINER] = "startContainer",
	[RUNTIME_HOOK_POSTSTART] = "poststart",
	[RUNTIME_HOOK_POSTSTOP] = "poststop",
};

const char *runtime_namespace_name(enum runtime_namespace_kind kind)
{
	return namespace_names[kind];
}

const char *runtime_hook_name(enum runtime_hook_kind kind)
{
	return hook_names[kind];
}

static int read_version(const json_t *config, struct runtime_spec *out,
			struct error *err)
{
	const char *version;

	if (jsonx_string(config, "ociVersion", &version, err) < 0)
		return -1;
	if (strncmp(version, "1.", 2) != 0)
		return error_set(err, ERROR_UNSUPPORTED,
				 "ociVersion: \"%s\" is not version 1",
				 version);
	out->version = xstrdup(version);
	return 0;
}

static int read_root(const json_t *config, struct runtime_spec *out,
		     struct error *err)
{
	const char *path;
	json_t *root;

	if (jsonx_opt_object(config, "root", &root, err) < 0)
		return -1;
	if (!root)
		return 0;
	if (jsonx_string(root, "path", &path, err) < 0 ||
	    jsonx_opt_bool(root, "readonly", &out->root_readonly, err) < 0)
		return error_wrap(err, "root");
	out->root_path = xstrdup(path);
	return 0;
}

static int read_process(const json_t *config, struct runtime_spec *out,
			struct error *err)
{
	json_t *process;

	if (jsonx_opt_object(config, "process", &process, err) < 0)
		return -1;
	out->has_process = process;
	if (process && runtime_process_parse(process, &out->process, err) < 0)
		return error_wrap(err, "process");
	return 0;
}

static int read_hook(const json_t *value, void *item, struct error *err)
{
	struct runtime_hook *hook = item;

	if (spec_read_path(value, "path", &hook->path, err) < 0 ||
	    jsonx_opt_strings(value, "args", &hook->args, err) < 0 ||
	    jsonx_opt_strings(value, "env", &hook->env, err) < 0 ||
	    spec_read_number(value, "timeout", 1, INT32_MAX, &hook->timeout,
			     err) < 0)
		return -1;
	return 0;
}

static int read_hooks(const json_t *config, struct runtime_spec *out,
		      struct error *err)
{
	json_t *hooks;

	if (jsonx_opt_object(config, "hooks", &hooks, err) < 0)
		return -1;
	for (unsigned i = 0; i < RUNTIME_HOOK_COUNT; i++)
		if (SPEC_READ_ARRAY(hooks, hook_names[i], read_hook,
				    &out->hooks[i].items, &out->hooks[i].count,
				    err) < 0)
			return error_wrap(err, "hooks");
	return 0;
}

static enum runtime_namespace_kind namespace_from_name(const char *name)
{
	for (unsigned i = 1; i < RUNTIME_NAMESPACE_COUNT; i++)
		if (strcmp(namespace_names[i], name) == 0)
			return (enum runtime_namespace_kind)i;
	return RUNTIME_NAMESPACE_NONE;
}

static int read_namespace(const json_t *value, struct runtime_spec *out,
			  struct error *err)
{
	enum runtime_namespace_kind kind;
	const char *type;
	const char *path;

	if (jsonx_string(value, "type", &type, err) < 0 ||
	    jsonx_opt_string(value, "path", NULL, &path, err) < 0)
		return -1;
	kind = namespace_from_name(type);
	if (kind == RUNTIME_NAMESPACE_NONE)
		return error_set(err, ERROR_INVALID,
				 "type: \"%s\" is not a namespace", type);
	if (out->namespaces[kind].is_asked)
		return error_set(err, ERROR_INVALID, "%s is given twice", type);
	if (path && *path && *path != '/')
		return error_set(err, ERROR_INVALID,
				 "path: \"%s\" is not an absolute path", path);
	out->namespaces[kind].is_asked = true;
	if (path && *path)
		out->namespaces[kind].path = xstrdup(path);
	return 0;
}

static int read_namespaces(const json_t *section, struct runtime_spec *out,
			   struct error *err)
{
	json_t *array;
	json_t *value;
	size_t index;

	if (jsonx_opt_array(section, "namespaces", &array, err) < 0)
		return -1;
	json_array_foreach(array, index, value)
	{
		if (read_namespace(value, out, err) < 0)
			return error_wrap(err, "namespaces[%zu]", index);
	}
	return 0;
}

static int read_time_offset(const json_t *offsets, const char *key,
			    struct runtime_time_offset *out, struct error *err)
{
	json_t *value;

	if (jsonx_opt_object(offsets, key, &value, err) < 0)
		return -1;
	if (!value)
		return 0;
	out->is_set = true;
	if (jsonx_opt_integer(value, "secs", INT64_MIN, INT64_MAX,
			      &out->seconds, err) < 0 ||
	    spec_read_u32(value, "nanosecs", &out->nanoseconds, err) < 0)
		return error_wrap(err, "%s", key);
	if (out->nanoseconds >= 1000000000)
		return error_set(err, ERROR_INVALID,
				 "%s: nanosecs: a second or more", key);
	return 0;
}

static int read_time_offsets(const json_t *section, struct runtime_spec *out,
			     struct error *err)
{
	json_t *offsets;

	if (jsonx_opt_object(section, "timeOffsets", &offsets, err) < 0)
		return -1;
	if (read_time_offset(offsets, "monotonic", &out->monotonic, err) < 0 ||
	    read_time_offset(offsets, "boottime", &out->boottime, err) < 0)
		return error_wrap(err, "timeOffsets");
	return 0;
}

static int read_personality(const json_t *section, struct runtime_spec *out,
			    struct error *err)
{
	const char *domain;
	json_t *value;

	if (jsonx_opt_object(section, "personality", &value, err) < 0)
		return -1;
	if (!value)
		return 0;
	if (jsonx_string(value, "domain", &domain, err) < 0)
		return error_wrap(err, "personality");
	if (strcmp(domain, "LINUX") != 0 && strcmp(domain, "LINUX32") != 0)
		return error_set(err, ERROR_INVALID,
				 "personality: domain: \"%s\" is neither LINUX "
				 "nor LINUX32",
				 domain);
	out->personality.is_set = true;
	out->personality.value = domain[5] ? PER_LINUX32 : PER_LINUX;
	return 0;
}

static int read_intel_rdt(const json_t *section, struct runtime_spec *out,
			  struct error *err)
{
	struct runtime_intel_rdt *rdt = &out->intel_rdt;
	json_t *value;

	if (jsonx_opt_object(section, "intelRdt", &value, err) < 0)
		return -1;
	rdt->is_set = value;
	if (spec_read_text(value, "closID", &rdt->class_id, err) < 0 ||
	    spec_read_text(value, "l3CacheSchema", &rdt->l3_schema, err) < 0 ||
	    spec_read_text(value, "memBwSchema", &rdt->memory_schema, err) <
		    0 ||
	    jsonx_opt_bool(value, "enableCMT", &rdt->enable_cmt, err) < 0 ||
	    jsonx_opt_bool(value, "enableMBM", &rdt->enable_mbm, err) < 0)
		return error_wrap(err, "intelRdt");
	return 0;
}

static int read_paths(const json_t *section, const char *key,
		      struct strvec *out, struct error *err)
{
	if (jsonx_opt_strings(section, key, out, err) < 0)
		return -1;
	for (size_t i = 0; i < out->count; i++)
		if (out->items[i][0] != '/')
			return error_set(err, ERROR_INVALID,
					 "%s[%zu]: \"%s\" is not an absolute "
					 "path",
					 key, i, out->items[i]);
	return 0;
}

static const char *const propagations[] = {
	"private",  "slave",  "shared",	 "unbindable",
	"rprivate", "rslave", "rshared", "runbindable",
};

static int read_propagation(const json_t *section, struct runtime_spec *out,
			    struct error *err)
{
	if (spec_read_text(section, "rootfsPropagation",
			   &out->rootfs_propagation, err) < 0)
		return -1;
	if (!out->rootfs_propagation || !*out->rootfs_propagation)
		return 0;
	for (size_t i = 0; i < sizeof(propagations) / sizeof(*propagations);
	     i++)
		if (strcmp(propagations[i], out->rootfs_propagation) == 0)
			return 0;
	return error_set(err, ERROR_INVALID,
			 "rootfsPropagation: \"%s\" is not known",
			 out->rootfs_propagation);
}

static int read_resources(const json_t *section, struct runtime_spec *out,
			  struct error *err)
{
	json_t *resources;

	if (jsonx_opt_object(section, "resources", &resources, err) < 0)
		return -1;
	if (resources &&
	    runtime_resources_parse(resources, &out->resources, err) < 0)
		return error_wrap(err, "resources");
	return 0;
}

/* What sets the container apart: its namespaces, ids, limits. */
static int read_isolation(const json_t *section, struct runtime_spec *out,
			  struct error *err)
{
	if (read_namespaces(section, out, err) < 0 ||
	    runtime_id_maps_parse(section, "uidMappings", &out->uid_maps, err) <
		    0 ||
	    runtime_id_maps_parse(section, "gidMappings", &out->gid_maps, err) <
		    0 ||
	    runtime_devices_parse(section, &out->devices, &out->device_count,
				  err) < 0 ||
	    spec_read_text(section, "cgroupsPath", &out->cgroups_path, err) <
		    0 ||
	    read_resources(section, out, err) < 0 ||
	    read_intel_rdt(section, out, err) < 0 ||
	    runtime_memory_policy_parse(section, &out->memory_policy, err) <
		    0 ||
	    runtime_net_devices_parse(section, &out->net_devices,
				      &out->net_device_count, err) < 0 ||
	    jsonx_opt_object(section, "seccomp", &out->seccomp, err) < 0)
		return -1;
	json_incref(out->seccomp);
	return 0;
}

/* What the container sees inside. */
static int read_surroundings(const json_t *section, struct runtime_spec *out,
			     struct error *err)
{
	if (read_propagation(section, out, err) < 0 ||
	    spec_read_pairs(section, "sysctl", &out->sysctls,
			    &out->sysctl_count, err) < 0 ||
	    read_paths(section, "maskedPaths", &out->masked_paths, err) < 0 ||
	    read_paths(section, "readonlyPaths", &out->readonly_paths, err) <
		    0 ||
	    spec_read_text(section, "mountLabel", &out->mount_label, err) < 0 ||
	    read_personality(section, out, err) < 0 ||
	    read_time_offsets(section, out, err) < 0)
		return -1;
	return 0;
}

static int read_linux(const json_t *config, struct runtime_spec *out,
		      struct error *err)
{
	json_t *section;

	if (jsonx_opt_object(config, "linux", &section, err) < 0)
		return -1;
	if (read_isolation(section, out, err) < 0 ||
	    read_surroundings(section, out, err) < 0)
		return error_wrap(err, "linux");
	return 0;
}

static bool is_given(const char *text)
{
	return text && *text;
}

/* What id maps and the user namespace say together. */
static int check_user(const struct runtime_spec *spec, struct error *err)
{
	const struct runtime_namespace *user =
		&spec->namespaces[RUNTIME_NAMESPACE_USER];
	bool has_both = spec->uid_maps.count && spec->gid_maps.count;
	bool has_one = spec->uid_maps.count || spec->gid_maps.count;

	if (has_one && !user->is_asked)
		return error_set(err, ERROR_INVALID,
				 "linux: id mappings need a user namespace");
	if (user->is_asked && !user->path && !has_both)
		return error_set(err, ERROR_INVALID,
				 "linux: a new user namespace needs "
				 "uidMappings and gidMappings");
	return 0;
}

/* What two members say together. */
static int check(const struct runtime_spec *spec, struct error *err)
{
	const struct runtime_namespace *time =
		&spec->namespaces[RUNTIME_NAMESPACE_TIME];

	if ((is_given(spec->hostname) || is_given(spec->domainname)) &&
	    !spec->namespaces[RUNTIME_NAMESPACE_UTS].is_asked)
		return error_set(err, ERROR_INVALID,
				 "hostname: needs a uts namespace");
	if ((spec->monotonic.is_set || spec->boottime.is_set) &&
	    (!time->is_asked || time->path))
		return error_set(err, ERROR_INVALID,
				 "linux: timeOffsets: need a new time "
				 "namespace");
	if (spec->net_device_count &&
	    !spec->namespaces[RUNTIME_NAMESPACE_NETWORK].is_asked)
		return error_set(err, ERROR_INVALID,
				 "linux: netDevices: need a network namespace");
	return check_user(spec, err);
}

static int parse(const json_t *config, struct runtime_spec *out,
		 struct error *err)
{
	if (!json_is_object(config))
		return error_set(err, ERROR_INVALID, "expected an object");
	if (read_version(config, out, err) < 0 ||
	    read_root(config, out, err) < 0 ||
	    read_process(config, out, err) < 0 ||
	    spec_read_text(config, "hostname", &out->hostname, err) < 0 ||
	    spec_read_text(config, "domainname", &out->domainname, err) < 0 ||
	    runtime_mounts_parse(config, &out->mounts, &out->mount_count, err) <
		    0 ||
	    read_hooks(config, out, err) < 0 ||
	    spec_read_pairs(config, "annotations", &out->annotations,
			    &out->annotation_count, err) < 0 ||
	    read_linux(config, out, err) < 0)
		return -1;
	return check(out, err);
}

int runtime_spec_parse(const json_t *config, struct runtime_spec *out,
		       struct error *err)
{
	*out = (struct runtime_spec){ 0 };
	if (parse(config, out, err) == 0)
		return 0;
	runtime_spec_release(out);
	return error_wrap(err, "container configuration");
}

static void release_hooks(struct runtime_hooks *hooks)
{
	for (size_t i = 0; i < hooks->count; i++) {
		free(hooks->items[i].path);
		strvec_release(&hooks->items[i].args);
		strvec_release(&hooks->items[i].env);
	}
	free(hooks->items);
}

void runtime_spec_release(struct runtime_spec *spec)
{
	free(spec->version);
	runtime_process_release(&spec->process);
	free(spec->root_path);
	free(spec->hostname);
	free(spec->domainname);
	runtime_mounts_free(spec->mounts, spec->mount_count);
	for (unsigned i = 0; i < RUNTIME_HOOK_COUNT; i++)
		release_hooks(&spec->hooks[i]);
	spec_free_pairs(spec->annotations, spec->annotation_count);
	for (unsigned i = 0; i < RUNTIME_NAMESPACE_COUNT; i++)
		free(spec->namespaces[i].path);
	runtime_id_maps_release(&spec->uid_maps);
	runtime_id_maps_release(&spec->gid_maps);
	runtime_devices_free(spec->devices, spec->device_count);
	free(spec->cgroups_path);
	runtime_resources_release(&spec->resources);
	free(spec->rootfs_propagation);
	json_decref(spec->seccomp);
	spec_free_pairs(spec->sysctls, spec->sysctl_count);
	strvec_release(&spec->masked_paths);
	strvec_release(&spec->readonly_paths);
	free(spec->mount_label);
	free(spec->intel_rdt.class_id);
	free(spec->intel_rdt.l3_schema);
	free(spec->intel_rdt.memory_schema);
	runtime_net_devices_free(spec->net_devices, spec->net_device_count);
	*spec = (struct runtime_spec){ 0 };
}
