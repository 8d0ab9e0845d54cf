/* SPDX-License-Identifier: Apache-2.0 */
/* Names normalised, entries judged. */
#include "layers/tar/entry_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "layers/layers_limits.h"

static void test_entry_policy__normalises_names(void **state)
{
	static const struct {
		const char *name;
		const char *parent;
		const char *leaf;
		const char *full;
		const char *why;
	} rows[] = {
		{ "a", "", "a", "a", "plain" },
		{ "a/b/c", "a/b", "c", "a/b/c", "nested" },
		{ "./a/b", "a", "b", "a/b", "as GNU tar writes" },
		{ "a/b/", "a", "b", "a/b", "a directory's slash" },
		{ "/etc/x", "etc", "x", "etc/x", "absolute" },
		{ "//a///b//", "a", "b", "a/b", "many slashes" },
		{ ".", "", "", ".", "the root" },
		{ "./", "", "", ".", "the root" },
		{ "/", "", "", ".", "the root" },
		{ "..", "", "", ".", "above the root is the root" },
		{ "../../x", "", "x", "x", "climbing out" },
		{ "/../../x/y", "x", "y", "x/y", "absolute climbing" },
		{ "a/../b", "", "b", "b", "up and down" },
		{ "a/b/../../..", "", "", ".", "more up than down" },
		{ "a/./b/.", "a", "b", "a/b", "dots" },
		{ "a/..b/...", "a/..b", "...", "a/..b/...",
		  "dots that are names" },
		{ "\xff\xfe/\xc3\xbc", "\xff\xfe", "\xc3\xbc",
		  "\xff\xfe/\xc3\xbc", "any bytes" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(entry_path_release) struct entry_path path =
			ENTRY_PATH_INIT;
		autofree char *full = NULL;

		if (entry_path_parse(rows[i].name, LAYERS_MAX_PATH, &path,
				     &err) < 0)
			fail_msg("%s: %s", rows[i].why, err.msg);
		full = entry_path_format(&path);
		if (strcmp(path.parent, rows[i].parent) != 0 ||
		    strcmp(path.leaf, rows[i].leaf) != 0 ||
		    strcmp(full, rows[i].full) != 0)
			fail_msg("%s: '%s' + '%s'", rows[i].why, path.parent,
				 path.leaf);
	}
}

static char *repeat(const char *what, size_t times)
{
	size_t length = strlen(what);
	char *text = xmalloc(length * times + 1);

	for (size_t i = 0; i < times; i++)
		memcpy(text + i * length, what, length);
	text[length * times] = '\0';
	return text;
}

static void test_entry_policy__bounds_names(void **state)
{
	static const struct {
		const char *unit;
		size_t times;
		enum error_kind kind;
		const char *why;
	} rows[] = {
		{ "", 0, ERROR_INVALID, "empty" },
		{ "n", 255, ERROR_NONE, "the longest name" },
		{ "n", 256, ERROR_INVALID, "one more" },
		{ "d/", 2048, ERROR_NONE, "4095 bytes when normalised" },
		{ "d/", 2049, ERROR_TOO_LARGE, "4097 bytes" },
		{ "./", 100000, ERROR_NONE, "long only before" },
		{ "../", 100000, ERROR_NONE, "climbing for long" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autofree char *name = repeat(rows[i].unit, rows[i].times);
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(entry_path_release) struct entry_path path =
			ENTRY_PATH_INIT;

		(void)!entry_path_parse(name, LAYERS_MAX_PATH, &path, &err);
		if (err.kind != rows[i].kind)
			fail_msg("%s: %s", rows[i].why,
				 error_kind_name(err.kind));
	}
}

static void test_entry_policy__judges_entries(void **state)
{
	static const struct {
		struct entry entry;
		bool accept;
		const char *why;
	} rows[] = {
		{ { .type = ENTRY_FILE }, true, "a file" },
		{ { .type = ENTRY_DIRECTORY }, true, "a directory" },
		{ { .type = ENTRY_FIFO }, true, "a fifo" },
		{ { .type = ENTRY_NONE }, false, "no known type" },
		{ { .type = ENTRY_SYMLINK, .link = "/etc" },
		  true,
		  "an absolute link" },
		{ { .type = ENTRY_SYMLINK, .link = "../../.." },
		  true,
		  "a climbing link" },
		{ { .type = ENTRY_SYMLINK, .link = "" }, false, "empty link" },
		{ { .type = ENTRY_SYMLINK }, false, "no link" },
		{ { .type = ENTRY_HARDLINK, .link = "x" }, true, "hard link" },
		{ { .type = ENTRY_HARDLINK, .link = "x", .size = 1 },
		  false,
		  "hard link with contents" },
		{ { .type = ENTRY_HARDLINK, .link = "" },
		  false,
		  "hard link to nothing" },
		{ { .type = ENTRY_CHARACTER_DEVICE, .major = 1, .minor = 3 },
		  true,
		  "/dev/null" },
		{ { .type = ENTRY_CHARACTER_DEVICE },
		  false,
		  "overlay's whiteout" },
		{ { .type = ENTRY_CHARACTER_DEVICE, .minor = 1 },
		  true,
		  "0:1 is none" },
		{ { .type = ENTRY_BLOCK_DEVICE }, true, "block 0:0 is none" },
		{ { .type = ENTRY_BLOCK_DEVICE, .major = 4096 },
		  false,
		  "major does not fit" },
		{ { .type = ENTRY_BLOCK_DEVICE, .minor = 1 << 20 },
		  false,
		  "minor does not fit" },
		{ { .type = ENTRY_FILE, .size = -1 }, false, "negative size" },
		{ { .type = ENTRY_FILE, .uid = -1 }, false, "negative uid" },
		{ { .type = ENTRY_FILE, .gid = -5 }, false, "negative gid" },
		{ { .type = ENTRY_FILE, .uid = 4294967295 },
		  false,
		  "chown's 'leave it'" },
		{ { .type = ENTRY_FILE, .gid = 4294967295 },
		  false,
		  "the same for groups" },
		{ { .type = ENTRY_FILE, .uid = 4294967294, .gid = 4294967294 },
		  true,
		  "the highest ids" },
		{ { .type = ENTRY_FILE, .uid = INT64_C(1) << 32 },
		  false,
		  "would become root" },
		{ { .type = ENTRY_FILE, .mtime_nanosecond = 1000000000 },
		  false,
		  "too many nanoseconds" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		bool accept = entry_check(&rows[i].entry, &err) == 0;

		if (accept != rows[i].accept)
			fail_msg("%s: %s", rows[i].why,
				 accept ? "accepted" : err.msg);
	}
}

static void test_entry_policy__bounds_attributes(void **state)
{
	struct entry_xattr many[LAYERS_MAX_XATTRS + 1];
	autofree char *long_name = repeat("n", 256);
	struct entry entry = { .type = ENTRY_FILE, .xattrs = many };
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < LAYERS_MAX_XATTRS + 1; i++)
		many[i] = (struct entry_xattr){ "user.x", "v", 1 };
	entry.xattr_count = LAYERS_MAX_XATTRS;
	assert_int_equal(entry_check(&entry, &err), 0);
	entry.xattr_count++;
	assert_int_equal(entry_check(&entry, &err), -1);
	entry.xattr_count = 1;
	many[0].name = long_name;
	assert_int_equal(entry_check(&entry, &err), -1);
	many[0].name = "";
	assert_int_equal(entry_check(&entry, &err), -1);
	many[0] = (struct entry_xattr){ "user.x", "v", 65537 };
	assert_int_equal(entry_check(&entry, &err), -1);
}

static void test_entry_policy__sorts_attributes(void **state)
{
	static const struct {
		const char *name;
		enum entry_xattr_rule root;
		enum entry_xattr_rule rootless;
	} rows[] = {
		{ "security.capability", ENTRY_XATTR_SET,
		  ENTRY_XATTR_OPTIONAL },
		{ "user.mime", ENTRY_XATTR_OPTIONAL, ENTRY_XATTR_OPTIONAL },
		{ "trusted.x", ENTRY_XATTR_OPTIONAL, ENTRY_XATTR_DROP },
		{ "trusted.overlay.opaque", ENTRY_XATTR_DROP,
		  ENTRY_XATTR_DROP },
		{ "trusted.overlay.redirect", ENTRY_XATTR_DROP,
		  ENTRY_XATTR_DROP },
		{ "user.overlay.opaque", ENTRY_XATTR_DROP, ENTRY_XATTR_DROP },
		{ "user.overlayed", ENTRY_XATTR_OPTIONAL,
		  ENTRY_XATTR_OPTIONAL },
		{ "security.selinux", ENTRY_XATTR_DROP, ENTRY_XATTR_DROP },
		{ "security.SMACK64EXEC", ENTRY_XATTR_DROP, ENTRY_XATTR_DROP },
		{ "system.posix_acl_access", ENTRY_XATTR_OPTIONAL,
		  ENTRY_XATTR_OPTIONAL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (entry_xattr_rule_of(rows[i].name, false) != rows[i].root ||
		    entry_xattr_rule_of(rows[i].name, true) != rows[i].rootless)
			fail_msg("%s", rows[i].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entry_policy__normalises_names),
		cmocka_unit_test(test_entry_policy__bounds_names),
		cmocka_unit_test(test_entry_policy__judges_entries),
		cmocka_unit_test(test_entry_policy__bounds_attributes),
		cmocka_unit_test(test_entry_policy__sorts_attributes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
