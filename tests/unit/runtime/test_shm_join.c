/* SPDX-License-Identifier: Apache-2.0 */
/* /dev/shm of another mount namespace. */
#include "runtime/engine/shm_join.h"

#include <sched.h>

#include "tests/unit/runtime/container.h"

/* A process in a mount namespace of its own, with a file in its /dev/shm. */
struct other {
	pid_t pid;
	int stop; /* closing this ends it */
};

static _Noreturn void live_apart(int ready, int stop)
{
	char byte = 0;
	int fd;

	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) < 0 ||
	    mount("tmpfs", "/dev/shm", "tmpfs", 0, NULL) < 0)
		_exit(1);
	fd = open("/dev/shm/theirs", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || write(ready, &byte, 1) != 1)
		_exit(1);
	_exit(read(stop, &byte, 1) != 0);
}

static void other_start(struct other *other)
{
	int ready[2];
	int stop[2];
	char byte;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	assert_int_equal(pipe2(stop, O_CLOEXEC), 0);
	other->pid = fork();
	if (!other->pid) {
		(void)close(stop[1]);
		live_apart(ready[1], stop[0]);
	}
	(void)close(ready[1]);
	(void)close(stop[0]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	other->stop = stop[1];
}

static void other_end(struct other *other)
{
	int status;

	(void)close(other->stop);
	assert_int_equal(waitpid(other->pid, &status, 0), other->pid);
	assert_int_equal(status, 0);
}

static void test_shm_join__opens_the_others_mount(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclose int tree = -1;
	autoclose int ours = -1;
	struct other other;

	(void)state;
	container_need(geteuid() == 0 && container_can_mount(), "root");
	other_start(&other);
	if (shm_join_open(other.pid, &tree, &err) < 0)
		fail_msg("%s", err.msg);
	assert_true(fs_exists(tree, "theirs"));
	assert_false(fs_exists(AT_FDCWD, "/dev/shm/theirs"));
	/* what is written here is seen there: it is the same file system */
	ours = openat(tree, "ours", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(ours >= 0);
	assert_int_equal(fcntl(tree, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	other_end(&other);
	assert_true(fs_exists(tree, "ours"));
}

static void test_shm_join__stays_in_its_own_namespace(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	char before[64] = "";
	char after[64] = "";
	autoclose int tree = -1;
	struct other other;

	(void)state;
	container_need(geteuid() == 0 && container_can_mount(), "root");
	assert_true(readlink("/proc/self/ns/mnt", before, sizeof(before) - 1) >
		    0);
	other_start(&other);
	assert_int_equal(shm_join_open(other.pid, &tree, &err), 0);
	other_end(&other);
	assert_true(readlink("/proc/self/ns/mnt", after, sizeof(after) - 1) >
		    0);
	assert_string_equal(before, after);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void test_shm_join__a_process_that_is_gone(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	int tree = -1;
	pid_t pid = fork();

	(void)state;
	if (!pid)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(shm_join_open(pid, &tree, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_int_equal(tree, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shm_join__opens_the_others_mount),
		cmocka_unit_test(test_shm_join__stays_in_its_own_namespace),
		cmocka_unit_test(test_shm_join__a_process_that_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
