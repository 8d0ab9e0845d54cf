/* SPDX-License-Identifier: Apache-2.0 */
/* Sources: patterns, links, what is left out, names at the destination. */
#include "builder/files/file_select.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "tests/unit/temp_folder.h"

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static const char *const folders[] = { "root", "root/src", "root/src/lib",
				       "root/src/lib/deep", "root/docs" };
static const char *const files[] = {
	"outside",
	"root/a.txt",
	"root/b.txt",
	"root/[x].txt",
	"root/src/m.c",
	"root/src/lib/l.c",
	"root/src/lib/deep/d.c",
	"root/docs/r.md",
};
static const char *const links[][2] = {
	{ "a.txt", "root/to-file" },	 { "src", "root/to-folder" },
	{ "/src/lib", "root/absolute" }, { "../outside", "root/up" },
	{ "none", "root/dangling" },	 { "loop", "root/loop" },
};

static int make_tree(void **state)
{
	struct temp_folder *folder;

	if (temp_folder_open(state) < 0)
		return -1;
	folder = *state;
	for (size_t i = 0; i < COUNT_OF(folders); i++)
		if (mkdirat(folder->fd, folders[i], 0755) < 0)
			return -1;
	for (size_t i = 0; i < COUNT_OF(files); i++)
		if (temp_folder_put(state, files[i], "") < 0)
			return -1;
	for (size_t i = 0; i < COUNT_OF(links); i++)
		if (symlinkat(links[i][0], folder->fd, links[i][1]) < 0)
			return -1;
	return 0;
}

/* "path=name/ …", a slash behind folders. */
static char *text_of(const struct file_sources *sources)
{
	struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < sources->count; i++)
		strbuf_addf(&text, "%s%s=%s%s", i ? " " : "",
			    sources->items[i].path, sources->items[i].name,
			    sources->items[i].is_folder ? "/" : "");
	return strbuf_steal(&text);
}

static const struct {
	const char *source;
	bool parents;
	const char *ignored;
	const char *found; /* NULL: nothing */
	const char *why;
} rows[] = {
	{ "a.txt", false, NULL, "a.txt=a.txt", "a file" },
	{ "/a.txt", false, NULL, "a.txt=a.txt", "an absolute path" },
	{ "./src/../a.txt", false, NULL, "a.txt=a.txt", "dots" },
	{ "../../a.txt", false, NULL, "a.txt=a.txt", "no way up" },
	{ "src", false, NULL, "src=src/", "a folder" },
	{ "src/", false, NULL, "src=src/", "with a slash" },
	{ ".", false, NULL, ".=./", "all of it" },
	{ "/", false, NULL, ".=./", "all of it" },
	{ "none", false, NULL, NULL, "what is not there" },
	{ "a.txt/x", false, NULL, NULL, "a file is no folder" },
	{ "?.txt", false, NULL, "a.txt=a.txt b.txt=b.txt", "one letter" },
	{ "*.none", false, NULL, "", "a pattern that nothing matches" },
	{ "[[]x].txt", false, NULL, "[x].txt=[x].txt", "a bracket" },
	{ "src/*.c", false, NULL, "src/m.c=m.c", "in a folder" },
	{ "*/*.c", false, NULL, "src/m.c=m.c", "in every folder, no links" },
	{ "to-folder/*.c", false, NULL, "src/m.c=m.c", "a link in front" },
	{ "to-folder/**/d.c", false, NULL, "src/lib/deep/d.c=d.c",
	  "and in depth" },
	{ "to-*", false, NULL, "a.txt=to-file src=to-folder/",
	  "links as what a pattern matches" },
	{ "src/**/*.c", false, NULL,
	  "src/m.c=m.c src/lib/l.c=l.c src/lib/deep/d.c=d.c", "in depth" },
	{ "s*/lib/deep", false, NULL, "src/lib/deep=deep/",
	  "a folder by a pattern" },
	{ "to-file", false, NULL, "a.txt=to-file", "a link's file" },
	{ "to-folder", false, NULL, "src=to-folder/", "a link's folder" },
	{ "to-folder/m.c", false, NULL, "src/m.c=m.c", "through a link" },
	{ "absolute", false, NULL, "src/lib=absolute/",
	  "an absolute link begins at the root" },
	{ "up", false, NULL, NULL, "a link out of the root" },
	{ "dangling", false, NULL, NULL, "a link to nothing" },
	{ "a.txt", false, "a.txt", NULL, "ignored" },
	{ "src/m.c", false, "src", NULL, "in an ignored folder" },
	{ "src", false, "src !src/m.c", "src=src/",
	  "of which something is left" },
	{ "to-file", false, "a.txt", NULL, "a link to what is ignored" },
	{ "?.txt", false, "b.txt", "a.txt=a.txt", "one of several ignored" },
	{ "src/lib/l.c", true, NULL, "src/lib/l.c=src/lib/l.c",
	  "with its folders" },
	{ "src/./lib/l.c", true, NULL, "src/lib/l.c=lib/l.c",
	  "with those behind the pivot" },
	{ "./src/lib", true, NULL, "src/lib=src/lib/",
	  "a dot in front is no pivot" },
	{ "src/./*/*.c", true, NULL, "src/lib/l.c=lib/l.c",
	  "a pattern behind the pivot" },
};

static void test_file_select__finds(void **state)
{
	struct temp_folder *folder = *state;
	autoclose int root = openat(folder->fd, "root",
				    O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		autoclean(file_sources_release) struct file_sources sources =
			FILE_SOURCES_INIT;
		autoclean(ignore_release) struct ignore ignore = IGNORE_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		const struct file_selection selection = {
			.root = root,
			.ignore = &ignore,
			.keeps_parents = rows[i].parents,
		};
		autofree char *found = NULL;

		for (const char *at = rows[i].ignored; at && *at;) {
			size_t length = strcspn(at, " ");
			autofree char *pattern = xstrndup(at, length);

			assert_int_equal(ignore_add(&ignore, pattern, &err), 0);
			at += length + (at[length] == ' ');
		}
		if (file_select(&selection, rows[i].source, &sources, &err) <
		    0) {
			if (rows[i].found)
				fail_msg("%s: %s", rows[i].why, err.msg);
			assert_int_equal(err.kind, ERROR_NOT_FOUND);
			assert_non_null(strstr(err.msg, "not found"));
			continue;
		}
		found = text_of(&sources);
		if (!rows[i].found || strcmp(found, rows[i].found) != 0)
			fail_msg("%s: expected \"%s\", found \"%s\"",
				 rows[i].why,
				 rows[i].found ? rows[i].found : "nothing",
				 found);
	}
}

static void test_file_select__a_ring_of_links_ends(void **state)
{
	struct temp_folder *folder = *state;
	autoclose int root = openat(folder->fd, "root",
				    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autoclean(file_sources_release) struct file_sources sources =
		FILE_SOURCES_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	const struct file_selection selection = { .root = root };

	assert_int_equal(file_select(&selection, "loop", &sources, &err), -1);
	assert_int_equal(err.sys, ELOOP);
	assert_int_equal(sources.count, 0);
}

int main(void)
{
#define TREE_TEST(f) \
	cmocka_unit_test_setup_teardown(f, make_tree, temp_folder_close)
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_file_select__finds),
		TREE_TEST(test_file_select__a_ring_of_links_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
