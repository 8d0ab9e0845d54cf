/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts of real containers: options, and images that try to lead them out. */
#include "tests/unit/runtime/container.h"

#include <sys/sysmacros.h>

#include "base/mountinfo.h"

/* A folder of the host beside the root, for binds; removed by the test. */
struct outside {
	char path[64];
	int fd;
};

static void make_outside(struct outside *out)
{
	autoclose int secret = -1;

	(void)snprintf(out->path, sizeof(out->path),
		       "/tmp/imgctl-outside-XXXXXX");
	assert_non_null(mkdtemp(out->path));
	out->fd = open(out->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	secret = openat(out->fd, "secret", O_WRONLY | O_CREAT | O_CLOEXEC,
			0600);
	assert_int_equal(write(secret, "secret\n", 7), 7);
}

static size_t count_entries(void)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(mountinfo_release) struct mountinfo info = MOUNTINFO_INIT;

	assert_int_equal(mountinfo_read(&info, &err), 0);
	return info.count;
}

static void remove_outside(struct outside *outside)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)close(outside->fd);
	assert_int_equal(fs_remove_tree(AT_FDCWD, outside->path, &err), 0);
}

static void test_mount_exec__bind(void **state)
{
	struct container *c = *state;
	struct outside outside;

	make_outside(&outside);
	container_mount(c, "/new/place", "bind", outside.path, "rbind");
	container_check(c,
			"busybox cat /new/place/secret; echo x > "
			"/new/place/out && echo written",
			"secret\nwritten\n");
	assert_true(fs_exists(outside.fd, "out"));
	remove_outside(&outside);
}

static void test_mount_exec__bind_of_a_file(void **state)
{
	struct container *c = *state;
	struct outside outside;
	autofree char *file = NULL;

	make_outside(&outside);
	file = xasprintf("%s/secret", outside.path);
	container_mount(c, "/etc/a/file", "", file, "bind,ro,nosuid");
	container_check(c,
			"busybox cat /etc/a/file; "
			"echo x 2>/dev/null >>/etc/a/file || echo fixed; "
			"busybox awk '$5 == \"/etc/a/file\" { print $6 }' "
			"/proc/self/mountinfo | busybox cut -d, -f1,2",
			"secret\nfixed\nro,nosuid\n");
	remove_outside(&outside);
}

static void test_mount_exec__absent_source(void **state)
{
	struct container *c = *state;

	container_mount(c, "/data", "bind", "/no/such/folder", "rbind");
	container_script(c, "true");
	container_refuse(c, ERROR_INVALID,
			 "bind source path does not exist: /no/such/folder");
}

static void test_mount_exec__recursive_options(void **state)
{
	struct container *c = *state;
	struct outside outside;
	autofree char *inner = NULL;

	container_prepare(c);
	make_outside(&outside);
	inner = xasprintf("%s/inner", outside.path);
	assert_int_equal(mkdir(inner, 0755), 0);
	assert_int_equal(mount("t", inner, "tmpfs", 0, NULL), 0);
	container_mount(c, "/data", "bind", outside.path, "rbind,rro,noexec");
	container_mount(c, "/flat", "bind", outside.path, "bind,ro");
	container_check(c,
			"busybox touch /data/x 2>/dev/null || echo fixed; "
			"busybox touch /data/inner/x 2>/dev/null || echo fixed;"
			"busybox ls /flat/inner; "
			"busybox awk '$5 == \"/data/inner\" { print $6 }' "
			"/proc/self/mountinfo",
			"fixed\nfixed\nro,relatime\n");
	assert_int_equal(umount(inner), 0);
	remove_outside(&outside);
}

/* docker writes "rw" on every volume; that lifts nothing. */
static void test_mount_exec__rw_keeps_the_hosts_ro(void **state)
{
	struct container *c = *state;
	struct outside outside;

	container_prepare(c);
	make_outside(&outside);
	assert_int_equal(mount(outside.path, outside.path, NULL, MS_BIND, NULL),
			 0);
	assert_int_equal(mount(NULL, outside.path, NULL,
			       MS_REMOUNT | MS_BIND | MS_RDONLY, NULL),
			 0);
	container_mount(c, "/data", "bind", outside.path, "rbind,rw");
	container_check(c, "busybox touch /data/x 2>/dev/null || echo fixed",
			"fixed\n");
	assert_int_equal(umount(outside.path), 0);
	remove_outside(&outside);
}

