/* SPDX-License-Identifier: Apache-2.0 */
/* registries.conf: what is read, what is refused, how files add up. */
#include "registry/config/registries_conf.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/fs.h"

static int parse(const char *text, struct registries *out, struct error *err)
{
	return registries_parse(text, strlen(text), out, err);
}

static void test_registries_conf__reads_tables(void **state)
{
	static const char text[] =
		"unqualified-search-registries = ['quay.io']\n"
		"short-name-mode = 'enforcing'\n"
		"unheard-of = 1\n"
		"[aliases]\n'a' = 'quay.io/a'\n"
		"[[registry]]\n"
		"prefix = 'docker.io/'\nlocation = 'h:5000/p/'\n"
		"insecure = true\nunheard-of = 1\n"
		"[[registry.mirror]]\nlocation = 'm1.io'\ninsecure = false\n"
		"[[registry.mirror]]\nlocation = 'm2.io/x'\n"
		"pull-from-mirror = 'tag-only'\n"
		"[[registry]]\nlocation = 'b.io'\nblocked = true\n"
		"[[registry]]\nprefix = '*.w.io'\n";
	autoclean(registries_release) struct registries r = REGISTRIES_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	if (parse(text, &r, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(r.count, 3);
	assert_string_equal(r.search.items[0], "quay.io");
	assert_string_equal(json_string_value(json_object_get(r.aliases, "a")),
			    "quay.io/a");
	assert_string_equal(r.entries[0].prefix, "docker.io");
	assert_string_equal(r.entries[0].location, "h:5000/p");
	assert_int_equal(r.entries[0].trust, REGISTRY_TRUST_INSECURE);
	assert_int_equal(r.entries[0].mirror_count, 2);
	assert_int_equal(r.entries[0].mirrors[0].trust,
			 REGISTRY_TRUST_VERIFIED);
	assert_int_equal(r.entries[0].mirrors[0].use, MIRROR_USE_ALL);
	assert_int_equal(r.entries[0].mirrors[1].trust, REGISTRY_TRUST_UNSET);
	assert_int_equal(r.entries[0].mirrors[1].use, MIRROR_USE_TAGS);
	assert_string_equal(r.entries[1].prefix, "b.io");
	assert_true(r.entries[1].is_blocked);
	assert_string_equal(r.entries[2].prefix, "*.w.io");
	assert_null(r.entries[2].location);
}

#define REGISTRY "[[registry]]\n"

static const struct {
	const char *text;
	enum error_kind kind; /* ERROR_NONE: accepted */
	const char *says;
	const char *why;
} rows[] = {
	{ "", ERROR_NONE, "", "nothing" },
	{ REGISTRY "prefix='index.docker.io'", ERROR_NONE, "", "legacy name" },
	{ REGISTRY "prefix='localhost'", ERROR_NONE, "", "localhost" },
	{ REGISTRY "prefix='h.io/a:t'", ERROR_NONE, "", "with a tag" },
	{ REGISTRY "prefix='*.io'", ERROR_NONE, "", "a top level" },
	{ REGISTRY "location='[::1]:5000'", ERROR_NONE, "", "IPv6" },
	{ "[registries.search]\nregistries=['docker.io']", ERROR_UNSUPPORTED,
	  "version 1", "the old format" },
	{ "registry = 1", ERROR_INVALID, "registry", "not tables" },
	{ "registry = [1]", ERROR_INVALID, "registry 1: not a table",
	  "not a table" },
	{ REGISTRY, ERROR_INVALID, "neither prefix nor location", "empty" },
	{ REGISTRY "location=''", ERROR_INVALID, "neither", "empty" },
	{ REGISTRY "location='https://h.io'", ERROR_INVALID, "without a scheme",
	  "a URL" },
	{ REGISTRY "location='short'", ERROR_INVALID,
	  "does not begin with a registry", "would mean docker.io/short" },
	{ REGISTRY "location='i'", ERROR_INVALID,
	  "does not begin with a registry", "would mean docker.io/i" },
	{ REGISTRY "location='h.io/Upper'", ERROR_INVALID,
	  "does not begin with a registry", "no repository's name" },
	{ REGISTRY "location='*.h.io'", ERROR_INVALID,
	  "does not begin with a registry", "a wildcard is no location" },
	{ REGISTRY "prefix='*h.io'", ERROR_INVALID,
	  "does not begin with a registry", "a wildcard within a label" },
	{ REGISTRY "prefix='h.*.io'", ERROR_INVALID,
	  "does not begin with a registry", "a wildcard inside" },
	{ REGISTRY "location='h.io'\ninsecure='yes'", ERROR_INVALID, "insecure",
	  "not a boolean" },
	{ REGISTRY "location='h.io'\nblocked=1", ERROR_INVALID, "blocked",
	  "not a boolean" },
	{ REGISTRY "location=5", ERROR_INVALID, "location", "not a string" },
	{ REGISTRY "location='h.io'\nmirror=[{insecure=true}]", ERROR_INVALID,
	  "h.io: mirror 1: location is missing", "a mirror of nowhere" },
	{ REGISTRY "location='h.io'\n"
		   "mirror=[{location='m.io',pull-from-mirror='some'}]",
	  ERROR_INVALID, "pull-from-mirror \"some\"", "an unknown use" },
	{ REGISTRY "location='h.io'\nmirror-by-digest-only=true\n"
		   "mirror=[{location='m.io',pull-from-mirror='all'}]",
	  ERROR_INVALID, "contradicts", "two rules" },
	{ REGISTRY "location='h.io'\nblocked=true\n" REGISTRY "location='h.io'",
	  ERROR_INVALID, "contradict each other", "blocked or not" },
	{ REGISTRY "location='h.io'\n" REGISTRY "location='h.io'\nmirror=[]",
	  ERROR_NONE, "", "twice without contradiction" },
	{ "unqualified-search-registries='x'", ERROR_INVALID,
	  "unqualified-search-registries", "not a list" },
	{ "[aliases]\na=1", ERROR_INVALID, "alias \"a\"", "not a string" },
	{ "x", ERROR_INVALID, "line 1", "not TOML" },
};

static void test_registries_conf__accepts_and_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autoclean(registries_release) struct registries r =
			REGISTRIES_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		int result = parse(rows[i].text, &r, &err);

		if ((result == 0) != (rows[i].kind == ERROR_NONE) ||
		    err.kind != rows[i].kind)
			fail_msg("%s: %s", rows[i].why,
				 err.msg ? err.msg : "accepted");
		if (result < 0 && !strstr(err.msg, rows[i].says))
			fail_msg("%s: %s", rows[i].why, err.msg);
	}
}

