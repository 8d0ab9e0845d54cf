/* SPDX-License-Identifier: Apache-2.0 */
/* Walks: what is found, in which order, what is left out. */
#include "builder/files/file_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/strbuf.h"
#include "tests/unit/temp_folder.h"

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

/* {a/{b/{x.c,x.h},log},empty/,link->a,lone} */
static int make_tree(void **state)
{
	struct temp_folder *folder;

	if (temp_folder_open(state) < 0)
		return -1;
	folder = *state;
	if (mkdirat(folder->fd, "a", 0755) < 0 ||
	    mkdirat(folder->fd, "a/b", 0750) < 0 ||
	    mkdirat(folder->fd, "empty", 0755) < 0 ||
	    symlinkat("a", folder->fd, "link") < 0)
		return -1;
	return temp_folder_put(state, "a/b/x.c", "c") < 0 ||
			       temp_folder_put(state, "a/b/x.h", "h") < 0 ||
			       temp_folder_put(state, "a/log", "l") < 0 ||
			       temp_folder_put(state, "lone", "1") < 0
		       ? -1
		       : 0;
}

static void add_patterns(struct ignore *out, const char *patterns)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	while (patterns && *patterns) {
		size_t length = strcspn(patterns, " ");
		autofree char *pattern = xstrndup(patterns, length);

		assert_int_equal(ignore_add(out, pattern, &err), 0);
		patterns += length + (patterns[length] == ' ');
	}
}

/* "a(=from) a/b …": the names at the destination, in the list's order. */
static char *names_of(const struct file_list *list)
{
	struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < list->count; i++)
		strbuf_addf(&text, "%s%s", i ? " " : "",
			    *list->items[i].to ? list->items[i].to : ".");
	return strbuf_steal(&text);
}

static const struct {
	const char *from, *to, *ignore, *excludes, *names, *why;
} walks[] = {
	{ ".", "", NULL, NULL, ". a empty link lone a/b a/log a/b/x.c a/b/x.h",
	  "all of it" },
	{ "a", "", NULL, NULL, ". b log b/x.c b/x.h", "a folder" },
	{ "a", "new", NULL, NULL, "new new/b new/log new/b/x.c new/b/x.h",
	  "by another name" },
	{ "lone", "file", NULL, NULL, "file", "a file" },
	{ "link", "it", NULL, NULL, "it", "a link is not followed" },
	{ ".", "", "a", NULL, ". empty link lone", "a folder is ignored" },
	{ ".", "", "a !a/b/x.c", NULL, ". a empty link lone a/b a/b/x.c",
	  "but for something in it" },
	{ ".", "", "a !a/none", NULL, ". empty link lone",
	  "a folder that nothing is left in goes" },
	{ "a", "", "**/*.h", NULL, ". b log b/x.c", "ignored by its path" },
	{ "a", "", NULL, "*.c log", ". b b/x.c b/x.h",
	  "an exclude is a path below the folder" },
	{ "a", "", NULL, "**/*.c b/x.h", ". b log", "excludes in depth" },
	{ "a", "", NULL, "a", ". b log b/x.c b/x.h",
	  "the folder itself cannot be excluded" },
	{ "lone", "file", NULL, "lone", "", "a file can" },
	{ "lone", "file", "lone", NULL, "", "and be ignored" },
};

