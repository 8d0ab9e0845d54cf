/* SPDX-License-Identifier: Apache-2.0 */
/* What is changed on a real overlay mount is what its layer says. */
#include "layers/tar/diff.h"

#include "base/overlay.h"
#include "tests/unit/layers/sink_fixture.h"
#include "tests/unit/layers/unpack_fixture.h"

static void add(struct fixture *f, char type, const char *name,
		const char *text)
{
	fixture_add(f,
		    &(struct fixture_entry){ .name = name,
					     .type = type,
					     .mode = type == '5' ? 0755 : 0644,
					     .contents = text,
					     .size = text ? strlen(text) : 0 });
}

static void unpack(const struct place *p, const struct fixture *f)
{
	const struct unpack_options options = UNPACK_OPTIONS_INIT;
	autoclean(unpack_result_release) struct unpack_result out =
		UNPACK_RESULT_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	if (place_unpack(p, f, &options, &out, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(out.need, UNPACK_ALONE);
}

static void make_base(const struct place *p)
{
	autoclean(fixture_release) struct fixture f = { 0 };

	add(&f, '0', "gone", "x");
	add(&f, '0', "kept", "kept");
	add(&f, '0', "changed", "before");
	add(&f, '5', "replaced", NULL);
	add(&f, '0', "replaced/old", "x");
	add(&f, '5', "tree", NULL);
	add(&f, '0', "tree/leaf", "x");
	add(&f, '5', "part", NULL);
	add(&f, '0', "part/gone", "x");
	add(&f, '0', "part/kept", "kept");
	add(&f, '0', "becomes-directory", "x");
	fixture_end(&f);
	unpack(p, &f);
}

/* An overlay of LOWERS, topmost first, on UPPER's directories or alone. */
static int mount_over(const int *lowers, size_t count,
		      const struct place *upper, struct error *err)
{
	autoclose int work = -1;
	struct overlay_plan plan = { .lower_fds = lowers,
				     .lower_count = count,
				     .upper_fd = -1,
				     .work_fd = -1 };
	int mount = -1;

	if (upper) {
		assert_int_equal(mkdirat(upper->base_fd, "work", 0700), 0);
		work = openat(upper->base_fd, "work",
			      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		plan.upper_fd = upper->root;
		plan.work_fd = work;
	}
	return overlay_mount(&plan, &mount, err) < 0 ? -1 : mount;
}

static void change(int fd)
{
	struct error err = ERROR_INIT;
	int file;

	assert_int_equal(unlinkat(fd, "gone", 0), 0);
	file = openat(fd, "changed", O_WRONLY | O_TRUNC | O_CLOEXEC);
	assert_int_equal(write(file, "after", 5), 5);
	(void)close(file);
	assert_int_equal(fs_remove_tree(fd, "replaced", &err), 0);
	assert_int_equal(mkdirat(fd, "replaced", 0711), 0);
	place_write(fd, "replaced/new", "new");
	assert_int_equal(fs_remove_tree(fd, "tree", &err), 0);
	assert_int_equal(unlinkat(fd, "part/gone", 0), 0);
	assert_int_equal(unlinkat(fd, "becomes-directory", 0), 0);
	assert_int_equal(mkdirat(fd, "becomes-directory", 0755), 0);
	assert_int_equal(mkdirat(fd, "new", 0755), 0);
	place_write(fd, "new/f", "f");
	place_write(fd, "short-lived", "x");
	assert_int_equal(unlinkat(fd, "short-lived", 0), 0);
	assert_int_equal(linkat(fd, "kept", fd, "kept-too", 0), 0);
	error_release(&err);
}

static void expect_changed(int root)
{
	const struct place view = { .root = root };

	assert_false(place_has(&view, "gone"));
	place_expect(&view, "kept", "kept");
	place_expect(&view, "changed", "after");
	assert_false(place_has(&view, "replaced/old"));
	place_expect(&view, "replaced/new", "new");
	assert_int_equal(place_stat(&view, "replaced").st_mode, S_IFDIR | 0711);
	assert_false(place_has(&view, "tree"));
	assert_false(place_has(&view, "part/gone"));
	place_expect(&view, "part/kept", "kept");
	assert_true(S_ISDIR(place_stat(&view, "becomes-directory").st_mode));
	place_expect(&view, "new/f", "f");
	assert_false(place_has(&view, "short-lived"));
	assert_int_equal(place_stat(&view, "kept").st_ino,
			 place_stat(&view, "kept-too").st_ino);
}

/* The layer of UPPER over LOWER, compressed. */
static void make_layer(const struct place *upper, const struct place *lower,
		       struct kept *kept)
{
	const struct diff_options options = {
		.upper = upper->root,
		.lower = lower->root,
		.compress = { .format = COMPRESS_GZIP },
	};
	const struct byte_sink sink = kept_sink(kept);
	autoclean(error_release) struct error err = ERROR_INIT;
	struct diff_result out;

	if (diff_write(&options, &sink, &out, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(out.stream.packed_size, kept->bytes.length);
}

static void test_diff__makes_a_layer_of_what_changed(void **state)
{
	autoclean(place_release) struct place base;
	autoclean(place_release) struct place upper;
	autoclean(place_release) struct place layer;
	autoclean(kept_release) struct kept kept = { 0 };
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclose int mount = -1;
	autoclose int view = -1;

	(void)state;
	place_init(&base);
	place_init(&upper);
	place_init(&layer);
	make_base(&base);
	mount = mount_over(&base.root, 1, &upper, &err);
	if (mount < 0) {
		print_message("needs overlay mounts: %s\n", err.msg);
		skip();
	}
	change(mount);
	expect_changed(mount);
	make_layer(&upper, &base, &kept);
	unpack(&layer, &kept.bytes);
	assert_false(place_has(&layer, "short-lived"));
	view = mount_over((int[]){ layer.root, base.root }, 2, NULL, &err);
	if (view < 0)
		fail_msg("%s", err.msg);
	expect_changed(view);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diff__makes_a_layer_of_what_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
