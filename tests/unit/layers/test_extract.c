/* SPDX-License-Identifier: Apache-2.0 */
/* What a layer says is what there is: kinds, owners, times, hiding. */
#include "layers/tar/extract.h"

#include <errno.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "tests/unit/layers/unpack_fixture.h"

struct trial {
	struct place place;
	struct fixture archive;
	struct unpack_options options;
	struct unpack_result out;
	struct error err;
};

static int set_up(void **state)
{
	struct trial *t = xcalloc(1, sizeof(*t));

	if (geteuid() != 0) {
		print_message("needs root: owners, devices, trusted.*\n");
		free(t);
		return -1;
	}
	t->options = (struct unpack_options)UNPACK_OPTIONS_INIT;
	place_init(&t->place);
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct trial *t = *state;

	place_release(&t->place);
	fixture_release(&t->archive);
	unpack_result_release(&t->out);
	error_release(&t->err);
	free(t);
	return 0;
}

static void add(struct trial *t, char type, const char *name,
		const char *text_or_link)
{
	struct fixture_entry e = { .name = name, .type = type, .mtime = 1000 };

	if (type == '1' || type == '2') {
		e.link = text_or_link;
	} else if (text_or_link) {
		e.contents = text_or_link;
		e.size = strlen(text_or_link);
	}
	if (type == '5')
		e.mode = 0755;
	fixture_add(&t->archive, &e);
}

/* Unpacks what was added and starts a new archive. */
static void unpack(struct trial *t)
{
	unpack_result_release(&t->out);
	fixture_end(&t->archive);
	if (place_unpack(&t->place, &t->archive, &t->options, &t->out,
			 &t->err) < 0)
		fail_msg("%s", t->err.msg);
	fixture_release(&t->archive);
}

static bool is_opaque(struct trial *t, const char *name)
{
	autofree char *path = xasprintf("%s/root/%s", t->place.base, name);
	char value = 0;

	return lgetxattr(path,
			 t->options.rootless ? "user.overlay.opaque"
					     : "trusted.overlay.opaque",
			 &value, 1) == 1 &&
	       value == 'y';
}

static bool is_whiteout(struct trial *t, const char *name)
{
	struct stat st = place_stat(&t->place, name);

	return S_ISCHR(st.st_mode) && st.st_rdev == 0;
}

static void test_extract__makes_every_kind(void **state)
{
	struct trial *t = *state;
	struct stat st;
	char target[32] = "";

	fixture_add(&t->archive,
		    &(struct fixture_entry){ .name = "f",
					     .contents = "hello",
					     .size = 5,
					     .mode = 0640,
					     .uid = 12,
					     .gid = 34,
					     .mtime = 1234567890 });
	fixture_add(&t->archive, &(struct fixture_entry){ .name = "d/",
							  .type = '5',
							  .mode = 01777,
							  .uid = 5,
							  .mtime = 77 });
	fixture_add(&t->archive,
		    &(struct fixture_entry){ .name = "s",
					     .type = '2',
					     .link = "/abs/../target",
					     .uid = 6,
					     .gid = 7,
					     .mtime = 88 });
	fixture_add(&t->archive, &(struct fixture_entry){ .name = "p",
							  .type = '6',
							  .mode = 0622,
							  .mtime = 99 });
	fixture_add(&t->archive, &(struct fixture_entry){ .name = "c",
							  .type = '3',
							  .mode = 0666,
							  .major = 1,
							  .minor = 3,
							  .gid = 8 });
	fixture_add(&t->archive, &(struct fixture_entry){ .name = "b",
							  .type = '4',
							  .mode = 0660,
							  .major = 7,
							  .minor = 5 });
	add(t, '1', "h", "f");
	unpack(t);
	st = place_stat(&t->place, "f");
	assert_int_equal(st.st_mode, S_IFREG | 0640);
	assert_int_equal(st.st_uid, 12);
	assert_int_equal(st.st_gid, 34);
	assert_int_equal(st.st_mtime, 1234567890);
	assert_int_equal(st.st_nlink, 2);
	assert_int_equal(place_stat(&t->place, "h").st_ino, st.st_ino);
	place_expect(&t->place, "f", "hello");
	st = place_stat(&t->place, "d");
	assert_int_equal(st.st_mode, S_IFDIR | 01777);
	assert_int_equal(st.st_uid, 5);
	assert_int_equal(st.st_mtime, 77);
	st = place_stat(&t->place, "s");
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(st.st_uid, 6);
	assert_int_equal(st.st_gid, 7);
	assert_int_equal(st.st_mtime, 88);
	assert_int_equal(readlinkat(t->place.root, "s", target, 31), 14);
	assert_string_equal(target, "/abs/../target");
	st = place_stat(&t->place, "p");
	assert_int_equal(st.st_mode, S_IFIFO | 0622);
	assert_int_equal(st.st_mtime, 99);
	st = place_stat(&t->place, "c");
	assert_int_equal(st.st_mode, S_IFCHR | 0666);
	assert_int_equal(st.st_rdev, makedev(1, 3));
	assert_int_equal(st.st_gid, 8);
	assert_int_equal(place_stat(&t->place, "b").st_rdev, makedev(7, 5));
	assert_int_equal(t->out.need, UNPACK_ALONE);
	assert_int_equal(t->out.entries, 7);
	assert_int_equal(t->out.content_size, 5);
	assert_false(t->out.has_root);
}