static void test_mount_exec__nothing_shows_on_the_host(void **state)
{
	struct container *c = *state;
	struct outside outside;
	size_t before;

	make_outside(&outside);
	before = count_entries();
	container_mount(c, "/data", "bind", outside.path, "rbind");
	for (size_t i = 0; i < 3; i++)
		(void)json_array_append_new(
			json_object_get(
				container_get(c, "process.capabilities"),
				container_sets[i]),
			json_string("CAP_SYS_ADMIN"));
	container_check(c,
			"busybox mkdir /data/m; "
			"busybox mount -t tmpfs x /data/m && "
			"busybox touch /data/m/inside && echo mounted",
			"mounted\n");
	assert_int_equal(count_entries(), before);
	assert_true(fs_exists(outside.fd, "m"));
	assert_false(fs_exists(outside.fd, "m/inside"));
	remove_outside(&outside);
}

static void test_mount_exec__tmpfs(void **state)
{
	struct container *c = *state;

	container_mount(c, "/t", "tmpfs", "tmpfs",
			"nosuid,nodev,noexec,size=1m,mode=1750");
	container_mount(c, "/fresh", "tmpfs", "tmpfs", "nosuid");
	container_mount(c, "/data", "tmpfs", "tmpfs", "nosuid");
	container_check(c,
			"busybox stat -c %a /t /fresh /data; "
			"busybox df -k /t | busybox awk '/t$/ {print $2}'; "
			"busybox grep ' /t ' /proc/mounts | "
			"busybox cut -d' ' -f4 | busybox cut -d, -f1-4",
			"1750\n1777\n755\n1024\nrw,nosuid,nodev,noexec\n");
}

