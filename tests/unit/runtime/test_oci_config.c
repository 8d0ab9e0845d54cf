/* SPDX-License-Identifier: Apache-2.0 */
/* What a bundle's configuration gets added. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/jsonx.h"
#include "runtime/cgroup/device_rules.h"
#include "runtime/oci/oci_config.h"

static void test_oci_config__completes_device_rules(void **state)
{
	static const struct {
		const char *rules;
		char type;
		unsigned access;
		int64_t major, minor;
		bool is_allowed;
		const char *why;
	} rows[] = {
		{ "[]", 'c', DEVICE_ALL, 1, 3, true, "every one has null" },
		{ "[]", 'c', DEVICE_READ, 1, 1, false, "but not memory" },
		{ "[]", 'b', DEVICE_MKNOD, 8, 0, true, "nodes can be made" },
		{ "[]", 'b', DEVICE_READ, 8, 0, false, "but not opened" },
		{ "[{\"allow\":false,\"access\":\"rwm\"}]", 'c', DEVICE_ALL,
		  136, 7, true, "a refusal of all spares those of all" },
		{ "[{\"allow\":true,\"type\":\"c\",\"major\":10,\"minor\":229,"
		  "\"access\":\"rw\"}]",
		  'c', DEVICE_READ, 10, 229, true, "what is named" },
		{ "[{\"allow\":true,\"access\":\"rwm\"}]", 'b', DEVICE_ALL, 8,
		  0, true, "a privileged one" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(device_rules_release) struct device_rules rules =
			DEVICE_RULES_INIT;
		autoclean(jsonx_free) json_t *document = json_pack(
			"{s:o}", "devices", json_loads(rows[i].rules, 0, NULL));
		autoclean(runtime_resources_release) struct runtime_resources
			resources = { 0 };

		assert_int_equal(
			runtime_resources_parse(document, &resources, &err), 0);
		oci_config_complete(&resources);
		device_rules_apply(&rules, resources.devices,
				   resources.device_count);
		if (device_rules_is_allowed(
			    &rules, rows[i].type, rows[i].access, rows[i].major,
			    rows[i].minor) != rows[i].is_allowed)
			fail_msg("%s: %s", rows[i].rules, rows[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oci_config__completes_device_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
