/* SPDX-License-Identifier: Apache-2.0 */
/* Volumes: made once, described, listed, measured, removed. */
#include "layers/store/volume.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/jsonx.h"
#include "layers/store/lease.h"
#include "tests/unit/layers/store_fixture.h"

static const struct volume_request named = { .name = "data" };
static const struct volume_request nameless = { NULL };

static void test_volume__names(void **state)
{
	static const struct {
		const char *name;
		bool is_name;
	} rows[] = {
		{ "ab", true },	  { "a.b-c_1", true }, { "a", false },
		{ "", false },	  { "..", false },     { ".a", false },
		{ "-ab", false }, { "a/b", false },    { "a b", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		print_message("\"%s\"\n", rows[i].name);
		assert_int_equal(volume_is_name(rows[i].name), rows[i].is_name);
	}
}

/* The labels in the description of volume NAME, as text. */
static void expect_labels(struct store_fixture *fixture, const char *name,
			  const char *wanted)
{
	autofree char *path = xasprintf("volumes/%s/volume.json", name);
	autoclean(jsonx_free) json_t *document = NULL;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	expect_ok(jsonx_read(fixture->store->root_fd, path, 4096, &document,
			     &fixture->err),
		  &fixture->err);
	jsonx_format(json_object_get(document, "labels"), &text);
	assert_string_equal(text.text, wanted);
}

static void test_volume__keeps_its_first_description(void **state)
{
	struct store_fixture *fixture = *state;
	struct error *err = &fixture->err;
	autoclean(jsonx_free) json_t *first = json_pack("{s:s}", "a", "1");
	autoclean(jsonx_free) json_t *second = json_pack("{s:s}", "a", "2");
	autofree char *name = NULL;
	autofree char *again = NULL;

	expect_ok(volume_create(fixture->store,
				&(struct volume_request){ .name = "data",
							  .labels = first },
				&name, err),
		  err);
	expect_ok(volume_create(fixture->store,
				&(struct volume_request){ .name = "data",
							  .labels = second },
				&again, err),
		  err);
	assert_string_equal(name, "data");
	assert_string_equal(again, "data");
	expect_labels(fixture, "data", "{\"a\":\"1\"}");
}

static void test_volume__anonymous_ones_say_so(void **state)
{
	struct store_fixture *fixture = *state;
	struct error *err = &fixture->err;
	autofree char *name = NULL;
	autofree char *other = NULL;

	expect_ok(volume_create(fixture->store, &nameless, &name, err), err);
	expect_ok(volume_create(fixture->store, &nameless, &other, err), err);
	assert_int_equal(strspn(name, "0123456789abcdef"), 64);
	assert_int_equal(strlen(name), 64);
	assert_string_not_equal(name, other);
	expect_labels(fixture, name, "{\"" VOLUME_ANONYMOUS "\":\"\"}");
}

static void test_volume__is_made_on_first_use(void **state)
{
	struct store_fixture *fixture = *state;
	struct error *err = &fixture->err;

	for (int i = 0; i < 2; i++) {
		autofree char *name = NULL;
		autofree char *path = NULL;
		bool is_new;

		expect_ok(volume_ensure(fixture->store, &named, &name, &path,
					&is_new, err),
			  err);
		assert_int_equal(is_new, i == 0);
		assert_int_equal(access(path, F_OK), 0);
	}
}

/* What a command is about to use is known by its lease while it lives. */
static void test_volume__leases(void **state)
{
	struct store_fixture *fixture = *state;
	struct error *err = &fixture->err;
	autoclean(lease_release) struct lease lease = LEASE_INIT;
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	expect_ok(lease_open(fixture->store, &lease, err), err);
	expect_ok(lease_add(&lease, "layer", "other", err), err);
	expect_ok(lease_add(&lease, VOLUME_LEASE, "data", err), err);
	expect_ok(volume_leased(fixture->store, &names, err), err);
	assert_int_equal(names.count, 1);
	assert_string_equal(names.items[0], "data");
	lease_release(&lease);
	strvec_release(&names);
	expect_ok(volume_leased(fixture->store, &names, err), err);
	assert_int_equal(names.count, 0);
}

static void test_volume__list_size_remove(void **state)
{
	struct store_fixture *fixture = *state;
	const struct store *store = fixture->store;
	struct error *err = &fixture->err;
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	autofree char *name = NULL;
	uint64_t size = 1;
	int fd;

	expect_ok(volume_list(store, &names, err), err);
	assert_int_equal(names.count, 0);
	expect_ok(volume_create(store, &named, &name, err), err);
	expect_ok(volume_size(store, "data", &size, err), err);
	assert_int_equal(size, 0);
	fd = openat(store->root_fd, "volumes/data/_data/f",
		    O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(ftruncate(fd, 1234), 0);
	(void)close(fd);
	/* what is not a volume is not listed */
	assert_int_equal(mkdirat(store->root_fd, "volumes/empty", 0700), 0);
	expect_ok(volume_list(store, &names, err), err);
	assert_int_equal(names.count, 1);
	assert_string_equal(names.items[0], "data");
	expect_ok(volume_size(store, "data", &size, err), err);
	assert_int_equal(size, 1234);
	assert_true(volume_exists(store, "data"));
	expect_ok(volume_remove(store, "data", err), err);
	assert_false(volume_exists(store, "data"));
	expect_ok(volume_remove(store, "data", err), err);
}

static void test_volume__no_name_leads_out(void **state)
{
	struct store_fixture *fixture = *state;

	assert_int_equal(mkdirat(fixture->store->root_fd, "_data", 0700), 0);
	assert_false(volume_exists(fixture->store, ".."));
	assert_false(volume_exists(fixture->store, "../x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_volume__names),
		STORE_TEST(test_volume__keeps_its_first_description),
		STORE_TEST(test_volume__anonymous_ones_say_so),
		STORE_TEST(test_volume__is_made_on_first_use),
		STORE_TEST(test_volume__leases),
		STORE_TEST(test_volume__list_size_remove),
		STORE_TEST(test_volume__no_name_leads_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
