/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration to start from, and the features. */
#include "runtime/oci/oci_template.h"

#include <assert.h>
#include <string.h>

#include "base/jsonx.h"
#include "runtime/caps.h"
#include "runtime/mount_options.h"
#include "runtime/oci/oci_state.h"
#include "runtime/seccomp/seccomp_profile.h"
#include "runtime/spec/runtime_spec.h"

static const char template[] =
	"{\"ociVersion\":\"" OCI_VERSION "\","
	"\"process\":{\"terminal\":true,\"user\":{\"uid\":0,\"gid\":0},"
	"\"args\":[\"sh\"],\"env\":["
	"\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\","
	"\"TERM=xterm\"],\"cwd\":\"/\",\"capabilities\":{"
	"\"bounding\":[\"CAP_AUDIT_WRITE\",\"CAP_KILL\","
	"\"CAP_NET_BIND_SERVICE\"],"
	"\"effective\":[\"CAP_AUDIT_WRITE\",\"CAP_KILL\","
	"\"CAP_NET_BIND_SERVICE\"],"
	"\"permitted\":[\"CAP_AUDIT_WRITE\",\"CAP_KILL\","
	"\"CAP_NET_BIND_SERVICE\"]},"
	"\"rlimits\":[{\"type\":\"RLIMIT_NOFILE\",\"hard\":1024,"
	"\"soft\":1024}],\"noNewPrivileges\":true},"
	"\"root\":{\"path\":\"rootfs\",\"readonly\":true},"
	"\"hostname\":\"imgctl\",\"mounts\":["
	"{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"},"
	"{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"source\":\"tmpfs\","
	"\"options\":[\"nosuid\",\"strictatime\",\"mode=755\","
	"\"size=65536k\"]},"
	"{\"destination\":\"/dev/pts\",\"type\":\"devpts\","
	"\"source\":\"devpts\",\"options\":[\"nosuid\",\"noexec\","
	"\"newinstance\",\"ptmxmode=0666\",\"mode=0620\",\"gid=5\"]},"
	"{\"destination\":\"/dev/shm\",\"type\":\"tmpfs\",\"source\":\"shm\","
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\",\"mode=1777\","
	"\"size=65536k\"]},"
	"{\"destination\":\"/dev/mqueue\",\"type\":\"mqueue\","
	"\"source\":\"mqueue\",\"options\":[\"nosuid\",\"noexec\",\"nodev\"]},"
	"{\"destination\":\"/sys\",\"type\":\"sysfs\",\"source\":\"sysfs\","
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\",\"ro\"]},"
	"{\"destination\":\"/sys/fs/cgroup\",\"type\":\"cgroup\","
	"\"source\":\"cgroup\",\"options\":[\"nosuid\",\"noexec\",\"nodev\","
	"\"relatime\",\"ro\"]}],"
	"\"linux\":{\"resources\":{\"devices\":[{\"allow\":false,"
	"\"access\":\"rwm\"}]},\"namespaces\":[{\"type\":\"pid\"},"
	"{\"type\":\"network\"},{\"type\":\"ipc\"},{\"type\":\"uts\"},"
	"{\"type\":\"mount\"},{\"type\":\"cgroup\"}],"
	"\"maskedPaths\":[\"/proc/acpi\",\"/proc/asound\",\"/proc/kcore\","
	"\"/proc/keys\",\"/proc/latency_stats\",\"/proc/timer_list\","
	"\"/proc/timer_stats\",\"/proc/sched_debug\",\"/sys/firmware\","
	"\"/proc/scsi\",\"/proc/interrupts\","
	"\"/sys/devices/virtual/powercap\"],"
	"\"readonlyPaths\":[\"/proc/bus\",\"/proc/fs\",\"/proc/irq\","
	"\"/proc/sys\",\"/proc/sysrq-trigger\"]}}";

json_t *oci_template_spec(void)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	json_t *config = NULL;
	int result = jsonx_parse(template, sizeof(template) - 1, "template",
				 &config, &err);

	assert(result == 0);
	(void)result;
	return config;
}

static json_t *one_id(uid_t id)
{
	return json_pack("[{s:i, s:I, s:i}]", "containerID", 0, "hostID",
			 (json_int_t)id, "size", 1);
}

