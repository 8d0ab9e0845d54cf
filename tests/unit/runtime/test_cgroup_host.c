/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cgroup/cgroup_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char hybrid_mounts[] =
	"22 1 8:1 / / rw,relatime - ext4 /dev/root rw\n"
	"31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
	"32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup "
	"rw,cpu,cpuacct\n"
	"35 31 0:32 / /sys/fs/cgroup/memory rw shared:4 - cgroup cgroup "
	"rw,memory\n"
	"36 31 0:33 / /sys/fs/cgroup/blkio rw - cgroup cgroup rw,blkio\n"
	"40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup "
	"rw,name=systemd\n"
	"41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
	"50 31 0:32 / /mnt/again rw - cgroup cgroup rw,memory\n";

static const char hybrid_membership[] = "9:name=systemd:/\n"
					"4:memory:/session/one\n"
					"2:cpu,cpuacct:/\n"
					"0::/elsewhere\n";

static void parse(const char *mounts, const char *membership,
		  const char *controllers, struct cgroup_host *host)
{
	struct cgroup_host_text text = { mounts, membership, controllers };

	*host = (struct cgroup_host)CGROUP_HOST_INIT;
	cgroup_host_parse(&text, host);
}

static void test_cgroup_host__hybrid_gives_each_controller_its_home(
	void **state)
{
	static const struct {
		enum cgroup_controller controller;
		enum cgroup_home home;
		const char *mount, *own, *why;
	} rows[] = {
		{ CGROUP_CORE, CGROUP_HOME_V2, "/sys/fs/cgroup/unified",
		  "/elsewhere", "the v2 tree" },
		{ CGROUP_MEMORY, CGROUP_HOME_V1, "/sys/fs/cgroup/memory",
		  "/session/one", "own path differs from the others'" },
		{ CGROUP_CPU, CGROUP_HOME_V1, "/sys/fs/cgroup/cpu,cpuacct", "/",
		  "mounted together" },
		{ CGROUP_CPUACCT, CGROUP_HOME_V1, "/sys/fs/cgroup/cpu,cpuacct",
		  "/", "mounted together" },
		{ CGROUP_IO, CGROUP_HOME_V1, "/sys/fs/cgroup/blkio", "/",
		  "blkio is io; not in the membership" },
		{ CGROUP_HUGETLB, CGROUP_HOME_V2, "/sys/fs/cgroup/unified",
		  "/elsewhere", "only the v2 tree has it" },
		{ CGROUP_PIDS, CGROUP_HOME_NONE, NULL, NULL, "nowhere" },
	};
	struct cgroup_host host;

	(void)state;
	parse(hybrid_mounts, hybrid_membership, "hugetlb memory\n", &host);
	assert_int_equal(host.mode, CGROUP_MODE_HYBRID);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct cgroup_place *place =
			&host.places[rows[i].controller];

		print_message("row %zu: %s\n", i, rows[i].why);
		assert_int_equal(place->home, rows[i].home);
		if (!rows[i].mount) {
			assert_null(place->mount);
			continue;
		}
		assert_string_equal(place->mount, rows[i].mount);
		assert_string_equal(place->own, rows[i].own);
	}
	cgroup_host_release(&host);
}

static void test_cgroup_host__modes(void **state)
{
	static const struct {
		const char *mounts, *controllers;
		enum cgroup_mode mode;
		const char *why;
	} rows[] = {
		{ "1 0 0:1 / /sys/fs/cgroup rw - cgroup2 none rw\n",
		  "cpu io memory pids\n", CGROUP_MODE_UNIFIED, "v2 only" },
		{ "1 0 0:1 / /c rw - cgroup c rw,pids\n", "",
		  CGROUP_MODE_LEGACY, "v1 only" },
		{ "1 0 0:1 / / rw - ext4 /dev/sda rw\n", "", CGROUP_MODE_NONE,
		  "no control groups" },
		{ "1 0 0:1 / /c rw - cgroup c rw,name=systemd\n", "",
		  CGROUP_MODE_NONE, "a named hierarchy controls nothing" },
		{ "garbage\n - cgroup\n\n1 - cgroup", "", CGROUP_MODE_NONE,
		  "lines cut short" },
		{ "", "", CGROUP_MODE_NONE, "empty" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cgroup_host host;

		print_message("row %zu: %s\n", i, rows[i].why);
		parse(rows[i].mounts, "0::/\n", rows[i].controllers, &host);
		assert_int_equal(host.mode, rows[i].mode);
		cgroup_host_release(&host);
	}
}

static void test_cgroup_host__own_path_is_relative_to_the_mount(void **state)
{
	static const struct {
		const char *mounts, *membership, *mount, *own, *why;
	} rows[] = {
		{ "1 0 0:1 /docker/x /sys/fs/cgroup rw - cgroup2 n rw\n",
		  "0::/docker/x/inner\n", "/sys/fs/cgroup", "/inner",
		  "a container sees a subtree" },
		{ "1 0 0:1 /docker/x /sys/fs/cgroup rw - cgroup2 n rw\n",
		  "0::/docker/x\n", "/sys/fs/cgroup", "/",
		  "the mounted group itself" },
		{ "1 0 0:1 /docker/x /sys/fs/cgroup rw - cgroup2 n rw\n",
		  "0::/docker/xy\n", "/sys/fs/cgroup", "/",
		  "a name that only begins alike is outside" },
		{ "1 0 0:1 / /sys/fs/cgroup rw - cgroup2 n rw\n",
		  "0::/../other\n", "/sys/fs/cgroup", "/",
		  "outside the namespace" },
		{ "1 0 0:1 / /odd\\040place rw - cgroup2 n rw\n", "0::/a b\n",
		  "/odd place", "/a b", "escaped blanks" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cgroup_host host;

		print_message("row %zu: %s\n", i, rows[i].why);
		parse(rows[i].mounts, rows[i].membership, "", &host);
		assert_string_equal(host.places[CGROUP_CORE].mount,
				    rows[i].mount);
		assert_string_equal(host.places[CGROUP_CORE].own, rows[i].own);
		cgroup_host_release(&host);
	}
}

static void test_cgroup_host__this_host_is_read(void **state)
{
	struct cgroup_host host = CGROUP_HOST_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(cgroup_host_read(&host, &err), 0);
	print_message("mode %s\n", cgroup_mode_name(host.mode));
	cgroup_host_release(&host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_cgroup_host__hybrid_gives_each_controller_its_home),
		cmocka_unit_test(test_cgroup_host__modes),
		cmocka_unit_test(
			test_cgroup_host__own_path_is_relative_to_the_mount),
		cmocka_unit_test(test_cgroup_host__this_host_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