static void test_extract__keeps_special_bits(void **state)
{
	static const unsigned modes[] = { 04755, 02755, 06711, 01644,
					  0,	 0777,	07777 };
	struct trial *t = *state;
	char name[32];

	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		for (int owned = 0; owned < 2; owned++)
			for (int type = 0; type < 3; type++) {
				(void)snprintf(name, sizeof(name), "%o-%d-%d",
					       modes[i], owned, type);
				fixture_add(&t->archive,
					    &(struct fixture_entry){
						    .name = name,
						    .type = "056"[type],
						    /* 0 means 0644 */
						    .mode = modes[i] | 0100000,
						    .uid = owned ? 1000 : 0,
						    .contents = "x",
						    .size = type == 0 });
			}
	unpack(t);
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		for (int owned = 0; owned < 2; owned++)
			for (int type = 0; type < 3; type++) {
				(void)snprintf(name, sizeof(name), "%o-%d-%d",
					       modes[i], owned, type);
				if ((place_stat(&t->place, name).st_mode &
				     07777) != modes[i])
					fail_msg("%s", name);
			}
}

static void test_extract__ignores_a_setgid_parent(void **state)
{
	struct trial *t = *state;

	fixture_add(&t->archive, &(struct fixture_entry){ .name = "g",
							  .type = '5',
							  .mode = 02775,
							  .gid = 50 });
	add(t, '0', "g/file", "x");
	add(t, '5', "g/dir", NULL);
	add(t, '2', "g/link", "x");
	add(t, '0', "g/dir/file", "x");
	unpack(t);
	assert_int_equal(place_stat(&t->place, "g/file").st_gid, 0);
	assert_int_equal(place_stat(&t->place, "g/link").st_gid, 0);
	assert_int_equal(place_stat(&t->place, "g/dir").st_gid, 0);
	assert_int_equal(place_stat(&t->place, "g/dir").st_mode,
			 S_IFDIR | 0755);
	assert_int_equal(place_stat(&t->place, "g/dir/file").st_gid, 0);
	assert_int_equal(place_stat(&t->place, "g").st_mode, S_IFDIR | 02775);
	add(t, '0', "before", "x");
	fixture_add(&t->archive, &(struct fixture_entry){ .name = "./",
							  .type = '5',
							  .mode = 02775,
							  .gid = 50 });
	add(t, '0', "after", "x");
	unpack(t);
	assert_int_equal(place_stat(&t->place, "after").st_gid, 0);
	assert_int_equal(place_stat(&t->place, ".").st_mode, S_IFDIR | 02775);
}

