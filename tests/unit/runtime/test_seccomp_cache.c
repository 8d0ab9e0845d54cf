/* SPDX-License-Identifier: Apache-2.0 */
/* Filters that are kept: found again as they were, or not at all. */
#include "runtime/seccomp/seccomp_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "runtime/caps.h"
#include "runtime/seccomp/seccomp_default.h"
#include "tests/unit/temp_folder.h"

static const struct seccomp_context context = { SECCOMP_ARCH_X86_64,
						CAPS_DEFAULT, 6, 1 };

static void build(struct seccomp_filter *out)
{
	autoclean(seccomp_profile_release) struct seccomp_profile profile =
		SECCOMP_PROFILE_INIT;
	struct error err = ERROR_INIT;

	seccomp_default(&context, &profile);
	if (seccomp_filter_build(&profile, out, &err) < 0)
		fail_msg("%s", err.msg);
}

static bool is_same(const struct seccomp_filter *a,
		    const struct seccomp_filter *b)
{
	return a->program.len == b->program.len && a->flags == b->flags &&
	       a->wants_listener == b->wants_listener &&
	       memcmp(a->program.filter, b->program.filter,
		      a->program.len * sizeof(struct sock_filter)) == 0;
}

static void test_seccomp_cache__what_is_kept_is_found(void **state)
{
	struct temp_folder *folder = *state;
	autoclean(seccomp_filter_release) struct seccomp_filter built =
		SECCOMP_FILTER_INIT;
	static const char *const texts[] = { NULL, "", "{\"a\":1}" };

	build(&built);
	built.flags = 2;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct seccomp_cache_key key = { texts[i], context };
		autoclean(seccomp_filter_release) struct seccomp_filter found =
			SECCOMP_FILTER_INIT;

		assert_false(seccomp_cache_find(folder->fd, &key, &found));
		seccomp_cache_keep(folder->fd, &key, &built);
		assert_true(seccomp_cache_find(folder->fd, &key, &found));
		assert_true(is_same(&found, &built));
	}
}

static void test_seccomp_cache__another_key_finds_nothing(void **state)
{
	static const struct {
		struct seccomp_cache_key key;
		const char *why;
	} rows[] = {
		{ { NULL, { SECCOMP_ARCH_X86_64, CAPS_DEFAULT, 6, 1 } },
		  "the default" },
		{ { "tex", { SECCOMP_ARCH_X86_64, CAPS_DEFAULT, 6, 1 } },
		  "a shorter text" },
		{ { "texT", { SECCOMP_ARCH_X86_64, CAPS_DEFAULT, 6, 1 } },
		  "another text" },
		{ { "text", { SECCOMP_ARCH_AARCH64, CAPS_DEFAULT, 6, 1 } },
		  "another architecture" },
		{ { "text", { SECCOMP_ARCH_X86_64, CAPS_DEFAULT | 4, 6, 1 } },
		  "another capability" },
		{ { "text", { SECCOMP_ARCH_X86_64, CAPS_DEFAULT, 5, 1 } },
		  "another kernel" },
		{ { "text", { SECCOMP_ARCH_X86_64, CAPS_DEFAULT, 6, 2 } },
		  "another kernel" },
	};
	struct seccomp_cache_key key = { "text", context };
	autoclean(seccomp_filter_release) struct seccomp_filter built =
		SECCOMP_FILTER_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	(void)state;
	build(&built);
	seccomp_cache_format(&key, &built, &text);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seccomp_filter found = SECCOMP_FILTER_INIT;

		print_message("row %zu: %s\n", i, rows[i].why);
		assert_false(seccomp_cache_parse(text.text, text.length,
						 &rows[i].key, &found));
		assert_null(found.program.filter);
	}
}

/* Cut anywhere, or one bit of it another: as good as none. */
static void test_seccomp_cache__damage_is_noticed(void **state)
{
	struct seccomp_cache_key key = { "text", context };
	autoclean(seccomp_filter_release) struct seccomp_filter built =
		SECCOMP_FILTER_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct seccomp_filter found = SECCOMP_FILTER_INIT;

	(void)state;
	build(&built);
	seccomp_cache_format(&key, &built, &text);
	assert_true(seccomp_cache_parse(text.text, text.length, &key, &found));
	seccomp_filter_release(&found);
	for (size_t i = 0; i < text.length; i++)
		assert_false(seccomp_cache_parse(text.text, i, &key, &found));
	strbuf_addch(&text, 0);
	assert_false(seccomp_cache_parse(text.text, text.length, &key, &found));
	strbuf_truncate(&text, text.length - 1);
	for (size_t i = 0; i < text.length * 8; i++) {
		char *byte = &text.text[i / 8];
		char bit = (char)(1U << i % 8);

		*byte ^= bit;
		if (seccomp_cache_parse(text.text, text.length, &key, &found))
			fail_msg("bit %zu does not matter", i);
		*byte ^= bit;
	}
}

static void test_seccomp_cache__a_planted_file_is_replaced(void **state)
{
	struct temp_folder *folder = *state;
	struct seccomp_cache_key key = { NULL, context };
	autoclean(seccomp_filter_release) struct seccomp_filter built =
		SECCOMP_FILTER_INIT;
	struct seccomp_filter found = SECCOMP_FILTER_INIT;
	struct error err = ERROR_INIT;

	build(&built);
	assert_int_equal(mkdirat(folder->fd, "seccomp", 0700), 0);
	for (unsigned i = 0; i < 256; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "seccomp/%02x", i);
		/* a fifo is never waited for */
		assert_int_equal(mkfifoat(folder->fd, name, 0600), 0);
	}
	assert_false(seccomp_cache_find(folder->fd, &key, &found));
	seccomp_cache_keep(folder->fd, &key, &built);
	assert_true(seccomp_cache_find(folder->fd, &key, &found));
	assert_true(is_same(&found, &built));
	seccomp_filter_release(&found);

	/* and one that is a link leads nowhere */
	assert_int_equal(fs_remove_tree(folder->fd, "seccomp", &err), 0);
	assert_int_equal(symlinkat("/", folder->fd, "seccomp"), 0);
	seccomp_cache_keep(folder->fd, &key, &built);
	assert_false(seccomp_cache_find(folder->fd, &key, &found));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_seccomp_cache__what_is_kept_is_found,
			temp_folder_open, temp_folder_close),
		cmocka_unit_test(test_seccomp_cache__another_key_finds_nothing),
		cmocka_unit_test(test_seccomp_cache__damage_is_noticed),
		cmocka_unit_test_setup_teardown(
			test_seccomp_cache__a_planted_file_is_replaced,
			temp_folder_open, temp_folder_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
