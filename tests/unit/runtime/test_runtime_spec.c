/* SPDX-License-Identifier: Apache-2.0 */
/* What the reader of config.json takes and refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/resource.h>

#include "base/jsonx.h"
#include "runtime/spec/runtime_spec.h"

static int parse(const char *text, struct runtime_spec *out, struct error *err)
{
	autoclean(jsonx_free) json_t *config = NULL;

	if (jsonx_parse(text, strlen(text), "test", &config, err) < 0)
		fail_msg("test row is no JSON: %s\n%s", err->msg, text);
	return runtime_spec_parse(config, out, err);
}

struct refusal {
	const char *why;
	const char *text;
	const char *says; /* part of the message */
};

#define V "{\"ociVersion\":\"1.2.0\""
#define PROCESS(more) \
	V ",\"process\":{\"cwd\":\"/\",\"args\":[\"a\"]," more "}}"
#define LINUX(more) V ",\"linux\":{" more "}}"

static const struct refusal refusals[] = {
	{ "not an object", "[]", "expected an object" },
	{ "no version", "{}", "ociVersion: missing" },
	{ "a future version", "{\"ociVersion\":\"2.0.0\"}", "not version 1" },
	{ "relative working directory",
	  V ",\"process\":{\"cwd\":\"a\",\"args\":[\"a\"]}}",
	  "process: cwd: \"a\" is not an absolute path" },
	{ "no program", V ",\"process\":{\"cwd\":\"/\",\"args\":[]}}",
	  "process: args: there is no program" },
	{ "variable without a value", PROCESS("\"env\":[\"A\"]"),
	  "process: env[0]: \"A\" has no \"=\"" },
	{ "(uid_t)-1", PROCESS("\"user\":{\"uid\":4294967295}"),
	  "process: user: uid: 4294967295 is out of range" },
	{ "negative uid", PROCESS("\"user\":{\"uid\":-1}"), "out of range" },
	{ "group that is a name",
	  PROCESS("\"user\":{\"additionalGids\":[1,\"wheel\"]}"),
	  "additionalGids[1]: expected a group id" },
	{ "unknown limit",
	  PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_X\",\"soft\":1,\"hard\":"
		  "1}]"),
	  "process: rlimits[0]: type: \"RLIMIT_X\"" },
	{ "soft above hard",
	  PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_NOFILE\",\"soft\":2,"
		  "\"hard\":1}]"),
	  "soft limit is above" },
	{ "one limit twice",
	  PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_NOFILE\",\"soft\":1,"
		  "\"hard\":1},{\"type\":\"RLIMIT_NOFILE\",\"soft\":1,"
		  "\"hard\":1}]"),
	  "RLIMIT_NOFILE is given twice" },
	{ "score out of range", PROCESS("\"oomScoreAdj\":1001"),
	  "oomScoreAdj: 1001 is out of range" },
	{ "unknown scheduler",
	  PROCESS("\"scheduler\":{\"policy\":\"SCHED_MAGIC\"}"),
	  "scheduler: \"SCHED_MAGIC\" is not known" },
	{ "unknown I/O class",
	  PROCESS("\"ioPriority\":{\"class\":\"X\",\"priority\":1}"),
	  "ioPriority: \"X\" is not known" },
	{ "terminal of the wrong type", PROCESS("\"terminal\":1"),
	  "process: terminal: expected true or false" },
	{ "relative mount target", V ",\"mounts\":[{\"destination\":\"a\"}]}",
	  "mounts[0]: destination: \"a\" is not an absolute path" },
	{ "only one kind of id map on a mount",
	  V ",\"mounts\":[{\"destination\":\"/a\",\"uidMappings\":[{"
	    "\"containerID\":0,\"hostID\":0,\"size\":1}]}]}",
	  "go together" },
	{ "relative hook", V ",\"hooks\":{\"prestart\":[{\"path\":\"a\"}]}}",
	  "hooks: prestart[0]: path: \"a\"" },
	{ "hook without patience",
	  V ",\"hooks\":{\"poststop\":[{\"path\":\"/a\",\"timeout\":0}]}}",
	  "timeout: 0 is out of range" },
	{ "unknown namespace", LINUX("\"namespaces\":[{\"type\":\"x\"}]"),
	  "linux: namespaces[0]: type: \"x\"" },
	{ "one namespace twice",
	  LINUX("\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"pid\"}]"),
	  "namespaces[1]: pid is given twice" },
	{ "user namespace without maps",
	  LINUX("\"namespaces\":[{\"type\":\"user\"}]"), "needs uidMappings" },
	{ "maps without a user namespace",
	  LINUX("\"uidMappings\":[{\"containerID\":0,\"hostID\":0,\"size\":1}]"),
	  "need a user namespace" },
	{ "empty id range",
	  LINUX("\"uidMappings\":[{\"containerID\":0,\"hostID\":0,\"size\":0}]"),
	  "uidMappings[0]: size: 0 is out of range" },
	{ "id range beyond the end",
	  LINUX("\"uidMappings\":[{\"containerID\":1,\"hostID\":0,\"size\":"
		"4294967295}]"),
	  "beyond the last id" },
	{ "overlapping ranges",
	  LINUX("\"uidMappings\":[{\"containerID\":0,\"hostID\":0,\"size\":5},"
		"{\"containerID\":4,\"hostID\":9,\"size\":5}]"),
	  "ranges 0 and 1 overlap" },
	{ "host name without uts namespace", V ",\"hostname\":\"a\"}",
	  "hostname: needs a uts namespace" },
	{ "unknown propagation", LINUX("\"rootfsPropagation\":\"x\""),
	  "rootfsPropagation: \"x\"" },
	{ "relative masked path", LINUX("\"maskedPaths\":[\"/a\",\"b\"]"),
	  "maskedPaths[1]: \"b\"" },
	{ "device of an odd type",
	  LINUX("\"devices\":[{\"type\":\"x\",\"path\":\"/dev/x\"}]"),
	  "linux: devices[0]: type: \"x\"" },
	{ "device rule without a verdict",
	  LINUX("\"resources\":{\"devices\":[{\"access\":\"rwm\"}]}"),
	  "resources: devices[0]: allow" },
	{ "odd access letter",
	  LINUX("\"resources\":{\"devices\":[{\"allow\":true,\"access\":\"x\"}]}"),
	  "access: \"x\"" },
	{ "memory limit as text",
	  LINUX("\"resources\":{\"memory\":{\"limit\":\"1g\"}}"),
	  "resources: memory: limit: expected an integer" },
	{ "memory limit below none",
	  LINUX("\"resources\":{\"memory\":{\"limit\":-2}}"), "out of range" },
	{ "unified key that is a path",
	  LINUX("\"resources\":{\"unified\":{\"../x\":\"1\"}}"),
	  "unified: \"../x\"" },
	{ "page size that is a path",
	  LINUX("\"resources\":{\"hugepageLimits\":[{\"pageSize\":\"../2MB\","
		"\"limit\":1}]}"),
	  "pageSize: \"../2MB\"" },
	{ "time offset without a time namespace",
	  LINUX("\"timeOffsets\":{\"monotonic\":{\"secs\":1}}"),
	  "need a new time namespace" },
	{ "nanoseconds of a second",
	  LINUX("\"timeOffsets\":{\"boottime\":{\"nanosecs\":1000000000}}"),
	  "boottime: nanosecs" },
	{ "sysctl as a number", LINUX("\"sysctl\":{\"a\":1}"),
	  "sysctl: a: expected a string" },
	{ "net device that is none",
	  LINUX("\"namespaces\":[{\"type\":\"network\"}],"
		"\"netDevices\":{\"a/b\":{}}"),
	  "netDevices: a/b: is not the name" },
	{ "net device with a long name inside",
	  LINUX("\"namespaces\":[{\"type\":\"network\"}],"
		"\"netDevices\":{\"a\":{\"name\":\"0123456789abcdef\"}}"),
	  "netDevices: a: name: \"0123456789abcdef\"" },
	{ "net device with two numbers in its name",
	  LINUX("\"namespaces\":[{\"type\":\"network\"}],"
		"\"netDevices\":{\"a\":{\"name\":\"e%d%d\"}}"),
	  "name: \"e%d%d\"" },
	{ "net device with another conversion in its name",
	  LINUX("\"namespaces\":[{\"type\":\"network\"}],"
		"\"netDevices\":{\"a\":{\"name\":\"e%s\"}}"),
	  "name: \"e%s\"" },
	{ "two net devices of one name",
	  LINUX("\"namespaces\":[{\"type\":\"network\"}],"
		"\"netDevices\":{\"a\":{\"name\":\"e\"},\"e\":{}}"),
	  "netDevices: a and e are both to be called e" },
	{ "net devices in the host's network",
	  LINUX("\"netDevices\":{\"a\":{}}"),
	  "netDevices: need a network namespace" },
	{ "memory policy without a mode",
	  LINUX("\"memoryPolicy\":{\"nodes\":\"0\"}"), "memoryPolicy: mode" },
	{ "unknown memory policy",
	  LINUX("\"memoryPolicy\":{\"mode\":\"MPOL_WHAT\"}"),
	  "memoryPolicy: mode: \"MPOL_WHAT\"" },
	{ "unknown flag of a memory policy",
	  LINUX("\"memoryPolicy\":{\"mode\":\"MPOL_BIND\",\"flags\":[\"X\"]}"),
	  "memoryPolicy: flags[0]: \"X\"" },
	{ "nodes that are no list",
	  LINUX("\"memoryPolicy\":{\"mode\":\"MPOL_BIND\",\"nodes\":\"3-1\"}"),
	  "memoryPolicy: nodes: \"3-1\"" },
	{ "unknown personality",
	  LINUX("\"personality\":{\"domain\":\"LINUX64\"}"), "domain" },
};

