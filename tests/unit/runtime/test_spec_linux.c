/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces, sysctls, masks and the rest of a specification. */
#include "tests/unit/runtime/spec_fixture.h"

#define NS(type) "{\"type\":\"" type "\"}"

static void test_spec_linux__namespaces_are_the_containers_own(void **state)
{
	static const struct spec_case rows[] = {
		{ NULL, NULL, NULL, "linux.namespaces",
		  "[" NS("mount") "," NS("pid") "," NS("uts") "," NS(
			  "ipc") "," NS("network") "," NS("cgroup") "]",
		  "six of its own" },
		{ "{\"NetworkMode\":\"host\",\"PidMode\":\"host\","
		  "\"IpcMode\":\"host\",\"UTSMode\":\"host\","
		  "\"CgroupnsMode\":\"host\"}",
		  NULL, NULL, "linux.namespaces", "[" NS("mount") "]",
		  "the host's, each where it was asked for" },
		{ "{\"NetworkMode\":\"none\"}", NULL, NULL,
		  "linux.namespaces.4", NS("network"),
		  "a network of nobody's is still its own" },
		{ "{\"Privileged\":true}", NULL, NULL, "linux.namespaces",
		  "[" NS("mount") "," NS("pid") "," NS("uts") "," NS(
			  "ipc") "," NS("network") "," NS("cgroup") "]",
		  "privileged does not mean shared" },
	};

	(void)state;
	SPEC_CHECK(rows);
}

static void test_spec_linux__joined_namespaces_have_paths(void **state)
{
	static const struct spec_case row = { .why = "joins" };
	char home[] = "/";
	struct userdb_identity root = { .home = home };
	struct spec_request request = spec_defaults(NULL, &root);
	autoclean(jsonx_free) json_t *spec = NULL;

	(void)state;
	request.network_path = "/proc/5/ns/net";
	request.ipc_path = "/proc/5/ns/ipc";
	request.pid_path = "/proc/5/ns/pid";
	spec = spec_of(&row, &request);
	spec_expect(spec_at(spec, "linux.namespaces.1.path"),
		    "\"/proc/5/ns/pid\"", "pid");
	spec_expect(spec_at(spec, "linux.namespaces.3.path"),
		    "\"/proc/5/ns/ipc\"", "ipc");
	spec_expect(spec_at(spec, "linux.namespaces.4.path"),
		    "\"/proc/5/ns/net\"", "network");
	spec_expect(spec_at(spec, "linux.sysctl"), "{}",
		    "another container's network keeps its settings");
}

static void test_spec_linux__no_user_namespace_of_its_own_when_rootless(
	void **state)
{
	static const struct spec_case row = { .why = "rootless" };
	char home[] = "/";
	struct userdb_identity root = { .home = home };
	struct spec_request request = spec_defaults(NULL, &root);
	autoclean(jsonx_free) json_t *spec = NULL;

	(void)state;
	request.is_rootless = true;
	spec = spec_of(&row, &request);
	spec_expect(spec_at(spec, "linux.namespaces.1"), NS("pid"),
		    "its maker is in one already");
	spec_expect(spec_at(spec, "linux.sysctl"),
		    "{\"net.ipv4.ip_unprivileged_port_start\":\"0\"}",
		    "ping_group_range needs groups that are not mapped");
}

static void test_spec_linux__sysctls_are_dockers_and_the_users(void **state)
{
	static const struct spec_case rows[] = {
		{ NULL, NULL, NULL, "linux.sysctl",
		  "{\"net.ipv4.ip_unprivileged_port_start\":\"0\","
		  "\"net.ipv4.ping_group_range\":\"0 2147483647\"}",
		  "low ports and ping without privileges" },
		{ "{\"Sysctls\":{\"net.ipv4.ip_unprivileged_port_start\":\"7\","
		  "\"kernel.msgmax\":\"1\"}}",
		  NULL, NULL, "linux.sysctl",
		  "{\"net.ipv4.ip_unprivileged_port_start\":\"7\","
		  "\"kernel.msgmax\":\"1\","
		  "\"net.ipv4.ping_group_range\":\"0 2147483647\"}",
		  "the user's word counts" },
		{ "{\"NetworkMode\":\"host\"}", NULL, NULL, "linux.sysctl",
		  "{}", "the host's network is not changed" },
	};

	(void)state;
	SPEC_CHECK(rows);
}

