/* SPDX-License-Identifier: Apache-2.0 */
/* Redirects between two servers: what follows, what stays behind. */
#include "registry/http/redirect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/registry/loopback.h"

#define TO(status, location)                                \
	"HTTP/1.1 " status "\r\nLocation: " location "\r\n" \
	"Content-Length: 0\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"

struct fixture {
	struct loopback first, second;
	struct http_pool *pool;
	struct http_response response;
	struct error err;
	char url[128];
};

static void open_fixture(struct fixture *f, const struct loopback_step *first,
			 const struct loopback_step *second)
{
	struct http_options options = { .connect_timeout_ms = 5000,
					.stall_timeout_ms = 5000 };

	*f = (struct fixture){ .response = HTTP_RESPONSE_INIT,
			       .err = ERROR_INIT };
	loopback_start(&f->first, first);
	loopback_start(&f->second, second);
	assert_int_equal(http_pool_open(&options, &f->pool, &f->err), 0);
}

static void close_fixture(struct fixture *f)
{
	http_response_release(&f->response);
	http_pool_close(f->pool);
	loopback_stop(&f->first);
	loopback_stop(&f->second);
	error_release(&f->err);
}

static int follow(struct fixture *f, struct http_request request)
{
	(void)snprintf(f->url, sizeof(f->url), "%s%s", f->first.url,
		       request.url);
	request.url = f->url;
	return redirect_follow(f->pool, &request, &f->response, &f->err);
}

static void test_redirect__same_origin_keeps_the_credentials(void **state)
{
	static const struct loopback_step first[] = {
		{ .match = "GET /a ",
		  .answer = TO("302 Found", "../b/c?x=%%2F#frag") },
		{ .match = "GET /b/c?x=%%2F ", .answer = OK, .body = "ok" },
		{ 0 },
	};
	static const struct loopback_step none[] = { { 0 } };
	struct fixture f;

	(void)state;
	open_fixture(&f, first, none);
	assert_int_equal(
		follow(&f,
		       (struct http_request){ .url = "/a",
					      .authorization = "Bearer t" }),
		0);
	assert_int_equal(f.response.status, 200);
	assert_false(f.response.crossed);
	assert_non_null(strstr(f.response.url, "/b/c?x=%%2F"));
	assert_non_null(
		strstr(f.first.requests.items[1], "Authorization: Bearer t"));
	close_fixture(&f);
}

static void test_redirect__another_port_gets_no_credentials(void **state)
{
	static const char *const statuses[] = { "301 Moved", "302 Found",
						"303 See Other",
						"307 Temporary",
						"308 Permanent" };
	static const struct loopback_step second[] = {
		{ .match = "GET /back", .answer = TO("307 T", "/there") },
		{ .answer = OK, .body = "ok" },
		{ 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
		char answer[256];
		struct loopback_step first[] = { { .answer = answer }, { 0 } };
		struct strvec headers = STRVEC_INIT;
		struct fixture f;

		open_fixture(&f, first, second);
		(void)snprintf(answer, sizeof(answer),
			       "HTTP/1.1 %s\r\nLocation: %s/back\r\n"
			       "Content-Length: 0\r\n\r\n",
			       statuses[i], f.second.url);
		strvec_add(&headers, "Range: bytes=1-");
		assert_int_equal(follow(&f,
					(struct http_request){
						.url = "/a",
						.headers = &headers,
						.authorization = "Bearer t" }),
				 0);
		assert_true(f.response.crossed);
		assert_non_null(strstr(f.first.requests.items[0], "Bearer t"));
		for (size_t k = 0; k < 2; k++) {
			const char *seen = f.second.requests.items[k];

			assert_null(strcasestr(seen, "authorization"));
			assert_non_null(strstr(seen, "Range: bytes=1-"));
		}
		strvec_release(&headers);
		close_fixture(&f);
	}
}

static void test_redirect__credentials_do_not_come_back(void **state)
{
	static const struct loopback_step none[] = { { 0 } };
	char away[128], home[128];
	struct loopback_step first[] = {
		{ .match = "GET /a", .answer = away },
		{ .answer = OK, .body = "ok" },
		{ 0 },
	};
	struct loopback_step second[] = { { .answer = home }, { 0 } };
	struct fixture f;

	(void)state;
	open_fixture(&f, first, none);
	f.second.steps = second;
	(void)snprintf(away, sizeof(away), TO("307 T", "%s/x"), f.second.url);
	(void)snprintf(home, sizeof(home), TO("307 T", "%s/home"), f.first.url);
	assert_int_equal(
		follow(&f,
		       (struct http_request){ .url = "/a",
					      .authorization = "Bearer t" }),
		0);
	assert_null(strstr(f.first.requests.items[1], "Authorization"));
	close_fixture(&f);
}

static void test_redirect__refused(void **state)
{
	static const struct {
		const char *location;
		const char *text;
		const char *why;
	} rows[] = {
		{ "/a", "redirects (HTTP 307) without end", "loop" },
		{ "file:///etc/passwd", "to a URL that is not valid", "file" },
		{ "gopher://127.0.0.1/", "to a URL that is not valid",
		  "gopher" },
		{ "http://user:pass@127.0.0.1/", "to a URL that is not valid",
		  "user and password" },
		{ "http://127.0.0.1:99999/", "to a URL that is not valid",
		  "port out of range" },
	};
	static const struct loopback_step none[] = { { 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char answer[256];
		struct loopback_step first[] = { { .answer = answer }, { 0 } };
		struct fixture f;

		(void)snprintf(answer, sizeof(answer), TO("307 T", "%s"),
			       rows[i].location);
		open_fixture(&f, first, none);
		assert_int_equal(
			follow(&f, (struct http_request){ .url = "/a" }), -1);
		if (!strstr(f.err.msg, rows[i].text))
			fail_msg("%s: %s", rows[i].why, f.err.msg);
		assert_in_range(f.first.requests.count, 1, 11);
		close_fixture(&f);
	}
}

static void test_redirect__bodies(void **state)
{
	static const struct loopback_step none[] = { { 0 } };
	static const struct loopback_step kept[] = {
		{ .match = "PUT /a ", .answer = TO("307 T", "/b") },
		{ .match = "PUT /b ", .answer = OK, .body = "ok" },
		{ 0 },
	};
	static const struct loopback_step lost[] = {
		{ .match = "PUT /a ", .answer = TO("302 F", "/b") },
		{ 0 },
	};
	static const struct http_body body = { .data = "xyz", .length = 3 };
	struct http_request request = { .method = HTTP_PUT,
					.url = "/a",
					.body = &body };
	struct fixture f;

	(void)state;
	open_fixture(&f, kept, none);
	assert_int_equal(follow(&f, request), 0);
	assert_non_null(strstr(f.first.requests.items[1], "\r\n\r\nxyz"));
	close_fixture(&f);
	open_fixture(&f, lost, none);
	assert_int_equal(follow(&f, request), -1);
	assert_non_null(strstr(f.err.msg, "changes something"));
	close_fixture(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_redirect__same_origin_keeps_the_credentials),
		cmocka_unit_test(
			test_redirect__another_port_gets_no_credentials),
		cmocka_unit_test(test_redirect__credentials_do_not_come_back),
		cmocka_unit_test(test_redirect__refused),
		cmocka_unit_test(test_redirect__bodies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
