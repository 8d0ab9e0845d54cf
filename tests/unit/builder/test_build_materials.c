/* SPDX-License-Identifier: Apache-2.0 */
/* What a build read. */
#include "builder/attest/build_materials.h"

#include "base/alloc.h"
#include "base/jsonx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static void test_build_materials__are_sorted_and_anonymous(void **state)
{
	struct build_materials materials = BUILD_MATERIALS_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	json_t *list;

	(void)state;
	build_materials_add(NULL, "nobody:asks", "sha256", "0");
	build_materials_add(&materials, "https://me:hush@host/z", "sha256",
			    "1");
	build_materials_add(&materials, "https://a/x@y", "sha1", "2");
	build_materials_add(&materials, "https://a/x@y", "sha1", "3");
	list = build_materials_list(&materials);
	jsonx_format(list, &text);
	assert_string_equal(
		text.text,
		"[{\"uri\":\"https://a/x@y\",\"digest\":{\"sha1\":\"3\"}},"
		"{\"uri\":\"https://host/z\",\"digest\":{\"sha256\":\"1\"}}]");
	json_decref(list);
	build_materials_release(&materials);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_build_materials__are_sorted_and_anonymous),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
