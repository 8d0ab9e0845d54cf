/* SPDX-License-Identifier: Apache-2.0 */
/* One exchange at a time, against a server inside the test. */
#include "registry/http/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/registry/loopback.h"

#define OK(length) "HTTP/1.1 200 OK\r\nContent-Length: " length "\r\n"

struct fixture {
	struct loopback server;
	struct http_pool *pool;
	struct http_response response;
	struct error err;
	char url[128];
};

static void open_fixture(struct fixture *f, const struct loopback_step *steps)
{
	struct http_options options = { .user_agent = "imgctl/test",
					.connect_timeout_ms = 5000,
					.stall_timeout_ms = 1000 };

	*f = (struct fixture){ .response = HTTP_RESPONSE_INIT,
			       .err = ERROR_INIT };
	loopback_start(&f->server, steps);
	assert_int_equal(http_pool_open(&options, &f->pool, &f->err), 0);
}

static void close_fixture(struct fixture *f)
{
	http_response_release(&f->response);
	http_pool_close(f->pool);
	loopback_stop(&f->server);
	error_release(&f->err);
}

static int perform(struct fixture *f, struct http_request request)
{
	(void)snprintf(f->url, sizeof(f->url), "%s%s", f->server.url,
		       request.url);
	request.url = f->url;
	return http_perform(f->pool, &request, &f->response, &f->err);
}

static void test_http__status_headers_and_body(void **state)
{
	static const struct loopback_step steps[] = {
		{ .answer = "HTTP/1.1 404 Not Found\r\nX-One: a\r\n"
			    "x-one:b\r\nContent-Length: 4\r\n\r\n",
		  .body = "gone" },
		{ 0 },
	};
	struct fixture f;
	size_t at = 0;

	(void)state;
	open_fixture(&f, steps);
	assert_int_equal(perform(&f, (struct http_request){ .url = "/x" }), 0);
	assert_int_equal(f.response.status, 404);
	assert_string_equal(f.response.body.text, "gone");
	assert_string_equal(http_header_next(&f.response, "X-ONE", &at), "a");
	assert_string_equal(http_header_next(&f.response, "X-ONE", &at), "b");
	assert_null(http_header_next(&f.response, "X-ONE", &at));
	assert_null(http_header(&f.response, "X-On"));
	close_fixture(&f);
}

