/* SPDX-License-Identifier: Apache-2.0 */
/* The program runs from an image that cannot be written to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/self_protect.h"

/* The test's own program, executed again with this word, checks itself. */
static const char checking[] = "--check";

static int check_protected(char **argv)
{
	struct error err = ERROR_INIT;
	char *path;
	int fd;

	if (self_protect_enter(argv, &err) < 0)
		return 10;
	if (!self_protect_is_done())
		return 11;
	fd = open("/proc/self/exe", O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		return 12;
	/* what the execution left open is nobody else's */
	for (int i = STDERR_FILENO + 1; i < 64; i++) {
		int flags = fcntl(i, F_GETFD);

		if (flags >= 0 && !(flags & FD_CLOEXEC))
			return 14;
	}
	if (getenv("IMGCTL_PROGRAM_MOUNT"))
		return 15;
	path = self_protect_path();
	if (path[0] != '/' || access(path, X_OK) < 0 ||
	    !strstr(path, "/test_self_protect"))
		return 13;
	free(path);
	return 0;
}

static void test_self_protect__image_cannot_be_written(void **state)
{
	char *const argv[] = { (char *)(uintptr_t) "test",
			       (char *)(uintptr_t)checking, NULL };
	int status;
	pid_t pid;

	(void)state;
	assert_false(self_protect_is_done());
	pid = fork();
	if (!pid) {
		(void)syscall(SYS_close_range, 3, ~0U, 0);
		(void)execv("/proc/self/exe", argv);
		_exit(99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_self_protect__image_cannot_be_written),
	};

	if (argc == 2 && strcmp(argv[1], checking) == 0)
		return check_protected(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
