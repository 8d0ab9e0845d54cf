/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials are tried before they are kept. */
#include "registry/login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/registry/loopback.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
#define REFUSED(challenge)                                                     \
	"HTTP/1.1 401 No\r\nContent-Length: 0\r\nWWW-Authenticate: " challenge \
	"\r\n\r\n"

static int try(const struct loopback_step *steps, const char *password,
	       struct error *err)
{
	struct client_options options = CLIENT_OPTIONS_INIT;
	struct credentials credentials = { xstrdup("alice"), xstrdup(password),
					   NULL };
	struct loopback server;
	int result;

	loopback_start(&server, steps);
	result = login_check(&options, server.host, &credentials, err);
	loopback_stop(&server);
	credentials_release(&credentials);
	return result;
}

static void test_login__basic(void **state)
{
	static const struct loopback_step steps[] = {
		{ .header = "Authorization: Basic YWxpY2U6cGE6c3M=\r\n",
		  .answer = OK },
		{ .answer = REFUSED("Basic realm=\"x\"") },
		{ 0 },
	};
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(try(steps, "pa:ss", &err), 0);
	assert_int_equal(try(steps, "wrong", &err), -1);
	assert_int_equal(err.kind, ERROR_AUTH);
	assert_non_null(strstr(err.msg, "unauthorized"));
	assert_null(strstr(err.msg, "wrong"));
}

static void test_login__bearer(void **state)
{
	static const struct loopback_step steps[] = {
		{ .match = "GET /token",
		  .header = "Authorization: Basic YWxpY2U6cGE6c3M=\r\n",
		  .answer = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n",
		  .body = "{\"token\":\"tok\"}" },
		{ .match = "GET /token",
		  .answer = "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n" },
		{ .header = "Authorization: Bearer tok\r\n", .answer = OK },
		{ .answer = REFUSED("Bearer realm=\"%s/token\"") },
		{ 0 },
	};
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(try(steps, "pa:ss", &err), 0);
	assert_int_equal(try(steps, "wrong", &err), -1);
	assert_int_equal(err.kind, ERROR_AUTH);
	assert_non_null(strstr(err.msg, "refused the credentials"));
}

static void test_login__a_registry_that_asks_nobody(void **state)
{
	static const struct loopback_step steps[] = { { .answer = OK }, { 0 } };
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(try(steps, "any", &err), 0);
}

static void test_login__no_registry(void **state)
{
	struct client_options options = CLIENT_OPTIONS_INIT;
	static const struct credentials none;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(login_check(&options, "127.0.0.1:1", &none, &err), -1);
	assert_string_equal(err.msg,
			    "login to 127.0.0.1:1: connect to 127.0.0.1:1: "
			    "connection refused");
	assert_int_equal(login_check(&options, "no host", &none, &err), -1);
	assert_int_equal(err.kind, ERROR_INVALID);
	options.offline = true;
	assert_int_equal(login_check(&options, "127.0.0.1:1", &none, &err), -1);
	assert_int_equal(strncmp(err.msg, "offline: ", 9), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_login__basic),
		cmocka_unit_test(test_login__bearer),
		cmocka_unit_test(test_login__a_registry_that_asks_nobody),
		cmocka_unit_test(test_login__no_registry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
