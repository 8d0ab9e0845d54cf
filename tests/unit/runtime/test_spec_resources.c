/* SPDX-License-Identifier: Apache-2.0 */
/* The limits and device rules of a specification. */
#include "tests/unit/runtime/spec_fixture.h"

static void test_spec_resources__limits_are_dockers(void **state)
{
	static const struct spec_case rows[] = {
		{ NULL, NULL, NULL, "linux.resources.memory", NULL,
		  "no limit, no member" },
		{ "{\"Memory\":0,\"MemorySwap\":0,\"MemorySwappiness\":null}",
		  NULL, NULL, "linux.resources.memory", NULL,
		  "zero means no limit" },
		{ "{\"Memory\":100}", NULL, NULL, "linux.resources.memory",
		  "{\"limit\":100,\"swap\":200}",
		  "as much swap as memory, when nothing is said" },
		{ "{\"Memory\":100,\"MemorySwap\":150}", NULL, NULL,
		  "linux.resources.memory", "{\"limit\":100,\"swap\":150}",
		  "memory and swap together" },
		{ "{\"Memory\":100,\"MemorySwap\":-1}", NULL, NULL,
		  "linux.resources.memory", "{\"limit\":100,\"swap\":-1}",
		  "swap without end" },
		{ "{\"Memory\":6000000000000000000}", NULL, NULL,
		  "linux.resources.memory",
		  "{\"limit\":6000000000000000000,"
		  "\"swap\":9223372036854775807}",
		  "twice a huge limit does not overflow" },
		{ "{\"MemoryReservation\":5,\"MemorySwappiness\":0,"
		  "\"OomKillDisable\":true}",
		  NULL, NULL, "linux.resources.memory",
		  "{\"reservation\":5,\"swappiness\":0,"
		  "\"disableOOMKiller\":true}",
		  "a swappiness of zero is one" },
		{ NULL, NULL, NULL, "linux.resources.cpu", NULL,
		  "no member without a limit" },
		{ "{\"NanoCpus\":1500000000}", NULL, NULL,
		  "linux.resources.cpu", "{\"quota\":150000,\"period\":100000}",
		  "--cpus 1.5" },
		{ "{\"NanoCpus\":10000000}", NULL, NULL, "linux.resources.cpu",
		  "{\"quota\":1000,\"period\":100000}",
		  "--cpus 0.01, the least the kernel takes" },
		{ "{\"CpuShares\":512,\"CpuQuota\":5000,\"CpuPeriod\":10000,"
		  "\"CpusetCpus\":\"0-1\",\"CpusetMems\":\"0\"}",
		  NULL, NULL, "linux.resources.cpu",
		  "{\"shares\":512,\"quota\":5000,\"period\":10000,"
		  "\"cpus\":\"0-1\",\"mems\":\"0\"}",
		  "each by itself" },
		{ "{\"PidsLimit\":7}", NULL, NULL, "linux.resources.pids",
		  "{\"limit\":7}", "--pids-limit" },
		{ "{\"PidsLimit\":-1}", NULL, NULL, "linux.resources.pids",
		  NULL, "no limit" },
		{ "{\"PidsLimit\":null}", NULL, NULL, "linux.resources.pids",
		  NULL, "not asked for" },
		{ "{\"BlkioWeight\":300}", NULL, NULL,
		  "linux.resources.blockIO", "{\"weight\":300}", "weight" },
		{ "{\"BlkioDeviceReadBps\":[{\"Path\":\"/dev/a\",\"Rate\":9,"
		  "\"Node\":{\"major\":8,\"minor\":1}}]}",
		  NULL, NULL, "linux.resources.blockIO",
		  "{\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":1,"
		  "\"rate\":9}]}",
		  "a rate for a device" },
	};

	(void)state;
	SPEC_CHECK(rows);
}

#define RULE(allow, type, access) \
	"{\"allow\":" allow ",\"type\":\"" type "\",\"access\":\"" access "\"}"
#define NODE(type, major, minor, access)                             \
	"{\"allow\":true,\"type\":\"" type "\",\"access\":\"" access \
	"\",\"major\":" major ",\"minor\":" minor "}"
#define STANDARD                                                                                                                                                                 \
	RULE("false", "a", "rwm")                                                                                                                                                \
	"," RULE("true", "c", "m") "," RULE("true", "b", "m") "," NODE("c", "1", "3", "rwm") "," NODE("c", "1", "5", "rwm") "," NODE(                                            \
		"c", "1", "7",                                                                                                                                                   \
		"rwm") "," NODE("c", "1", "8",                                                                                                                                   \
				"rwm") "," NODE("c", "1", "9",                                                                                                                   \
						"rwm") "," NODE("c", "5", "0",                                                                                                   \
								"rwm") "," NODE("c",                                                                                             \
										"5",                                                                                             \
										"1",                                                                                             \
										"rwm") "," NODE("c",                                                                             \
												"5",                                                                             \
												"2",                                                                             \
												"rwm") ","                                                                       \
												       "{\"allow\":true,\"type\":\"c\",\"access\":\"rwm\",\"major\":136}," NODE( \
													       "c",                                                              \
													       "10",                                                             \
													       "200",                                                            \
													       "rwm") ",{\"allow\":false,\"type\":\"c\",\"access\":\"rwm\",\"major\":10,\"minor\":229}"

static void test_spec_resources__devices_are_refused_but_a_few(void **state)
{
	static const struct spec_case rows[] = {
		{ NULL, NULL, NULL, "linux.resources.devices", "[" STANDARD "]",
		  "nodes may be made, a few opened" },
		{ "{\"Privileged\":true}", NULL, NULL,
		  "linux.resources.devices", "[" RULE("true", "a", "rwm") "]",
		  "privileged opens all" },
		{ "{\"Devices\":[{\"CgroupPermissions\":\"rw\","
		  "\"Node\":{\"path\":\"/dev/f\",\"type\":\"b\",\"major\":7,"
		  "\"minor\":0}}]}",
		  NULL, NULL, "linux.resources.devices",
		  "[" STANDARD "," NODE("b", "7", "0", "rw") "]",
		  "one that was asked for, as far as it was" },
		{ "{\"DeviceCgroupRules\":[\"c 10:200 rw\",\"b *:* r\","
		  "\"c 4:* m\",\"a *:* rwm\"]}",
		  NULL, NULL, "linux.resources.devices",
		  "[" STANDARD "," NODE("c", "10", "200", "rw") "," RULE(
			  "true", "b",
			  "r") ","
			       "{\"allow\":true,\"type\":\"c\",\"access\":\"m\",\"major\":4}"
			       "," RULE("true", "a", "rwm") "]",
		  "rules of the user's; * is every number" },
	};

	(void)state;
	SPEC_CHECK(rows);
}

static void test_spec_resources__bad_documents_are_errors(void **state)
{
	static const char *const hosts[] = { "{\"PidsLimit\":\"7\"}",
					     "{\"PidsLimit\":1.5}" };

	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		struct spec_case row = { .host = hosts[i], .why = hosts[i] };
		autoclean(container_release) struct container container =
			CONTAINER_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		char home[] = "/";
		struct userdb_identity user = { .home = home };
		struct spec_request request = spec_defaults(&container, &user);
		json_t *spec = NULL;

		spec_container(&row, &container);
		assert_int_equal(spec_generate(&request, &spec, &err), -1);
		assert_int_equal(err.kind, ERROR_INVALID);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spec_resources__limits_are_dockers),
		cmocka_unit_test(
			test_spec_resources__devices_are_refused_but_a_few),
		cmocka_unit_test(test_spec_resources__bad_documents_are_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