static void test_file_list__finds_what_is_meant(void **state)
{
	struct temp_folder *folder = *state;

	for (size_t i = 0; i < COUNT_OF(walks); i++) {
		autoclean(file_list_release) struct file_list list =
			FILE_LIST_INIT;
		autoclean(ignore_release) struct ignore ignore = IGNORE_INIT;
		autoclean(ignore_release) struct ignore excludes = IGNORE_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		const struct file_walk walk = {
			.root = folder->fd,
			.from = walks[i].from,
			.to = walks[i].to,
			.ignore = walks[i].ignore ? &ignore : NULL,
			.excludes = walks[i].excludes ? &excludes : NULL,
		};
		autofree char *names = NULL;

		add_patterns(&ignore, walks[i].ignore);
		add_patterns(&excludes, walks[i].excludes);
		if (file_list_walk(&walk, &list, &err) < 0)
			fail_msg("%s: %s", walks[i].why, err.msg);
		names = names_of(&list);
		if (strcmp(names, walks[i].names) != 0)
			fail_msg("%s: expected \"%s\", is \"%s\"", walks[i].why,
				 walks[i].names, names);
	}
}

static void test_file_list__items_know_their_folders(void **state)
{
	struct temp_folder *folder = *state;
	autoclean(file_list_release) struct file_list list = FILE_LIST_INIT;
	autoclean(ignore_release) struct ignore ignore = IGNORE_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	const struct file_walk walk = { folder->fd, ".", "", &ignore, NULL };

	add_patterns(&ignore, "empty a/log");
	/* the second walk's items stand behind the first one's */
	assert_int_equal(file_list_walk(&walk, &list, &err), 0);
	assert_int_equal(file_list_walk(&walk, &list, &err), 0);
	for (size_t i = 0; i < list.count; i++) {
		const struct file_item *item = &list.items[i];
		const struct file_item *parent = &list.items[item->parent];
		const char *slash = strrchr(item->to, '/');

		if (!*item->to) {
			assert_ptr_equal(parent, item);
			continue;
		}
		assert_true(parent < item && S_ISDIR(parent->st.st_mode));
		assert_int_equal(strlen(parent->to),
				 slash ? (size_t)(slash - item->to) : 0);
	}
	assert_int_equal(list.count, 14);
}

static void test_file_list__links_and_modes_are_noted(void **state)
{
	struct temp_folder *folder = *state;
	autoclean(file_list_release) struct file_list list = FILE_LIST_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	const struct file_walk links = { folder->fd, "link", "l", NULL, NULL };
	const struct file_walk folders = { folder->fd, "a/b", "", NULL, NULL };

	assert_int_equal(file_list_walk(&links, &list, &err), 0);
	assert_int_equal(file_list_walk(&folders, &list, &err), 0);
	assert_string_equal(list.items[0].link, "a");
	assert_null(list.items[1].link);
	assert_int_equal(list.items[1].st.st_mode & 07777, 0750);
	assert_string_equal(list.items[2].from, "a/b/x.c");
}

static void test_file_list__sockets_are_left_out(void **state)
{
	struct temp_folder *folder = *state;
	autoclean(file_list_release) struct file_list list = FILE_LIST_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	const struct file_walk walk = { folder->fd, "empty", "", NULL, NULL };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/empty/s",
		       folder->path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	assert_int_equal(mkfifoat(folder->fd, "empty/pipe", 0600), 0);
	assert_int_equal(file_list_walk(&walk, &list, &err), 0);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.items[1].to, "pipe");
}

static void test_file_list__what_is_not_there(void **state)
{
	struct temp_folder *folder = *state;
	static const char *const paths[] = { "none", "a/none", "link/b",
					     "lone/x" };

	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		autoclean(file_list_release) struct file_list list =
			FILE_LIST_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		const struct file_walk walk = { folder->fd, paths[i], "", NULL,
						NULL };

		assert_int_equal(file_list_walk(&walk, &list, &err), -1);
		assert_non_null(strstr(err.msg, paths[i]));
	}
}

int main(void)
{
#define TREE_TEST(f) \
	cmocka_unit_test_setup_teardown(f, make_tree, temp_folder_close)
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_file_list__finds_what_is_meant),
		TREE_TEST(test_file_list__items_know_their_folders),
		TREE_TEST(test_file_list__links_and_modes_are_noted),
		TREE_TEST(test_file_list__sockets_are_left_out),
		TREE_TEST(test_file_list__what_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
