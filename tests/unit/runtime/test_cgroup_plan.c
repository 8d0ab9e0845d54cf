/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cgroup/cgroup_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonx.h"
#include "base/strbuf.h"

/* A host whose controllers all live at HOME (v2 has fewer). */
static void make_host(enum cgroup_home home, struct cgroup_host *host)
{
	*host = (struct cgroup_host)CGROUP_HOST_INIT;
	host->mode = home == CGROUP_HOME_V2 ? CGROUP_MODE_UNIFIED
					    : CGROUP_MODE_LEGACY;
	for (int i = CGROUP_MEMORY; i <= CGROUP_NET_PRIO; i++)
		host->places[i].home = home;
	if (home == CGROUP_HOME_V2) {
		host->places[CGROUP_CORE].home = home;
		host->places[CGROUP_NET_CLS].home = CGROUP_HOME_NONE;
	}
}

static int plan_text(enum cgroup_home home, const char *resources,
		     struct strbuf *text, struct error *err)
{
	autoclean(jsonx_free) json_t *json = NULL;
	autoclean(cgroup_plan_release) struct cgroup_plan plan =
		CGROUP_PLAN_INIT;
	autoclean(runtime_resources_release) struct runtime_resources asked = {
		0
	};
	struct cgroup_limits limits;
	struct cgroup_host host;
	int result;

	assert_int_equal(
		jsonx_parse(resources, strlen(resources), "test", &json, err),
		0);
	make_host(home, &host);
	cgroup_limits_init(&limits);
	result = runtime_resources_parse(json, &asked, err);
	if (result == 0)
		result = cgroup_limits_take(&asked, &limits, err);
	if (result == 0)
		result = cgroup_plan_limits(&host, &limits, &plan, err);
	for (size_t i = 0; result == 0 && i < plan.count; i++) {
		static const char marks[] = { '=', '?', ':' };

		strbuf_addf(text, "%s%s%c%s", i ? ";" : "", plan.writes[i].file,
			    marks[plan.writes[i].mode], plan.writes[i].value);
	}
	cgroup_limits_release(&limits);
	return result;
}

static void test_cgroup_plan__writes_for_each_version(void **state)
{
	static const struct {
		const char *resources, *v1, *v2, *why;
	} rows[] = {
		{ "{}", "", "", "nothing asked for" },
		{ "{\"memory\":{\"limit\":1048576}}",
		  "memory.limit_in_bytes=1048576", "memory.max=1048576",
		  "a memory limit" },
		{ "{\"memory\":{\"limit\":100,\"swap\":300}}",
		  "memory.limit_in_bytes=100;memory.memsw.limit_in_bytes?300",
		  "memory.max=100;memory.swap.max?200",
		  "v2 counts swap alone" },
		{ "{\"memory\":{\"limit\":100,\"swap\":-1}}",
		  "memory.limit_in_bytes=100;memory.memsw.limit_in_bytes?-1",
		  "memory.max=100;memory.swap.max?max", "unlimited swap" },
		{ "{\"memory\":{\"limit\":-1}}", "memory.limit_in_bytes=-1",
		  "memory.max=max", "a limit taken away" },
		{ "{\"memory\":{\"limit\":0,\"reservation\":64}}",
		  "memory.soft_limit_in_bytes=64", "memory.low=64",
		  "zero means not asked for" },
		{ "{\"cpu\":{\"quota\":50000,\"period\":100000}}",
		  "cpu.cfs_period_us=100000;cpu.cfs_quota_us=50000",
		  "cpu.max=50000 100000", "half a CPU" },
		{ "{\"cpu\":{\"quota\":50000}}", "cpu.cfs_quota_us=50000",
		  "cpu.max=50000 100000", "the default period" },
		{ "{\"cpu\":{\"quota\":-1}}", "cpu.cfs_quota_us=-1",
		  "cpu.max=max 100000", "no quota" },
		{ "{\"cpu\":{\"shares\":512,\"cpus\":\"0-1\",\"mems\":\"0\"}}",
		  "cpu.shares=512;cpuset.cpus=0-1;cpuset.mems=0",
		  "cpu.weight=59;cpuset.cpus=0-1;cpuset.mems=0",
		  "shares and sets" },
		{ "{\"pids\":{\"limit\":20}}", "pids.max=20", "pids.max=20",
		  "processes" },
		{ "{\"pids\":{\"limit\":-1}}", "pids.max=max", "pids.max=max",
		  "no limit is a word in both versions" },
		{ "{\"blockIO\":{\"weight\":500,\"throttleReadBpsDevice\":"
		  "[{\"major\":8,\"minor\":0,\"rate\":1000}]}}",
		  "blkio.weight?500;blkio.bfq.weight:500;"
		  "blkio.throttle.read_bps_device=8:0 1000",
		  "io.bfq.weight?500;io.weight:4950;io.max=8:0 rbps=1000",
		  "weights and throttles" },
		{ "{\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":9}]}",
		  "hugetlb.2MB.limit_in_bytes=9", "hugetlb.2MB.max=9",
		  "huge pages" },
		{ "{\"rdma\":{\"mlx\":{\"hcaHandles\":3,\"hcaObjects\":4}}}",
		  "rdma.max=mlx hca_handle=3 hca_object=4",
		  "rdma.max=mlx hca_handle=3 hca_object=4", "rdma" },
		{ "{\"unified\":{\"memory.high\":\"7\"}}", NULL,
		  "memory.high=7", "v2 files by name have no v1 form" },
		{ "{\"network\":{\"classID\":5}}", "net_cls.classid=5", NULL,
		  "no such controller on v2" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int version = 1; version <= 2; version++) {
			const char *want = version == 1 ? rows[i].v1
							: rows[i].v2;
			struct strbuf text = STRBUF_INIT;
			struct error err = ERROR_INIT;
			int result;

			print_message("row %zu v%d: %s\n", i, version,
				      rows[i].why);
			result = plan_text(version == 1 ? CGROUP_HOME_V1
							: CGROUP_HOME_V2,
					   rows[i].resources, &text, &err);
			assert_int_equal(result, want ? 0 : -1);
			if (want)
				assert_string_equal(text.text, want);
			else
				assert_int_equal(err.kind, ERROR_UNSUPPORTED);
			strbuf_release(&text);
			error_release(&err);
		}
	}
}

