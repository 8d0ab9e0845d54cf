/* SPDX-License-Identifier: Apache-2.0 */
/* A container's state as its file and as what is told of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "runtime/oci/oci_state.h"

static void test_oci_state__checks_ids(void **state)
{
	static const struct {
		const char *id;
		bool is_good;
	} rows[] = {
		{ "c1", true },	   { "a_b+c-d.E9", true }, { "...", true },
		{ "", false },	   { ".", false },	   { "..", false },
		{ "../x", false }, { "a/b", false },	   { "a b", false },
		{ "a\n", false },  { "\xc3\xa4", false },  { "a:b", false },
	};
	char long_one[OCI_ID_MAX + 2];
	autoclean(error_release) struct error too_long = ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;

		if ((oci_state_check_id(rows[i].id, &err) == 0) !=
		    rows[i].is_good)
			fail_msg("\"%s\"", rows[i].id);
	}
	memset(long_one, 'a', sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = '\0';
	assert_int_equal(oci_state_check_id(long_one, &too_long), -1);
}

static struct oci_state sample(void)
{
	return (struct oci_state){
		.id = xstrdup("c1"),
		.bundle = xstrdup("/b"),
		.rootfs = xstrdup("/b/rootfs"),
		.cgroup = xstrdup("imgctl/oci-c1"),
		.pid = 42,
		.start_time = 1234567890123,
		.created = 1577836800000000000,
		.owner = 1000,
		.no_keyring = true,
		.annotations = json_pack("{s:s}", "a", "b"),
	};
}

static void test_oci_state__survives_its_file(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(oci_state_release) struct oci_state from = sample();
	autoclean(oci_state_release) struct oci_state to = OCI_STATE_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	(void)state;
	oci_state_format(&from, &text);
	assert_int_equal(oci_state_parse(text.text, text.length, &to, &err), 0);
	assert_string_equal(to.id, "c1");
	assert_string_equal(to.cgroup, from.cgroup);
	assert_null(to.scope);
	assert_int_equal(to.pid, 42);
	assert_true(to.start_time == from.start_time);
	assert_true(to.created == from.created);
	assert_int_equal(to.owner, 1000);
	assert_true(to.no_keyring);
	assert_true(json_equal(to.annotations, from.annotations));
}

static void test_oci_state__refuses_a_broken_file(void **state)
{
	static const char *const rows[] = { "", "[]", "{}", "{\"id\":1}",
					    "{\"id\":\"c1\"" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		struct oci_state out;

		assert_int_equal(
			oci_state_parse(rows[i], strlen(rows[i]), &out, &err),
			-1);
	}
}

static void test_oci_state__tells_no_pid_of_a_stopped_one(void **state)
{
	autoclean(oci_state_release) struct oci_state from = sample();
	autoclean(jsonx_free)
		json_t *running = oci_state_show(&from, OCI_RUNNING, "alice");
	autoclean(jsonx_free)
		json_t *stopped = oci_state_plain(&from, OCI_STOPPED);

	(void)state;
	assert_int_equal(json_integer_value(json_object_get(running, "pid")),
			 42);
	assert_string_equal(
		json_string_value(json_object_get(running, "created")),
		"2020-01-01T00:00:00Z");
	assert_int_equal(json_integer_value(json_object_get(stopped, "pid")),
			 0);
	assert_string_equal(
		json_string_value(json_object_get(stopped, "status")),
		"stopped");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oci_state__checks_ids),
		cmocka_unit_test(test_oci_state__survives_its_file),
		cmocka_unit_test(test_oci_state__refuses_a_broken_file),
		cmocka_unit_test(test_oci_state__tells_no_pid_of_a_stopped_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
