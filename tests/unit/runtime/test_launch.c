/* SPDX-License-Identifier: Apache-2.0 */
/* Real containers: what they see, what they may, what does not start. */
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "tests/unit/runtime/container.h"

static void test_launch__namespaces_are_new(void **state)
{
	static const char *const kinds[] = { "mnt", "pid", "uts",
					     "ipc", "net", "cgroup" };
	struct container *c = *state;
	char *line;
	char *rest;

	container_script(c, "for n in mnt pid uts ipc net cgroup; do "
			    "busybox readlink /proc/self/ns/$n; done");
	assert_int_equal(container_run(c), 0);
	rest = c->output.text;
	for (size_t i = 0; i < 6; i++) {
		autofree char *path = xasprintf("/proc/self/ns/%s", kinds[i]);
		char own[64] = "";

		line = strsep(&rest, "\n");
		assert_non_null(line);
		assert_memory_equal(line, kinds[i], strlen(kinds[i]));
		assert_true(readlink(path, own, sizeof(own) - 1) > 0);
		assert_string_not_equal(line, own);
	}
}

static void test_launch__is_pid_one_and_alone(void **state)
{
	container_check(*state,
			"echo $$; echo /proc/[0-9]*;"
			"busybox hostname; busybox pwd; echo \"$PATH\"",
			"1\n/proc/1\nbox\n/\n/nowhere:/bin\n");
}

static void test_launch__descriptors_are_three(void **state)
{
	struct container *c = *state;
	autoclose int leaked = open("/etc", O_RDONLY | O_DIRECTORY);

	assert_true(leaked >= 0);
	container_command(
		c, json_pack("[s,s,s]", "busybox", "ls", "/proc/self/fd"));
	assert_int_equal(container_run(c), 0);
	/* 3 is ls's own */
	assert_string_equal(c->output.text, "0\n1\n2\n3\n");
}

static void test_launch__capabilities_are_dockers(void **state)
{
	container_check(*state,
			"busybox grep -E '^(Cap|NoNew|Seccomp:)' "
			"/proc/self/status | busybox tr '\\t' ' '",
			"CapInh: 0000000000000000\n"
			"CapPrm: 00000000a80425fb\n"
			"CapEff: 00000000a80425fb\n"
			"CapBnd: 00000000a80425fb\n"
			"CapAmb: 0000000000000000\n"
			"NoNewPrivs: 0\n"
			"Seccomp: 0\n");
}

static void test_launch__ordinary_user(void **state)
{
	struct container *c = *state;

	container_set(c, "process", "user",
		      json_pack("{s:i,s:i,s:[i,i],s:i}", "uid", 1234, "gid", 56,
				"additionalGids", 56, 78, "umask", 027));
	container_set(c, "process", "noNewPrivileges", json_true());
	container_check(c,
			"busybox id -u; busybox id -G; umask; "
			"busybox grep -E '^(Cap(Prm|Eff|Bnd)|NoNew)' "
			"/proc/self/status | busybox tr '\\t' ' '; "
			": > /dev/stdout; echo again",
			"1234\n56 78\n0027\n"
			"CapPrm: 0000000000000000\n"
			"CapEff: 0000000000000000\n"
			"CapBnd: 00000000a80425fb\n"
			"NoNewPrivs: 1\nagain\n");
}

static void test_launch__ambient_capabilities(void **state)
{
	struct container *c = *state;

	container_set(c, "process", "user",
		      json_pack("{s:i,s:i}", "uid", 1234, "gid", 56));
	container_set(c, "process.capabilities", "inheritable",
		      json_pack("[s]", "CAP_KILL"));
	container_set(c, "process.capabilities", "ambient",
		      json_pack("[s]", "CAP_KILL"));
	container_check(c,
			"busybox grep -E '^Cap(Inh|Prm|Eff|Amb)' "
			"/proc/self/status | busybox tr '\\t' ' '",
			"CapInh: 0000000000000020\n"
			"CapPrm: 0000000000000020\n"
			"CapEff: 0000000000000020\n"
			"CapAmb: 0000000000000020\n");
}

static void test_launch__devices(void **state)
{
	container_check(
		*state,
		"busybox stat -c '%n %F %t:%T %a' /dev/null /dev/zero "
		"/dev/full /dev/random /dev/urandom /dev/tty; "
		"for l in fd stdin stdout stderr ptmx; do "
		"busybox readlink /dev/$l; done; "
		"test -L /dev/core && ! test -e /proc/kcore && echo core; "
		"busybox head -c4 /dev/zero | busybox wc -c; "
		"busybox stat -c %a /dev /dev/shm; busybox ls /dev/pts",
		"/dev/null character special file 1:3 666\n"
		"/dev/zero character special file 1:5 666\n"
		"/dev/full character special file 1:7 666\n"
		"/dev/random character special file 1:8 666\n"
		"/dev/urandom character special file 1:9 666\n"
		"/dev/tty character special file 5:0 666\n"
		"/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n"
		"/proc/self/fd/2\npts/ptmx\n4\n755\n1777\nptmx\n");
}