static void test_cgroup_plan__bad_resources_are_refused(void **state)
{
	static const struct {
		const char *resources, *why;
	} rows[] = {
		{ "{\"memory\":[]}", "wrong type of member" },
		{ "{\"memory\":{\"limit\":\"1\"}}", "text for a number" },
		{ "{\"memory\":{\"limit\":100,\"swap\":50}}",
		  "swap total below memory" },
		{ "{\"memory\":{\"swappiness\":101}}", "out of range" },
		{ "{\"blockIO\":{\"weight\":5}}", "weight below 10" },
		{ "{\"unified\":{\"../memory.max\":\"1\"}}", "a path" },
		{ "{\"unified\":{\"cgroup.procs\":\"1\"}}", "no limit" },
		{ "{\"unified\":{\"memory.max\":1}}", "not a string" },
		{ "{\"hugepageLimits\":[{\"pageSize\":\"../x\",\"limit\":1}]}",
		  "a path as page size" },
		{ "{\"cpu\":{\"shares\":262145}}", "more than there are" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct strbuf text = STRBUF_INIT;
		struct error err = ERROR_INIT;

		print_message("row %zu: %s\n", i, rows[i].why);
		assert_int_equal(plan_text(CGROUP_HOME_V1, rows[i].resources,
					   &text, &err),
				 -1);
		assert_int_equal(err.kind, ERROR_INVALID);
		strbuf_release(&text);
		error_release(&err);
	}
}

static void test_cgroup_plan__shares_become_weights(void **state)
{
	static const struct {
		uint64_t shares, weight;
	} rows[] = {
		{ 2, 1 },	   { 3, 2 },	    { 10, 4 },
		{ 100, 17 },	   { 512, 59 },	    { 1000, 99 },
		{ 1024, 100 },	   { 1025, 101 },   { 2048, 174 },
		{ 10000, 627 },	   { 65536, 3023 }, { 262143, 10000 },
		{ 262144, 10000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("shares %llu\n",
			      (unsigned long long)rows[i].shares);
		assert_int_equal(cgroup_cpu_weight(rows[i].shares),
				 rows[i].weight);
	}
	assert_int_equal(cgroup_io_weight(10), 1);
	assert_int_equal(cgroup_io_weight(1000), 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cgroup_plan__writes_for_each_version),
		cmocka_unit_test(test_cgroup_plan__bad_resources_are_refused),
		cmocka_unit_test(test_cgroup_plan__shares_become_weights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
