/* SPDX-License-Identifier: Apache-2.0 */
/* The formats of lists, as docker 26 prints the same rows. */
#include "cmd/listing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct listing_column columns[] = {
	{ "ID", "CONTAINER ID" }, { "Names", "NAMES" }, { "Image", "IMAGE" },
	{ "Ports", "PORTS" },	  { NULL, NULL },
};

static const struct listing containers = {
	.type = "*formatter.ContainerContext",
	.columns = columns,
	.table = "table {{.ID}}\t{{.Image}}\t{{.Ports}}\t{{.Names}}",
	.raw = "container_id: {{.ID}}\\nimage: {{.Image}}\\n",
	.has_labels = true,
	.is_probed = true,
};

static const struct listing images = {
	.type = "*formatter.imageContext",
	.columns = columns,
	.table = "table {{.ID}}",
};

static const struct {
	const char *format;
	const char *expected; /* output, or the error of a failure */
	bool fails;
} cases[] = {
	{ NULL,
	  "CONTAINER ID   IMAGE             PORTS     NAMES\n"
	  "ff367b469daf   debian:<latest>             web\n"
	  "0123456789ab   a?b               80/tcp    db\n",
	  false },
	{ "table {{.Names}}\\t{{.Label \"x.y\"}}\\t{{.Label \"com.a-b_c\"}}",
	  "NAMES     y         a b c\n"
	  "web       z w       \n"
	  "db                  \n",
	  false },
	{ "table {{upper .Names}}\\t{{json .ID}}\\t{{truncate .Image 3}}"
	  "\\t{{printf \"%.3s\" .ID}}",
	  "NAMES     CONTAINER ID     IMAGE     CON\n"
	  "WEB       \"ff367b469daf\"   deb       ff3\n"
	  "DB        \"0123456789ab\"   a?b       012\n",
	  false },
	{ "table {{.Names}}\\n{{.ID}}",
	  "NAMES\nCONTAINER ID\nweb\nff367b469daf\ndb\n0123456789ab\n", false },
	{ "tablefoo {{.ID}}",
	  "foo CONTAINER ID\nfoo ff367b469daf\nfoo 0123456789ab\n", false },
	{ "raw",
	  "container_id: ff367b469daf\nimage: debian:<latest>\n\n"
	  "container_id: 0123456789ab\nimage: a\tb\n\n",
	  false },
	{ "json",
	  "{\"ID\":\"ff367b469daf\",\"Image\":\"debian:\\u003clatest"
	  "\\u003e\",\"Names\":\"web\",\"Ports\":\"\"}\n"
	  "{\"ID\":\"0123456789ab\",\"Image\":\"a\\tb\",\"Names\":\"db\","
	  "\"Ports\":\"80/tcp\"}\n",
	  false },
	{ "{{.Names}}\\t{{.ID}}", "web\tff367b469daf\ndb\t0123456789ab\n",
	  false },
	{ "pretty", "pretty\npretty\n", false },
	{ "{{.Label}}",
	  "failed to execute template: template: :1:2: executing \"\" at "
	  "<.Label>: wrong number of args for Label: want 1 got 0",
	  true },
	{ "{{.ID", "failed to parse template: template: :1: unclosed action",
	  true },
};

static json_t *make_row(const char *id, const char *image, const char *names,
			const char *ports)
{
	return json_pack("{s:s,s:s,s:s,s:s}", "Names", names, "ID", id, "Image",
			 image, "Ports", ports);
}

static void check(const struct listing *listing, const char *format,
		  const struct listing_rows *rows, const char *expected,
		  bool fails)
{
	struct strbuf out = STRBUF_INIT;
	struct error err = ERROR_INIT;
	int result = listing_format(listing, format, rows, &out, &err);

	assert_string_equal(result < 0 ? err.msg : out.text, expected);
	assert_int_equal(result, fails ? -1 : 0);
	strbuf_release(&out);
	error_release(&err);
}

static void test_listing__knows_dockers_formats(void **state)
{
	json_t *web = make_row("ff367b469daf", "debian:<latest>", "web", "");
	json_t *db = make_row("0123456789ab", "a\tb", "db", "80/tcp");
	json_t *labels = json_pack("{s:s}", "x.y", "z w");
	const struct listing_row items[] = { { web, labels }, { db, NULL } };
	const struct listing_rows rows = { items, 2 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(&containers, cases[i].format, &rows, cases[i].expected,
		      cases[i].fails);
	json_decref(web);
	json_decref(db);
	json_decref(labels);
}

static void test_listing__without_rows(void **state)
{
	const struct listing_rows none = { NULL, 0 };

	(void)state;
	check(&containers, "", &none,
	      "CONTAINER ID   IMAGE     PORTS     NAMES\n", false);
	check(&containers, "{{.ID}}", &none, "", false);
	check(&containers, "table {{.Names}}\\t{{.Nope}}", &none,
	      "failed to execute template: template: :1:20: executing \"\" at "
	      "<.Nope>: can't evaluate field Nope in type "
	      "*formatter.ContainerContext",
	      true);
	check(&images, "table {{.ID}} {{.Nope}}", &none,
	      "CONTAINER ID <no value>\n", false);
	check(&images, "{{foo}}", &none,
	      "template parsing error: template: :1: function \"foo\" not "
	      "defined",
	      true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listing__knows_dockers_formats),
		cmocka_unit_test(test_listing__without_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
