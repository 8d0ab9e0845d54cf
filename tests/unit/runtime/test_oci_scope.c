/* SPDX-License-Identifier: Apache-2.0 */
/* What systemd is asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/cleanup.h"
#include "runtime/oci/oci_scope.h"

static void test_oci_scope__reads_slice_prefix_name(void **state)
{
	static const struct {
		const char *path;
		const char *unit, *group; /* NULL: refused */
		const char *why;
	} rows[] = {
		{ NULL, "imgctl-c1.scope", "system.slice/imgctl-c1.scope",
		  "nothing said" },
		{ "", "imgctl-c1.scope", "system.slice/imgctl-c1.scope",
		  "nothing said, in full" },
		{ "system.slice:docker:abc", "docker-abc.scope",
		  "system.slice/docker-abc.scope", "docker's" },
		{ "machine.slice::abc", "abc.scope", "machine.slice/abc.scope",
		  "no prefix" },
		{ "a-b-c.slice:p:n", "p-n.scope",
		  "a.slice/a-b.slice/a-b-c.slice/p-n.scope", "slices nest" },
		{ ":p:n", "p-n.scope", "system.slice/p-n.scope", "no slice" },
		{ "/a/b", NULL, NULL, "a path" },
		{ "a.slice:p", NULL, NULL, "two parts" },
		{ "a.slice:p:n:o", NULL, NULL, "four parts" },
		{ "a:p:n", NULL, NULL, "not a slice" },
		{ "../x.slice:p:n", NULL, NULL, "a slice with a path in it" },
		{ "a.slice:p:../n", NULL, NULL, "a name with a path in it" },
		{ "a.slice:../p:n", NULL, NULL, "a prefix with a path in it" },
		{ "a--b.slice:p:n", NULL, NULL, "an empty part of a slice" },
		{ "a.slice:p:n.slice", NULL, NULL, "a slice as container" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autofree char *unit = NULL;
		autofree char *group = NULL;
		int result = oci_scope_parse(rows[i].path, "c1", &unit, &group,
					     &err);

		if (result != (rows[i].unit ? 0 : -1) ||
		    (result == 0 && (strcmp(unit, rows[i].unit) != 0 ||
				     strcmp(group, rows[i].group) != 0)))
			fail_msg("\"%s\": %s: got %s in %s", rows[i].path,
				 rows[i].why, unit, group);
	}
}

static void test_oci_scope__tells_systemd_the_limits(void **state)
{
	static char id[] = "c1", unit[] = "p-c1.scope";
	static char group[] = "machine.slice/p-c1.scope";
	struct oci_state container = { .id = id,
				       .scope = unit,
				       .cgroup = group };
	autoclean(strvec_release) struct strvec argv = STRVEC_INIT;
	struct cgroup_limits limits;
	int found = 0;

	(void)state;
	cgroup_limits_init(&limits);
	limits.memory = 1 << 20;
	limits.pids = 7;
	oci_scope_request(&container, &limits, 42, &argv);
	for (size_t i = 0; i + 3 < argv.count; i++) {
		if (strcmp(argv.items[i], "Slice") == 0)
			found += strcmp(argv.items[i + 2], "machine.slice") ==
				 0;
		if (strcmp(argv.items[i], "MemoryMax") == 0)
			found += strcmp(argv.items[i + 2], "1048576") == 0;
		if (strcmp(argv.items[i], "TasksMax") == 0)
			found += strcmp(argv.items[i + 2], "7") == 0;
		if (strcmp(argv.items[i], "PIDs") == 0)
			found += strcmp(argv.items[i + 3], "42") == 0;
		assert_string_not_equal(argv.items[i], "CPUWeight");
	}
	assert_int_equal(found, 4);
	cgroup_limits_release(&limits);
}

static void test_oci_scope__tells_systemd_of_changes(void **state)
{
	static char id[] = "c1", unit[] = "p-c1.scope";
	struct oci_state container = { .id = id, .scope = unit };
	static const char *const tail[] = {
		"SetUnitProperties",
		"sba(sv)",
		"p-c1.scope",
		"true",
		"3",
		"MemoryMax",
		"t",
		"1048576",
		"MemorySwapMax",
		"t",
		"2097152",
		"TasksMax",
		"t",
		"18446744073709551615",
	};
	size_t count = sizeof(tail) / sizeof(*tail);
	autoclean(strvec_release) struct strvec argv = STRVEC_INIT;
	struct cgroup_limits limits;

	(void)state;
	cgroup_limits_init(&limits);
	assert_false(oci_scope_change(&container, &limits, &argv));
	limits.memory = 1 << 20;
	limits.memory_swap = 3 << 20;
	limits.pids = CGROUP_UNLIMITED;
	assert_true(oci_scope_change(&container, &limits, &argv));
	assert_true(argv.count > count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(argv.items[argv.count - count + i],
				    tail[i]);
	cgroup_limits_release(&limits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oci_scope__reads_slice_prefix_name),
		cmocka_unit_test(test_oci_scope__tells_systemd_the_limits),
		cmocka_unit_test(test_oci_scope__tells_systemd_of_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
