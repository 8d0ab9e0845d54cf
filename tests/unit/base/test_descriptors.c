/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/descriptors.h"

static int is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* In a child: the test's own descriptors are its harness's. */
static void test_descriptors__keeps_what_is_named(void **state)
{
	int status = -1;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		int kept[] = { 50, -1, 2, 40 };

		for (int fd = 39; fd <= 51; fd++)
			if (dup2(0, fd) != fd)
				_exit(1);
		descriptors_close_others(kept, 4);
		_exit(!is_open(0) || !is_open(1) || !is_open(2) ||
		      !is_open(40) || !is_open(50) || is_open(39) ||
		      is_open(41) || is_open(49) || is_open(51));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_descriptors__keeps_what_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
