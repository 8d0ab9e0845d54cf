/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.json of docker archives. */
#include "layers/image/archive_manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"

#include <cmocka.h>

static void test_archive_manifest__reads_images(void **state)
{
	static const char text[] =
		"[{\"Config\":\"c.json\",\"RepoTags\":[\"debian:12\","
		"\"h:5000/x:y\"],\"Layers\":[\"a/layer.tar\",\"b\"],"
		"\"Parent\":\"\"},{\"Config\":\"d\",\"RepoTags\":null}]";
	autoclean(archive_manifest_release) struct archive_manifest manifest =
		ARCHIVE_MANIFEST_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(
		archive_manifest_parse(text, strlen(text), &manifest, &err), 0);
	assert_int_equal(manifest.count, 2);
	assert_string_equal(manifest.images[0].config, "c.json");
	assert_int_equal(manifest.images[0].names.count, 2);
	assert_string_equal(manifest.images[0].names.items[0],
			    "docker.io/library/debian:12");
	assert_string_equal(manifest.images[0].names.items[1], "h:5000/x:y");
	assert_string_equal(manifest.images[0].layers.items[1], "b");
	assert_int_equal(manifest.images[1].names.count, 0);
	assert_int_equal(manifest.images[1].layers.count, 0);
}

static const struct {
	const char *text;
	enum error_kind kind;
	const char *why;
} refused[] = {
	{ "", ERROR_INVALID, "nothing" },
	{ "{}", ERROR_INVALID, "an object" },
	{ "[1]", ERROR_INVALID, "not an object in it" },
	{ "[{}]", ERROR_INVALID, "no config" },
	{ "[{\"Config\":7}]", ERROR_INVALID, "a config that is no string" },
	{ "[{\"Config\":\"c\",\"Layers\":\"a\"}]", ERROR_INVALID,
	  "layers that are no array" },
	{ "[{\"Config\":\"c\",\"Layers\":[{}]}]", ERROR_INVALID,
	  "a layer that is no string" },
	{ "[{\"Config\":\"c\",\"RepoTags\":[\"UPPER:1\"]}]", ERROR_INVALID,
	  "a bad name" },
	{ "[{\"Config\":\"c\",\"RepoTags\":[\"debian\"]}]", ERROR_INVALID,
	  "a name without tag" },
	{ "[{\"Config\":\"c\",\"RepoTags\":[\"../../etc:1\"]}]", ERROR_INVALID,
	  "a path" },
	{ "[{\"Config\":\"c\",\"Config\":\"d\"}]", ERROR_INVALID,
	  "a key twice" },
};

static void test_archive_manifest__refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		struct archive_manifest manifest;

		if (archive_manifest_parse(refused[i].text,
					   strlen(refused[i].text), &manifest,
					   &err) == 0)
			fail_msg("%s was accepted", refused[i].why);
		if (err.kind != refused[i].kind)
			fail_msg("%s: %s", refused[i].why, err.msg);
		assert_int_equal(manifest.count, 0);
	}
}

static void test_archive_manifest__has_limits(void **state)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	struct archive_manifest manifest;

	(void)state;
	strbuf_addstr(&text, "[{\"Config\":\"c\",\"Layers\":[");
	for (int i = 0; i < ARCHIVE_LAYERS_MAX + 1; i++)
		strbuf_addf(&text, "%s\"l\"", i ? "," : "");
	strbuf_addstr(&text, "]}]");
	assert_int_equal(
		archive_manifest_parse(text.text, text.length, &manifest, &err),
		-1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
	while (text.length <= ARCHIVE_MANIFEST_MAX)
		strbuf_addch(&text, ' ');
	assert_int_equal(
		archive_manifest_parse(text.text, text.length, &manifest, &err),
		-1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_archive_manifest__reads_images),
		cmocka_unit_test(test_archive_manifest__refuses),
		cmocka_unit_test(test_archive_manifest__has_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