static void test_mount_exec__tmpfs_copies_up(void **state)
{
	struct container *c = *state;
	autoclose int file = -1;

	container_prepare(c);
	assert_int_equal(mkdirat(c->root_fd, "data/deep", 0711), 0);
	file = openat(c->root_fd, "data/deep/file",
		      O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
	assert_int_equal(write(file, "kept\n", 5), 5);
	assert_int_equal(fchown(file, 12, 34), 0);
	assert_int_equal(symlinkat("/etc/passwd", c->root_fd, "data/link"), 0);
	assert_int_equal(mkfifoat(c->root_fd, "data/fifo", 0600), 0);
	container_mount(c, "/data", "tmpfs", "tmpfs", "tmpcopyup,ro,nosuid");
	container_check(c,
			"busybox stat -f -c %T /data; "
			"busybox stat -c '%n %a %u:%g' /data /data/deep "
			"/data/deep/file; busybox cat /data/deep/file; "
			"busybox readlink /data/link; test -p /data/fifo && "
			"echo fifo; busybox touch /data/x 2>/dev/null || "
			"echo fixed",
			"tmpfs\n/data 755 0:0\n/data/deep 711 0:0\n"
			"/data/deep/file 640 12:34\nkept\n/etc/passwd\n"
			"fifo\nfixed\n");
}

/* A link in the image is resolved in the image. */
static void test_mount_exec__links_stay_inside(void **state)
{
	struct container *c = *state;
	struct outside outside;
	autofree char *up = NULL;

	container_prepare(c);
	make_outside(&outside);
	up = xasprintf("../../../../../..%s", outside.path);
	assert_int_equal(symlinkat("/data", c->root_fd, "lnk"), 0);
	assert_int_equal(symlinkat("../../../../../data", c->root_fd, "up"), 0);
	assert_int_equal(symlinkat(outside.path, c->root_fd, "abs"), 0);
	assert_int_equal(symlinkat(up, c->root_fd, "rel"), 0);
	container_mount(c, "/lnk", "bind", outside.path, "rbind");
	container_mount(c, "/up/made", "tmpfs", "t", "nosuid");
	container_check(c,
			"busybox cat /data/secret; "
			"busybox grep -c ' /data/made ' /proc/mounts",
			"secret\n1\n");
	assert_true(fs_exists(outside.fd, "made"));
	remove_outside(&outside);
}

struct hostile {
	const char *why;
	const char *link; /* made in the root, or NULL */
	const char *leads_to;
	const char *target; /* of a tmpfs, or NULL */
	const char *says;
};

static const struct hostile hostiles[] = {
	{ "/proc is a link", "proc", "/data", NULL, "mount point /proc" },
	{ "/proc leads out", "proc", "../../../../tmp", NULL,
	  "mount point /proc" },
	{ "/sys is a link", "sys", "/data", NULL, "mount point /sys" },
	{ "/dev is a link", "dev", "/data", NULL, "/dev" },
	{ "over /proc", NULL, NULL, "/proc", "only procfs" },
	{ "inside /proc", NULL, NULL, "/proc/self/attr", "inside /proc" },
	{ "inside /proc by dots", NULL, NULL, "/data/../proc/./sys",
	  "inside /proc" },
	{ "inside /proc by a link", "sneak", "/proc/sys", "/sneak/kernel",
	  "inside /proc" },
	{ "over the root", NULL, NULL, "/data/..", "over the root" },
	{ "a dangling link", "gone", "/nowhere/at/all", "/gone",
	  "mount point /gone" },
	{ "a loop", "loop", "loop", "/loop/x", "mount point /loop/x" },
	{ "a file in the way", NULL, NULL, "/bin/sh/x", "mount point" },
};

static void test_mount_exec__hostile_roots(void **state)
{
	struct container *c = *state;
	size_t before = count_entries();

	for (size_t i = 0; i < sizeof(hostiles) / sizeof(*hostiles); i++) {
		const struct hostile *row = &hostiles[i];
		void *fresh = NULL;

		print_message("%s\n", row->why);
		(void)container_setup(&fresh);
		c = fresh;
		container_prepare(c);
		if (row->link) {
			(void)unlinkat(c->root_fd, row->link, AT_REMOVEDIR);
			assert_int_equal(
				symlinkat(row->leads_to, c->root_fd, row->link),
				0);
		}
		if (row->target)
			container_mount(c, row->target, "tmpfs", "t", "nosuid");
		container_script(c, "true");
		if (container_start(c) == 0)
			fail_msg("it started");
		if (!strstr(c->err.msg, row->says))
			fail_msg("says \"%s\"", c->err.msg);
		assert_int_equal(container_teardown(&fresh), 0);
	}
	assert_int_equal(count_entries(), before);
}

/* CVE-2025-31133: what covers a file must really be the null device. */
static void test_mount_exec__fake_null(void **state)
{
	struct container *c = *state;
	json_t *mounts = container_get(c, "mounts");

	container_prepare(c);
	while (json_array_size(mounts))
		(void)json_array_remove(mounts, 0);
	container_mount(c, "/proc", "proc", "proc", "nosuid");
	assert_int_equal(
		mknodat(c->root_fd, "dev/null", S_IFCHR | 0666, makedev(1, 5)),
		0);
	container_script(c, "true");
	container_refuse(c, ERROR_SYSTEM, "/dev/null");
}

/* Only files of lxcfs's kind may lie over /proc. */
static void test_mount_exec__over_a_file_of_proc(void **state)
{
	struct container *c = *state;
	struct outside outside;
	autofree char *file = NULL;

	make_outside(&outside);
	file = xasprintf("%s/secret", outside.path);
	container_mount(c, "/proc/uptime", "bind", file, "bind,ro");
	container_check(c, "busybox cat /proc/uptime", "secret\n");
	remove_outside(&outside);
}

static void test_mount_exec__control_groups_are_fixed(void **state)
{
	container_check(*state,
			"busybox touch /sys/fs/cgroup/x 2>/dev/null || "
			"echo fixed; busybox awk '$5 ~ /^.sys.fs.cgroup/ && "
			"$6 !~ /^ro/' /proc/self/mountinfo",
			"fixed\n");
}

#define CONTAINER_TEST(function)                                   \
	cmocka_unit_test_setup_teardown(function, container_setup, \
					container_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONTAINER_TEST(test_mount_exec__bind),
		CONTAINER_TEST(test_mount_exec__bind_of_a_file),
		CONTAINER_TEST(test_mount_exec__absent_source),
		CONTAINER_TEST(test_mount_exec__recursive_options),
		CONTAINER_TEST(test_mount_exec__rw_keeps_the_hosts_ro),
		CONTAINER_TEST(test_mount_exec__nothing_shows_on_the_host),
		CONTAINER_TEST(test_mount_exec__tmpfs),
		CONTAINER_TEST(test_mount_exec__tmpfs_copies_up),
		CONTAINER_TEST(test_mount_exec__links_stay_inside),
		CONTAINER_TEST(test_mount_exec__hostile_roots),
		CONTAINER_TEST(test_mount_exec__fake_null),
		CONTAINER_TEST(test_mount_exec__over_a_file_of_proc),
		CONTAINER_TEST(test_mount_exec__control_groups_are_fixed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