/* The directory kept open must not outlive what its name means. */
static void test_extract__finds_directories_anew(void **state)
{
	struct trial *t = *state;

	add(t, '5', "b", NULL);
	add(t, '5', "a", NULL);
	add(t, '0', "a/x", "x");
	add(t, '2', "a", "b");
	add(t, '0', "a/y", "y");
	add(t, '2', "a", "c");
	add(t, '5', "c", NULL);
	add(t, '0', "a/z", "z");
	/* a name that leads through what is replaced in its own directory */
	add(t, '5', "d/leaf", NULL);
	add(t, '5', "other/deep", NULL);
	add(t, '2', "s", "d/leaf/..");
	add(t, '0', "s/one", "1");
	add(t, '2', "s/leaf", "../other/deep");
	add(t, '0', "s/two", "2");
	unpack(t);
	place_expect(&t->place, "d/one", "1");
	place_expect(&t->place, "other/two", "2");
	place_expect(&t->place, "b/y", "y");
	place_expect(&t->place, "c/z", "z");
	assert_false(place_has(&t->place, "b/x"));
}

static void test_extract__sets_attributes(void **state)
{
	static const char capability[20] = "\1\0\0\2\0\x20";
	struct trial *t = *state;
	struct fixture records = { 0 };
	autofree char *path = xasprintf("%s/root/ping", t->place.base);
	char value[64];

	fixture_record(&records, "SCHILY.xattr.security.capability", capability,
		       sizeof(capability));
	fixture_record(&records, "SCHILY.xattr.user.zero", "a\0b", 3);
	fixture_record(&records, "SCHILY.xattr.user.empty", "", 0);
	fixture_pax(&t->archive, &records);
	fixture_add(&t->archive, &(struct fixture_entry){ .name = "ping",
							  .contents = "x",
							  .size = 1,
							  .mode = 04755,
							  .uid = 9 });
	unpack(t);
	assert_int_equal(
		lgetxattr(path, "security.capability", value, sizeof(value)),
		sizeof(capability));
	assert_memory_equal(value, capability, sizeof(capability));
	assert_int_equal(lgetxattr(path, "user.zero", value, sizeof(value)), 3);
	assert_memory_equal(value, "a\0b", 3);
	assert_int_equal(lgetxattr(path, "user.empty", value, sizeof(value)),
			 0);
	assert_int_equal(place_stat(&t->place, "ping").st_mode,
			 S_IFREG | 04755);
}

static void test_extract__inherits_no_default_acl(void **state)
{
	/* version 2; user::rwx, user:100:rwx, group::r-x, mask::rwx, other::-
	 */
	static const char acl[] =
		"\2\0\0\0\1\0\7\0\xff\xff\xff\xff\2\0\7\0\x64\0\0\0"
		"\4\0\5\0\xff\xff\xff\xff\x10\0\7\0\xff\xff\xff\xff"
		"\x20\0\0\0\xff\xff\xff\xff";
	struct trial *t = *state;
	struct fixture records = { 0 };
	autofree char *path = xasprintf("%s/root/d", t->place.base);
	autofree char *child = xasprintf("%s/root/d/f", t->place.base);

	fixture_record(&records, "SCHILY.xattr.system.posix_acl_default", acl,
		       sizeof(acl) - 1);
	fixture_pax(&t->archive, &records);
	add(t, '5', "d", NULL);
	add(t, '0', "d/f", "x");
	unpack(t);
	assert_int_equal(lgetxattr(path, "system.posix_acl_default", NULL, 0),
			 sizeof(acl) - 1);
	assert_int_equal(lgetxattr(child, "system.posix_acl_access", NULL, 0),
			 -1);
	assert_int_equal(place_stat(&t->place, "d/f").st_mode, S_IFREG | 0644);
}

static void test_extract__keeps_names_as_bytes(void **state)
{
	static const char *const names[] = {
		"\xc3\xbc",  /* precomposed */
		"u\xcc\x88", /* decomposed: another name */
		"\xff\xfe",  /* no UTF-8 at all */
		"new\nline",
		" space ",
		"\xef\xbc\x8e\xef\xbc\x8e", /* looks like dots */
		"-rf",
		"back\\slash",
	};
	struct trial *t = *state;
	char name[400];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		/* short in the header, long in a pax record */
		add(t, '0', names[i], names[i]);
		memset(name, 'l', 200);
		(void)snprintf(name + 200, 200, "/%s", names[i]);
		fixture_pax_text(&t->archive, "path", name);
		add(t, '0', "x", names[i]);
		fixture_pax_text(&t->archive, "linkpath", names[i]);
		(void)snprintf(name, sizeof(name), "link%zu", i);
		add(t, '2', name, "x");
	}
	unpack(t);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char target[64] = "";

		place_expect(&t->place, names[i], names[i]);
		memset(name, 'l', 200);
		(void)snprintf(name + 200, 200, "/%s", names[i]);
		place_expect(&t->place, name, names[i]);
		(void)snprintf(name, sizeof(name), "link%zu", i);
		assert_true(readlinkat(t->place.root, name, target, 63) > 0);
		assert_string_equal(target, names[i]);
	}
}

