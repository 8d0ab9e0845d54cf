/* SPDX-License-Identifier: Apache-2.0 */
/* Overlays of few and of many layers, both ways to mount them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "base/fs.h"
#include "base/overlay.h"

enum { LAYERS = 130 };

/* A tmpfs of its own: overlay on overlay would test the test's host. */
struct ground {
	int root;
	int lower[LAYERS];
	int upper;
	int work;
};

static int open_dir(int root, const char *name)
{
	int fd;

	assert_int_equal(mkdirat(root, name, 0755), 0);
	fd = openat(root, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static void put(int root, const char *name, const char *text)
{
	autoclose int fd = openat(root, name, O_WRONLY | O_CREAT | O_CLOEXEC,
				  0644);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void get(int root, const char *name, char out[static 16])
{
	autoclose int fd = openat(root, name, O_RDONLY | O_CLOEXEC);
	ssize_t length = read(fd, out, 15);

	out[length < 0 ? 0 : length] = '\0';
}

/* Whether this process may mount; skips the test else. */
static void need_mount(void)
{
	autoclose int context = fsopen("tmpfs", FSOPEN_CLOEXEC);

	if (context >= 0)
		return;
	print_message("needs CAP_SYS_ADMIN to mount\n");
	if (getenv("IMGCTL_TEST_STRICT"))
		fail_msg("cannot mount: %s", strerror(errno));
	skip();
}

/* In a mount namespace of the test's own, so that nothing stays behind. */
static void make_ground(struct ground *out)
{
	need_mount();
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	assert_int_equal(mount("ground", "/tmp", "tmpfs", 0, NULL), 0);
	out->root = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(out->root >= 0);
	for (int i = 0; i < LAYERS; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "l,:\\%d", i);
		out->lower[i] = open_dir(out->root, name);
		put(out->lower[i], "which", name);
		(void)snprintf(name, sizeof(name), "only%d", i);
		put(out->lower[i], name, "x");
	}
	out->upper = open_dir(out->root, "upper");
	out->work = open_dir(out->root, "work");
}

static void close_ground(struct ground *ground)
{
	for (int i = 0; i < LAYERS; i++)
		(void)close(ground->lower[i]);
	(void)close(ground->upper);
	(void)close(ground->work);
	(void)close(ground->root);
}

static void check_view(const struct ground *ground, int mounted, bool writable)
{
	struct statfs st;
	char text[16];

	assert_int_equal(fstatfs(mounted, &st), 0);
	assert_int_equal(st.f_type, 0x794c7630);
	get(mounted, "which", text);
	assert_string_equal(text, "l,:\\0");
	assert_true(fs_exists(mounted, "only0"));
	assert_true(fs_exists(mounted, "only129"));
	if (!writable) {
		assert_true(openat(mounted, "new", O_WRONLY | O_CREAT, 0600) <
			    0);
		assert_int_equal(errno, EROFS);
		return;
	}
	put(mounted, "new", "x");
	assert_true(fs_exists(ground->upper, "new"));
	assert_int_equal(unlinkat(mounted, "new", 0), 0);
}

static void test_overlay__mounts_many_layers(void **state)
{
	struct ground ground;

	(void)state;
	make_ground(&ground);
	for (int way = 0; way < 8; way++) {
		bool writable = way & 2;
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclose int mounted = -1;
		struct overlay_plan plan = {
			.lower_fds = ground.lower,
			.lower_count = LAYERS,
			.upper_fd = writable ? ground.upper : -1,
			.work_fd = writable ? ground.work : -1,
			.way = way & 1 ? OVERLAY_STRING : OVERLAY_KERNEL,
			.is_volatile = (way & 4) && writable,
		};

		if (overlay_mount(&plan, &mounted, &err) < 0)
			fail_msg("way %d: %s", way, err.msg);
		check_view(&ground, mounted, writable);
		if (plan.is_volatile) /* the mark of an unsynced upper */
			(void)unlinkat(ground.work,
				       "work/incompat/volatile/dirty", 0);
		(void)close(TAKE_FD(mounted));
		if (plan.is_volatile)
			(void)unlinkat(ground.work, "work/incompat/volatile",
				       AT_REMOVEDIR);
	}
	close_ground(&ground);
}

static void test_overlay__one_layer(void **state)
{
	struct ground ground;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	make_ground(&ground);
	for (int by_string = 0; by_string < 2; by_string++) {
		struct overlay_plan plan = {
			.lower_fds = ground.lower,
			.lower_count = 1,
			.upper_fd = ground.upper,
			.work_fd = ground.work,
			.way = by_string ? OVERLAY_STRING : OVERLAY_KERNEL,
		};
		autoclose int fd = -1;

		if (overlay_mount(&plan, &fd, &err) < 0)
			fail_msg("%s", err.msg);
		assert_true(fs_exists(fd, "only0"));
		assert_false(fs_exists(fd, "only1"));
	}
	close_ground(&ground);
}

static void test_overlay__says_what_is_wrong(void **state)
{
	struct ground ground;

	(void)state;
	make_ground(&ground);
	for (int by_string = 0; by_string < 2; by_string++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclose int file = openat(ground.lower[0], "which",
					    O_RDONLY | O_CLOEXEC);
		autoclose int fd = -1;
		struct overlay_plan plan = {
			.lower_fds = &file,
			.lower_count = 1,
			.upper_fd = ground.upper,
			.work_fd = ground.work,
			.way = by_string ? OVERLAY_STRING : OVERLAY_KERNEL,
		};

		assert_int_equal(overlay_mount(&plan, &fd, &err), -1);
		assert_non_null(strstr(err.msg, "mount overlay"));
		assert_int_equal(fd, -1);
	}
	close_ground(&ground);
}

/* Whether fuse-overlayfs can serve here; skips the test else. */
static void need_program(void)
{
	autoclose int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (device >= 0 && access("/usr/bin/fuse-overlayfs", X_OK) == 0)
		return;
	print_message("needs fuse-overlayfs and /dev/fuse\n");
	if (getenv("IMGCTL_TEST_STRICT"))
		fail_msg("no fuse-overlayfs");
	skip();
}

/* Above an overlay, which the kernel takes as no upper directory. */
static void test_overlay__by_the_program(void **state)
{
	struct ground ground;
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclose int below = -1;
	autoclose int upper = -1;
	autoclose int work = -1;
	struct overlay_plan plan = {
		.lower_fds = ground.lower,
		.lower_count = LAYERS,
		.way = OVERLAY_KERNEL,
	};

	(void)state;
	need_program();
	make_ground(&ground);
	plan.upper_fd = ground.upper;
	plan.work_fd = ground.work;
	assert_int_equal(overlay_mount(&plan, &below, &err), 0);
	assert_int_equal(mkdirat(ground.root, "below", 0755), 0);
	assert_int_equal(move_mount(below, "", ground.root, "below",
				    MOVE_MOUNT_F_EMPTY_PATH),
			 0);
	upper = open_dir(below, "above");
	work = open_dir(below, "beside");
	plan.upper_fd = upper;
	plan.work_fd = work;
	plan.is_volatile = true;
	for (int way = 0; way < 2; way++) {
		char text[16];
		autoclose int mounted = -1;
		autoclose int fd = -1;

		plan.way = OVERLAY_KERNEL;
		assert_int_equal(overlay_mount(&plan, &fd, &err), -1);
		error_release(&err);
		plan.way = way ? OVERLAY_PROGRAM : OVERLAY_ANY;
		if (overlay_mount(&plan, &mounted, &err) < 0)
			fail_msg("way %d: %s", way, err.msg);
		get(mounted, "which", text);
		assert_string_equal(text, "l,:\\0");
		assert_true(fs_exists(mounted, "only129"));
		put(mounted, "new", "x");
		assert_true(fs_exists(upper, "new"));
		assert_int_equal(unlinkat(mounted, "new", 0), 0);
		assert_int_equal(unlinkat(mounted, "only5", 0), 0);
		assert_true(fs_exists(upper, ".wh.only5"));
		assert_false(fs_exists(mounted, "only5"));
		assert_int_equal(unlinkat(upper, ".wh.only5", 0), 0);
	}
	close_ground(&ground);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overlay__mounts_many_layers),
		cmocka_unit_test(test_overlay__one_layer),
		cmocka_unit_test(test_overlay__says_what_is_wrong),
		cmocka_unit_test(test_overlay__by_the_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
