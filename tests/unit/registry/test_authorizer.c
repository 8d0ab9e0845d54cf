/* SPDX-License-Identifier: Apache-2.0 */
/* The dance after a 401, played against a scripted token endpoint. */
#include "registry/auth/authorizer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/registry/loopback.h"

#define JSON(length) "HTTP/1.1 200 OK\r\nContent-Length: " length "\r\n\r\n"
#define STATUS(status) "HTTP/1.1 " status "\r\nContent-Length: 0\r\n\r\n"
#define TOKEN(text) .answer = JSON("13"), .body = "{\"token\":\"" text "\"}"

/* What a helper or an auth file would hold. */
struct login {
	const char *username, *password, *identity_token;
};

struct fixture {
	struct loopback server;
	struct http_pool *pool;
	struct authorizer *auth;
	struct http_response response;
	struct strvec scopes;
	struct auth_attempt attempt;
	struct error err;
	const struct login *credentials;
	int look_ups;
	bool is_helper_broken;
};

static int find(void *context, struct credentials *out, struct error *err)
{
	struct fixture *f = context;

	f->look_ups++;
	if (f->is_helper_broken)
		return error_set(err, ERROR_SYSTEM, "helper broken");
	if (!f->credentials)
		return 0;
	out->username = xstrdup(f->credentials->username);
	out->password = xstrdup(f->credentials->password);
	out->identity_token = xstrdup(f->credentials->identity_token);
	return 0;
}

static void open_fixture(struct fixture *f, const struct loopback_step *steps,
			 const struct login *credentials)
{
	struct http_options options = { .connect_timeout_ms = 5000,
					.stall_timeout_ms = 5000 };
	struct authorizer_options auth = { .host = "registry.test",
					   .allow_plain = true,
					   .find = find,
					   .context = f };

	*f = (struct fixture){ .response = HTTP_RESPONSE_INIT,
			       .err = ERROR_INIT,
			       .credentials = credentials };
	f->attempt.scopes = &f->scopes;
	strvec_add(&f->scopes, "repository:a/b:pull");
	loopback_start(&f->server, steps);
	assert_int_equal(http_pool_open(&options, &f->pool, &f->err), 0);
	auth.pool = f->pool;
	f->auth = authorizer_new(&auth);
}

/* A further request, as if it came later in the same session. */
static void next_request(struct fixture *f)
{
	auth_attempt_release(&f->attempt);
	f->attempt = (struct auth_attempt){ .scopes = &f->scopes };
}

static void close_fixture(struct fixture *f)
{
	auth_attempt_release(&f->attempt);
	authorizer_free(f->auth);
	http_response_release(&f->response);
	http_pool_close(f->pool);
	loopback_stop(&f->server);
	strvec_release(&f->scopes);
	error_release(&f->err);
}

static const char *prepare(struct fixture *f)
{
	if (authorizer_prepare(f->auth, &f->attempt, &f->response, &f->err) < 0)
		return "failed";
	return f->attempt.header ? f->attempt.header : "anonymous";
}

/* Say 401 with VALUE ("%s" is the server); whether to go on. */
static bool refuse(struct fixture *f, const char *value)
{
	autoclean(strvec_release) struct strvec values = STRVEC_INIT;
	const char *at = strstr(value, "%s");
	bool again = false;

	if (at)
		strvec_addf(&values, "%.*s%s%s", (int)(at - value), value,
			    f->server.url, at + 2);
	else
		strvec_add(&values, value);
	if (authorizer_refused(f->auth, &f->attempt, &values, &again, &f->err) <
	    0)
		return false;
	return again;
}

#define BEARER "Bearer realm=\"%s/token\",service=\"reg istry\""

static const char *request_of(const struct fixture *f, size_t index)
{
	assert_true(index < f->server.requests.count);
	return f->server.requests.items[index];
}

static void test_authorizer__anonymous_token(void **state)
{
	static const struct loopback_step steps[] = { { TOKEN("t") }, { 0 } };
	struct fixture f;

	(void)state;
	open_fixture(&f, steps, NULL);
	assert_string_equal(prepare(&f), "anonymous");
	assert_int_equal(f.look_ups, 0);
	assert_true(refuse(&f, BEARER));
	assert_string_equal(prepare(&f), "Bearer t");
	assert_int_equal(
		strncmp(request_of(&f, 0),
			"GET /token?service=reg%20istry"
			"&scope=repository%3Aa%2Fb%3Apull HTTP/1.1\r\n",
			70),
		0);
	assert_null(strstr(request_of(&f, 0), "Authorization"));
	next_request(&f);
	assert_string_equal(prepare(&f), "Bearer t");
	assert_int_equal(f.server.requests.count, 1);
	assert_int_equal(f.look_ups, 1);
	assert_null(authorizer_user(f.auth));
	close_fixture(&f);
}