static void test_launch__covered_paths(void **state)
{
	container_check(*state,
			"busybox stat -c '%t:%T' /proc/keys; "
			"busybox ls /proc/acpi /sys/firmware | "
			"busybox grep -v :; "
			"busybox touch /sys/firmware/x 2>/dev/null || echo no; "
			"echo x 2>/dev/null >/proc/sys/kernel/core_pattern || "
			"echo no; "
			"busybox grep -c '/proc/sys proc ro,' /proc/mounts",
			"1:3\n\nno\nno\n1\n");
}

static void test_launch__loopback_is_up(void **state)
{
	container_check(*state,
			"busybox ip addr show lo | "
			"busybox grep -o -E '<[A-Z,]*UP[A-Z_,]*>|127[^ ]*'; "
			"busybox ls /sys/class/net",
			"<LOOPBACK,UP,LOWER_UP>\n127.0.0.1/8\nlo\n");
}

static void test_launch__root_is_the_only_world(void **state)
{
	container_check(*state,
			"cd /..; busybox ls /; "
			"busybox awk '$5 == \"/\"' /proc/self/mountinfo | "
			"busybox wc -l",
			"bin\ndata\ndev\netc\nproc\nsys\ntmp\n1\n");
}

static void test_launch__read_only_root(void **state)
{
	struct container *c = *state;

	container_set(c, "", "root",
		      json_pack("{s:s,s:b}", "path", "x", "readonly", 1));
	container_check(c,
			"busybox touch /x 2>/dev/null || echo fixed; "
			"busybox touch /dev/shm/x && echo free",
			"fixed\nfree\n");
}

static void test_launch__kernel_parameters(void **state)
{
	struct container *c = *state;

	container_set(c, "linux", "sysctl",
		      json_pack("{s:s,s:s,s:s}", "kernel.msgmax", "12345",
				"net/ipv4/ip_unprivileged_port_start", "7",
				"net.ipv4.ping_group_range", "0 2147483647"));
	container_check(c,
			"cd /proc/sys; busybox cat kernel/msgmax "
			"net/ipv4/ip_unprivileged_port_start",
			"12345\n7\n");
}

static void test_launch__working_directory_is_made(void **state)
{
	struct container *c = *state;

	container_set(c, "process", "cwd", json_string("/a/b/c"));
	container_check(c, "busybox pwd; busybox stat -c %a .",
			"/a/b/c\n755\n");
}

static void test_launch__working_directory_cannot_leave(void **state)
{
	struct container *c = *state;
	autoclose int leaked = open("/etc", O_RDONLY | O_DIRECTORY);
	autofree char *path = xasprintf("/proc/self/fd/%d", leaked);

	container_set(c, "process", "cwd", json_string(path));
	container_script(c, "busybox ls");
	container_refuse(c, ERROR_SYSTEM, "working directory");
}

static void test_launch__limits(void **state)
{
	struct container *c = *state;

	container_set(c, "process", "rlimits",
		      json_pack("[{s:s,s:i,s:i},{s:s,s:i,s:I}]", "type",
				"RLIMIT_CORE", "soft", 0, "hard", 0, "type",
				"RLIMIT_NOFILE", "soft", 128, "hard",
				(json_int_t)1 << 40));
	container_check(c, "ulimit -c; ulimit -n", "0\n128\n");
}

static void test_launch__signals_are_reset(void **state)
{
	struct container *c = *state;
	sigset_t blocked;

	(void)sigemptyset(&blocked);
	(void)sigaddset(&blocked, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &blocked, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	container_command(c, json_pack("[s,s,s,s]", "busybox", "grep",
				       "^Sig[BI]", "/proc/self/status"));
	assert_int_equal(container_run(c), 0);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)sigprocmask(SIG_UNBLOCK, &blocked, NULL);
	assert_string_equal(c->output.text, "SigBlk:\t0000000000000000\n"
					    "SigIgn:\t0000000000000000\n");
}

static void test_launch__exit_codes(void **state)
{
	struct container *c = *state;

	container_script(c, "exit 42");
	assert_int_equal(container_run(c), 42);
}

