/* SPDX-License-Identifier: Apache-2.0 */
/* Trees packed and unpacked again; uppers with their whiteouts. */
#include "layers/tar/pack.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include "layers/tar/diff.h"
#include "layers/tar/overlay_marker.h"
#include "layers/tar/pack_xattr.h"
#include "tests/unit/layers/sink_fixture.h"
#include "tests/unit/layers/unpack_fixture.h"

static void touch(int root, const char *name, int64_t time)
{
	const struct timespec times[2] = { { time, 5 }, { time, 123456789 } };

	assert_int_equal(utimensat(root, name, times, AT_SYMLINK_NOFOLLOW), 0);
}

static void make_tree(const struct place *p)
{
	autofree char *path = xasprintf("%s/root/a/file", p->base);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(mkdirat(p->root, "a", 0755), 0);
	assert_int_equal(mkdirat(p->root, "a/empty", 0700), 0);
	assert_int_equal(fchmodat(p->root, "a/empty", 01777, 0), 0);
	place_write(p->root, "a/file", "contents");
	assert_int_equal(fchownat(p->root, "a/file", 12, 34, 0), 0);
	assert_int_equal(fchmodat(p->root, "a/file", 04711, 0), 0);
	assert_int_equal(lsetxattr(path, "user.b", "2", 1, 0), 0);
	assert_int_equal(lsetxattr(path, "user.a", "1\0", 2, 0), 0);
	assert_int_equal(lsetxattr(path, "trusted.host", "x", 1, 0), 0);
	assert_int_equal(linkat(p->root, "a/file", p->root, "zz-link", 0), 0);
	assert_int_equal(symlinkat("../\xff", p->root, "a/symlink"), 0);
	assert_int_equal(mknodat(p->root, "fifo", S_IFIFO | 0600, 0), 0);
	assert_int_equal(
		mknodat(p->root, "null", S_IFCHR | 0666, makedev(1, 3)), 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path),
		       "%s/root/socket", p->base);
	assert_int_equal(
		bind(sock, (struct sockaddr *)&address, sizeof(address)), 0);
	(void)close(sock);
	touch(p->root, "a/file", 1000);
	touch(p->root, "a/symlink", 2000);
	touch(p->root, "a/empty", 3000);
	touch(p->root, "a", 4000);
}

static void pack(const struct pack_options *options, struct kept *kept,
		 struct pack_result *out)
{
	const struct byte_sink sink = kept_sink(kept);
	autoclean(error_release) struct error err = ERROR_INIT;

	if (pack_directory(options, &sink, out, &err) < 0)
		fail_msg("%s", err.msg);
}

