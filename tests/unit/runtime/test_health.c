/* SPDX-License-Identifier: Apache-2.0 */
/* What checks make of a container's health. */
#include "runtime/health.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/jsonx.h"

static const struct {
	const char *why, *check, *shell;
	const char *command; /* NULL: none */
	bool is_refused;
} plans[] = {
	{ "none at all", "null", "null", NULL, false },
	{ "none", "{\"Test\":[\"NONE\"]}", "null", NULL, false },
	{ "inherited from nothing", "{\"Interval\":5}", "null", NULL, false },
	{ "words", "{\"Test\":[\"CMD\",\"a\",\"b c\"]}", "null",
	  "[\"a\",\"b c\"]", false },
	{ "a line", "{\"Test\":[\"CMD-SHELL\",\"a || b\"]}", "null",
	  "[\"/bin/sh\",\"-c\",\"a || b\"]", false },
	{ "a shell of the image's", "{\"Test\":[\"CMD-SHELL\",\"a\"]}",
	  "[\"bash\",\"-lc\"]", "[\"bash\",\"-lc\",\"a\"]", false },
	{ "no words", "{\"Test\":[\"CMD\"]}", "null", NULL, false },
	{ "another kind", "{\"Test\":[\"HTTP\",\"/\"]}", "null", NULL, true },
	{ "no text", "{\"Test\":[\"CMD\",1]}", "null", NULL, true },
};

static json_t *parse(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	assert_non_null(value);
	return value;
}

static void test_health__plans_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(plans) / sizeof(*plans); i++) {
		json_t *check = parse(plans[i].check);
		json_t *shell = parse(plans[i].shell);
		struct health_plan plan;
		struct error err = ERROR_INIT;
		struct strbuf text = STRBUF_INIT;
		int result = health_plan_parse(check, shell, &plan, &err);

		if ((result < 0) != plans[i].is_refused)
			fail_msg("%s: %s", plans[i].why, err.msg);
		if (!plan.command != !plans[i].command)
			fail_msg("%s", plans[i].why);
		if (plan.command) {
			jsonx_format(plan.command, &text);
			assert_string_equal(text.text, plans[i].command);
		}
		strbuf_release(&text);
		health_plan_release(&plan);
		error_release(&err);
		json_decref(check);
		json_decref(shell);
	}
}

static void test_health__docker_s_defaults(void **state)
{
	json_t *check = parse("{\"Test\":[\"CMD\",\"a\"],\"Retries\":5}");
	struct health_plan plan;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(health_plan_parse(check, NULL, &plan, &err), 0);
	assert_int_equal(plan.interval, 30 * CLOCK_SECOND);
	assert_int_equal(plan.timeout, 30 * CLOCK_SECOND);
	assert_int_equal(plan.start_period, 0);
	assert_int_equal(plan.start_interval, 5 * CLOCK_SECOND);
	assert_int_equal(plan.retries, 5);
	health_plan_release(&plan);
	json_decref(check);
}

static bool note(json_t *health, const struct health_plan *plan, int64_t second,
		 int exit_code)
{
	struct health_result result = {
		.start = second * CLOCK_SECOND,
		.end = (second + 1) * CLOCK_SECOND,
		.exit_code = exit_code,
		.output = "said",
	};

	return health_note(health, plan, 0, &result);
}

static int64_t streak_of(const json_t *health)
{
	return json_integer_value(json_object_get(health, "FailingStreak"));
}

static void test_health__changes_after_so_many_failures(void **state)
{
	struct health_plan plan = { .retries = 2 };
	json_t *health = health_new();

	(void)state;
	assert_string_equal(health_status(health), "starting");
	assert_false(note(health, &plan, 1, 1));
	assert_true(note(health, &plan, 2, 0));
	assert_string_equal(health_status(health), "healthy");
	assert_int_equal(streak_of(health), 0);
	assert_false(note(health, &plan, 3, 7));
	assert_string_equal(health_status(health), "healthy");
	assert_true(note(health, &plan, 4, -1));
	assert_string_equal(health_status(health), "unhealthy");
	assert_int_equal(streak_of(health), 2);
	assert_false(note(health, &plan, 5, 1));
	assert_true(note(health, &plan, 6, 0));
	assert_string_equal(health_status(health), "healthy");
	json_decref(health);
}

static void test_health__early_failures_do_not_count(void **state)
{
	struct health_plan plan = {
		.interval = 30 * CLOCK_SECOND,
		.start_period = 10 * CLOCK_SECOND,
		.start_interval = CLOCK_SECOND,
		.retries = 1,
	};
	json_t *health = health_new();

	(void)state;
	assert_int_equal(health_pause(health, &plan, 0, CLOCK_SECOND),
			 CLOCK_SECOND);
	assert_false(note(health, &plan, 9, 1));
	assert_int_equal(streak_of(health), 0);
	assert_int_equal(health_pause(health, &plan, 0, 10 * CLOCK_SECOND),
			 30 * CLOCK_SECOND);
	assert_true(note(health, &plan, 10, 1));
	assert_string_equal(health_status(health), "unhealthy");
	json_decref(health);
	/* after a success they do */
	health = health_new();
	assert_true(note(health, &plan, 1, 0));
	assert_int_equal(health_pause(health, &plan, 0, CLOCK_SECOND),
			 30 * CLOCK_SECOND);
	assert_true(note(health, &plan, 2, 1));
	json_decref(health);
}

static void test_health__keeps_the_last_checks(void **state)
{
	struct health_plan plan = { .retries = 3 };
	json_t *health = health_new();
	const json_t *log;

	(void)state;
	for (int i = 0; i < 7; i++)
		(void)note(health, &plan, i, i);
	log = json_object_get(health, "Log");
	assert_int_equal(json_array_size(log), HEALTH_LOG_MAX);
	assert_int_equal(json_integer_value(json_object_get(
				 json_array_get(log, 0), "ExitCode")),
			 2);
	json_decref(health);
}

static void test_health__output_is_text(void **state)
{
	struct health_plan plan = { .retries = 3 };
	struct health_result result = { .output = "a\377b" };
	json_t *health = health_new();

	(void)state;
	(void)health_note(health, &plan, 0, &result);
	assert_string_equal(
		json_string_value(json_object_get(
			json_array_get(json_object_get(health, "Log"), 0),
			"Output")),
		"a\357\277\275b");
	health_stop(health);
	assert_string_equal(health_status(health), "unhealthy");
	assert_string_equal(health_status(NULL), "none");
	json_decref(health);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_health__plans_are_read),
		cmocka_unit_test(test_health__docker_s_defaults),
		cmocka_unit_test(test_health__changes_after_so_many_failures),
		cmocka_unit_test(test_health__early_failures_do_not_count),
		cmocka_unit_test(test_health__keeps_the_last_checks),
		cmocka_unit_test(test_health__output_is_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