static void test_launch__terminal(void **state)
{
	struct container *c = *state;
	char text[512] = "";
	size_t length = 0;
	ssize_t got;

	container_set(c, "process", "terminal", json_true());
	container_set(c, "process", "consoleSize",
		      json_pack("{s:i,s:i}", "height", 33, "width", 77));
	container_script(c, "busybox tty; busybox stty size; "
			    "busybox stat -c %t:%T /dev/console; "
			    "echo x > /dev/tty");
	if (container_start(c) < 0)
		fail_msg("%s", c->err.msg);
	assert_true(c->launched.console_fd >= 0);
	while ((got = read(c->launched.console_fd, text + length,
			   sizeof(text) - 1 - length)) > 0)
		length += (size_t)got;
	assert_string_equal(text, "/dev/pts/0\r\n33 77\r\n88:0\r\nx\r\n");
	assert_int_equal(container_finish(c), 0);
}

struct refusal {
	const char *why;
	const char *program;
	enum error_kind kind;
	const char *says;
};

static const struct refusal refusals[] = {
	{ "not in PATH", "nothing", ERROR_NOT_FOUND,
	  "exec: \"nothing\": executable file not found in $PATH" },
	{ "no such path", "/bin/nothing", ERROR_NOT_FOUND,
	  "exec: \"/bin/nothing\": stat /bin/nothing: no such file" },
	{ "a file in the way", "/bin/sh/x", ERROR_NOT_FOUND, "no such file" },
	{ "not executable", "/etc/plain", ERROR_DENIED,
	  "exec: \"/etc/plain\": permission denied" },
	{ "a folder", "/etc", ERROR_DENIED, "exec: \"/etc\": is a directory" },
	{ "no interpreter", "/etc/script", ERROR_NOT_FOUND,
	  "exec: \"/etc/script\": no such file or directory" },
	{ "no program at all", "/etc/text", ERROR_DENIED,
	  "exec: \"/etc/text\": exec format error" },
	{ "empty name", "", ERROR_NOT_FOUND, "not found in $PATH" },
};

static void put(int root, const char *name, const char *text, mode_t mode)
{
	autoclose int fd = openat(root, name, O_WRONLY | O_CREAT | O_CLOEXEC,
				  mode);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void test_launch__programs_that_do_not_run(void **state)
{
	struct container *c = *state;

	container_prepare(c);
	put(c->root_fd, "etc/plain", "x", 0644);
	put(c->root_fd, "etc/script", "#!/no/such\n", 0755);
	put(c->root_fd, "etc/text", "x", 0755);
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		print_message("%s\n", refusals[i].why);
		container_command(c, json_pack("[s]", refusals[i].program));
		container_refuse(c, refusals[i].kind, refusals[i].says);
		(void)close(c->reader);
		runtime_spec_release(&c->spec);
	}
}

static int note_pid(void *context, pid_t pid, struct error *err)
{
	(void)err;
	*(pid_t *)context = pid;
	return 0;
}

static void test_launch__prepare_is_waited_for(void **state)
{
	struct container *c = *state;
	pid_t seen = 0;

	c->launch.prepare = note_pid;
	c->launch.context = &seen;
	container_script(c, "exit 3");
	assert_int_equal(container_run(c), 3);
	assert_int_equal(seen, c->launched.pid);
}

static int fail_to_prepare(void *context, pid_t pid, struct error *err)
{
	(void)context;
	(void)pid;
	return error_set(err, ERROR_BUSY, "not now");
}

static void test_launch__prepare_can_fail(void **state)
{
	struct container *c = *state;

	c->launch.prepare = fail_to_prepare;
	container_script(c, "exit 3");
	container_refuse(c, ERROR_BUSY, "not now");
}

