/* SPDX-License-Identifier: Apache-2.0 */
/* Tag lists: one page, many pages, and lists that go wrong. */
#include "registry/tags.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/registry/client_fixture.h"

#define OK "HTTP/1.1 200 OK\r\n"
#define END "Connection: close\r\n\r\n"

struct row {
	const char *head;
	const char *body;
	const char *tags; /* joined by blanks; NULL: fails */
	const char *text; /* in the error */
};

static void check(const struct row *row, const struct loopback_step *steps)
{
	autoclean(strvec_release) struct strvec tags = STRVEC_INIT;
	autoclean(strbuf_release) struct strbuf joined = STRBUF_INIT;
	struct client_fixture f;
	int result;

	client_fixture_open(&f, steps, CLIENT_PULL);
	result = tags_list(f.client, &tags, &f.err);
	for (size_t i = 0; i < tags.count; i++)
		strbuf_addf(&joined, "%s%s", i ? " " : "", tags.items[i]);
	if (row->tags && result < 0)
		fail_msg("%s: %s", row->body, f.err.msg);
	if (row->tags)
		assert_string_equal(joined.text, row->tags);
	if (!row->tags && (result == 0 || !strstr(f.err.msg, row->text)))
		fail_msg("%s: %s", row->body, f.err.msg ? f.err.msg : "ok");
	client_fixture_close(&f);
}

static void test_tags__one_page(void **state)
{
	static const struct row rows[] = {
		{ OK END, "{\"tags\":[\"b\",\"a\"]}", "b a", NULL },
		{ OK END, "{\"name\":\"a/b\",\"tags\":null}", "", NULL },
		{ OK END, "{\"name\":\"a/b\"}", "", NULL },
		{ OK END, "{\"tags\":[\"a\",7,\"\",\"../x\",\"a\",\"a b\"]}",
		  "a", NULL },
		{ OK END, "{\"tags\":{}}", NULL, "tags" },
		{ OK END, "<html>", NULL, "tag list" },
		{ "HTTP/1.1 404 No\r\n" END,
		  "{\"errors\":[{\"code\":\"NAME_UNKNOWN\"}]}", NULL,
		  "repository 127.0.0.1" },
		{ OK "Link: <http://other.test/>; rel=\"next\"\r\n" END,
		  "{\"tags\":[]}", NULL, "at another host, other.test" },
		{ OK "Link: <tags/list>; rel=\"next\"\r\n" END, "{\"tags\":[]}",
		  NULL, "HTTP 599" },
		{ OK "Link: <list>; rel=\"next\"\r\n" END, "{\"tags\":[]}",
		  NULL, "goes round in a circle" },
		{ OK "Link: <list>; rel=\"prev\"\r\n" END, "{\"tags\":[\"x\"]}",
		  "x", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct loopback_step steps[] = {
			ROOT_STEP,
			{ .match = "GET /v2/a/b/tags/list ",
			  .answer = rows[i].head,
			  .body = rows[i].body,
			  .close = true },
			{ 0 },
		};

		check(&rows[i], steps);
	}
}

static void test_tags__pages(void **state)
{
	static const struct row row = { NULL, "pages", "a b c", NULL };
	static const struct loopback_step steps[] = {
		ROOT_STEP,
		{ .match = "GET /v2/a/b/tags/list ",
		  .answer = OK "Link: </v2/a/b/tags/list?next_page=x%2F=="
			       ">; rel=\"next\"\r\n" END,
		  .body = "{\"tags\":[\"a\"]}",
		  .close = true },
		{ .match = "GET /v2/a/b/tags/list?next_page=x%2F== ",
		  .answer = OK "Link: <%s/v2/a/b/tags/list?p=3>; rel=next"
			       "\r\n" END,
		  .body = "{\"tags\":[\"b\",\"a\"]}",
		  .close = true },
		{ .match = "GET /v2/a/b/tags/list?p=3 ",
		  .answer = OK END,
		  .body = "{\"tags\":[\"c\"]}",
		  .close = true },
		{ 0 },
	};

	(void)state;
	check(&row, steps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tags__one_page),
		cmocka_unit_test(test_tags__pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
