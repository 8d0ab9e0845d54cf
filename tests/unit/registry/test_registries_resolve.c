/* SPDX-License-Identifier: Apache-2.0 */
/* From references to endpoints: prefixes, mirrors, trust, blocking. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "registry/config/registries_conf.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define REGISTRY "[[registry]]\n"
#define HUB REGISTRY "prefix='docker.io'\n"
#define MIRROR(rest) "[[registry.mirror]]\n" rest "\n"

/* As "host/repository flags", one word each: m mirror, i insecure, h http. */
static char *describe(const struct endpoint *endpoints, size_t count)
{
	struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < count; i++)
		strbuf_addf(&text, "%s%s/%s%s%s%s%s", i ? " " : "",
			    endpoints[i].base, endpoints[i].repository,
			    endpoints[i].is_mirror || endpoints[i].insecure ||
					    endpoints[i].http_allowed
				    ? "#"
				    : "",
			    endpoints[i].is_mirror ? "m" : "",
			    endpoints[i].insecure ? "i" : "",
			    endpoints[i].http_allowed ? "h" : "");
	return strbuf_steal(&text);
}

static const struct {
	const char *config;
	const char *reference;
	bool push;
	const char *endpoints;
	const char *why;
} rows[] = {
	{ "", "debian", false, "https://registry-1.docker.io/library/debian",
	  "docker.io's endpoint" },
	{ "", "ghcr.io/a/b", false, "https://ghcr.io/a/b", "any other" },
	{ "", "127.0.0.1:5000/a", false, "https://127.0.0.1:5000/a#h",
	  "loopback may speak http" },
	{ "", "localhost/a", true, "https://localhost/a#h",
	  "loopback may speak http" },
	{ "", "10.0.0.1:5000/a", false, "https://10.0.0.1:5000/a",
	  "others may not" },
	{ REGISTRY "location='10.0.0.1:5000'\ninsecure=true", "10.0.0.1:5000/a",
	  false, "https://10.0.0.1:5000/a#ih", "insecure" },
	{ REGISTRY "location='127.0.0.1:5000'\ninsecure=false",
	  "127.0.0.1:5000/a", false, "https://127.0.0.1:5000/a",
	  "loopback that must not speak http" },
	{ HUB MIRROR("location='127.0.0.1:5000'"), "debian", false,
	  "https://127.0.0.1:5000/library/debian#mh "
	  "https://registry-1.docker.io/library/debian",
	  "a mirror, then the origin" },
	{ HUB MIRROR("location='m.io/hub'\ninsecure=true")
		  MIRROR("location='n.io'"),
	  "a/b:t", false,
	  "https://m.io/hub/a/b#mih https://n.io/a/b#m "
	  "https://registry-1.docker.io/a/b",
	  "mirrors in order, one with a path" },
	{ HUB "insecure=true\n" MIRROR("location='m.io'"), "a/b", false,
	  "https://m.io/a/b#m https://registry-1.docker.io/a/b#ih",
	  "trust is not inherited" },
	{ HUB MIRROR("location='m.io'"), "debian", true,
	  "https://registry-1.docker.io/library/debian",
	  "nothing is pushed to a mirror" },
	{ HUB "location='h.io/x'", "debian:1", false,
	  "https://h.io/x/library/debian", "a location" },
	{ HUB "location='h.io/x'", "debian:1", true,
	  "https://h.io/x/library/debian", "a location, pushing" },
	{ HUB "mirror-by-digest-only=true\n" MIRROR("location='m.io'"), "a/b:t",
	  false, "https://registry-1.docker.io/a/b", "by digest only, a tag" },
	{ HUB "mirror-by-digest-only=true\n" MIRROR("location='m.io'"),
	  "a/b@sha256:" HEX, false,
	  "https://m.io/a/b#m https://registry-1.docker.io/a/b",
	  "by digest only, a digest" },
	{ HUB MIRROR("location='m.io'\npull-from-mirror='tag-only'"),
	  "a/b:t@sha256:" HEX, false, "https://registry-1.docker.io/a/b",
	  "tags only, both" },
	{ HUB MIRROR("location='m.io'\npull-from-mirror='tag-only'"), "a/b",
	  false, "https://m.io/a/b#m https://registry-1.docker.io/a/b",
	  "tags only, a tag" },
	{ HUB "location='wide.io'\n" REGISTRY
	      "prefix='docker.io/library'\nlocation='narrow.io'",
	  "debian", false, "https://narrow.io/debian", "the longest prefix" },
	{ REGISTRY "prefix='docker.io/lib'\nlocation='x.io'", "debian", false,
	  "https://registry-1.docker.io/library/debian",
	  "a prefix ends where a part ends" },
	{ REGISTRY "prefix='h.io'\nlocation='x.io'", "h.io:5000/a", false,
	  "https://h.io:5000/a", "another port is another registry" },
	{ REGISTRY "prefix='h.io/a'\nlocation='x.io/b'", "h.io/a:t", false,
	  "https://x.io/b", "a whole repository" },
	{ REGISTRY "prefix='h.io/a:t'\nlocation='x.io/b'", "h.io/a:u", false,
	  "https://h.io/a", "another tag" },
	{ REGISTRY "prefix='*.w.io'\nlocation='x.io/w'", "a.b.w.io/c", false,
	  "https://x.io/w/c", "a wildcard" },
	{ REGISTRY "prefix='*.w.io'\nlocation='x.io'", "w.io/c", false,
	  "https://w.io/c", "the domain itself is not below it" },
	{ REGISTRY "prefix='*.w.io'\nlocation='x.io'", "a.w.io.evil.io/c",
	  false, "https://a.w.io.evil.io/c", "the domain must end it" },
	{ REGISTRY "prefix='*.w.io'\nlocation='x.io'", "h.io/a.w.io/c", false,
	  "https://h.io/a.w.io/c", "a path is not a host" },
	{ REGISTRY "prefix='*.w.io'\ninsecure=true", "a.w.io/c", false,
	  "https://a.w.io/c#ih", "a wildcard without location" },
	{ REGISTRY "prefix='*.w.io'\nlocation='x.io'\n" REGISTRY
		   "prefix='a.w.io/team'\nlocation='y.io'",
	  "a.w.io/team/c", false, "https://y.io/c",
	  "a wildcard is less than a name" },
	{ REGISTRY "prefix='h.io'\nlocation='docker.io'", "h.io/debian", false,
	  "https://registry-1.docker.io/library/debian",
	  "docker.io as location" },
};