static void test_extract__keeps_holes(void **state)
{
	struct trial *t = *state;
	struct fixture records = { 0 };
	uint8_t body[1536] = "2\n4194304\n512\n8388608\n0\n";
	struct stat st;
	char piece[8] = "";
	int fd;

	memset(body + 512, 'm', 512);
	fixture_record(&records, "GNU.sparse.major", "1", 1);
	fixture_record(&records, "GNU.sparse.minor", "0", 1);
	fixture_record(&records, "GNU.sparse.name", "sparse", 6);
	fixture_record(&records, "GNU.sparse.realsize", "8388608", 7);
	fixture_pax(&t->archive, &records);
	fixture_add(&t->archive,
		    &(struct fixture_entry){ .name = "GNUSparseFile.0/x",
					     .contents = body,
					     .size = 1024 });
	add(t, '0', "after", "after");
	unpack(t);
	st = place_stat(&t->place, "sparse");
	assert_int_equal(st.st_size, 8388608);
	assert_true(st.st_blocks * 512 < 65536);
	fd = openat(t->place.root, "sparse", O_RDONLY | O_CLOEXEC);
	assert_int_equal(pread(fd, piece, 4, 4194304 - 1), 4);
	assert_memory_equal(piece, "\0mmm", 4);
	assert_int_equal(pread(fd, piece, 4, 4194304 + 510), 4);
	assert_memory_equal(piece, "mm\0\0", 4);
	(void)close(fd);
	place_expect(&t->place, "after", "after");
	assert_int_equal(t->out.content_size, 8388608 + 5);
}

static void test_extract__sets_directory_times_last(void **state)
{
	struct trial *t = *state;

	add(t, '5', "a", NULL);
	add(t, '5', "a/b", NULL);
	add(t, '0', "a/b/f", "x");
	add(t, '0', "a/f", "x");
	add(t, '5', "c", NULL);
	fixture_add(&t->archive, &(struct fixture_entry){ .name = "a/",
							  .type = '5',
							  .mode = 0700,
							  .mtime = 2000 });
	fixture_add(&t->archive, &(struct fixture_entry){ .name = "./",
							  .type = '5',
							  .mode = 0750,
							  .uid = 3,
							  .mtime = 3000 });
	unpack(t);
	/* the last entry for a name counts */
	assert_int_equal(place_stat(&t->place, "a").st_mtime, 2000);
	assert_int_equal(place_stat(&t->place, "a").st_mode, S_IFDIR | 0700);
	assert_int_equal(place_stat(&t->place, "a/b").st_mtime, 1000);
	assert_int_equal(place_stat(&t->place, ".").st_mtime, 3000);
	assert_int_equal(place_stat(&t->place, ".").st_mode, S_IFDIR | 0750);
	assert_int_equal(place_stat(&t->place, ".").st_uid, 3);
	assert_true(t->out.has_root);
}

static void test_extract__sets_times_behind_links_but_not_of_them(void **state)
{
	struct trial *t = *state;

	add(t, '5', "real", NULL);
	add(t, '2', "via", "/real");
	add(t, '5', "via/d", NULL);
	add(t, '0', "via/d/f", "x");
	fixture_add(&t->archive, &(struct fixture_entry){ .name = "e",
							  .type = '5',
							  .mtime = 5000 });
	add(t, '5', "becomes-link", NULL);
	add(t, '2', "becomes-link", "e");
	unpack(t);
	assert_int_equal(place_stat(&t->place, "real/d").st_mtime, 1000);
	assert_int_equal(place_stat(&t->place, "e").st_mtime, 5000);
}