static void test_runtime_spec__refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(runtime_spec_release) struct runtime_spec spec;

		if (parse(refusals[i].text, &spec, &err) == 0)
			fail_msg("%s: accepted", refusals[i].why);
		if (!strstr(err.msg, refusals[i].says))
			fail_msg("%s: says \"%s\"", refusals[i].why, err.msg);
	}
}

static void test_runtime_spec__reads_what_came_with_1_3(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(runtime_spec_release) struct runtime_spec spec;

	(void)state;
	if (parse(LINUX("\"namespaces\":[{\"type\":\"network\"}],"
			"\"netDevices\":{\"ens1\":{\"name\":\"eth%d\"},"
			"\"ens2\":{}},\"memoryPolicy\":{\"nodes\":\"0,3-4\","
			"\"mode\":\"MPOL_BIND\","
			"\"flags\":[\"MPOL_F_STATIC_NODES\"]}"),
		  &spec, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(spec.net_device_count, 2);
	assert_string_equal(spec.net_devices[0].host, "ens1");
	assert_string_equal(spec.net_devices[0].name, "eth%d");
	assert_string_equal(spec.net_devices[1].name, "ens2");
	assert_true(spec.memory_policy.is_set);
	assert_int_equal(spec.memory_policy.mode, 2 | 1 << 15);
	assert_int_equal(CPU_COUNT(&spec.memory_policy.nodes), 3);
	assert_true(CPU_ISSET(4, &spec.memory_policy.nodes));
}

static const char whole[] =
	"{\"ociVersion\":\"1.0.2-dev\",\"unknown\":{},"
	"\"root\":{\"path\":\"rootfs\",\"readonly\":true},"
	"\"hostname\":\"h\",\"domainname\":\"d\","
	"\"process\":{\"terminal\":true,"
	"\"consoleSize\":{\"height\":24,\"width\":80},"
	"\"user\":{\"uid\":1,\"gid\":2,\"umask\":18,\"additionalGids\":[3,4]},"
	"\"args\":[\"sh\",\"-c\",\"true\"],\"env\":[\"A=b\",\"C=\"],"
	"\"cwd\":\"/w\",\"noNewPrivileges\":true,\"oomScoreAdj\":-5,"
	"\"capabilities\":{\"bounding\":[\"CAP_CHOWN\",\"CAP_FUTURE\"],"
	"\"ambient\":[\"CAP_KILL\"]},"
	"\"rlimits\":[{\"type\":\"RLIMIT_NOFILE\",\"soft\":1024,"
	"\"hard\":1.8446744073709552e19}],"
	"\"ioPriority\":{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":3},"
	"\"scheduler\":{\"policy\":\"SCHED_BATCH\",\"nice\":5,"
	"\"flags\":[\"SCHED_FLAG_RESET_ON_FORK\"]}},"
	"\"mounts\":[{\"destination\":\"/proc\",\"type\":\"proc\","
	"\"source\":\"proc\",\"options\":[\"nosuid\"]}],"
	"\"hooks\":{\"poststop\":[{\"path\":\"/h\",\"args\":[\"h\"],"
	"\"timeout\":3}]},\"annotations\":{\"k\":\"v\"},"
	"\"linux\":{\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"uts\"},"
	"{\"type\":\"network\",\"path\":\"/run/n\"},{\"type\":\"pid\","
	"\"path\":\"\"}],"
	"\"devices\":[{\"type\":\"c\",\"path\":\"/dev/fuse\",\"major\":10,"
	"\"minor\":229,\"fileMode\":438}],"
	"\"cgroupsPath\":\"/a/b\",\"sysctl\":{\"net.a\":\"1\"},"
	"\"maskedPaths\":[\"/proc/keys\"],\"readonlyPaths\":[\"/proc/sys\"],"
	"\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\"},"
	"\"rootfsPropagation\":\"rslave\","
	"\"resources\":{\"devices\":[{\"allow\":false,\"access\":\"rwm\"},"
	"{\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":3,"
	"\"access\":\"rw\"}],\"memory\":{\"limit\":1048576,\"swap\":-1},"
	"\"cpu\":{\"quota\":50000,\"period\":100000,\"cpus\":\"0-1\"},"
	"\"pids\":{\"limit\":100},\"blockIO\":{\"weight\":10,"
	"\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":0,\"rate\":7}]},"
	"\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":9}],"
	"\"rdma\":{\"mlx5\":{\"hcaHandles\":3}},"
	"\"unified\":{\"memory.high\":\"1\"}}}}";