static void test_http__interim_answers_are_forgotten(void **state)
{
	static const struct loopback_step steps[] = {
		{ .answer = "HTTP/1.1 103 Early Hints\r\nX-Hint: 1\r\n\r\n" OK(
			  "2") "\r\n",
		  .body = "ok" },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	assert_int_equal(perform(&f, (struct http_request){ .url = "/" }), 0);
	assert_int_equal(f.response.status, 200);
	assert_null(http_header(&f.response, "X-Hint"));
	close_fixture(&f);
}

static void test_http__sizes(void **state)
{
	static const struct {
		const char *line;
		bool ok;
		uint64_t expected;
		const char *why;
	} rows[] = {
		{ "n: 0", true, 0, "zero" },
		{ "n: 18446744073709551615", true, UINT64_MAX, "the largest" },
		{ "n: 18446744073709551616", false, 0, "overflow" },
		{ "n: -1", false, 0, "negative" },
		{ "n: 1e3", false, 0, "float" },
		{ "n:", false, 0, "empty" },
		{ "m: 1", false, 0, "another header" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct http_response response = HTTP_RESPONSE_INIT;
		uint64_t got = 0;

		strvec_add(&response.headers, rows[i].line);
		if (http_header_size(&response, "N", &got) != rows[i].ok ||
		    got != rows[i].expected)
			fail_msg("%s", rows[i].why);
		http_response_release(&response);
	}
}

struct collector {
	struct strbuf bytes;
	long status;
	int begins;
	bool is_failing;
};

static int collect_begin(void *context, const struct http_response *response,
			 struct error *err)
{
	struct collector *collector = context;

	(void)err;
	collector->begins++;
	collector->status = response->status;
	return 0;
}

static int collect_write(void *context, const void *data, size_t length,
			 struct error *err)
{
	struct collector *collector = context;

	if (collector->is_failing)
		return error_set(err, ERROR_SYSTEM, "disk full");
	strbuf_add(&collector->bytes, data, length);
	return 0;
}

static void test_http__a_receiver_sees_only_success(void **state)
{
	static const struct loopback_step steps[] = {
		{ .match = "GET /bad",
		  .answer = "HTTP/1.1 500 No\r\nContent-Length: 3\r\n\r\n",
		  .body = "bad" },
		{ .match = "GET /empty", .answer = OK("0") "\r\n" },
		{ .match = "GET /", .answer = OK("4") "\r\n", .body = "good" },
		{ 0 },
	};
	struct collector c = { .bytes = STRBUF_INIT };
	struct http_receiver receiver = { collect_begin, collect_write, &c };
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	assert_int_equal(
		perform(&f, (struct http_request){ .url = "/bad",
						   .receiver = &receiver }),
		0);
	assert_int_equal(c.begins, 0);
	assert_string_equal(f.response.body.text, "bad");
	assert_int_equal(
		perform(&f, (struct http_request){ .url = "/empty",
						   .receiver = &receiver }),
		0);
	assert_int_equal(c.begins, 1);
	assert_int_equal(
		perform(&f, (struct http_request){ .url = "/",
						   .receiver = &receiver }),
		0);
	assert_int_equal(c.begins, 2);
	assert_int_equal(c.status, 200);
	assert_string_equal(c.bytes.text, "good");
	assert_int_equal(f.response.received, 4);
	c.is_failing = true;
	assert_int_equal(
		perform(&f, (struct http_request){ .url = "/",
						   .receiver = &receiver }),
		-1);
	assert_int_equal(f.response.failure, HTTP_FAILURE_LOCAL);
	assert_string_equal(f.err.msg, "disk full");
	strbuf_release(&c.bytes);
	close_fixture(&f);
}

static void test_http__kept_bodies_have_a_ceiling(void **state)
{
	static const struct loopback_step steps[] = {
		{ .match = "GET /error",
		  .answer = "HTTP/1.1 500 No\r\nContent-Length: 8\r\n\r\n",
		  .body = "12345678" },
		{ .answer = OK("8") "\r\n", .body = "12345678" },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	assert_int_equal(
		perform(&f, (struct http_request){ .url = "/", .limit = 8 }),
		0);
	assert_int_equal(
		perform(&f, (struct http_request){ .url = "/", .limit = 7 }),
		-1);
	assert_int_equal(f.err.kind, ERROR_TOO_LARGE);
	assert_non_null(strstr(f.err.msg, "limit of 7 bytes"));
	/* the ceiling of a document is no reason to lose an error's status */
	assert_int_equal(perform(&f, (struct http_request){ .url = "/error",
							    .limit = 7 }),
			 0);
	assert_int_equal(f.response.status, 500);
	close_fixture(&f);
}

static void test_http__a_long_error_text_is_cut(void **state)
{
	static char text[100000];
	const struct loopback_step steps[] = {
		{ .answer = "HTTP/1.1 500 No\r\nContent-Length: 99999\r\n\r\n",
		  .body = text },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	memset(text, 'e', sizeof(text) - 1);
	open_fixture(&f, steps);
	assert_int_equal(perform(&f, (struct http_request){ .url = "/" }), 0);
	assert_int_equal(f.response.status, 500);
	assert_int_equal(f.response.body.length, 64 << 10);
	close_fixture(&f);
}

static void test_http__connections_are_used_again(void **state)
{
	static const struct loopback_step steps[] = {
		{ .answer = OK("2") "\r\n", .body = "ok" },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	for (int i = 0; i < 5; i++)
		assert_int_equal(
			perform(&f, (struct http_request){ .url = "/" }), 0);
	assert_int_equal(loopback_connections(&f.server), 1);
	close_fixture(&f);
}

static void test_http__a_dead_idle_connection_is_replaced(void **state)
{
	static const struct loopback_step steps[] = {
		{ .answer = OK("2") "\r\n", .body = "ok", .close = true },
		{ 0 },
	};
	static const struct http_body body = { .data = "abc", .length = 3 };
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
			perform(&f, (struct http_request){ .method = HTTP_POST,
							   .url = "/",
							   .body = &body }),
			0);
		assert_int_equal(f.response.status, 200);
	}
	assert_int_equal(f.server.requests.count, 3);
	close_fixture(&f);
}

static void test_http__bodies_go_out(void **state)
{
	static const struct loopback_step steps[] = {
		{ .answer = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n"
			    "\r\n" },
		{ 0 },
	};
	static const struct http_body body = { .data = "hello", .length = 5 };
	struct strvec headers = STRVEC_INIT;
	struct fixture f;
	const char *sent;

	(void)state;
	open_fixture(&f, steps);
	strvec_add(&headers, "Content-Type: text/x");
	assert_int_equal(
		perform(&f, (struct http_request){ .method = HTTP_PATCH,
						   .url = "/p?q=1",
						   .headers = &headers,
						   .authorization = "Bearer t",
						   .body = &body }),
		0);
	sent = f.server.requests.items[0];
	assert_int_equal(strncmp(sent, "PATCH /p?q=1 HTTP/1.1\r\n", 23), 0);
	assert_non_null(strstr(sent, "Content-Length: 5\r\n"));
	assert_non_null(strstr(sent, "Content-Type: text/x\r\n"));
	assert_non_null(strstr(sent, "Authorization: Bearer t\r\n"));
	assert_non_null(strstr(sent, "User-Agent: imgctl/test\r\n"));
	assert_null(strstr(sent, "Expect"));
	assert_non_null(strstr(sent, "\r\n\r\nhello"));
	assert_int_equal(perform(&f, (struct http_request){ .method = HTTP_POST,
							    .url = "/e" }),
			 0);
	sent = f.server.requests.items[1];
	assert_non_null(strstr(sent, "Content-Length: 0\r\n"));
	assert_null(strstr(sent, "Authorization"));
	strvec_release(&headers);
	close_fixture(&f);
}

static void test_http__failures(void **state)
{
	static const struct loopback_step steps[] = {
		{ .match = "GET /short",
		  .answer = OK("100") "\r\n",
		  .body = "only this",
		  .cut = 5 },
		{ .match = "GET /reset",
		  .answer = OK("100") "\r\n",
		  .body = "only this",
		  .reset = true },
		{ .match = "GET /silent", .answer = OK("100") "\r\n" },
		{ .match = "GET /nothing", .answer = "", .close = true },
		{ 0 },
	};
	static const struct {
		const char *path;
		const char *text;
	} rows[] = {
		{ "/short", "transfer with 127.0.0.1:" },
		{ "/reset", "transfer with 127.0.0.1:" },
		{ "/silent", "sent nothing for 1 seconds" },
		{ "/nothing", "transfer with 127.0.0.1:" },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(
			perform(&f,
				(struct http_request){ .url = rows[i].path }),
			-1);
		assert_int_equal(f.response.failure, HTTP_FAILURE_BROKEN);
		assert_int_equal(f.err.kind, ERROR_NETWORK);
		if (!strstr(f.err.msg, rows[i].text))
			fail_msg("%s: %s", rows[i].path, f.err.msg);
	}
	close_fixture(&f);
}

static void test_http__a_refused_connection_is_told(void **state)
{
	static const struct loopback_step steps[] = { { 0 } };
	struct http_request request = { .url = "http://127.0.0.1:1/v2/" };
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	assert_int_equal(http_perform(f.pool, &request, &f.response, &f.err),
			 -1);
	assert_int_equal(f.response.failure, HTTP_FAILURE_CONNECT);
	assert_string_equal(f.err.msg,
			    "connect to 127.0.0.1:1: connection refused");
	request.url = "file:///etc/passwd";
	assert_int_equal(http_perform(f.pool, &request, &f.response, &f.err),
			 -1);
	assert_int_equal(f.response.failure, HTTP_FAILURE_REQUEST);
	request.url = "http://host.invalid/";
	assert_int_equal(http_perform(f.pool, &request, &f.response, &f.err),
			 -1);
	assert_int_equal(f.response.failure, HTTP_FAILURE_RESOLVE);
	close_fixture(&f);
}

static void test_http__tls_with_a_plain_server_is_told(void **state)
{
	static const struct loopback_step steps[] = {
		{ .answer = "HTTP/1.0 400 Bad Request\r\n\r\n", .close = true },
		{ 0 },
	};
	struct http_request request = { .url = NULL,
					.connect_timeout_ms = 1000 };
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	(void)snprintf(f.url, sizeof(f.url), "https://%s/", f.server.host);
	request.url = f.url;
	assert_int_equal(http_perform(f.pool, &request, &f.response, &f.err),
			 -1);
	/* a server that waits for the end of a line times out instead */
	assert_true(f.response.failure == HTTP_FAILURE_HANDSHAKE ||
		    f.response.failure == HTTP_FAILURE_CONNECT);
	close_fixture(&f);
}

/* One request with PROXY in the environment variable NAME; its status. */
static long via_proxy(struct fixture *f, const char *name, const char *url)
{
	struct http_request request = { .url = url };
	int result;

	assert_int_equal(setenv(name, f->server.url, 1), 0);
	result = http_perform(f->pool, &request, &f->response, &f->err);
	assert_int_equal(unsetenv(name), 0);
	return result < 0 ? -1 : f->response.status;
}

static void test_http__proxies(void **state)
{
	static const struct loopback_step steps[] = {
		{ .match = "GET http://reg.invalid/ok ",
		  .answer = OK("2") "\r\n",
		  .body = "ok" },
		{ .match = "GET /direct ",
		  .answer = OK("2") "\r\n",
		  .body = "ok" },
		{ .match = "CONNECT tls.invalid:443 ",
		  .answer = "HTTP/1.1 407 Who?\r\nContent-Length: 0\r\n"
			    "\r\n" },
		{ 0 },
	};
	static const char *const names[] = { "http_proxy", "HTTP_PROXY",
					     "no_proxy", "NO_PROXY" };
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_int_equal(unsetenv(names[i]), 0);
	open_fixture(&f, steps);
	assert_int_equal(via_proxy(&f, "http_proxy", "http://reg.invalid/ok"),
			 200);
	assert_int_equal(via_proxy(&f, "HTTP_PROXY", "http://reg.invalid/ok"),
			 200);
	assert_int_equal(via_proxy(&f, "https_proxy", "https://tls.invalid/"),
			 -1);
	assert_int_equal(f.response.failure, HTTP_FAILURE_PROXY);
	assert_non_null(strstr(f.err.msg, "proxy on the way to tls.invalid "
					  "answered HTTP 407"));
	/* this machine is never asked through a proxy */
	assert_int_equal(setenv("all_proxy", "http://127.0.0.1:1", 1), 0);
	assert_int_equal(perform(&f, (struct http_request){ .url = "/direct" }),
			 0);
	assert_int_equal(unsetenv("all_proxy"), 0);
	assert_int_equal(f.response.status, 200);
	close_fixture(&f);
}

static bool stop(void *context)
{
	(void)context;
	return true;
}

static void test_http__can_be_cancelled(void **state)
{
	static const struct loopback_step steps[] = {
		{ .answer = OK("100") "\r\n" },
		{ 0 },
	};
	struct http_options options = { .connect_timeout_ms = 5000,
					.cancelled = stop };
	struct fixture f;

	(void)state;
	open_fixture(&f, steps);
	http_pool_close(f.pool);
	assert_int_equal(http_pool_open(&options, &f.pool, &f.err), 0);
	assert_int_equal(perform(&f, (struct http_request){ .url = "/" }), -1);
	assert_int_equal(f.response.failure, HTTP_FAILURE_CANCELLED);
	assert_int_equal(f.err.kind, ERROR_INTERRUPTED);
	close_fixture(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_http__status_headers_and_body),
		cmocka_unit_test(test_http__interim_answers_are_forgotten),
		cmocka_unit_test(test_http__sizes),
		cmocka_unit_test(test_http__a_receiver_sees_only_success),
		cmocka_unit_test(test_http__kept_bodies_have_a_ceiling),
		cmocka_unit_test(test_http__a_long_error_text_is_cut),
		cmocka_unit_test(test_http__connections_are_used_again),
		cmocka_unit_test(test_http__a_dead_idle_connection_is_replaced),
		cmocka_unit_test(test_http__bodies_go_out),
		cmocka_unit_test(test_http__failures),
		cmocka_unit_test(test_http__a_refused_connection_is_told),
		cmocka_unit_test(test_http__tls_with_a_plain_server_is_told),
		cmocka_unit_test(test_http__proxies),
		cmocka_unit_test(test_http__can_be_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
