/* SPDX-License-Identifier: Apache-2.0 */
/* Importing tarballs. */
#include "layers/image/image_import.h"

#include "base/clock.h"
#include "layers/store/image_record.h"
#include "tests/unit/layers/archive_fixture.h"

struct import {
	struct fixture tarball;
	struct strvec changes;
	struct image_import request;
};

/* Imports what IMPORT says under no name. */
static int run(struct store_fixture *fixture, struct import *import,
	       struct digest *id)
{
	struct fixture_source bytes = { .data = import->tarball.data,
					.length = import->tarball.length,
					.piece = 1000 };
	struct unpack_source source = { fixture_read, NULL, &bytes };

	import->request.store = fixture->store;
	import->request.source = &source;
	import->request.changes = &import->changes;
	import->request.limits = (struct unpack_limits)UNPACK_LIMITS_DEFAULT;
	import->request.created = CLOCK_SECOND;
	import->request.wait_for_disk = true;
	return image_import(&import->request, id, &fixture->err);
}

static void import_release(struct import *import)
{
	fixture_release(&import->tarball);
	strvec_release(&import->changes);
}
DEFINE_CLEANUP(struct import, import_release)

static void test_image_import__makes_an_image_of_one_layer(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(import_release) struct import import = {
		.request.message = "the message"
	};
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct error *err = &fixture->err;
	struct digest again;
	struct digest id;

	archive_layer(&import.tarball, "file");
	strvec_add(&import.changes, "CMD [\"/file\"]");
	strvec_add(&import.changes, "ENV A=b");
	expect_ok(run(fixture, &import, &id), err);
	expect_ok(image_record_load(fixture->store, &id, &record, err), err);
	assert_int_equal(record.layer_count, 1);
	assert_int_equal(record.size, 4);
	assert_string_equal(record.layers[0].diff_id.text,
			    archive_digest(&import.tarball).text);
	expect_ok(blob_read(fixture->store, &id, 10000, &text, err), err);
	assert_non_null(strstr(text.text, "\"Cmd\":[\"/file\"]"));
	assert_non_null(strstr(text.text, "\"Env\":[\"A=b\"]"));
	assert_non_null(strstr(text.text, "\"comment\":\"the message\""));
	assert_non_null(strstr(text.text, "1970-01-01T00:00:01Z"));
	assert_non_null(strstr(text.text, "\"os\":\"linux\""));
	assert_int_equal(archive_count(fixture, "leases"), 0);
	expect_ok(run(fixture, &import, &again), err);
	assert_string_equal(again.text, id.text);
}

static void test_image_import__names_it_and_the_platform(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(
		import_release) struct import import = { .request.name = NULL };
	autoclean(reference_release) struct reference name = REFERENCE_INIT;
	autoclean(platform_release) struct platform platform = PLATFORM_INIT;
	autoclean(name_record_release) struct name_record found =
		NAME_RECORD_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct error *err = &fixture->err;
	struct digest id;

	archive_layer(&import.tarball, "file");
	expect_ok(reference_parse("mine:1", &name, err), err);
	expect_ok(platform_parse("linux/arm/v7", &platform, err), err);
	import.request.name = &name;
	import.request.platform = &platform;
	expect_ok(run(fixture, &import, &id), err);
	expect_ok(names_get(fixture->store, &name, &found, err), err);
	assert_string_equal(found.image.text, id.text);
	expect_ok(blob_read(fixture->store, &id, 10000, &text, err), err);
	assert_non_null(strstr(text.text, "\"architecture\":\"arm\""));
	assert_non_null(strstr(text.text, "\"variant\":\"v7\""));
	assert_non_null(strstr(text.text, "Imported from -"));
}

static void test_image_import__failures_leave_nothing(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(import_release) struct import cut = { .request.name = NULL };
	autoclean(import_release) struct import text = { .request.name = NULL };
	autoclean(import_release) struct import link = { .request.name = NULL };
	autoclean(
		import_release) struct import change = { .request.name = NULL };
	struct digest id;

	archive_layer(&cut.tarball, "file");
	cut.tarball.length = 700;
	assert_int_equal(run(fixture, &cut, &id), -1);
	assert_int_equal(fixture->err.kind, ERROR_CORRUPT);
	expect_empty(fixture);
	fixture_bytes(&text.tarball, "hello", 5);
	assert_int_equal(run(fixture, &text, &id), -1);
	expect_empty(fixture);
	fixture_add(&link.tarball, &(struct fixture_entry){ .name = "a",
							    .type = '1',
							    .link = "b" });
	fixture_end(&link.tarball);
	assert_int_equal(run(fixture, &link, &id), -1);
	assert_int_equal(fixture->err.kind, ERROR_CORRUPT);
	expect_empty(fixture);
	strvec_add(&change.changes, "RUN x");
	assert_int_equal(run(fixture, &change, &id), -1);
	assert_int_equal(fixture->err.kind, ERROR_INVALID);
	expect_empty(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_image_import__makes_an_image_of_one_layer),
		STORE_TEST(test_image_import__names_it_and_the_platform),
		STORE_TEST(test_image_import__failures_leave_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
