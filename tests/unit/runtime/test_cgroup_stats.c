/* SPDX-License-Identifier: Apache-2.0 */
/* What the counters' files say; that they are read is test_cgroup's. */
#include "runtime/cgroup/cgroup_stats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_cgroup_stats__blkio_lines_are_summed_by_device(void **state)
{
	static const char bytes[] = "8:0 Read 4096\n8:0 Write 512\n"
				    "8:0 Sync 99\n8:0 Discard 7\n"
				    "8:0 Total 4615\n253:1 Read 1\n"
				    "Total 4616\n";
	static const char count[] = "8:0 Read 3\n253:1 Write 2\nTotal 5\n";
	struct cgroup_stats stats = { 0 };
	uint64_t read, written;

	(void)state;
	cgroup_stats_parse_blkio(bytes, true, &stats);
	cgroup_stats_parse_blkio(count, false, &stats);
	assert_int_equal(stats.device_count, 2);
	assert_int_equal(stats.devices[0].major, 8);
	assert_int_equal(stats.devices[0].read_bytes, 4096);
	assert_int_equal(stats.devices[0].write_bytes, 512);
	assert_int_equal(stats.devices[0].discard_bytes, 7);
	assert_int_equal(stats.devices[0].reads, 3);
	assert_int_equal(stats.devices[1].minor, 1);
	assert_int_equal(stats.devices[1].writes, 2);
	cgroup_stats_io(&stats, &read, &written);
	assert_int_equal(read, 4097);
	assert_int_equal(written, 512);
	cgroup_stats_release(&stats);
}

static void test_cgroup_stats__io_stat_is_read_by_key(void **state)
{
	static const char text[] =
		"8:16 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n"
		"nonsense rbytes=9\n"
		"254:0 \n"
		"8:16 rbytes=7";
	struct cgroup_stats stats = { 0 };

	(void)state;
	cgroup_stats_parse_io(text, &stats);
	assert_int_equal(stats.device_count, 2);
	assert_int_equal(stats.devices[0].minor, 16);
	assert_int_equal(stats.devices[0].read_bytes, 7);
	assert_int_equal(stats.devices[0].write_bytes, 2);
	assert_int_equal(stats.devices[0].reads, 3);
	assert_int_equal(stats.devices[0].writes, 4);
	assert_int_equal(stats.devices[0].discard_bytes, 5);
	assert_int_equal(stats.devices[0].discards, 6);
	assert_int_equal(stats.devices[1].read_bytes, 0);
	cgroup_stats_release(&stats);
}

static void test_cgroup_stats__memory_is_without_what_can_go(void **state)
{
	static const struct {
		uint64_t now, inactive, want;
		const char *why;
	} rows[] = {
		{ 100, 30, 70, "docker subtracts inactive file pages" },
		{ 100, 100, 100, "but never all" },
		{ 100, CGROUP_NO_NUMBER, 100, "unknown" },
		{ CGROUP_NO_NUMBER, 3, CGROUP_NO_NUMBER, "nothing counted" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cgroup_stats stats = { 0 };

		stats.memory.now = rows[i].now;
		stats.memory_inactive = rows[i].inactive;
		if (cgroup_stats_memory(&stats) != rows[i].want)
			fail_msg("%s", rows[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_cgroup_stats__blkio_lines_are_summed_by_device),
		cmocka_unit_test(test_cgroup_stats__io_stat_is_read_by_key),
		cmocka_unit_test(
			test_cgroup_stats__memory_is_without_what_can_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
