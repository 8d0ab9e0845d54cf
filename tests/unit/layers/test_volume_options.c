/* SPDX-License-Identifier: Apache-2.0 */
/* Options of the local driver: which docker takes, and what it says. */
#include "layers/store/volume_options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonx.h"
#include "base/strbuf.h"

struct row {
	const char *given[4];
	const char *says; /* part of the message; NULL: taken */
	const char *why;
};

static const struct row rows[] = {
	{ { NULL }, NULL, "nothing" },
	{ { "type=tmpfs", "device=tmpfs" }, NULL, "a tmpfs" },
	{ { "type=tmpfs", "device=tmpfs", "o=size=1m,uid=5" },
	  NULL,
	  "the value has equals signs of its own" },
	{ { "type=none", "device=/srv", "o=bind" }, NULL, "a bind" },
	{ { "type=nfs", "device=:/srv", "o=addr=192.0.2.1,rw" }, NULL, "nfs" },
	{ { "type=nfs4", "device=:/srv", "o=ro,addr=2001:db8::1" },
	  NULL,
	  "nfs of version 4, by IPv6" },
	{ { "foo=1" }, "invalid option: \"foo\"", "another driver's" },
	{ { "size=10m" }, "quota size requested but no quota support", "size" },
	{ { "type=tmpfs" }, "missing required option: \"device\"", "alone" },
	{ { "device=/srv" }, "missing required option: \"type\"", "alone" },
	{ { "o=bind" }, "missing required option: \"device\"", "alone" },
	{ { "o=bind", "device=/srv" },
	  "missing required option: \"type\"",
	  "two of three" },
	{ { "type=nfs", "device=host:/srv" }, "needs addr=", "no server" },
	{ { "type=nfs", "device=:/srv", "o=addr=files.example" },
	  NULL,
	  "a server's name" },
	{ { "type=nfs", "device=:/srv", "o=addr=,ro" },
	  "needs addr=",
	  "no name" },
};

static void test_volume_options__are_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(jsonx_free) json_t *options = json_object();
		int result;

		for (size_t j = 0; j < 4 && rows[i].given[j]; j++)
			volume_options_add(options, rows[i].given[j]);
		result = volume_options_check(options, &err);
		if ((result == 0) != !rows[i].says)
			fail_msg("%s: %s", rows[i].why,
				 err.msg ? err.msg : "is taken");
		if (rows[i].says && !strstr(err.msg, rows[i].says))
			fail_msg("%s: %s", rows[i].why, err.msg);
	}
}

static void test_volume_options__the_last_one_counts(void **state)
{
	autoclean(jsonx_free) json_t *options = json_object();
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	(void)state;
	volume_options_add(options, "o=a");
	volume_options_add(options, "o=b=c");
	volume_options_add(options, "type");
	jsonx_format(options, &text);
	assert_string_equal(text.text, "{\"o\":\"b=c\",\"type\":\"\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_volume_options__are_checked),
		cmocka_unit_test(test_volume_options__the_last_one_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