/* Where a thread may not have a umask of its own, every mode is set. */
static void test_extract__copes_with_a_umask(void **state)
{
	static const char kinds[] = "0560";
	static const char *const names[] = { "f", "d", "p", "i/mplicit" };
	struct trial *t = *state;
	struct fixture_source memory;
	const struct unpack_source source = { fixture_read, NULL, &memory };
	autoclean(decompress_free) struct decompress *stream = NULL;
	autoclean(tar_read_free) struct tar_reader *reader = NULL;
	autoclean(extract_free) struct extract *extract = NULL;
	autoclean(extract_result_release) struct extract_result out = { 0 };
	const struct extract_options options = { .directory = t->place.root,
						 .umask = 0777,
						 .max_bytes = 100,
						 .max_entries = 100,
						 .max_path = 100 };
	struct entry entry;
	bool found = true;
	mode_t before = umask(077);

	for (int i = 0; i < 4; i++)
		fixture_add(&t->archive,
			    &(struct fixture_entry){ .name = names[i],
						     .type = kinds[i],
						     .mode = 0757 });
	fixture_end(&t->archive);
	memory = (struct fixture_source){ t->archive.data, t->archive.length, 0,
					  0, 0 };
	assert_int_equal(decompress_open(&source, NULL, &stream, &t->err), 0);
	assert_int_equal(tar_read_open_stream(stream, &reader, &t->err), 0);
	assert_int_equal(extract_open(&options, &extract, &t->err), 0);
	while (tar_read_next(reader, &entry, &found, &t->err) == 0 && found)
		assert_int_equal(
			extract_entry(extract, reader, &entry, &t->err), 0);
	assert_int_equal(extract_finish(extract, &out, &t->err), 0);
	(void)umask(before);
	for (int i = 0; i < 4; i++)
		assert_int_equal(
			place_stat(&t->place, names[i]).st_mode & 07777, 0757);
	assert_int_equal(place_stat(&t->place, "i").st_mode & 07777, 0755);
}

static void test_extract__replaces_other_kinds(void **state)
{
	static const char kinds[] = "0526";
	struct trial *t = *state;
	char name[8];

	for (size_t from = 0; from < 4; from++)
		for (size_t to = 0; to < 4; to++) {
			(void)snprintf(name, sizeof(name), "%zu%zu", from, to);
			add(t, kinds[from], name,
			    kinds[from] == '2' ? "x" : NULL);
			if (kinds[from] == '5') {
				char child[16];

				(void)snprintf(child, sizeof(child), "%s/c",
					       name);
				add(t, '0', child, "x");
			}
		}
	for (size_t from = 0; from < 4; from++)
		for (size_t to = 0; to < 4; to++) {
			(void)snprintf(name, sizeof(name), "%zu%zu", from, to);
			add(t, kinds[to], name, kinds[to] == '2' ? "y" : NULL);
		}
	unpack(t);
	for (size_t from = 0; from < 4; from++)
		for (size_t to = 0; to < 4; to++) {
			static const mode_t types[] = { S_IFREG, S_IFDIR,
							S_IFLNK, S_IFIFO };

			(void)snprintf(name, sizeof(name), "%zu%zu", from, to);
			assert_int_equal(place_stat(&t->place, name).st_mode &
						 S_IFMT,
					 types[to]);
		}
	/* a directory that stays one keeps what is in it */
	assert_true(place_has(&t->place, "11/c"));
	/* one that came after something else hides what is below */
	assert_true(is_opaque(t, "01"));
	assert_false(is_opaque(t, "11"));
}

static void test_extract__breaks_hard_links_it_replaces(void **state)
{
	struct trial *t = *state;

	add(t, '0', "a", "one");
	add(t, '1', "b", "a");
	add(t, '0', "a", "two");
	unpack(t);
	place_expect(&t->place, "a", "two");
	place_expect(&t->place, "b", "one");
}

static void test_extract__links_through_links(void **state)
{
	struct trial *t = *state;

	add(t, '5', "real", NULL);
	add(t, '2', "via", "/real");
	add(t, '0', "via/f", "x");
	add(t, '1', "h", "/via/f");
	add(t, '1', "h2", "./real/../real/f");
	unpack(t);
	assert_int_equal(place_stat(&t->place, "real/f").st_nlink, 3);
	assert_int_equal(t->out.need, UNPACK_ALONE);
}

