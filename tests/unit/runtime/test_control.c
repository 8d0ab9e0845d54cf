/* SPDX-License-Identifier: Apache-2.0 */
/* The line between a container's process and its parent. */
#include "runtime/control.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include "base/cleanup.h"

static void open_line(int *ours, int *theirs)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	if (control_open(ours, theirs, &err) < 0)
		fail_msg("%s", err.msg);
}

/* It dies of its failure, whatever its parent told it meanwhile. */
static void test_control__a_dead_childs_words_are_heard(void **state)
{
	static const struct stage_failure failure = { .stage = STAGE_MOUNT,
						      .sys = EINVAL,
						      .path = "/etc" };

	(void)state;
	for (int unread = 0; unread < 3; unread++) {
		struct control_message message;
		autoclose int ours = -1;
		autoclose int theirs = -1;

		open_line(&ours, &theirs);
		for (int i = 0; i < unread; i++)
			assert_int_equal(
				control_send(ours, CONTROL_CLEARED, 0, -1), 0);
		control_report(theirs, &failure);
		cleanup_close(&theirs);
		assert_int_equal(control_receive(ours, &message, NULL), 0);
		assert_int_equal(message.kind, CONTROL_FAILED);
		assert_int_equal(message.stage, STAGE_MOUNT);
		assert_int_equal(message.sys, EINVAL);
		assert_string_equal(message.path, "/etc");
		assert_int_equal(control_receive(ours, &message, NULL), 0);
		assert_int_equal(message.kind, CONTROL_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_control__a_dead_childs_words_are_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