static void test_authorizer__a_password_goes_by_basic(void **state)
{
	static const struct loopback_step steps[] = { { TOKEN("t") }, { 0 } };
	static const struct login alice = { .username = "alice",
					    .password = "pa:ss" };
	struct fixture f;
	autofree char *user = NULL;

	(void)state;
	open_fixture(&f, steps, &alice);
	assert_string_equal(prepare(&f), "anonymous");
	assert_true(refuse(&f, BEARER));
	assert_string_equal(prepare(&f), "Bearer t");
	assert_non_null(strstr(request_of(&f, 0), "&account=alice"));
	assert_non_null(strstr(request_of(&f, 0),
			       "Authorization: Basic YWxpY2U6cGE6c3M=\r\n"));
	user = authorizer_user(f.auth);
	assert_string_equal(user, "alice");
	close_fixture(&f);
}

static void test_authorizer__an_identity_token_goes_by_post(void **state)
{
	static const struct login kinds[] = {
		{ .identity_token = "id/1" },
		{ .username = "<token>", .password = "id/1" },
	};
	static const struct loopback_step steps[] = {
		{ .match = "POST /token ", TOKEN("t") },
		{ 0 },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct fixture f;

		open_fixture(&f, steps, &kinds[i]);
		assert_string_equal(prepare(&f), "anonymous");
		assert_true(refuse(&f, BEARER));
		assert_string_equal(prepare(&f), "Bearer t");
		assert_non_null(
			strstr(request_of(&f, 0), "grant_type=refresh_token&"));
		assert_non_null(
			strstr(request_of(&f, 0), "&refresh_token=id%2F1"));
		assert_null(strstr(request_of(&f, 0), "Authorization"));
		close_fixture(&f);
	}
}

static void test_authorizer__post_unknown_falls_back(void **state)
{
	static const char *const answers[] = { STATUS("400 Bad Request"),
					       STATUS("401 Unauthorized"),
					       STATUS("404 Not Found"),
					       STATUS("405 Not Allowed") };
	static const struct login both = { .username = "u",
					   .password = "p",
					   .identity_token = "id" };

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		const struct loopback_step steps[] = {
			{ .match = "POST ", .answer = answers[i] },
			{ .match = "GET ", TOKEN("t") },
			{ 0 },
		};
		struct fixture f;

		open_fixture(&f, steps, &both);
		assert_string_equal(prepare(&f), "anonymous");
		assert_true(refuse(&f, BEARER));
		assert_string_equal(prepare(&f), "Bearer t");
		close_fixture(&f);
	}
}

static void test_authorizer__basic(void **state)
{
	static const struct loopback_step none[] = { { 0 } };
	static const struct login alice = { .username = "alice",
					    .password = "x" };
	struct fixture f;

	(void)state;
	open_fixture(&f, none, &alice);
	assert_string_equal(prepare(&f), "anonymous");
	assert_true(refuse(&f, "BASIC realm=\"Nexus\""));
	assert_string_equal(prepare(&f), "Basic YWxpY2U6eA==");
	assert_false(refuse(&f, "BASIC realm=\"Nexus\""));
	close_fixture(&f);
	open_fixture(&f, none, NULL);
	assert_string_equal(prepare(&f), "anonymous");
	assert_false(refuse(&f, "Basic realm=\"x\""));
	close_fixture(&f);
}