static void test_extract__lists_directories_without_an_entry(void **state)
{
	struct trial *t = *state;

	add(t, '0', "b/c/f", "x");
	add(t, '0', "a/f", "x");
	add(t, '5', "a", NULL);
	add(t, '0', "d/.wh.gone", NULL);
	add(t, '5', "e/e", NULL);
	unpack(t);
	assert_int_equal(t->out.implicit.count, 4);
	assert_string_equal(t->out.implicit.items[0], "b");
	assert_string_equal(t->out.implicit.items[1], "b/c");
	assert_string_equal(t->out.implicit.items[2], "d");
	assert_string_equal(t->out.implicit.items[3], "e");
	assert_int_equal(place_stat(&t->place, "b").st_mode, S_IFDIR | 0755);
	assert_int_equal(place_stat(&t->place, "b").st_mtime, 0);
	assert_int_equal(place_stat(&t->place, "a").st_mtime, 1000);
}

static void test_extract__marks_whiteouts(void **state)
{
	struct trial *t = *state;

	for (int rootless = 0; rootless < 2; rootless++) {
		char prefix = rootless ? 'r' : 'o';
		char names[5][32];
		static const char *const rest[5] = { ".wh.gone", "gone", "opq",
						     "opq/x",
						     "opq/.wh..wh..opq" };

		for (int i = 0; i < 5; i++)
			(void)snprintf(names[i], 32, "%c/%s", prefix, rest[i]);
		t->options.rootless = rootless;
		add(t, '0', names[0], NULL);
		add(t, '0', names[3], "x");
		add(t, '0', names[4], NULL);
		unpack(t);
		assert_true(is_whiteout(t, names[1]));
		assert_true(is_opaque(t, names[2]));
		assert_true(place_has(&t->place, names[3]));
		assert_false(place_has(&t->place, names[0]));
		assert_false(place_has(&t->place, names[4]));
	}
}

/* "Files that are present in the same layer ... can only be hidden by
 * whiteout files in subsequent layers": in either order. */
static void test_extract__never_hides_its_own(void **state)
{
	struct trial *t = *state;

	add(t, '0', "f1", "mine");
	add(t, '0', ".wh.f1", NULL);
	add(t, '0', ".wh.f2", NULL);
	add(t, '0', "f2", "mine");
	add(t, '0', "d1/f", "mine");
	add(t, '0', ".wh.d1", NULL);
	add(t, '0', ".wh.d2", NULL);
	add(t, '5', "d2", NULL);
	add(t, '0', ".wh.d3", NULL);
	add(t, '0', "d3/f", "mine");
	add(t, '0', ".wh.twice", NULL);
	add(t, '0', ".wh.twice", NULL);
	unpack(t);
	place_expect(&t->place, "f1", "mine");
	place_expect(&t->place, "f2", "mine");
	place_expect(&t->place, "d1/f", "mine");
	place_expect(&t->place, "d3/f", "mine");
	assert_true(is_opaque(t, "d1"));
	assert_true(is_opaque(t, "d2"));
	assert_true(is_opaque(t, "d3"));
	assert_true(is_whiteout(t, "twice"));
}

static void test_extract__tells_of_an_opaque_root(void **state)
{
	struct trial *t = *state;

	add(t, '0', ".wh..wh..opq", NULL);
	add(t, '0', "f", "x");
	add(t, '0', ".wh..wh.plnk/7.8", "x");
	unpack(t);
	assert_true(t->out.opaque_root);
	assert_false(place_has(&t->place, ".wh..wh.plnk"));
}

