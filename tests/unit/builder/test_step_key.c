/* SPDX-License-Identifier: Apache-2.0 */
/* Keys: what differs and what does not. */
#include "builder/steps/step_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A file as a walk finds it. */
static struct file_item item(const char *to, mode_t mode, const char *content)
{
	struct file_item made = {
		.from = (char *)(uintptr_t)to,
		.to = (char *)(uintptr_t)to,
		.st = { .st_mode = mode, .st_mtim = { 5, 0 } },
	};

	memcpy(made.digest, content, strlen(content));
	return made;
}

struct reading {
	struct file_item items[2];
	size_t count;
	bool has_owners;
};

static struct reading reading(void)
{
	return (struct reading){
		.items = { item("d", S_IFDIR | 0755, ""),
			   item("d/f", S_IFREG | 0644, "one") },
		.count = 2,
	};
}

static struct digest key_of(struct reading *reading)
{
	autoclean(step_key_release) struct step_key key = STEP_KEY_INIT;
	const struct file_list list = { reading->items, reading->count, 0 };
	struct digest digest;

	step_key_begin(&key, "COPY");
	step_key_add_files(&key, ".", &list, 0);
	if (reading->has_owners)
		step_key_add_owners(&key, &list, 0);
	step_key_finish(&key, &digest);
	return digest;
}

static bool is_same(struct reading *reading)
{
	struct reading usual = {
		.items = { item("d", S_IFDIR | 0755, ""),
			   item("d/f", S_IFREG | 0644, "one") },
		.count = 2,
		.has_owners = reading->has_owners,
	};
	struct digest a = key_of(&usual);
	struct digest b = key_of(reading);

	return digest_is_equal(&a, &b);
}

static void test_step_key__files_by_what_they_are(void **state)
{
	struct reading now = reading();
	char link[] = "d";

	(void)state;
	assert_true(is_same(&now));
	now.items[1].st.st_mtim.tv_sec = 9;
	now.items[1].st.st_ino = 9;
	now.items[1].from = link; /* where it lies is for people */
	assert_true(is_same(&now));
	now = reading();
	now.items[1].st.st_mode = S_IFREG | 0755;
	assert_false(is_same(&now));
	now = reading();
	now.items[1].digest[FILE_DIGEST_BYTES - 1] = 1;
	assert_false(is_same(&now));
	now = reading();
	now.items[1].to = link;
	assert_false(is_same(&now));
	now = reading();
	now.items[1].link = link;
	assert_false(is_same(&now));
	now = reading();
	now.count = 1;
	assert_false(is_same(&now));
}

static void test_step_key__owners_only_where_they_are_kept(void **state)
{
	struct reading now = reading();

	(void)state;
	now.items[1].st.st_uid = 7;
	assert_true(is_same(&now));
	now.has_owners = true;
	assert_false(is_same(&now));
	now.items[1].st.st_uid = 0;
	assert_true(is_same(&now));
	now.items[0].st.st_gid = 7;
	assert_false(is_same(&now));
}

/* The key of a step with two words, as a list or each by itself. */
static struct digest words_of(const char *a, const char *b, bool is_list)
{
	autoclean(step_key_release) struct step_key key = STEP_KEY_INIT;
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;
	struct digest digest;

	step_key_begin(&key, "RUN");
	if (a)
		strvec_add(&words, a);
	if (b)
		strvec_add(&words, b);
	if (is_list)
		step_key_add_words(&key, "command", &words);
	else
		step_key_add(&key, a, b);
	step_key_finish(&key, &digest);
	return digest;
}

static void test_step_key__no_two_texts_read_as_one(void **state)
{
	struct digest a = words_of("a b", "c", true);
	struct digest b = words_of("a", "b c", true);
	struct digest c = words_of("ab", "c", false);
	struct digest d = words_of("a", "bc", false);
	struct digest e = words_of("a", NULL, false);
	struct digest f = words_of("b", NULL, false);

	(void)state;
	assert_false(digest_is_equal(&a, &b));
	assert_false(digest_is_equal(&c, &d));
	/* what has no value is no input */
	assert_true(digest_is_equal(&e, &f));
}

static void test_step_key__inputs_are_kept_by_name(void **state)
{
	autoclean(step_key_release) struct step_key key = STEP_KEY_INIT;
	struct reading now = reading();
	const struct file_list list = { now.items, now.count, 0 };

	(void)state;
	now.items[1].st.st_uid = 7;
	step_key_begin(&key, "COPY");
	step_key_add(&key, "--chown", "\xff");
	step_key_add_files(&key, "stage a:", &list, 1);
	step_key_add_owners(&key, &list, 1);
	assert_int_equal(json_array_size(key.inputs), 3);
	assert_string_equal(json_string_value(json_array_get(
				    json_array_get(key.inputs, 1), 1)),
			    "(bytes)");
	assert_string_equal(json_string_value(json_array_get(
				    json_array_get(key.inputs, 2), 0)),
			    "owner of d/f");
	assert_int_equal(json_object_size(key.files), 1);
	assert_non_null(json_object_get(key.files, "stage a:/d/f"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_step_key__files_by_what_they_are),
		cmocka_unit_test(
			test_step_key__owners_only_where_they_are_kept),
		cmocka_unit_test(test_step_key__no_two_texts_read_as_one),
		cmocka_unit_test(test_step_key__inputs_are_kept_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