static void test_runtime_spec__reads_process(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(runtime_spec_release) struct runtime_spec spec;
	const struct runtime_process *process = &spec.process;

	(void)state;
	if (parse(whole, &spec, &err) < 0)
		fail_msg("%s", err.msg);
	assert_true(spec.has_process && process->terminal);
	assert_int_equal(process->console_height.value, 24);
	assert_int_equal(process->uid, 1);
	assert_int_equal(process->gid, 2);
	assert_true(process->umask.is_set);
	assert_int_equal(process->umask.value, 022);
	assert_int_equal(process->group_count, 2);
	assert_int_equal(process->groups[1], 4);
	assert_int_equal(process->args.count, 3);
	assert_string_equal(process->env.items[1], "C=");
	assert_string_equal(process->cwd, "/w");
	assert_true(process->no_new_privileges);
	assert_int_equal(process->oom_score_adj.value, -5);
	assert_int_equal(process->capabilities.bounding, 1);
	assert_int_equal(process->capabilities.ambient, 1 << 5);
	assert_int_equal(process->unknown_capabilities.count, 1);
	assert_int_equal(process->rlimits[0].resource, RLIMIT_NOFILE);
	assert_true(process->rlimits[0].hard == RLIM_INFINITY);
	assert_int_equal(process->io_priority.value, 2 << 13 | 3);
	assert_int_equal(process->scheduler.policy, 3);
	assert_int_equal(process->scheduler.flags, 1);
}