static void test_spec_linux__kernel_paths_are_covered(void **state)
{
	static const char masked[] =
		"[\"/proc/acpi\",\"/proc/asound\",\"/proc/interrupts\","
		"\"/proc/kcore\",\"/proc/keys\",\"/proc/latency_stats\","
		"\"/proc/sched_debug\",\"/proc/scsi\",\"/proc/timer_list\","
		"\"/proc/timer_stats\",\"/sys/devices/virtual/powercap\","
		"\"/sys/firmware\"]";
	static const char readonly[] =
		"[\"/proc/bus\",\"/proc/fs\",\"/proc/irq\",\"/proc/sys\","
		"\"/proc/sysrq-trigger\"]";
	static const struct spec_case rows[] = {
		{ NULL, NULL, NULL, "linux.maskedPaths", masked, "masked" },
		{ NULL, NULL, NULL, "linux.readonlyPaths", readonly,
		  "read-only" },
		{ "{\"Privileged\":true}", NULL, NULL, "linux.maskedPaths",
		  "[]", "privileged sees all" },
		{ "{\"Privileged\":true}", NULL, NULL, "linux.readonlyPaths",
		  "[]", "and writes" },
		{ "{\"SecurityOpt\":[\"systempaths=unconfined\"]}", NULL, NULL,
		  "linux.maskedPaths", "[]", "asked for" },
		{ "{\"SecurityOpt\":[\"systempaths=unconfined\"]}", NULL, NULL,
		  "linux.readonlyPaths", "[]", "asked for" },
		{ "{\"SecurityOpt\":[\"systempaths=x\"]}", NULL, NULL,
		  "linux.maskedPaths", masked, "another word is none" },
		{ "{\"Privileged\":true,"
		  "\"SecurityOpt\":[\"mask=/proc/a:/proc/b\",\"mask=/x\"]}",
		  NULL, NULL, "linux.maskedPaths",
		  "[\"/proc/a\",\"/proc/b\",\"/x\"]", "podman's, more" },
		{ "{\"SecurityOpt\":[\"unmask=all\"]}", NULL, NULL,
		  "linux.maskedPaths", "[]", "podman's, all" },
		{ "{\"SecurityOpt\":[\"unmask=all\"]}", NULL, NULL,
		  "linux.readonlyPaths", "[]", "podman's, all" },
		{ "{\"SecurityOpt\":[\"unmask=/proc/*:/sys/devices/*\","
		  "\"unmask=/sys/firmwar\"]}",
		  NULL, NULL, "linux.maskedPaths",
		  "[\"/sys/devices/virtual/powercap\",\"/sys/firmware\"]",
		  "podman's, by patterns that end at a slash" },
		{ "{\"SecurityOpt\":[\"unmask=/proc/[a-f]*\"]}", NULL, NULL,
		  "linux.readonlyPaths",
		  "[\"/proc/irq\",\"/proc/sys\",\"/proc/sysrq-trigger\"]",
		  "read-only ones too" },
	};

	(void)state;
	SPEC_CHECK(rows);
}

