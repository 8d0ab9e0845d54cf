/* SPDX-License-Identifier: Apache-2.0 */
/* Locks between processes: exclusion, naming the holder, death. */
#include "base/lockfile.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/wait.h>

#include "tests/unit/temp_folder.h"

#include <cmocka.h>

/* Starts a process that holds the lock until it is killed. */
static pid_t start_holder(int folder, enum lockfile_mode mode)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		struct lockfile lock = LOCKFILE_INIT;
		struct error err = ERROR_INIT;

		if (lockfile_acquire(&lock, folder, "l", mode, 0, &err) < 0 ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			(void)pause();
	}
	(void)close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	return pid;
}

static void stop(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void test_lockfile__names_the_holder_and_outlives_it(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	struct temp_folder *folder = *state;
	pid_t pid = start_holder(folder->fd, LOCKFILE_EXCLUSIVE);
	autofree char *want = xasprintf("l is locked by process %d", (int)pid);

	assert_int_equal(lockfile_acquire(&lock, folder->fd, "l",
					  LOCKFILE_EXCLUSIVE, 0, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_BUSY);
	assert_string_equal(err.msg, want);
	assert_int_equal(lockfile_acquire(&lock, folder->fd, "l",
					  LOCKFILE_SHARED, 0, &err),
			 -1);
	stop(pid);
	assert_int_equal(lockfile_acquire(&lock, folder->fd, "l",
					  LOCKFILE_EXCLUSIVE, -1, &err),
			 0);
}

static void test_lockfile__shared_ones_go_together(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autoclean(lockfile_release) struct lockfile writer = LOCKFILE_INIT;
	struct temp_folder *folder = *state;
	pid_t pid = start_holder(folder->fd, LOCKFILE_SHARED);

	assert_int_equal(lockfile_acquire(&lock, folder->fd, "l",
					  LOCKFILE_SHARED, 0, &err),
			 0);
	assert_int_equal(lockfile_acquire(&writer, folder->fd, "l",
					  LOCKFILE_EXCLUSIVE, 0, &err),
			 -1);
	stop(pid);
	lockfile_release(&lock);
	assert_int_equal(lockfile_acquire(&writer, folder->fd, "l",
					  LOCKFILE_EXCLUSIVE, 0, &err),
			 0);
	lockfile_release(&writer);
	lockfile_release(&writer);
}

/* A waiter must not end up with the lock of a file that lost its name. */
static void test_lockfile__notices_that_the_name_moved(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(lockfile_release) struct lockfile first = LOCKFILE_INIT;
	struct temp_folder *folder = *state;
	int ready[2];
	int status = 0;
	pid_t pid;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	assert_int_equal(lockfile_acquire(&first, folder->fd, "l",
					  LOCKFILE_EXCLUSIVE, 0, &err),
			 0);
	pid = fork();
	if (pid == 0) {
		struct lockfile lock = LOCKFILE_INIT;
		struct stat held;
		struct stat named;

		lockfile_release(&first);
		if (write(ready[1], "x", 1) != 1 ||
		    lockfile_acquire(&lock, folder->fd, "l", LOCKFILE_EXCLUSIVE,
				     -1, &err) < 0 ||
		    fstat(lock.fd, &held) < 0 ||
		    fstatat(folder->fd, "l", &named, 0) < 0)
			_exit(1);
		_exit(held.st_ino == named.st_ino ? 0 : 2);
	}
	assert_int_equal(read(ready[0], &(char){ 0 }, 1), 1);
	assert_int_equal(unlinkat(folder->fd, "l", 0), 0);
	lockfile_release(&first);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	(void)close(ready[0]);
	(void)close(ready[1]);
}

#define FOLDER_TEST(f) \
	cmocka_unit_test_setup_teardown(f, temp_folder_open, temp_folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FOLDER_TEST(test_lockfile__names_the_holder_and_outlives_it),
		FOLDER_TEST(test_lockfile__shared_ones_go_together),
		FOLDER_TEST(test_lockfile__notices_that_the_name_moved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
