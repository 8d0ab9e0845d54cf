/* SPDX-License-Identifier: Apache-2.0 */
/* CDI specifications: what is read and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/alloc.h"
#include "runtime/cdi/cdi_spec.h"

#define HEAD(version) "cdiVersion: " version "\nkind: v.test/c\n"
#define DEVICE(edits) "devices: [{name: a, containerEdits: {" edits "}}]\n"
#define ENV "env: [A=b]"

static const struct {
	const char *why, *text, *wrong; /* NULL: it is read */
} rows[] = {
	{ "the least", HEAD("0.3.0") DEVICE(ENV), NULL },
	{ "everything",
	  HEAD("1.1.0") "annotations: {a: 1}\n"
			"containerEdits: {env: [G=g]}\n" DEVICE(
				"deviceNodes: [{path: /dev/a, hostPath: /dev/b, type: c, major: 1, minor: 2, "
				"fileMode: 0640, permissions: rw, uid: 1, gid: 2}], mounts: [{hostPath: /h, "
				"containerPath: /c, options: [ro], type: bind}], hooks: [{hookName: poststop, "
				"path: /p, args: [1, b], env: [A=b], timeout: 3}], additionalGids: [5], "
				"intelRdt: {closID: x}, netDevices: [{hostInterfaceName: e0, name: e1}], " ENV),
	  NULL },
	{ "empty strings are none",
	  HEAD("0.5.0") DEVICE(
		  "deviceNodes: [{path: /dev/a, hostPath: '', type: ''}]"),
	  NULL },
	{ "nulls are none",
	  HEAD("0.3.0") "annotations:\n" DEVICE(ENV ", mounts: null"), NULL },
	{ "names that are numbers",
	  HEAD("0.5.0") "devices: [{name: 0, containerEdits: {" ENV "}}]",
	  NULL },
	{ "no object", "[1]", "expected an object" },
	{ "no version", "kind: v.test/c\n" DEVICE(ENV),
	  "cdiVersion: expected" },
	{ "a version that is a number", HEAD("1") DEVICE(ENV),
	  "cdiVersion: expected" },
	{ "another version", HEAD("2.0.0") DEVICE(ENV), "is not known" },
	{ "no kind", "cdiVersion: 0.3.0\n" DEVICE(ENV), "kind: missing" },
	{ "half a kind", "cdiVersion: 0.3.0\nkind: v\n" DEVICE(ENV),
	  "kind: \"v\"" },
	{ "no devices", HEAD("0.3.0"), "devices: missing" },
	{ "an empty list", HEAD("0.3.0") "devices: []", "devices: empty" },
	{ "a device that is none", HEAD("0.3.0") "devices: [x]",
	  "devices: [0]: expected an object" },
	{ "no edits", HEAD("0.3.0") "devices: [{name: a}]",
	  "containerEdits: missing" },
	{ "empty edits", HEAD("0.3.0") DEVICE(""), "containerEdits: empty" },
	{ "two of a name",
	  HEAD("0.3.0") "devices: [{name: a, containerEdits: {" ENV
			"}}, {name: a, containerEdits: {" ENV "}}]",
	  "comes twice" },
	{ "a name that is none",
	  HEAD("0.3.0") "devices: [{name: a/b, containerEdits: {" ENV "}}]",
	  "no device's name" },
	{ "a member that is not known", HEAD("0.3.0") "x: 1\n" DEVICE(ENV),
	  "unknown field \"x\"" },
	{ "deep down",
	  HEAD("0.3.0")
		  DEVICE("mounts: [{hostPath: /a, containerPath: /b, x: 1}]"),
	  "mounts[0]: unknown field \"x\"" },
	{ "newer than it says: hostPath",
	  HEAD("0.4.0")
		  DEVICE("deviceNodes: [{path: /dev/a, hostPath: /dev/b}]"),
	  "hostPath: needs cdiVersion 0.5.0" },
	{ "newer than it says: netDevices",
	  HEAD("1.0.0") DEVICE("netDevices: []"),
	  "netDevices: needs cdiVersion 1.1.0" },
	{ "a path that is none",
	  HEAD("0.3.0") DEVICE("deviceNodes: [{path: dev/a}]"),
	  "not an absolute path" },
	{ "no path", HEAD("0.3.0") DEVICE("deviceNodes: [{type: c}]"),
	  "path: missing" },
	{ "another type",
	  HEAD("0.3.0") DEVICE("deviceNodes: [{path: /dev/a, type: x}]"),
	  "type: \"x\"" },
	{ "another permission",
	  HEAD("0.3.0")
		  DEVICE("deviceNodes: [{path: /dev/a, permissions: rx}]"),
	  "permissions: \"rx\"" },
	{ "a negative number",
	  HEAD("0.3.0") DEVICE("deviceNodes: [{path: /dev/a, major: -1}]"),
	  "major: expected" },
	{ "a list for a number",
	  HEAD("0.3.0") DEVICE("deviceNodes: [{path: /dev/a, major: [1]}]"),
	  "major: expected" },
	{ "a large group", HEAD("0.7.0") DEVICE("additionalGids: [4294967296]"),
	  "additionalGids: [0]" },
	{ "a variable without a value", HEAD("0.3.0") DEVICE("env: [A]"),
	  "env[0]: \"A\"" },
	{ "a value without a variable", HEAD("0.3.0") DEVICE("env: [=a]"),
	  "env[0]" },
	{ "a hook of another kind",
	  HEAD("0.3.0") DEVICE("hooks: [{hookName: x, path: /a}]"),
	  "hookName: \"x\"" },
	{ "a hook without an absolute path",
	  HEAD("0.3.0") DEVICE("hooks: [{hookName: poststop, path: a}]"),
	  "absolute" },
	{ "annotations of lists",
	  HEAD("0.6.0") "annotations: {a: []}\n" DEVICE(ENV),
	  "annotations: a: expected" },
};

static void test_cdi_spec_parse__is_strict(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(cdi_spec_release) struct cdi_spec spec =
			CDI_SPEC_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		int result = cdi_spec_parse(rows[i].text, strlen(rows[i].text),
					    true, &spec, &err);

		if ((result == 0) != !rows[i].wrong ||
		    (rows[i].wrong && !strstr(err.msg, rows[i].wrong)))
			fail_msg("%s: %s", rows[i].why,
				 result == 0 ? "read" : err.msg);
	}
}

static void test_cdi_spec_parse__reads_json_as_such(void **state)
{
	static const char text[] =
		"{\"cdiVersion\":\"0.5.0\",\"kind\":\"v/c\",\"devices\":[{\"name\":\"a\",\"containerEdits\":{\"env\":[\"A=b\"]}},"
		"{\"name\":\"b\",\"containerEdits\":{\"env\":[\"B=b\"]}}]}";
	autoclean(cdi_spec_release) struct cdi_spec spec = CDI_SPEC_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(cdi_spec_parse(text, strlen(text), false, &spec, &err),
			 0);
	assert_string_equal(spec.kind, "v/c");
	assert_null(spec.edits);
	assert_int_equal(spec.device_count, 2);
	assert_ptr_equal(cdi_spec_find(&spec, "b"), &spec.devices[1]);
	assert_null(cdi_spec_find(&spec, "c"));
	assert_int_equal(cdi_spec_parse("a: 1", 4, false, &spec, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cdi_spec_parse__is_strict),
		cmocka_unit_test(test_cdi_spec_parse__reads_json_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
