/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that join a running container. */
#include "tests/unit/runtime/container.h"

#include "runtime/exec_in.h"

/* A container that runs until its input ends, and one process in it. */
struct visit {
	struct exec_in request;
	struct runtime_process process;
	struct launched launched;
	struct strbuf output;
	int hold; /* the container's input */
};

static void start_container(struct container *c, struct visit *visit)
{
	int input[2];

	assert_int_equal(pipe2(input, O_CLOEXEC), 0);
	c->launch.stdio[0] = input[0];
	container_command(c, json_pack("[s,s]", "busybox", "cat"));
	if (container_start(c) < 0)
		fail_msg("%s", c->err.msg);
	(void)close(input[0]);
	*visit = (struct visit){
		.request = EXEC_IN_INIT,
		.launched = LAUNCHED_INIT,
		.output = STRBUF_INIT,
		.hold = input[1],
	};
	visit->request.spec = &c->spec;
	visit->request.target_pidfd = c->launched.pidfd;
	visit->request.id = c->launch.id;
}

static void end_container(struct container *c, struct visit *visit)
{
	(void)close(visit->hold);
	assert_int_equal(container_finish(c), 0);
	runtime_process_release(&visit->process);
	launched_release(&visit->launched);
	strbuf_release(&visit->output);
}

/* Start SCRIPT by the container's process settings; 0, or -1 and c->err. */
static int start_visit(struct container *c, struct visit *visit, json_t *args)
{
	int output[2];
	int result;

	container_set(c, "process", "args", args);
	if (runtime_process_parse(container_get(c, "process"), &visit->process,
				  &c->err) < 0)
		fail_msg("%s", c->err.msg);
	assert_int_equal(pipe2(output, O_CLOEXEC), 0);
	visit->request.process = &visit->process;
	visit->request.stdio[1] = output[1];
	visit->request.stdio[2] = output[1];
	result = exec_in_container(&visit->request, &visit->launched, &c->err);
	(void)close(output[1]);
	if (result == 0 &&
	    fs_read_fd(output[0], 1 << 16, &visit->output, &c->err) < 0)
		fail_msg("%s", c->err.msg);
	(void)close(output[0]);
	return result;
}

static int finish_visit(struct visit *visit)
{
	int status;

	assert_int_equal(waitpid(visit->launched.pid, &status, 0),
			 visit->launched.pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void test_exec_in__is_where_the_container_is(void **state)
{
	struct container *c = *state;
	struct visit visit;

	start_container(c, &visit);
	if (start_visit(c, &visit,
			json_pack("[s,s,s]", "sh", "-c",
				  "for n in mnt pid uts ipc net cgroup; do "
				  "for p in self 1; do "
				  "busybox readlink /proc/$p/ns/$n; done; done"
				  " | busybox uniq | busybox wc -l; "
				  "busybox hostname; "
				  "busybox pwd; exit 7")) < 0)
		fail_msg("%s", c->err.msg);
	assert_string_equal(visit.output.text, "6\nbox\n/\n");
	assert_int_equal(finish_visit(&visit), 7);
	end_container(c, &visit);
}

static void test_exec_in__same_confinement(void **state)
{
	struct container *c = *state;
	struct visit visit;

	start_container(c, &visit);
	if (start_visit(
		    c, &visit,
		    json_pack("[s,s,s]", "sh", "-c",
			      "for p in self 1; do "
			      "busybox grep -E '^(Cap|NoNew|Sec|SigI|Umask)'"
			      " /proc/$p/status; done | busybox sort | "
			      "busybox uniq -c | busybox awk '{print $1}' |"
			      " busybox uniq; busybox ls /proc/self/fd")) < 0)
		fail_msg("%s", c->err.msg);
	assert_string_equal(visit.output.text, "2\n0\n1\n2\n3\n");
	assert_int_equal(finish_visit(&visit), 0);
	end_container(c, &visit);
}

static void test_exec_in__terminal(void **state)
{
	struct container *c = *state;
	struct visit visit;
	char text[64] = "";

	start_container(c, &visit);
	container_set(c, "process", "terminal", json_true());
	if (start_visit(c, &visit, json_pack("[s,s]", "busybox", "tty")) < 0)
		fail_msg("%s", c->err.msg);
	assert_true(visit.launched.console_fd >= 0);
	assert_true(read(visit.launched.console_fd, text, sizeof(text) - 1) >
		    0);
	assert_string_equal(text, "/dev/pts/0\r\n");
	assert_int_equal(finish_visit(&visit), 0);
	end_container(c, &visit);
}

static void test_exec_in__programs_that_do_not_run(void **state)
{
	struct container *c = *state;
	struct visit visit;

	start_container(c, &visit);
	assert_int_equal(start_visit(c, &visit, json_pack("[s]", "nothing")),
			 -1);
	assert_int_equal(c->err.kind, ERROR_NOT_FOUND);
	assert_string_equal(c->err.msg, "exec: \"nothing\": executable file "
					"not found in $PATH");
	runtime_process_release(&visit.process);
	assert_int_equal(start_visit(c, &visit, json_pack("[s]", "/etc")), -1);
	assert_int_equal(c->err.kind, ERROR_DENIED);
	end_container(c, &visit);
}

static void test_exec_in__ended_container(void **state)
{
	struct container *c = *state;
	struct visit visit;

	start_container(c, &visit);
	(void)close(visit.hold);
	visit.hold = -1;
	assert_int_equal(container_finish(c), 0);
	assert_int_equal(start_visit(c, &visit, json_pack("[s]", "sh")), -1);
	assert_int_equal(c->err.kind, ERROR_BUSY);
	runtime_process_release(&visit.process);
	strbuf_release(&visit.output);
}

#define CONTAINER_TEST(function)                                   \
	cmocka_unit_test_setup_teardown(function, container_setup, \
					container_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONTAINER_TEST(test_exec_in__is_where_the_container_is),
		CONTAINER_TEST(test_exec_in__same_confinement),
		CONTAINER_TEST(test_exec_in__terminal),
		CONTAINER_TEST(test_exec_in__programs_that_do_not_run),
		CONTAINER_TEST(test_exec_in__ended_container),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