/* Whether LINK of process PID leads to the same file as ours does. */
static bool is_ours(pid_t pid, const char *link)
{
	char theirs[64], own[64];
	struct stat a, b;

	(void)snprintf(theirs, sizeof(theirs), "/proc/%d/%s", (int)pid, link);
	(void)snprintf(own, sizeof(own), "/proc/self/%s", link);
	assert_int_equal(stat(theirs, &a), 0);
	assert_int_equal(stat(own, &b), 0);
	return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static bool is_receiving(pid_t pid)
{
	char path[64];
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct error err = ERROR_INIT;

	(void)snprintf(path, sizeof(path), "/proc/%d/syscall", (int)pid);
	assert_int_equal(fs_read_file(AT_FDCWD, path, 4096, &text, &err), 0);
	return strtol(text.text, NULL, 10) == SYS_recvmsg;
}

/* Returns once the child stands in its root and waits, or runs its program. */
static int see_it_wait(void *context, pid_t pid, struct error *err)
{
	(void)err;
	while (is_ours(pid, "root"))
		;
	while (!is_receiving(pid) && is_ours(pid, "exe"))
		;
	*(bool *)context = is_ours(pid, "exe");
	return 0;
}

static void test_launch__accompany_is_waited_for(void **state)
{
	struct container *c = *state;
	bool has_waited = false;

	c->launch.accompany = see_it_wait;
	c->launch.context = &has_waited;
	container_script(c, "read line");
	assert_int_equal(container_run(c), 1);
	assert_true(has_waited);
}

static void test_launch__accompany_can_fail(void **state)
{
	struct container *c = *state;

	c->launch.accompany = fail_to_prepare;
	container_script(c, "exit 3");
	container_refuse(c, ERROR_BUSY, "not now");
}

/* A packet socket that listens at a name of the kernel's choice. */
static int listen_somewhere(struct sockaddr_un *address, socklen_t *length)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	address->sun_family = AF_UNIX;
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)address,
			      sizeof(address->sun_family)),
			 0);
	assert_int_equal(listen(fd, 1), 0);
	*length = sizeof(*address);
	assert_int_equal(getsockname(fd, (struct sockaddr *)address, length),
			 0);
	return fd;
}

static int connect_to(const struct sockaddr_un *address, socklen_t length)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (const struct sockaddr *)address, length),
			 0);
	return fd;
}

static void test_launch__stops_before_the_program(void **state)
{
	struct container *c = *state;
	struct sockaddr_un address;
	socklen_t length;

	c->launch.start_fd = listen_somewhere(&address, &length);
	container_script(c, "echo ran");
	if (container_start(c) < 0)
		fail_msg("%s", c->err.msg);
	assert_true(c->launched.control_fd >= 0);
	assert_int_equal(waitpid(c->launched.pid, NULL, WNOHANG), 0);
	/* one who says nothing starts nothing */
	(void)close(connect_to(&address, length));
	(void)close(c->launched.control_fd);
	c->launched.control_fd = connect_to(&address, length);
	if (launch_finish(&c->launch, &c->launched, &c->err) < 0)
		fail_msg("%s", c->err.msg);
	assert_int_equal(c->launched.control_fd, -1);
	assert_int_equal(container_finish(c), 0);
	assert_string_equal(c->output.text, "ran\n");
	(void)close(c->launch.start_fd);
}

static void test_launch__an_absent_program_is_told_before_the_start(
	void **state)
{
	struct container *c = *state;
	struct sockaddr_un address;
	socklen_t length;

	c->launch.start_fd = listen_somewhere(&address, &length);
	container_prepare(c);
	container_command(c, json_pack("[s]", "/bin/absent"));
	container_refuse(c, ERROR_NOT_FOUND, "/bin/absent");
	(void)close(c->launch.start_fd);
}

#define CONTAINER_TEST(function)                                   \
	cmocka_unit_test_setup_teardown(function, container_setup, \
					container_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONTAINER_TEST(test_launch__namespaces_are_new),
		CONTAINER_TEST(test_launch__is_pid_one_and_alone),
		CONTAINER_TEST(test_launch__descriptors_are_three),
		CONTAINER_TEST(test_launch__capabilities_are_dockers),
		CONTAINER_TEST(test_launch__ordinary_user),
		CONTAINER_TEST(test_launch__ambient_capabilities),
		CONTAINER_TEST(test_launch__devices),
		CONTAINER_TEST(test_launch__covered_paths),
		CONTAINER_TEST(test_launch__loopback_is_up),
		CONTAINER_TEST(test_launch__root_is_the_only_world),
		CONTAINER_TEST(test_launch__read_only_root),
		CONTAINER_TEST(test_launch__kernel_parameters),
		CONTAINER_TEST(test_launch__working_directory_is_made),
		CONTAINER_TEST(test_launch__working_directory_cannot_leave),
		CONTAINER_TEST(test_launch__limits),
		CONTAINER_TEST(test_launch__signals_are_reset),
		CONTAINER_TEST(test_launch__exit_codes),
		CONTAINER_TEST(test_launch__terminal),
		CONTAINER_TEST(test_launch__programs_that_do_not_run),
		CONTAINER_TEST(test_launch__prepare_is_waited_for),
		CONTAINER_TEST(test_launch__prepare_can_fail),
		CONTAINER_TEST(test_launch__accompany_is_waited_for),
		CONTAINER_TEST(test_launch__accompany_can_fail),
		CONTAINER_TEST(test_launch__stops_before_the_program),
		CONTAINER_TEST(
			test_launch__an_absent_program_is_told_before_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
