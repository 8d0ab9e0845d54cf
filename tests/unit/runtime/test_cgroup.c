/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups on this host, as root: a skip says what is missing. The trees that
 * are not this host's own kind are covered by cgroup_plan's and cgroup_host's
 * tests.
 */
#include "runtime/cgroup/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "runtime/cgroup/cgroup_apply.h"
#include "runtime/cgroup/cgroup_control.h"
#include "runtime/cgroup/cgroup_create.h"
#include "runtime/cgroup/cgroup_stats.h"

static void need_root(void)
{
	if (geteuid() == 0)
		return;
	print_message("needs root to make control groups\n");
	if (getenv("IMGCTL_TEST_STRICT"))
		fail_msg("skips are failures here");
	skip();
}

static char *test_path(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "imgctl/test-%d-%s", (int)getpid(),
		       name);
	return path;
}

static void create(const char *name, const struct cgroup_limits *limits,
		   struct cgroup **out)
{
	struct error err = ERROR_INIT;

	if (cgroup_create(test_path(name), limits, out, &err) < 0)
		fail_msg("%s", err.msg);
}

static void remove_and_close(struct cgroup *cg)
{
	struct error err = ERROR_INIT;

	if (cgroup_remove(cg, 2000, &err) < 0)
		fail_msg("%s", err.msg);
	cgroup_close(cg);
}

/* A child that waits for a byte on *GATE, then does ACT and exits with it. */
static pid_t start_child(int *gate, int (*act)(void))
{
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		char byte;

		(void)close(ends[1]);
		(void)!read(ends[0], &byte, 1);
		_exit(act());
	}
	(void)close(ends[0]);
	*gate = ends[1];
	return pid;
}

static int join(struct cgroup *cg, pid_t pid, struct error *err)
{
	if (cgroup_into_fd(cg) >= 0 && cgroup_add_unified(cg, pid, err) < 0)
		return -1;
	return cgroup_add(cg, pid, err);
}

