/* SPDX-License-Identifier: Apache-2.0 */
/* The many spellings of one registry in auth files. */
#include "registry/config/auth_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/strbuf.h"

static const struct {
	const char *key;
	const char *normal;
	const char *why;
} rows[] = {
	{ "h.io", "h.io", "plain" },
	{ "h.io/", "h.io", "a slash" },
	{ "h.io:5000", "h.io:5000", "a port" },
	{ "https://h.io", "h.io", "a scheme" },
	{ "http://h.io:5000/v2/", "h.io:5000", "a URL" },
	{ "https://h.io/v1/users/", "h.io", "a URL's path is the API's" },
	{ "h.io/v1/", "h.io", "a version" },
	{ "h.io/v2", "h.io", "a version" },
	{ "h.io/v2/team", "h.io/v2/team", "a namespace called v2" },
	{ "h.io/v22", "h.io/v22", "a namespace" },
	{ "h.io/team/app/", "h.io/team/app", "a repository" },
	{ "https://index.docker.io/v1/", "docker.io", "docker's own" },
	{ "index.docker.io/v1/", "docker.io", "without scheme" },
	{ "docker.io", "docker.io", "the short name" },
	{ "registry-1.docker.io", "docker.io", "the endpoint" },
	{ "index.docker.io/library", "docker.io/library", "a namespace" },
	{ "docker.io.evil", "docker.io.evil", "another host" },
	{ "xdocker.io", "xdocker.io", "another host" },
	{ "ftp://h.io", "ftp://h.io", "no scheme of ours" },
	{ "", "", "nothing" },
};

static void test_auth_key__normalises(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autofree char *got = auth_key_normalise(rows[i].key);

		if (strcmp(got, rows[i].normal) != 0)
			fail_msg("%s: %s: %s", rows[i].why, rows[i].key, got);
	}
}

static void test_auth_key__docker_has_a_url(void **state)
{
	autofree char *docker = auth_key_of_host("docker.io");
	autofree char *other = auth_key_of_host("h.io:5000");

	(void)state;
	assert_string_equal(docker, "https://index.docker.io/v1/");
	assert_string_equal(other, "h.io:5000");
}

static void test_auth_key__lists_most_specific_first(void **state)
{
	autoclean(strvec_release) struct strvec keys = STRVEC_INIT;

	(void)state;
	auth_key_list("h.io:5000", "team/sub/app", &keys);
	assert_int_equal(keys.count, 4);
	assert_string_equal(keys.items[0], "h.io:5000/team/sub/app");
	assert_string_equal(keys.items[1], "h.io:5000/team/sub");
	assert_string_equal(keys.items[2], "h.io:5000/team");
	assert_string_equal(keys.items[3], "h.io:5000");
	strvec_release(&keys);
	auth_key_list("registry-1.docker.io", NULL, &keys);
	assert_int_equal(keys.count, 1);
	assert_string_equal(keys.items[0], "docker.io");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_auth_key__normalises),
		cmocka_unit_test(test_auth_key__docker_has_a_url),
		cmocka_unit_test(test_auth_key__lists_most_specific_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
