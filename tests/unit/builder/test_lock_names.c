/* SPDX-License-Identifier: Apache-2.0 */
/* Names of a Dockerfile that mean something outside. */
#include "builder/lock/lock_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static const struct {
	const char *file, *images, *urls, *git, *why;
} rows[] = {
	{ "FROM debian\n", "debian:latest", "", "", "a name has a tag" },
	{ "FROM debian:12 AS a\nFROM a\n", "debian:12", "", "",
	  "a stage is none" },
	{ "FROM scratch\n", "", "", "", "scratch is none" },
	{ "FROM debian\nFROM debian:latest\n", "debian:latest", "", "",
	  "each once" },
	{ "ARG V=12\nFROM debian:$V\n", "debian:12", "", "",
	  "a global argument" },
	{ "FROM a\nFROM a\nCOPY --from=b /x /\nCOPY --from=0 /x /\n",
	  "a:latest b:latest", "", "", "COPY --from, but no stage's number" },
	{ "FROM a\nRUN --mount=type=bind,from=b,target=/b true\n",
	  "a:latest b:latest", "", "", "a mount" },
	{ "FROM a\nADD https://x/y /\nADD f /\nADD https://x/y /z\n",
	  "a:latest", "https://x/y", "", "files by http" },
	{ "FROM a\nENV V=1\nARG W=2\nADD https://x/$V/$W /\n", "a:latest",
	  "https://x/1/2", "", "variables of the stage" },
	{ "FROM a\nADD https://x/r.git#main /\n", "a:latest", "",
	  "https://x/r.git#main", "a git tree" },
	{ "FROM a\nADD <<https://x/y /\nt\nhttps://x/y\n", "a:latest", "", "",
	  "a heredoc is none" },
};

static char *join(const struct strvec *words)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addstr(&text, "");
	for (size_t i = 0; i < words->count; i++)
		strbuf_addf(&text, "%s%s", i ? " " : "", words->items[i]);
	return strbuf_steal(&text);
}

static int find(const char *text, const struct pairs *args,
		struct lock_names *out, struct error *err)
{
	static const struct scope_platforms platforms = { "linux/amd64",
							  "linux/amd64",
							  "default" };
	autoclean(dockerfile_release) struct dockerfile file = DOCKERFILE_INIT;

	assert_int_equal(
		dockerfile_parse("Dockerfile", text, strlen(text), &file, err),
		0);
	return lock_names_find(&file, args, &platforms, out, err);
}

static void expect(const struct strvec *found, const char *wanted,
		   const char *why)
{
	autofree char *text = join(found);

	if (strcmp(text, wanted) != 0)
		fail_msg("%s: expected \"%s\", found \"%s\"", why, wanted,
			 text);
}

static void test_lock_names__finds(void **state)
{
	const struct pairs none = PAIRS_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(lock_names_release) struct lock_names names =
			LOCK_NAMES_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		if (find(rows[i].file, &none, &names, &err) < 0)
			fail_msg("%s: %s", rows[i].why, err.msg);
		expect(&names.images, rows[i].images, rows[i].why);
		expect(&names.urls, rows[i].urls, rows[i].why);
		expect(&names.git, rows[i].git, rows[i].why);
	}
}

static void test_lock_names__build_arguments_count(void **state)
{
	autoclean(lock_names_release) struct lock_names names = LOCK_NAMES_INIT;
	autoclean(pairs_release) struct pairs args = PAIRS_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	pairs_set(&args, "V", "13");
	assert_int_equal(find("ARG V=12\nFROM debian:$V\nARG V\n"
			      "ADD https://x/$V /\n",
			      &args, &names, &err),
			 0);
	expect(&names.images, "debian:13", "the base");
	expect(&names.urls, "https://x/13", "a file");
}

static void test_lock_names__a_wrong_word_has_its_line(void **state)
{
	autoclean(lock_names_release) struct lock_names names = LOCK_NAMES_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	const struct pairs none = PAIRS_INIT;

	(void)state;
	assert_int_equal(
		find("FROM a\n\nADD ${V:?needed} /\n", &none, &names, &err),
		-1);
	assert_int_equal(strncmp(err.msg, "Dockerfile:3: ", 14), 0);
}

static void test_lock_names__images_have_tags(void **state)
{
	static const char *const names[][2] = {
		{ "debian", "debian:latest" },
		{ "debian:12", "debian:12" },
		{ "host:5000/a/b", "host:5000/a/b:latest" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		autofree char *name = lock_names_image(names[i][0]);

		assert_string_equal(name, names[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lock_names__finds),
		cmocka_unit_test(test_lock_names__build_arguments_count),
		cmocka_unit_test(test_lock_names__a_wrong_word_has_its_line),
		cmocka_unit_test(test_lock_names__images_have_tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
