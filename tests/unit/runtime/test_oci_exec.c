/* SPDX-License-Identifier: Apache-2.0 */
/* The process document that exec's options ask for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <string.h>

#include "base/jsonx.h"
#include "runtime/oci/oci_exec.h"

static const char own_text[] =
	"{\"terminal\":true,\"user\":{\"uid\":5,\"gid\":6},\"cwd\":\"/w\","
	"\"args\":[\"init\"],\"env\":[\"A=1\"],"
	"\"capabilities\":{\"bounding\":[\"CAP_KILL\"]}}";

static char *const program[] = { (char *)(uintptr_t) "ls",
				 (char *)(uintptr_t) "-l", NULL };

static json_t *own(void)
{
	json_t *document = json_loads(own_text, 0, NULL);

	assert_non_null(document);
	return document;
}

static void test_oci_exec__keeps_what_is_not_replaced(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(jsonx_free) json_t *from = own();
	autoclean(jsonx_free) json_t *to = NULL;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct oci_exec request = { .args = program };

	(void)state;
	assert_int_equal(oci_exec_process(&request, from, &to, &err), 0);
	jsonx_format(json_object_get(to, "args"), &text);
	assert_string_equal(text.text, "[\"ls\",\"-l\"]");
	assert_string_equal(json_string_value(json_object_get(to, "cwd")),
			    "/w");
	assert_false(json_boolean_value(json_object_get(to, "terminal")));
	assert_int_equal(json_array_size(json_object_get(to, "env")), 1);
	assert_true(json_boolean_value(json_object_get(from, "terminal")));
}

static void test_oci_exec__puts_options_in(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(jsonx_free) json_t *from = own();
	autoclean(jsonx_free) json_t *to = NULL;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(strvec_release) struct strvec groups = STRVEC_INIT;
	autoclean(strvec_release) struct strvec caps = STRVEC_INIT;
	struct oci_exec request = {
		.args = program,
		.user = "7:8",
		.groups = &groups,
		.capabilities = &caps,
	};

	(void)state;
	strvec_add(&groups, "9");
	strvec_add(&caps, "net_admin");
	assert_int_equal(oci_exec_process(&request, from, &to, &err), 0);
	jsonx_format(json_object_get(to, "user"), &text);
	assert_non_null(strstr(text.text, "\"uid\":7"));
	assert_non_null(strstr(text.text, "\"gid\":8"));
	assert_non_null(strstr(text.text, "\"additionalGids\":[9]"));
	strbuf_release(&text);
	jsonx_format(json_object_get(to, "capabilities"), &text);
	assert_non_null(strstr(text.text, "[\"CAP_KILL\",\"CAP_NET_ADMIN\"]"));
	assert_non_null(strstr(text.text, "\"effective\":[\"CAP_NET_ADMIN\"]"));
}

static void test_oci_exec__refuses_what_is_no_id(void **state)
{
	static const struct {
		const char *user;
		const char *why;
	} rows[] = {
		{ "root", "names are not known to a runtime" },
		{ "-1", "no sign" },
		{ "4294967295", "the id that means none" },
		{ "1:", "half a pair" },
		{ "1:2:3", "three" },
		{ " 1", "no spaces" },
		{ "1x", "something behind" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(jsonx_free) json_t *from = own();
		autoclean(jsonx_free) json_t *to = NULL;
		struct oci_exec request = { .args = program,
					    .user = rows[i].user };

		if (oci_exec_process(&request, from, &to, &err) == 0 ||
		    err.kind != ERROR_INVALID)
			fail_msg("\"%s\": %s", rows[i].user, rows[i].why);
	}
}

static void test_oci_exec__wants_a_program(void **state)
{
	static char *const none[] = { NULL };
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(jsonx_free) json_t *from = own();
	autoclean(jsonx_free) json_t *to = NULL;
	struct oci_exec request = { .args = none };

	(void)state;
	assert_int_equal(oci_exec_process(&request, from, &to, &err), -1);
	error_release(&err);
	request.args = program;
	assert_int_equal(oci_exec_process(&request, NULL, &to, &err), -1);
	assert_int_equal(err.kind, ERROR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oci_exec__keeps_what_is_not_replaced),
		cmocka_unit_test(test_oci_exec__puts_options_in),
		cmocka_unit_test(test_oci_exec__refuses_what_is_no_id),
		cmocka_unit_test(test_oci_exec__wants_a_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