static void test_authorizer__an_old_token_is_renewed_once(void **state)
{
	static const struct loopback_step steps[] = {
		{ TOKEN("1"), .times = 1 },
		{ TOKEN("2"), .times = 1 },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	open_fixture(&f, steps, NULL);
	assert_string_equal(prepare(&f), "anonymous");
	assert_true(refuse(&f, BEARER));
	assert_string_equal(prepare(&f), "Bearer 1");
	next_request(&f);
	assert_string_equal(prepare(&f), "Bearer 1");
	assert_true(refuse(&f, BEARER));
	assert_string_equal(prepare(&f), "Bearer 2");
	assert_false(refuse(&f, BEARER));
	close_fixture(&f);
}

static void test_authorizer__the_named_scope_is_asked_for(void **state)
{
	static const struct loopback_step steps[] = {
		{ TOKEN("1"), .times = 1 },
		{ TOKEN("2"), .times = 1 },
		{ TOKEN("3"), .times = 1 },
		{ 0 },
	};
	static const char wider[] = BEARER
		",scope=\"repository:a/b:pull,push\","
		"error=\"insufficient_scope\"";
	struct fixture f;

	(void)state;
	open_fixture(&f, steps, NULL);
	assert_string_equal(prepare(&f), "anonymous");
	assert_true(refuse(&f, BEARER));
	assert_string_equal(prepare(&f), "Bearer 1");
	assert_true(refuse(&f, wider));
	assert_string_equal(prepare(&f), "Bearer 2");
	assert_non_null(strstr(request_of(&f, 1),
			       "scope=repository%3Aa%2Fb%3Apull&"
			       "scope=repository%3Aa%2Fb%3Apull%2Cpush "));
	/* an endpoint that grants one scope only gets the first alone */
	assert_true(refuse(&f, wider));
	assert_string_equal(prepare(&f), "Bearer 3");
	assert_null(strstr(request_of(&f, 2), "push"));
	assert_false(refuse(&f, wider));
	close_fixture(&f);
}

static void test_authorizer__harbor_answers_basic_to_a_weak_token(void **state)
{
	static const struct loopback_step steps[] = { { TOKEN("t") }, { 0 } };
	static const struct login alice = { .username = "alice",
					    .password = "x" };
	struct fixture f;

	(void)state;
	open_fixture(&f, steps, &alice);
	assert_string_equal(prepare(&f), "anonymous");
	assert_true(refuse(&f, BEARER));
	assert_string_equal(prepare(&f), "Bearer t");
	assert_true(refuse(&f, "Basic realm=\"harbor\""));
	assert_string_equal(prepare(&f), "Basic YWxpY2U6eA==");
	assert_false(refuse(&f, "Basic realm=\"harbor\""));
	close_fixture(&f);
}

static void test_authorizer__realms_that_are_not_asked(void **state)
{
	static const char *const realms[] = {
		"Bearer realm=\"file:///etc/passwd\"",
		"Bearer realm=\"gopher://127.0.0.1/\"",
		"Bearer realm=\"token\"",
		"Bearer realm=\"http://user@127.0.0.1/\"",
	};
	static const struct loopback_step none[] = { { 0 } };
	static const struct login alice = { .username = "alice",
					    .password = "x" };

	(void)state;
	for (size_t i = 0; i < sizeof(realms) / sizeof(*realms); i++) {
		struct fixture f;

		open_fixture(&f, none, &alice);
		assert_string_equal(prepare(&f), "anonymous");
		assert_true(refuse(&f, realms[i]));
		assert_string_equal(prepare(&f), "failed");
		assert_int_equal(f.err.kind, ERROR_DENIED);
		close_fixture(&f);
	}
}

static void test_authorizer__https_registry_with_plain_realm(void **state)
{
	static const struct loopback_step steps[] = { { TOKEN("t") }, { 0 } };
	static const struct login alice = { .username = "alice",
					    .password = "x" };
	struct authorizer_options options = { .host = "registry.test",
					      .find = find };
	struct fixture f;

	(void)state;
	open_fixture(&f, steps, &alice);
	authorizer_free(f.auth);
	options.pool = f.pool;
	options.context = &f;
	f.auth = authorizer_new(&options);
	assert_string_equal(prepare(&f), "anonymous");
	assert_true(refuse(&f, BEARER));
	assert_string_equal(prepare(&f), "failed");
	assert_int_equal(f.err.kind, ERROR_DENIED);
	assert_int_equal(f.server.requests.count, 0);
	close_fixture(&f);
}

static void test_authorizer__refused_credentials(void **state)
{
	static const struct loopback_step steps[] = {
		{ .answer = "HTTP/1.1 401 No\r\nContent-Length: 5\r\n\r\n",
		  .body = "no\033[m" },
		{ 0 },
	};
	static const struct login alice = { .username = "alice",
					    .password = "s3cr3t" };
	struct fixture f;

	(void)state;
	open_fixture(&f, steps, &alice);
	assert_string_equal(prepare(&f), "anonymous");
	assert_true(refuse(&f, BEARER));
	assert_string_equal(prepare(&f), "failed");
	assert_int_equal(f.err.kind, ERROR_AUTH);
	assert_non_null(strstr(f.err.msg, "HTTP 401, as alice"));
	assert_null(strstr(f.err.msg, "s3cr3t"));
	assert_null(strchr(f.err.msg, '\033'));
	close_fixture(&f);
}

static void test_authorizer__a_broken_helper_is_an_error(void **state)
{
	static const struct loopback_step none[] = { { 0 } };
	struct fixture f;

	(void)state;
	open_fixture(&f, none, NULL);
	f.is_helper_broken = true;
	assert_string_equal(prepare(&f), "anonymous");
	assert_false(refuse(&f, BEARER));
	assert_string_equal(f.err.msg, "helper broken");
	assert_int_equal(f.server.requests.count, 0);
	close_fixture(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_authorizer__anonymous_token),
		cmocka_unit_test(test_authorizer__a_password_goes_by_basic),
		cmocka_unit_test(
			test_authorizer__an_identity_token_goes_by_post),
		cmocka_unit_test(test_authorizer__post_unknown_falls_back),
		cmocka_unit_test(test_authorizer__basic),
		cmocka_unit_test(test_authorizer__an_old_token_is_renewed_once),
		cmocka_unit_test(test_authorizer__the_named_scope_is_asked_for),
		cmocka_unit_test(
			test_authorizer__harbor_answers_basic_to_a_weak_token),
		cmocka_unit_test(test_authorizer__realms_that_are_not_asked),
		cmocka_unit_test(
			test_authorizer__https_registry_with_plain_realm),
		cmocka_unit_test(test_authorizer__refused_credentials),
		cmocka_unit_test(test_authorizer__a_broken_helper_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