static void test_spec_linux__devices_are_the_noted_nodes(void **state)
{
	static const struct spec_case rows[] = {
		{ NULL, NULL, NULL, "linux.devices", "[]", "none asked for" },
		{ "{\"Devices\":[{\"PathOnHost\":\"/dev/fuse\","
		  "\"Node\":{\"path\":\"/dev/f\",\"type\":\"c\",\"major\":10,"
		  "\"minor\":229,\"fileMode\":438,\"uid\":0,\"gid\":0}}]}",
		  NULL, NULL, "linux.devices",
		  "[{\"path\":\"/dev/f\",\"type\":\"c\",\"major\":10,"
		  "\"minor\":229,\"fileMode\":438,\"uid\":0,\"gid\":0,"
		  "\"hostPath\":\"/dev/fuse\"}]",
		  "as it was found on the host" },
		{ "{\"Devices\":[{\"PathOnHost\":\"/dev/fuse\"}]}", NULL, NULL,
		  "linux.devices", "[]", "without a node there is nothing" },
	};

	(void)state;
	SPEC_CHECK(rows);
}

static void test_spec_linux__the_rest_of_the_document(void **state)
{
	static const struct spec_case rows[] = {
		{ NULL, NULL, NULL, "ociVersion", "\"1.2.0\"", "the version" },
		{ NULL, NULL, NULL, "linux.cgroupsPath", "\"imgctl/c\"",
		  "the group" },
		{ NULL, NULL, NULL, "linux.rootfsPropagation", "\"rprivate\"",
		  "no mount leaves the container" },
		{ NULL, NULL, NULL, "root",
		  "{\"path\":\"rootfs\",\"readonly\":false}", "a root" },
		{ "{\"ReadonlyRootfs\":true}", NULL, NULL, "root.readonly",
		  "true", "--read-only" },
		{ NULL, "{\"Hostname\":\"h\"}", NULL, "hostname", "\"h\"",
		  "the name" },
		{ "{\"UTSMode\":\"host\"}", "{\"Hostname\":\"h\"}", NULL,
		  "hostname", NULL, "the host's name is not changed" },
		{ NULL, "{\"Domainname\":\"\"}", NULL, "domainname", NULL,
		  "no domain" },
		{ NULL, "{\"Domainname\":\"d\"}", NULL, "domainname", "\"d\"",
		  "a domain" },
		{ "{\"Annotations\":{\"a\":\"b\"}}", NULL, NULL, "annotations",
		  "{\"a\":\"b\"}", "--annotation" },
	};

	(void)state;
	SPEC_CHECK(rows);
}

static void test_spec_linux__security_options_have_keys(void **state)
{
	static const struct {
		const char *host;
		const char *want; /* NULL: absent */
		const char *why;
	} rows[] = {
		{ "{}", NULL, "no options" },
		{ "{\"SecurityOpt\":null}", NULL, "null" },
		{ "{\"SecurityOpt\":[\"label=disable\"]}", NULL, "another" },
		{ "{\"SecurityOpt\":[\"seccomp=a=b\"]}", "a=b",
		  "the first sign parts key and value" },
		{ "{\"SecurityOpt\":[\"seccomp:x\"]}", "x", "the old colon" },
		{ "{\"SecurityOpt\":[\"seccomp\"]}", "", "no value" },
		{ "{\"SecurityOpt\":[\"seccompx=1\"]}", NULL, "a longer key" },
		{ "{\"SecurityOpt\":[1,\"seccomp=1\"]}", "1",
		  "what is no string is passed over" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(jsonx_free) json_t *host = spec_json(rows[i].host);
		const char *value = spec_security_option(host, "seccomp");

		if (rows[i].want && value ? strcmp(value, rows[i].want) != 0
					  : rows[i].want != value)
			fail_msg("%s: %s", rows[i].why,
				 value ? value : "(absent)");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_spec_linux__namespaces_are_the_containers_own),
		cmocka_unit_test(test_spec_linux__joined_namespaces_have_paths),
		cmocka_unit_test(
			test_spec_linux__no_user_namespace_of_its_own_when_rootless),
		cmocka_unit_test(
			test_spec_linux__sysctls_are_dockers_and_the_users),
		cmocka_unit_test(test_spec_linux__kernel_paths_are_covered),
		cmocka_unit_test(test_spec_linux__devices_are_the_noted_nodes),
		cmocka_unit_test(test_spec_linux__the_rest_of_the_document),
		cmocka_unit_test(test_spec_linux__security_options_have_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