/* An ordinary user has no network to give and cannot mount these. */
static void replace_mounts(json_t *mounts)
{
	json_t *mount;
	size_t index;

	json_array_foreach(mounts, index, mount)
	{
		const char *target = json_string_value(
			json_object_get(mount, "destination"));
		json_t *options = json_object_get(mount, "options");
		json_t *option;
		size_t at;

		if (strcmp(target, "/sys") == 0) {
			(void)json_object_set_new(mount, "type",
						  json_string("none"));
			(void)json_object_set_new(mount, "source",
						  json_string("/sys"));
			(void)json_array_insert_new(options, 0,
						    json_string("rbind"));
		}
		for (at = 0; (option = json_array_get(options, at));)
			if (strncmp(json_string_value(option), "gid=", 4) == 0)
				(void)json_array_remove(options, at);
			else
				at++;
	}
	for (index = 0; (mount = json_array_get(mounts, index));)
		if (strcmp(json_string_value(
				   json_object_get(mount, "destination")),
			   "/sys/fs/cgroup") == 0)
			(void)json_array_remove(mounts, index);
		else
			index++;
}

void oci_template_rootless(json_t *config, uid_t uid, gid_t gid)
{
	json_t *section = json_object_get(config, "linux");
	json_t *spaces = json_object_get(section, "namespaces");
	json_t *space;

	for (size_t at = 0; (space = json_array_get(spaces, at));)
		if (strcmp(json_string_value(json_object_get(space, "type")),
			   "network") == 0)
			(void)json_array_remove(spaces, at);
		else
			at++;
	(void)json_array_append_new(spaces, json_pack("{s:s}", "type", "user"));
	(void)json_object_set_new(section, "uidMappings", one_id(uid));
	(void)json_object_set_new(section, "gidMappings", one_id(gid));
	(void)json_object_del(section, "resources");
	replace_mounts(json_object_get(config, "mounts"));
}

static json_t *list_hooks(void)
{
	json_t *list = json_array();

	for (int i = 0; i < RUNTIME_HOOK_COUNT; i++)
		(void)json_array_append_new(
			list, json_string(runtime_hook_name(
				      (enum runtime_hook_kind)i)));
	return list;
}

static json_t *list_mount_options(void)
{
	json_t *list = json_array();
	const char *name;

	for (size_t i = 0; (name = mount_options_name(i)); i++)
		(void)json_array_append_new(list, json_string(name));
	return list;
}

static json_t *list_namespaces(void)
{
	json_t *list = json_array();

	for (int i = 1; i < RUNTIME_NAMESPACE_COUNT; i++)
		(void)json_array_append_new(
			list, json_string(runtime_namespace_name(
				      (enum runtime_namespace_kind)i)));
	return list;
}

static json_t *list_capabilities(void)
{
	json_t *list = json_array();
	const char *name;

	for (unsigned i = 0; (name = caps_name(i)); i++)
		(void)json_array_append_new(list, json_string(name));
	return list;
}

typedef const char *name_at(size_t index);

static json_t *list_names(name_at *name)
{
	json_t *list = json_array();

	for (size_t i = 0; name(i); i++)
		(void)json_array_append_new(list, json_string(name(i)));
	return list;
}

static json_t *describe_seccomp(void)
{
	return json_pack("{s:b, s:o, s:o, s:o, s:o, s:o}", "enabled", 1,
			 "actions", list_names(seccomp_profile_action_name),
			 "operators", list_names(seccomp_profile_compare_name),
			 "archs", list_names(seccomp_profile_arch_name),
			 "knownFlags", list_names(seccomp_profile_flag_name),
			 "supportedFlags",
			 list_names(seccomp_profile_flag_name));
}

json_t *oci_template_features(void)
{
	json_t *section = json_pack(
		"{s:o, s:o, s:{s:b, s:b, s:b, s:b, s:b}, s:o,"
		" s:{s:b}, s:{s:b}, s:{s:b}, s:{s:{s:b}}, s:{s:b},"
		" s:{s:o, s:o}}",
		"namespaces", list_namespaces(), "capabilities",
		list_capabilities(), "cgroup", "v1", 1, "v2", 1, "systemd", 1,
		"systemdUser", 0, "rdma", 1, "seccomp", describe_seccomp(),
		"apparmor", "enabled", 1, "selinux", "enabled", 1, "intelRdt",
		"enabled", 0, "mountExtensions", "idmap", "enabled", 1,
		"netDevices", "enabled", 1, "memoryPolicy", "modes",
		list_names(runtime_memory_policy_mode), "flags",
		list_names(runtime_memory_policy_flag));

	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:{s:s}, s:[]}",
			 "ociVersionMin", "1.0.0", "ociVersionMax", OCI_VERSION,
			 "hooks", list_hooks(), "mountOptions",
			 list_mount_options(), "linux", section, "annotations",
			 "org.imgctl.version", IMGCTL_VERSION,
			 "potentiallyUnsafeConfigAnnotations");
}
