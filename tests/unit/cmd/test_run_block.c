/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of single block devices, as far as the machine is not asked. */
#include "tests/unit/cmd/run_fixture.h"

typedef int check_function(void *field, const char *value, struct error *err);

struct block_case {
	check_function *check;
	const char *value;
	const char *error; /* how it begins; NULL: it is fine */
	const char *why;
};

static void test_run_block__values_are_checked_as_docker_does(void **state)
{
	static const struct block_case rows[] = {
		{ run_block_bytes, "/dev/sda:1mb", NULL, "a unit" },
		{ run_block_bytes, "/dev/sda:0", NULL, "no limit" },
		{ run_block_bytes, "/dev/sda:12", NULL, "bytes" },
		{ run_block_bytes, "/dev/sda", "bad format: /dev/sda",
		  "no rate" },
		{ run_block_bytes, ":1", "bad format: :1", "no path" },
		{ run_block_bytes, "", "bad format: ", "nothing" },
		{ run_block_bytes, "/sda:1",
		  "bad format for device path: ", "elsewhere" },
		{ run_block_bytes, "/dev/sda:-1",
		  "invalid rate for device: ", "negative" },
		{ run_block_bytes,
		  "/dev/sda:", "invalid rate for device: ", "empty" },
		{ run_block_operations, "/dev/sda:9223372036854775807", NULL,
		  "the most" },
		{ run_block_operations, "/dev/sda:9223372036854775808",
		  "invalid rate for device: ", "more" },
		{ run_block_operations, "/dev/sda:1k",
		  "invalid rate for device: ", "no units here" },
		{ run_block_operations, "/dev/sda:+1",
		  "invalid rate for device: ", "digits only" },
		{ run_block_operations,
		  "/dev/sda:", "invalid rate for device: ", "empty" },
		{ run_block_weight, "/dev/sda:0", NULL, "none" },
		{ run_block_weight, "/dev/sda:10", NULL, "least" },
		{ run_block_weight, "/dev/sda:1000", NULL, "most" },
		{ run_block_weight, "/dev/sda:9",
		  "invalid weight for device: /dev/sda:9", "too little" },
		{ run_block_weight, "/dev/sda:1001",
		  "invalid weight for device: ", "too much" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		int result = rows[i].check(NULL, rows[i].value, &err);

		if (result < 0 && !rows[i].error)
			fail_msg("%s: %s", rows[i].why, err.msg);
		if (rows[i].error &&
		    (result == 0 || strncmp(err.msg, rows[i].error,
					    strlen(rows[i].error)) != 0))
			fail_msg("%s: %s", rows[i].why,
				 result < 0 ? err.msg : "is taken");
	}
}

static void test_run_block__a_device_has_to_be_one(void **state)
{
	static const struct {
		const char *value, *error;
	} rows[] = {
		{ "/dev/null:1", "/dev/null: not a block device" },
		{ "/dev/no/such:1",
		  "stat /dev/no/such: No such file or directory" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *const words[] = { (char *)(uintptr_t) "--device-read-bps",
					(char *)(uintptr_t)rows[i].value,
					NULL };
		autoclean(run_line_release) struct run_line line = {
			.err = ERROR_INIT
		};
		autoclean(jsonx_free) json_t *host = json_object();

		run_line_read(&line, words);
		assert_int_equal(
			run_block_devices(&line.options, host, &line.err), -1);
		assert_string_equal(line.err.msg, rows[i].error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_run_block__values_are_checked_as_docker_does),
		cmocka_unit_test(test_run_block__a_device_has_to_be_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