static int finish_child(int gate, pid_t pid)
{
	int status;

	(void)close(gate);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void test_cgroup__limits_stand_in_the_files(void **state)
{
	struct cgroup_limits limits;
	struct cgroup *cg = NULL;
	struct strbuf text = STRBUF_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	need_root();
	cgroup_limits_init(&limits);
	limits.pids = 20;
	limits.memory = 64 << 20;
	create("limits", &limits, &cg);
	assert_int_equal(cgroup_read(cg, CGROUP_PIDS, "pids.max", &text, &err),
			 0);
	assert_string_equal(text.text, "20\n");
	limits.pids = 30;
	assert_int_equal(cgroup_set(cg, &limits, &err), 0);
	strbuf_truncate(&text, 0);
	assert_int_equal(cgroup_read(cg, CGROUP_PIDS, "pids.max", &text, &err),
			 0);
	assert_string_equal(text.text, "30\n");
	strbuf_release(&text);
	cgroup_limits_release(&limits);
	remove_and_close(cg);
}

static int say_seven(void)
{
	return 7;
}

static void test_cgroup__a_process_can_join_every_controller(void **state)
{
	struct cgroup_limits limits;
	struct cgroup *cg = NULL;
	struct error err = ERROR_INIT;
	char path[64], text[4096];
	struct cgroup_stats stats;
	int gate, fd;
	ssize_t length;
	pid_t pid;

	(void)state;
	need_root();
	cgroup_limits_init(&limits);
	limits.pids = 20;
	limits.memory = 64 << 20;
	limits.cpus = strdup("0");
	limits.cpu_quota = 50000;
	limits.accounting = true;
	create("join", &limits, &cg);
	assert_int_equal(cgroup_has_to_add(cg),
			 cgroup_mode(cg) != CGROUP_MODE_UNIFIED);
	pid = start_child(&gate, say_seven);
	if (join(cg, pid, &err) < 0)
		fail_msg("%s", err.msg);
	(void)snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	length = read(fd, text, sizeof(text) - 1);
	assert_true(length > 0);
	text[length] = '\0';
	(void)close(fd);
	assert_non_null(strstr(text, test_path("join")));
	cgroup_stats_read(cg, &stats);
	assert_int_equal(stats.pids, 1);
	assert_int_equal(stats.pids_limit, 20);
	assert_int_equal(stats.memory.limit, 64 << 20);
	assert_true(stats.memory.now < 64 << 20);
	assert_true(stats.cpu_total_ns != CGROUP_NO_NUMBER);
	cgroup_stats_release(&stats);
	assert_false(cgroup_has_oom_killed(cg));
	assert_int_equal(finish_child(gate, pid), 7);
	cgroup_limits_release(&limits);
	remove_and_close(cg);
}

static int open_zero(void)
{
	return open("/dev/zero", O_RDONLY | O_CLOEXEC) >= 0 ? 0 : errno;
}

static int open_null(void)
{
	return open("/dev/null", O_RDWR | O_CLOEXEC) >= 0 ? 0 : errno;
}

static void test_cgroup__device_rules_are_enforced(void **state)
{
	struct device_rule deny = { .type = 'a', .access = DEVICE_ALL };
	struct device_rule null_device = { 'c', 1, 3, DEVICE_ALL, true };
	static const struct {
		int (*act)(void);
		int want;
	} rows[] = { { open_null, 0 }, { open_zero, EPERM } };

	(void)state;
	need_root();
	for (size_t i = 0; i < 2; i++) {
		struct cgroup_limits limits;
		struct cgroup *cg = NULL;
		struct error err = ERROR_INIT;
		int gate;
		pid_t pid;

		cgroup_limits_init(&limits);
		limits.has_devices = true;
		device_rules_add(&limits.devices, &deny);
		device_rules_add(&limits.devices, &null_device);
		create("devices", &limits, &cg);
		pid = start_child(&gate, rows[i].act);
		if (join(cg, pid, &err) < 0 ||
		    cgroup_guard_devices(cg, &limits, pid, &err) < 0)
			fail_msg("%s", err.msg);
		assert_int_equal(finish_child(gate, pid), rows[i].want);
		cgroup_limits_release(&limits);
		remove_and_close(cg);
	}
}

static void test_cgroup__freeze_kill_and_list(void **state)
{
	struct cgroup_limits limits;
	struct cgroup *cg = NULL;
	struct error err = ERROR_INIT;
	pid_t *pids = NULL;
	size_t count = 0;
	bool frozen = false;
	int gate, status;
	pid_t pid;

	(void)state;
	need_root();
	cgroup_limits_init(&limits);
	create("control", &limits, &cg);
	pid = start_child(&gate, say_seven);
	assert_int_equal(join(cg, pid, &err), 0);
	assert_int_equal(cgroup_processes(cg, &pids, &count, &err), 0);
	assert_int_equal(count, 1);
	assert_int_equal(pids[0], pid);
	free(pids);
	assert_int_equal(cgroup_freeze(cg, true, &err), 0);
	assert_int_equal(cgroup_is_frozen(cg, &frozen, &err), 0);
	assert_true(frozen);
	assert_int_equal(cgroup_remove(cg, 0, &err), -1);
	assert_int_equal(err.kind, ERROR_BUSY);
	error_release(&err);
	assert_int_equal(cgroup_kill(cg, SIGKILL, &err), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	(void)close(gate);
	remove_and_close(cg);
}

/* As systemd does with the scope of a container that has ended. */
static void test_cgroup__one_that_others_removed_has_no_processes(void **state)
{
	struct cgroup_limits limits;
	struct cgroup *cg = NULL;
	struct cgroup *others = NULL;
	struct error err = ERROR_INIT;
	pid_t *pids = NULL;
	size_t count = 1;

	(void)state;
	need_root();
	cgroup_limits_init(&limits);
	create("gone", &limits, &cg);
	assert_int_equal(cgroup_open(test_path("gone"), &others, &err), 0);
	remove_and_close(others);
	assert_int_equal(cgroup_processes(cg, &pids, &count, &err), 0);
	assert_int_equal(count, 0);
	assert_null(pids);
	assert_int_equal(cgroup_kill(cg, SIGKILL, &err), 0);
	cgroup_close(cg);
}

static void test_cgroup__a_leftover_is_replaced_a_used_one_is_not(void **state)
{
	struct cgroup_limits limits;
	struct cgroup *old = NULL, *cg = NULL;
	struct error err = ERROR_INIT;
	int gate;
	pid_t pid;

	(void)state;
	need_root();
	cgroup_limits_init(&limits);
	create("leftover", &limits, &old);
	cgroup_close(old);
	create("leftover", &limits, &cg);
	pid = start_child(&gate, say_seven);
	assert_int_equal(join(cg, pid, &err), 0);
	old = NULL;
	assert_int_equal(
		cgroup_create(test_path("leftover"), &limits, &old, &err), -1);
	assert_int_equal(err.kind, ERROR_BUSY);
	error_release(&err);
	assert_int_equal(finish_child(gate, pid), 7);
	remove_and_close(cg);
}

static void test_cgroup__groups_made_inside_go_too(void **state)
{
	struct cgroup_limits limits;
	struct cgroup *cg = NULL;
	struct error err = ERROR_INIT;
	const char *directory;
	char inner[4096];

	(void)state;
	need_root();
	cgroup_limits_init(&limits);
	create("nested", &limits, &cg);
	directory = cgroup_directory(cg, CGROUP_CORE);
	if (!directory)
		directory = cgroup_directory(cg, CGROUP_PIDS);
	(void)snprintf(inner, sizeof(inner), "%s/a", directory);
	assert_int_equal(mkdir(inner, 0755), 0);
	(void)snprintf(inner, sizeof(inner), "%s/a/b", directory);
	assert_int_equal(mkdir(inner, 0755), 0);
	remove_and_close(cg);
	assert_int_equal(cgroup_open(test_path("nested"), &cg, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	error_release(&err);
}

static void test_cgroup__an_empty_parent_goes_with_the_last_group(void **state)
{
	struct cgroup_limits limits;
	struct cgroup *first = NULL, *last = NULL;
	char parent[4096];
	const char *directory;

	(void)state;
	need_root();
	cgroup_limits_init(&limits);
	limits.pids = 100;
	create("family/first", &limits, &first);
	create("family/last", &limits, &last);
	directory = cgroup_directory(last, CGROUP_PIDS);
	(void)snprintf(parent, sizeof(parent), "%.*s",
		       (int)(strrchr(directory, '/') - directory), directory);
	remove_and_close(first);
	assert_int_equal(access(parent, F_OK), 0);
	remove_and_close(last);
	assert_int_equal(access(parent, F_OK), -1);
	assert_int_equal(errno, ENOENT);
}

/*
 * Remove PARENT again and again, as other containers' ends do. One that does
 * nothing else always stands in the kernel's queue, and nobody can win.
 */
static pid_t start_remover(const char *parent)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (pid == 0) {
		(void)rmdir(parent);
		(void)poll(NULL, 0, 1);
	}
	return pid;
}

static void test_cgroup__removed_parents_disturb_nobody(void **state)
{
	struct cgroup_limits limits;
	struct cgroup *cg = NULL;
	char parent[4096];
	const char *directory;
	pid_t remover;

	(void)state;
	need_root();
	cgroup_limits_init(&limits);
	limits.pids = 100;
	create("race/group", &limits, &cg);
	directory = cgroup_directory(cg, CGROUP_PIDS);
	(void)snprintf(parent, sizeof(parent), "%.*s",
		       (int)(strrchr(directory, '/') - directory), directory);
	remove_and_close(cg);
	remover = start_remover(parent);
	for (int i = 0; i < 100; i++) {
		create("race/group", &limits, &cg);
		remove_and_close(cg);
	}
	assert_int_equal(kill(remover, SIGKILL), 0);
	assert_int_equal(waitpid(remover, NULL, 0), remover);
}

static void test_cgroup__a_path_cannot_leave_its_place(void **state)
{
	static const char *const paths[] = { "",	  "/",
					     "..",	  "imgctl/../x",
					     "imgctl//x", "imgctl/./x" };
	struct cgroup_limits limits;

	(void)state;
	cgroup_limits_init(&limits);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct cgroup *cg = NULL;
		struct error err = ERROR_INIT;

		print_message("\"%s\"\n", paths[i]);
		assert_int_equal(cgroup_create(paths[i], &limits, &cg, &err),
				 -1);
		assert_int_equal(err.kind, ERROR_INVALID);
		error_release(&err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cgroup__limits_stand_in_the_files),
		cmocka_unit_test(
			test_cgroup__a_process_can_join_every_controller),
		cmocka_unit_test(test_cgroup__device_rules_are_enforced),
		cmocka_unit_test(test_cgroup__freeze_kill_and_list),
		cmocka_unit_test(
			test_cgroup__one_that_others_removed_has_no_processes),
		cmocka_unit_test(
			test_cgroup__a_leftover_is_replaced_a_used_one_is_not),
		cmocka_unit_test(test_cgroup__groups_made_inside_go_too),
		cmocka_unit_test(
			test_cgroup__an_empty_parent_goes_with_the_last_group),
		cmocka_unit_test(test_cgroup__removed_parents_disturb_nobody),
		cmocka_unit_test(test_cgroup__a_path_cannot_leave_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
