/* SPDX-License-Identifier: Apache-2.0 */
/* A container's files as a tar. */
#include "layers/image/rootfs_export.h"

#include <errno.h>

#include "tests/unit/layers/sink_fixture.h"
#include "tests/unit/layers/store_fixture.h"

/* Whether an archive has an entry called NAME. */
static bool has_entry(const struct kept *archive, const char *name)
{
	size_t at = 0;

	while (at + 512 <= archive->bytes.length) {
		const char *header = (const char *)archive->bytes.data + at;
		size_t size = strtoul(header + 124, NULL, 8);

		if (!strcmp(header, name))
			return true;
		at += 512 + (size + 511) / 512 * 512;
	}
	return false;
}

/* Exports; where this kernel or user may not mount, the test is skipped. */
static void export(struct store_fixture *fixture,
		   const struct rootfs_view *request, struct kept *out)
{
	struct byte_sink sink = kept_sink(out);

	if (rootfs_export(request, &sink, &fixture->err) == 0)
		return;
	if (fixture->err.sys == EPERM ||
	    fixture->err.kind == ERROR_UNSUPPORTED) {
		print_message("needs overlay mounts: %s\n", fixture->err.msg);
		skip();
	}
	fail_msg("%s", fixture->err.msg);
}

static void test_rootfs_export__shows_layers_and_changes(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest one = put_layer(fixture, "one");
	struct digest two = put_layer(fixture, "two");
	autofree char *first = xstrdup(digest_hex(&one));
	autofree char *second = xstrdup(digest_hex(&two));
	char *layers[] = { first, second };
	struct rootfs_view request = { fixture->store, layers, 2, -1, -1 };
	autoclean(kept_release) struct kept saved = { 0 };
	autoclose int upper = -1;

	expect_ok(store_folder(fixture->store, "upper", &upper, &fixture->err),
		  &fixture->err);
	expect_ok(atomicfile_put(upper, "new", "x", 1, 0, &fixture->err),
		  &fixture->err);
	if (mknodat(upper, "one", S_IFCHR, 0) < 0) {
		print_message("needs the right to make whiteouts\n");
		skip();
	}
	request.upper_fd = upper;
	export(fixture, &request, &saved);
	assert_true(has_entry(&saved, "two"));
	assert_true(has_entry(&saved, "new"));
	assert_false(has_entry(&saved, "one"));
	assert_false(has_entry(&saved, ".wh.one"));
}

static void test_rootfs_export__one_layer_alone(void **state)
{
	struct store_fixture *fixture = *state;
	struct digest one = put_layer(fixture, "one");
	autofree char *first = xstrdup(digest_hex(&one));
	char *layers[] = { first };
	struct rootfs_view request = { fixture->store, layers, 1, -1, -1 };
	autoclean(kept_release) struct kept saved = { 0 };
	autoclean(kept_release) struct kept again = { 0 };

	export(fixture, &request, &saved);
	assert_true(has_entry(&saved, "one"));
	/* what every container has, though no layer does */
	assert_true(has_entry(&saved, "etc/hosts"));
	assert_true(has_entry(&saved, "proc/"));
	export(fixture, &request, &again);
	assert_int_equal(saved.bytes.length, again.bytes.length);
	assert_memory_equal(saved.bytes.data, again.bytes.data,
			    saved.bytes.length);
}

static void test_rootfs_export__needs_something(void **state)
{
	struct store_fixture *fixture = *state;
	char missing[] = "abcd";
	char *layers[] = { missing };
	struct rootfs_view none = { fixture->store, NULL, 0, -1, -1 };
	struct rootfs_view lost = { fixture->store, layers, 1, -1, -1 };
	autoclean(kept_release) struct kept saved = { 0 };
	struct byte_sink sink = kept_sink(&saved);

	assert_int_equal(rootfs_export(&none, &sink, &fixture->err), -1);
	assert_int_equal(fixture->err.kind, ERROR_INVALID);
	assert_int_equal(rootfs_export(&lost, &sink, &fixture->err), -1);
	assert_int_equal(fixture->err.kind, ERROR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_rootfs_export__shows_layers_and_changes),
		STORE_TEST(test_rootfs_export__one_layer_alone),
		STORE_TEST(test_rootfs_export__needs_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
