/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real container for tests: a root file system of a static busybox in a
 * temporary folder, a specification made of docker's defaults and what a test
 * adds, and what the container printed. Needs root and busybox-static; a test
 * without them is skipped and says so.
 *
 * A test takes `struct container *c = *state`, changes c->config, and calls
 * container_script and container_run; c->output is what it printed.
 */
#ifndef TESTS_CONTAINER_H
#define TESTS_CONTAINER_H

#include "tests/unit/runtime/container_config.h"

static inline void container_need(bool has, const char *what)
{
	if (has)
		return;
	print_message("needs %s\n", what);
	if (getenv("IMGCTL_TEST_STRICT"))
		fail_msg("needs %s", what);
	skip();
}

static inline bool container_can_mount(void)
{
	autoclose int context = fsopen("tmpfs", FSOPEN_CLOEXEC);

	return context >= 0;
}

static inline void container_make_root(struct container *c)
{
	static const char *const folders[] = { "bin", "etc", "tmp", "proc",
					       "sys", "dev", "data" };
	struct error err = ERROR_INIT;
	autoclose int from = open("/bin/busybox", O_RDONLY | O_CLOEXEC);
	autoclose int to = -1;
	struct stat st;

	container_need(from >= 0, "busybox-static");
	(void)snprintf(c->root, sizeof(c->root), "/tmp/imgctl-test-XXXXXX");
	assert_non_null(mkdtemp(c->root));
	assert_int_equal(chmod(c->root, 0755), 0);
	c->root_fd = open(c->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(c->root_fd >= 0);
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		assert_int_equal(mkdirat(c->root_fd, folders[i], 0755), 0);
	to = openat(c->root_fd, "bin/busybox", O_WRONLY | O_CREAT | O_CLOEXEC,
		    0755);
	assert_int_equal(fstat(from, &st), 0);
	assert_int_equal(fs_copy_range(from, to, (uint64_t)st.st_size, &err),
			 0);
	assert_int_equal(symlinkat("busybox", c->root_fd, "bin/sh"), 0);
}

/* cmocka set-up: *STATE becomes a fresh struct container. */
static inline int container_setup(void **state)
{
	struct container *c = xcalloc(1, sizeof(*c));
	json_t *names = json_array();

	*state = c;
	c->root_fd = -1;
	c->reader = -1;
	c->output = (struct strbuf)STRBUF_INIT;
	c->launch = (struct launch)LAUNCH_INIT;
	c->launched = (struct launched)LAUNCHED_INIT;
	c->launch.id = "imgctl-test";
	c->config = json_loads(container_defaults, 0, NULL);
	assert_non_null(c->config);
	for (size_t i = 0; i < 14; i++)
		(void)json_array_append_new(names,
					    json_string(container_caps[i]));
	for (size_t i = 0; i < 3; i++)
		container_set(c, "process.capabilities", container_sets[i],
			      json_copy(names));
	json_decref(names);
	return 0;
}

/* cmocka tear-down: removes it. */
static inline int container_teardown(void **state)
{
	struct container *c = *state;

	launched_release(&c->launched);
	runtime_spec_release(&c->spec);
	json_decref(c->config);
	strbuf_release(&c->output);
	error_release(&c->err);
	if (c->reader >= 0)
		(void)close(c->reader);
	if (c->root_fd >= 0) {
		struct error err = ERROR_INIT;

		(void)close(c->root_fd);
		if (fs_remove_tree(AT_FDCWD, c->root, &err) < 0) {
			print_message("%s\n", err.msg);
			return -1;
		}
	}
	free(c);
	return 0;
}

/* Make the root file system now, for a test that changes it. */
static inline void container_prepare(struct container *c)
{
	container_need(container_can_mount(), "CAP_SYS_ADMIN");
	if (c->root_fd < 0)
		container_make_root(c);
}

/* The command: ARGS, as JSON's strings. */
static inline void container_command(struct container *c, json_t *args)
{
	container_set(c, "process", "args", args);
}

/* The command: a shell that runs SCRIPT. */
static inline void container_script(struct container *c, const char *script)
{
	container_command(c, json_pack("[s,s,s]", "sh", "-c", script));
}

/* Start it, its output going to a pipe; 0, or -1 and c->err. */
static inline int container_start(struct container *c)
{
	int pipe_fds[2];
	int result;

	container_prepare(c);
	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
	if (runtime_spec_parse(c->config, &c->spec, &c->err) < 0)
		fail_msg("%s", c->err.msg);
	c->launch.spec = &c->spec;
	if (c->launch.rootfs_fd < 0)
		c->launch.rootfs_fd = c->root_fd;
	c->launch.stdio[1] = pipe_fds[1];
	c->launch.stdio[2] = pipe_fds[1];
	result = launch_container(&c->launch, &c->launched, &c->err);
	(void)close(pipe_fds[1]);
	c->reader = pipe_fds[0];
	return result;
}

/* Read all it prints and wait for its end; returns the exit code. */
static inline int container_finish(struct container *c)
{
	struct error err = ERROR_INIT;
	int status;

	if (c->launched.console_fd < 0 &&
	    fs_read_fd(c->reader, 1 << 20, &c->output, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(waitpid(c->launched.pid, &status, 0), c->launched.pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Start and finish, failing the test if it does not start; the exit code. */
static inline int container_run(struct container *c)
{
	if (container_start(c) < 0)
		fail_msg("%s", c->err.msg);
	return container_finish(c);
}

/* Run SCRIPT and compare what it prints with WANTED. */
static inline void container_check(struct container *c, const char *script,
				   const char *wanted)
{
	int code;

	container_script(c, script);
	code = container_run(c);
	assert_string_equal(c->output.text, wanted);
	assert_int_equal(code, 0);
}

/* Check that it does not start, with KIND and SAYS in the message. */
static inline void container_refuse(struct container *c, enum error_kind kind,
				    const char *says)
{
	if (container_start(c) == 0)
		fail_msg("the container started");
	if (!strstr(c->err.msg, says))
		fail_msg("says \"%s\", not \"%s\"", c->err.msg, says);
	assert_string_equal(error_kind_name(c->err.kind),
			    error_kind_name(kind));
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

#endif
