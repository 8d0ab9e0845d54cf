/* SPDX-License-Identifier: Apache-2.0 */
/* Project quotas where there are none; where there are, test_storage_opt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>

#include "base/project_quota.h"

static void test_project_quota__is_not_there_in_proc(void **state)
{
	autoclose int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autoclean(error_release) struct error err = ERROR_INIT;
	bool is_free;

	(void)state;
	assert_false(project_quota_is_enforced(fd));
	assert_false(project_quota_is_enforced(-1));
	assert_int_equal(project_quota_is_free(fd, 1, &is_free, &err), -1);
	assert_int_equal(project_quota_limit(fd, 1, 4096, &err), -1);
	assert_int_equal(project_quota_assign(fd, 1, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_project_quota__is_not_there_in_proc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