static void put(const char *folder, const char *name, const char *text)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *path = xasprintf("%s/%s", folder, name);
	autoclose int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fs_write_all(fd, text, strlen(text), &err), 0);
}

static void remove_folder(const char *folder)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	assert_int_equal(fs_remove_tree(AT_FDCWD, folder, &err), 0);
}

static void test_registries_conf__merges_drop_ins_by_prefix(void **state)
{
	char folder[] = "/tmp/registries_conf.XXXXXX";
	autoclean(registries_release) struct registries r = REGISTRIES_INIT;
	autoclean(strvec_release) struct strvec folders = STRVEC_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *file = NULL;

	(void)state;
	assert_non_null(mkdtemp(folder));
	file = xasprintf("%s/main", folder);
	put(folder, "main",
	    "unqualified-search-registries=['a.io']\n" REGISTRY
	    "location='h.io'\nblocked=true\n" REGISTRY "location='k.io'");
	put(folder, "20.conf",
	    REGISTRY "prefix='h.io'\nlocation='last.io'\n"
		     "[aliases]\ny='b.io/y'");
	put(folder, "10.conf",
	    "unqualified-search-registries=['b.io']\n" REGISTRY
	    "prefix='h.io'\nlocation='first.io'\n[aliases]\nx='a.io/x'");
	put(folder, "99.other", "not TOML");
	strvec_addf(&folders, "%s/absent", folder);
	strvec_add(&folders, folder);
	if (registries_load(file, &folders, &r, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(r.count, 2);
	assert_string_equal(r.entries[0].location, "last.io");
	assert_false(r.entries[0].is_blocked);
	assert_string_equal(r.search.items[0], "b.io");
	assert_int_equal(r.search.count, 1);
	assert_int_equal(json_object_size(r.aliases), 2);
	remove_folder(folder);
}

static void test_registries_conf__names_file_in_errors(void **state)
{
	char folder[] = "/tmp/registries_conf.XXXXXX";
	autoclean(registries_release) struct registries r = REGISTRIES_INIT;
	autoclean(strvec_release) struct strvec folders = STRVEC_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_non_null(mkdtemp(folder));
	put(folder, "10.conf", "\n\nx");
	strvec_add(&folders, folder);
	assert_int_equal(registries_load(NULL, &folders, &r, &err), -1);
	assert_non_null(strstr(err.msg, "/10.conf: line 3: "));
	remove_folder(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registries_conf__reads_tables),
		cmocka_unit_test(test_registries_conf__accepts_and_refuses),
		cmocka_unit_test(
			test_registries_conf__merges_drop_ins_by_prefix),
		cmocka_unit_test(test_registries_conf__names_file_in_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