static void load(const char *config, struct registries *out)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	if (registries_parse(config, strlen(config), out, &err) < 0)
		fail_msg("%s: %s", config, err.msg);
}

static void test_registries_resolve__orders_endpoints(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autoclean(registries_release) struct registries r =
			REGISTRIES_INIT;
		autoclean(reference_release) struct reference ref =
			REFERENCE_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		autofree char *got = NULL;
		struct endpoint *endpoints;
		size_t count;

		load(rows[i].config, &r);
		assert_int_equal(reference_parse(rows[i].reference, &ref, &err),
				 0);
		if (registries_resolve(&r, &ref, !rows[i].push, &endpoints,
				       &count, &err) < 0)
			fail_msg("%s: %s", rows[i].why, err.msg);
		got = describe(endpoints, count);
		endpoints_free(endpoints, count);
		if (strcmp(got, rows[i].endpoints) != 0)
			fail_msg("%s: %s", rows[i].why, got);
	}
}

static const struct {
	const char *config;
	const char *reference;
	enum error_kind kind;
	const char *why;
} bad[] = {
	{ HUB "blocked=true", "debian", ERROR_DENIED, "blocked" },
	{ HUB "blocked=true\n" MIRROR("location='m.io'"), "debian",
	  ERROR_DENIED, "blocked in spite of a mirror" },
	{ REGISTRY "prefix='*.w.io'\nblocked=true", "a.w.io/x", ERROR_DENIED,
	  "blocked by a wildcard" },
	{ REGISTRY "prefix='index.docker.io'\nblocked=true", "debian",
	  ERROR_DENIED, "blocked by the legacy name" },
	{ REGISTRY "prefix='h.io/a'\nlocation='x.io'", "h.io/a:t",
	  ERROR_INVALID, "nothing is left of the name" },
};

static void test_registries_resolve__refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		autoclean(registries_release) struct registries r =
			REGISTRIES_INIT;
		autoclean(reference_release) struct reference ref =
			REFERENCE_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		struct endpoint *endpoints;
		size_t count;

		load(bad[i].config, &r);
		assert_int_equal(reference_parse(bad[i].reference, &ref, &err),
				 0);
		if (registries_resolve(&r, &ref, true, &endpoints, &count,
				       &err) == 0)
			fail_msg("accepted: %s", bad[i].why);
		if (err.kind != bad[i].kind)
			fail_msg("%s: %s", bad[i].why, err.msg);
	}
}

static void test_registries_resolve__keeps_names_for_credentials(void **state)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	struct endpoint *endpoints;
	size_t count;

	(void)state;
	assert_int_equal(reference_parse("debian", &ref, &err), 0);
	assert_int_equal(
		registries_resolve(NULL, &ref, true, &endpoints, &count, &err),
		0);
	assert_int_equal(count, 1);
	assert_string_equal(endpoints[0].host, "registry-1.docker.io");
	assert_string_equal(endpoints[0].auth_host, "docker.io");
	endpoints_free(endpoints, count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registries_resolve__orders_endpoints),
		cmocka_unit_test(test_registries_resolve__refuses),
		cmocka_unit_test(
			test_registries_resolve__keeps_names_for_credentials),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