static void test_extract__deletes_when_merged(void **state)
{
	struct trial *t = *state;

	/* the layers below */
	add(t, '0', "gone", "old");
	add(t, '0', "tree/a/b", "old");
	add(t, '0', "opq/old", "old");
	add(t, '0', "opq/sub/old", "old");
	add(t, '0', "opq/sub2/old", "old");
	add(t, '0', "keep", "old");
	add(t, '0', "target", "old");
	add(t, '2', "link", "/tree2");
	add(t, '5', "tree2", NULL);
	unpack(t);
	/* this one */
	t->options.merged = true;
	add(t, '0', ".wh.gone", NULL);
	add(t, '0', ".wh.tree", NULL);
	add(t, '0', ".wh.never", NULL);
	add(t, '0', "opq/new", "new");
	add(t, '0', "opq/sub/new", "new");
	add(t, '0', "opq/.wh..wh..opq", NULL);
	add(t, '0', "opq/later", "new");
	add(t, '0', ".wh.keep", NULL);
	add(t, '0', "keep", "new");
	add(t, '0', ".wh.keep", NULL);
	add(t, '1', "hard", "target");
	add(t, '0', "link/through", "new");
	unpack(t);
	assert_false(place_has(&t->place, "gone"));
	assert_false(place_has(&t->place, "tree"));
	assert_false(place_has(&t->place, ".wh.never"));
	assert_false(place_has(&t->place, "never"));
	assert_false(place_has(&t->place, "opq/old"));
	assert_false(place_has(&t->place, "opq/sub/old"));
	assert_false(place_has(&t->place, "opq/sub2"));
	place_expect(&t->place, "opq/new", "new");
	place_expect(&t->place, "opq/sub/new", "new");
	place_expect(&t->place, "opq/later", "new");
	place_expect(&t->place, "keep", "new");
	place_expect(&t->place, "hard", "old");
	place_expect(&t->place, "tree2/through", "new");
	assert_int_equal(t->out.need, UNPACK_ALONE);
}

static void test_extract__asks_for_its_parents(void **state)
{
	static const char *const targets[] = { "lower/file", "gone" };
	struct trial *t = *state;

	for (size_t i = 0; i < 2; i++) {
		add(t, '0', ".wh.gone", NULL);
		add(t, '1', "h", targets[i]);
		add(t, '0', "f", "x");
		unpack(t);
		assert_int_equal(t->out.need, UNPACK_NEEDS_PARENTS);
		assert_false(place_has(&t->place, "h"));
		place_expect(&t->place, "f", "x");
	}
	add(t, '2', "run", "/var/run");
	add(t, '0', "run/lock", "x");
	unpack(t);
	assert_int_equal(t->out.need, UNPACK_NEEDS_PARENTS);
	assert_false(place_has(&t->place, "var"));
}

static void test_extract__can_leave_owners(void **state)
{
	struct trial *t = *state;

	t->options.ignore_owners = true;
	fixture_add(&t->archive, &(struct fixture_entry){
					 .name = "f", .uid = 77, .gid = 88 });
	unpack(t);
	assert_int_equal(place_stat(&t->place, "f").st_uid, 0);
	assert_int_equal(place_stat(&t->place, "f").st_gid, 0);
}

static void test_extract__closes_directories_last_when_rootless(void **state)
{
	struct trial *t = *state;

	t->options.rootless = true;
	fixture_add(&t->archive, &(struct fixture_entry){ .name = "d",
							  .type = '5',
							  .mode = 0500 });
	fixture_add(&t->archive, &(struct fixture_entry){ .name = "d/e",
							  .type = '5',
							  .mode = 0111 });
	add(t, '0', "d/e/f", "x");
	unpack(t);
	assert_int_equal(place_stat(&t->place, "d").st_mode, S_IFDIR | 0500);
	assert_int_equal(place_stat(&t->place, "d/e").st_mode, S_IFDIR | 0111);
	assert_true(place_has(&t->place, "d/e/f"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_extract__makes_every_kind),
		TEST(test_extract__keeps_special_bits),
		TEST(test_extract__ignores_a_setgid_parent),
		TEST(test_extract__finds_directories_anew),
		TEST(test_extract__sets_attributes),
		TEST(test_extract__inherits_no_default_acl),
		TEST(test_extract__keeps_names_as_bytes),
		TEST(test_extract__keeps_holes),
		TEST(test_extract__sets_directory_times_last),
		TEST(test_extract__sets_times_behind_links_but_not_of_them),
		TEST(test_extract__copes_with_a_umask),
		TEST(test_extract__replaces_other_kinds),
		TEST(test_extract__breaks_hard_links_it_replaces),
		TEST(test_extract__links_through_links),
		TEST(test_extract__lists_directories_without_an_entry),
		TEST(test_extract__marks_whiteouts),
		TEST(test_extract__never_hides_its_own),
		TEST(test_extract__tells_of_an_opaque_root),
		TEST(test_extract__deletes_when_merged),
		TEST(test_extract__asks_for_its_parents),
		TEST(test_extract__can_leave_owners),
		TEST(test_extract__closes_directories_last_when_rootless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