static void unpack(const struct place *p, const struct kept *kept)
{
	const struct unpack_options options = UNPACK_OPTIONS_INIT;
	autoclean(unpack_result_release) struct unpack_result out =
		UNPACK_RESULT_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	if (place_unpack(p, &kept->bytes, &options, &out, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(out.implicit.count, 0);
	assert_int_equal(out.need, UNPACK_ALONE);
}

static void expect_tree(const struct place *p)
{
	autofree char *path = xasprintf("%s/root/a/file", p->base);
	struct stat st = place_stat(p, "a/file");
	char value[8];

	place_expect(p, "a/file", "contents");
	assert_int_equal(st.st_mode, S_IFREG | 04711);
	assert_int_equal(st.st_uid, 12);
	assert_int_equal(st.st_gid, 34);
	assert_int_equal(st.st_mtime, 1000);
	assert_int_equal(st.st_mtim.tv_nsec, 0);
	assert_int_equal(st.st_nlink, 2);
	assert_int_equal(place_stat(p, "zz-link").st_ino, st.st_ino);
	assert_int_equal(lgetxattr(path, "user.a", value, 8), 2);
	assert_int_equal(lgetxattr(path, "user.b", value, 8), 1);
	assert_int_equal(lgetxattr(path, "trusted.host", value, 8), -1);
	assert_int_equal(place_stat(p, "a/empty").st_mode, S_IFDIR | 01777);
	assert_int_equal(place_stat(p, "a/empty").st_mtime, 3000);
	assert_int_equal(place_stat(p, "a").st_mtime, 4000);
	assert_int_equal(place_stat(p, "a/symlink").st_mtime, 2000);
	assert_int_equal(readlinkat(p->root, "a/symlink", value, 8), 4);
	assert_true(S_ISFIFO(place_stat(p, "fifo").st_mode));
	assert_int_equal(place_stat(p, "null").st_rdev, makedev(1, 3));
	assert_false(place_has(p, "socket"));
}

static void test_pack__round_trips(void **state)
{
	autoclean(place_release) struct place from;
	autoclean(place_release) struct place to;
	autoclean(kept_release) struct kept kept = { 0 };
	autoclean(kept_release) struct kept again = { 0 };
	struct pack_options options = PACK_OPTIONS_INIT;
	struct pack_result out;

	(void)state;
	place_init(&from);
	place_init(&to);
	make_tree(&from);
	options.directory = from.root;
	pack(&options, &kept, &out);
	assert_int_equal(out.entries, 7);
	assert_int_equal(out.content_size, 8);
	unpack(&to, &kept);
	expect_tree(&to);
	/* a tree made of it gives the same bytes */
	options.directory = to.root;
	pack(&options, &again, &out);
	assert_int_equal(kept.bytes.length, again.bytes.length);
	assert_memory_equal(kept.bytes.data, again.bytes.data,
			    kept.bytes.length);
}

static void test_pack__is_deterministic(void **state)
{
	static const char *const names[2][4] = { { "b", "a", "c", "B" },
						 { "c", "B", "a", "b" } };
	struct kept kept[2] = { { .fail_at = 0 } };

	(void)state;
	for (int i = 0; i < 2; i++) {
		autoclean(place_release) struct place place;
		struct pack_options options = PACK_OPTIONS_INIT;
		struct pack_result out;

		place_init(&place);
		for (int j = 0; j < 4; j++)
			place_write(place.root, names[i][j], names[i][j]);
		options.directory = place.root;
		options.has_latest = true;
		options.latest = 1577836800;
		pack(&options, &kept[i], &out);
	}
	assert_int_equal(kept[0].bytes.length, kept[1].bytes.length);
	assert_memory_equal(kept[0].bytes.data, kept[1].bytes.data,
			    kept[0].bytes.length);
	kept_release(&kept[0]);
	kept_release(&kept[1]);
}

static void test_pack__keeps_nanoseconds_when_asked(void **state)
{
	autoclean(place_release) struct place from;
	autoclean(place_release) struct place to;
	autoclean(kept_release) struct kept kept = { 0 };
	struct pack_options options = PACK_OPTIONS_INIT;
	struct pack_result out;

	(void)state;
	place_init(&from);
	place_init(&to);
	place_write(from.root, "f", "x");
	touch(from.root, "f", 1000);
	options.directory = from.root;
	options.keep_nanoseconds = true;
	pack(&options, &kept, &out);
	unpack(&to, &kept);
	assert_int_equal(place_stat(&to, "f").st_mtim.tv_nsec, 123456789);
}

static void make_opaque(const struct place *p, const char *name,
			const char *attribute)
{
	autofree char *path = xasprintf("%s/root/%s", p->base, name);

	assert_int_equal(lsetxattr(path, attribute, "y", 1, 0), 0);
}

/* The names in an archive, one a line. */
static char *list(const struct kept *kept)
{
	char *text = xstrdup("");

	for (size_t at = 0; at + 512 <= kept->bytes.length;) {
		const char *header = (const char *)kept->bytes.data + at;
		char *longer;

		if (!*header)
			break;
		longer = xasprintf("%s%.100s\n", text, header);
		free(text);
		text = longer;
		at += 512 + (strtoul(header + 124, NULL, 8) + 511) / 512 * 512;
	}
	return text;
}

static void make_upper(const struct place *p)
{
	assert_int_equal(mkdirat(p->root, "d", 0755), 0);
	assert_int_equal(mkdirat(p->root, "new", 0755), 0);
	assert_int_equal(mkdirat(p->root, "rootless", 0755), 0);
	assert_int_equal(mknodat(p->root, "d/gone", S_IFCHR, 0), 0);
	assert_int_equal(mknodat(p->root, "never", S_IFCHR, 0), 0);
	place_write(p->root, "d/f", "x");
	make_opaque(p, "d", "trusted.overlay.opaque");
	make_opaque(p, "new", "trusted.overlay.opaque");
	make_opaque(p, "rootless", "user.overlay.opaque");
	place_write(p->root, "xwhiteout", "");
	make_opaque(p, "xwhiteout", "user.overlay.whiteout");
}

static void test_pack__turns_markers_into_whiteouts(void **state)
{
	static const struct {
		bool has_lower;
		const char *names;
	} rows[] = {
		{ false, ".wh.never\n.wh.xwhiteout\n"
			 "d/\nd/.wh..wh..opq\nd/f\nd/.wh.gone\n"
			 "new/\nnew/.wh..wh..opq\n"
			 "rootless/\nrootless/.wh..wh..opq\n" },
		{ true, ".wh.xwhiteout\n"
			"d/\nd/.wh..wh..opq\nd/f\nd/.wh.gone\n"
			"new/\nrootless/\n" },
	};
	autoclean(place_release) struct place upper;
	autoclean(place_release) struct place lower;

	(void)state;
	place_init(&upper);
	place_init(&lower);
	make_upper(&upper);
	assert_int_equal(mkdirat(lower.root, "d", 0755), 0);
	place_write(lower.root, "d/gone", "x");
	place_write(lower.root, "xwhiteout", "x");
	for (size_t i = 0; i < 2; i++) {
		autoclean(kept_release) struct kept kept = { 0 };
		const struct diff_options options = {
			.upper = upper.root,
			.lower = rows[i].has_lower ? lower.root : -1,
			.compress = { .format = COMPRESS_PLAIN },
		};
		const struct byte_sink sink = kept_sink(&kept);
		autoclean(error_release) struct error err = ERROR_INIT;
		struct diff_result out;
		autofree char *names = NULL;

		if (diff_write(&options, &sink, &out, &err) < 0)
			fail_msg("%s", err.msg);
		names = list(&kept);
		/* the device sorts before the file: "f" < "gone" */
		assert_string_equal(names, rows[i].names);
		assert_int_equal(out.stream.plain_size, kept.bytes.length);
		assert_true(
			digest_is_equal(&out.stream.plain, &out.stream.packed));
	}
}

static void test_pack__refuses_uppers_that_refer_elsewhere(void **state)
{
	static const char *const attributes[] = {
		"trusted.overlay.redirect",
		"trusted.overlay.metacopy",
		"user.overlay.redirect",
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		autoclean(place_release) struct place upper;
		autoclean(kept_release) struct kept kept = { 0 };
		struct pack_options options = PACK_OPTIONS_INIT;
		const struct byte_sink sink = kept_sink(&kept);
		autoclean(error_release) struct error err = ERROR_INIT;
		struct pack_result out;

		place_init(&upper);
		place_write(upper.root, "f", "x");
		make_opaque(&upper, "f", attributes[i]);
		options.directory = upper.root;
		options.is_overlay_upper = true;
		assert_int_equal(pack_directory(&options, &sink, &out, &err),
				 -1);
		assert_int_equal(err.kind, ERROR_UNSUPPORTED);
	}
}

/* A container may make such a file; in a layer it would delete another. */
static void test_pack__refuses_names_like_whiteouts(void **state)
{
	autoclean(place_release) struct place upper;
	struct pack_options options = PACK_OPTIONS_INIT;

	(void)state;
	place_init(&upper);
	place_write(upper.root, ".wh.passwd", "x");
	options.directory = upper.root;
	for (int i = 0; i < 2; i++) {
		autoclean(kept_release) struct kept kept = { 0 };
		const struct byte_sink sink = kept_sink(&kept);
		autoclean(error_release) struct error err = ERROR_INIT;
		struct pack_result out;

		options.is_overlay_upper = i;
		assert_int_equal(pack_directory(&options, &sink, &out, &err),
				 i ? -1 : 0);
	}
}

static void test_pack__survives_deep_trees(void **state)
{
	autoclean(place_release) struct place place;
	autoclean(kept_release) struct kept kept = { 0 };
	struct pack_options options = PACK_OPTIONS_INIT;
	struct pack_result out;
	char path[4096] = "";

	(void)state;
	place_init(&place);
	for (size_t i = 0; i < 1500; i++) {
		memcpy(path + 2 * i, "d/", 3);
		assert_int_equal(mkdirat(place.root, path, 0755), 0);
	}
	options.directory = place.root;
	pack(&options, &kept, &out);
	assert_int_equal(out.entries, 1500);
}

static void test_pack__chooses_attributes(void **state)
{
	static const struct {
		const char *name;
		bool is_portable;
	} rows[] = {
		{ "user.x", true },
		{ "user.overlay.opaque", false },
		{ "trusted.overlay.opaque", false },
		{ "trusted.x", false },
		{ "security.capability", true },
		{ "security.selinux", false },
		{ "system.posix_acl_access", true },
		{ "user.a=b", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (pack_xattr_is_portable(rows[i].name) != rows[i].is_portable)
			fail_msg("%s", rows[i].name);
}

static int needs_root(void **state)
{
	(void)state;
	if (geteuid() == 0)
		return 0;
	print_message("needs root: owners, devices, trusted.*\n");
	return -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pack__round_trips),
		cmocka_unit_test(test_pack__is_deterministic),
		cmocka_unit_test(test_pack__keeps_nanoseconds_when_asked),
		cmocka_unit_test(test_pack__turns_markers_into_whiteouts),
		cmocka_unit_test(
			test_pack__refuses_uppers_that_refer_elsewhere),
		cmocka_unit_test(test_pack__refuses_names_like_whiteouts),
		cmocka_unit_test(test_pack__survives_deep_trees),
		cmocka_unit_test(test_pack__chooses_attributes),
	};

	return cmocka_run_group_tests(tests, needs_root, NULL);
}