static void test_runtime_spec__reads_the_rest(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(runtime_spec_release) struct runtime_spec spec;
	const struct runtime_namespace *spaces = spec.namespaces;
	const struct runtime_resources *limits = &spec.resources;

	(void)state;
	if (parse(whole, &spec, &err) < 0)
		fail_msg("%s", err.msg);
	assert_string_equal(spec.root_path, "rootfs");
	assert_true(spec.root_readonly);
	assert_string_equal(spec.mounts[0].options.items[0], "nosuid");
	assert_int_equal(spec.hooks[RUNTIME_HOOK_POSTSTOP].count, 1);
	assert_string_equal(spec.annotations[0].value, "v");
	assert_true(spaces[RUNTIME_NAMESPACE_MOUNT].is_asked);
	assert_null(spaces[RUNTIME_NAMESPACE_PID].path);
	assert_string_equal(spaces[RUNTIME_NAMESPACE_NETWORK].path, "/run/n");
	assert_false(spaces[RUNTIME_NAMESPACE_IPC].is_asked);
	assert_int_equal(spec.devices[0].minor, 229);
	assert_int_equal(spec.devices[0].mode.value, 0666);
	assert_non_null(spec.seccomp);
	assert_int_equal(limits->device_count, 2);
	assert_int_equal(limits->devices[0].type, 'a');
	assert_int_equal(limits->devices[0].major, -1);
	assert_int_equal(limits->devices[1].access,
			 RUNTIME_DEVICE_READ | RUNTIME_DEVICE_WRITE);
	assert_int_equal(limits->memory.swap.value, -1);
	assert_false(limits->memory.reservation.is_set);
	assert_string_equal(limits->cpu.cpus, "0-1");
	assert_int_equal(limits->pids_limit.value, 100);
	assert_int_equal(limits->block_io.read_bps.items[0].rate, 7);
	assert_string_equal(limits->hugepages[0].size, "2MB");
	assert_int_equal(limits->rdma[0].handles.value, 3);
	assert_string_equal(limits->unified[0].key, "memory.high");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runtime_spec__refuses),
		cmocka_unit_test(test_runtime_spec__reads_what_came_with_1_3),
		cmocka_unit_test(test_runtime_spec__reads_process),
		cmocka_unit_test(test_runtime_spec__reads_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
