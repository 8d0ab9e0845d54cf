/* SPDX-License-Identifier: Apache-2.0 */
/* Rarer parts of a specification in real containers. */
#include "tests/unit/runtime/container.h"

#include <linux/filter.h>
#include <linux/magic.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

static json_t *space(const char *type, const char *path)
{
	json_t *value = json_pack("{s:s}", "type", type);

	if (path)
		(void)json_object_set_new(value, "path", json_string(path));
	return value;
}

static json_t *id_map(int container, int host, int size)
{
	return json_pack("[{s:i,s:i,s:i}]", "containerID", container, "hostID",
			 host, "size", size);
}

/* The container gets a user namespace; its root belongs to its root. */
static void add_user_namespace(struct container *c)
{
	static const char *const names[] = { "",     "bin", "etc", "tmp",
					     "proc", "sys", "dev", "data" };

	container_prepare(c);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_int_equal(fchownat(c->root_fd, names[i], 100000, 100000,
					  AT_EMPTY_PATH),
				 0);
	(void)json_array_append_new(container_get(c, "linux.namespaces"),
				    space("user", NULL));
	container_set(c, "linux", "uidMappings", id_map(0, 100000, 65536));
	container_set(c, "linux", "gidMappings", id_map(0, 100000, 65536));
}

static void test_init_stages__user_namespace(void **state)
{
	struct container *c = *state;

	add_user_namespace(c);
	container_check(c,
			"busybox id -u; busybox cat /proc/self/uid_map | "
			"busybox awk '{ print $1, $2, $3 }'; "
			"busybox stat -c '%u %t:%T' /dev/null /proc/1; "
			"echo x > /dev/null && echo written; "
			"busybox touch /data/made && busybox stat -c %u "
			"/data/made; busybox chmod 600 /dev/null 2>/dev/null "
			"|| echo fixed",
			"0\n0 100000 65536\n65534 1:3\n0 0:0\nwritten\n0\n"
			"fixed\n");
}

/* tmpfs can from Linux 6.3 on. */
static bool can_map_ids(const struct container *c)
{
	struct statfs st;
	struct utsname name;

	assert_int_equal(fstatfs(c->root_fd, &st), 0);
	assert_int_equal(uname(&name), 0);
	return st.f_type != TMPFS_MAGIC || strverscmp(name.release, "6.3") >= 0;
}

static void test_init_stages__idmapped_mount(void **state)
{
	struct container *c = *state;
	struct stat st;

	add_user_namespace(c);
	container_need(can_map_ids(c), "a file system that can map ids");
	assert_int_equal(mkdirat(c->root_fd, "mine", 0755), 0);
	{
		autofree char *mine = xasprintf("%s/mine", c->root);

		container_mount(c, "/data", "bind", mine, "bind,idmap");
	}
	container_check(c,
			"busybox stat -c %u /data; busybox touch /data/made && "
			"busybox stat -c %u /data/made",
			"0\n0\n");
	assert_int_equal(fstatat(c->root_fd, "mine/made", &st, 0), 0);
	assert_int_equal(st.st_uid, 0);
}

static void test_init_stages__joined_namespaces(void **state)
{
	struct container *c = *state;
	json_t *spaces = container_get(c, "linux.namespaces");
	char own[64] = "";

	(void)json_array_clear(spaces);
	(void)json_array_append_new(spaces, space("mount", NULL));
	(void)json_array_append_new(spaces, space("pid", "/proc/self/ns/pid"));
	(void)json_array_append_new(spaces, space("ipc", "/proc/self/ns/ipc"));
	(void)json_array_append_new(spaces, space("uts", "/proc/self/ns/uts"));
	(void)json_array_append_new(spaces,
				    space("network", "/proc/self/ns/net"));
	(void)json_object_del(c->config, "hostname");
	assert_true(readlink("/proc/self/ns/pid", own, sizeof(own) - 1) > 0);
	container_script(c, "busybox readlink /proc/self/ns/pid");
	assert_int_equal(container_run(c), 0);
	assert_memory_equal(c->output.text, own, strlen(own));
	/* and this process still starts its own children where it is */
	assert_true(readlink("/proc/self/ns/pid_for_children", own,
			     sizeof(own) - 1) > 0);
	assert_memory_equal(c->output.text, own, strlen(own));
}

static void test_init_stages__wrong_namespace(void **state)
{
	struct container *c = *state;

	(void)json_array_set_new(container_get(c, "linux.namespaces"), 1,
				 space("pid", "/proc/self/ns/net"));
	container_script(c, "true");
	container_refuse(c, ERROR_INVALID,
			 "/proc/self/ns/net is not a pid namespace");
}

static void test_init_stages__time_namespace(void **state)
{
	struct container *c = *state;

	(void)json_array_append_new(container_get(c, "linux.namespaces"),
				    space("time", NULL));
	container_set(c, "linux", "timeOffsets",
		      json_pack("{s:{s:i}}", "boottime", "secs", 1000000000));
	container_check(c,
			"busybox awk '{ print ($1 > 1000000000) }' "
			"/proc/uptime",
			"1\n");
}

/* Each hook appends its name, and where it is, to a file of the root. */
static void add_hook(struct container *c, const char *kind, const char *script)
{
	json_t *hooks = json_object_get(c->config, "hooks");

	if (!hooks) {
		container_set(c, "", "hooks", json_object());
		hooks = container_get(c, "hooks");
	}
	(void)json_object_set_new(hooks, kind,
				  json_pack("[{s:s,s:[s,s,s,s],s:[s],s:i}]",
					    "path", "/bin/busybox", "args",
					    "busybox", "sh", "-c", script,
					    "env", "WORD=here", "timeout", 5));
}

static void test_init_stages__hooks(void **state)
{
	struct container *c = *state;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autofree char *outside = NULL;

	container_prepare(c);
	outside = xasprintf("busybox sed -e 's/\"pid\":[0-9]*,/P,/' "
			    "-e 's/.*\"annotations\"://' >> %s/log; "
			    "echo $WORD >> %s/log",
			    c->root, c->root);
	container_set(c, "", "annotations", json_pack("{s:s}", "k", "v"));
	add_hook(c, "prestart", outside);
	add_hook(c, "createRuntime", outside);
	add_hook(c, "createContainer", outside);
	add_hook(c, "startContainer",
		 "echo inside >> /log; busybox hostname >> /log");
	add_hook(c, "poststart", outside);
	container_script(c, "busybox sleep 0.2");
	assert_int_equal(container_run(c), 0);
	assert_int_equal(fs_read_file(c->root_fd, "log", 4096, &text, &c->err),
			 0);
	assert_string_equal(text.text,
			    "{\"k\":\"v\"},P,\"status\":\"creating\"}here\n"
			    "{\"k\":\"v\"},P,\"status\":\"creating\"}here\n"
			    "{\"k\":\"v\"},P,\"status\":\"creating\"}here\n"
			    "inside\nbox\n"
			    "{\"k\":\"v\"},P,\"status\":\"running\"}here\n");
}

static void test_init_stages__failing_hooks(void **state)
{
	static const char *const kinds[] = { "prestart", "createContainer",
					     "startContainer", "poststart" };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		void *fresh = NULL;
		struct container *c;

		print_message("%s\n", kinds[i]);
		(void)container_setup(&fresh);
		c = fresh;
		container_prepare(c);
		add_hook(c, kinds[i], "exit 3");
		container_script(c, "busybox sleep 1");
		container_refuse(c, ERROR_SYSTEM, "run hook /bin/busybox");
		assert_int_equal(container_teardown(&fresh), 0);
	}
}

/* Denies sethostname with EDOM; needs no privileges to be there at exec. */
static struct sock_filter filter_code[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sethostname, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EDOM),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

static void test_init_stages__filter(void **state)
{
	struct sock_fprog filter = {
		.len = sizeof(filter_code) / sizeof(*filter_code),
		.filter = filter_code,
	};

	(void)state;
	for (int no_new = 0; no_new < 2; no_new++) {
		void *fresh = NULL;
		struct container *c;

		(void)container_setup(&fresh);
		c = fresh;
		c->launch.filter = &filter;
		container_set(c, "process", "noNewPrivileges",
			      json_boolean(no_new));
		container_script(c,
				 "busybox grep -E '^(Seccomp:|CapEff)' "
				 "/proc/self/status; busybox hostname x 2>&1");
		(void)container_run(c);
		assert_string_equal(c->output.text,
				    "CapEff:\t00000000a80425fb\nSeccomp:\t2\n"
				    "hostname: sethostname: "
				    "Numerical argument out of domain\n");
		assert_int_equal(container_teardown(&fresh), 0);
	}
}

static void test_init_stages__own_devices(void **state)
{
	struct container *c = *state;

	container_set(c, "linux", "devices",
		      json_pack("[{s:s,s:s,s:i,s:i,s:i,s:i,s:i},"
				"{s:s,s:s,s:i},"
				"{s:s,s:s,s:i,s:i}]",
				"type", "c", "path", "/dev/net/tun", "major",
				10, "minor", 200, "fileMode", 0640, "uid", 7,
				"gid", 8, "type", "p", "path", "/data/pipe",
				"fileMode", 0600, "type", "b", "path",
				"/dev/loop7", "major", 7, "minor", 7));
	container_check(c,
			"busybox stat -c '%F %t:%T %a %u:%g' /dev/net/tun "
			"/data/pipe /dev/loop7",
			"character special file a:c8 640 7:8\n"
			"fifo 0:0 600 0:0\n"
			"block special file 7:7 666 0:0\n");
}

static void test_init_stages__scheduling(void **state)
{
	struct container *c = *state;

	container_set(
		c, "process", "scheduler",
		json_pack("{s:s,s:i}", "policy", "SCHED_BATCH", "nice", 5));
	container_set(c, "process", "ioPriority",
		      json_pack("{s:s,s:i}", "class", "IOPRIO_CLASS_BE",
				"priority", 6));
	container_set(c, "process", "oomScoreAdj", json_integer(500));
	container_set(c, "linux", "personality",
		      json_pack("{s:s}", "domain", "LINUX32"));
	container_check(
		c,
		"busybox awk '{ print $19 }' /proc/self/stat; busybox ionice -p 1; "
		"busybox cat /proc/self/oom_score_adj; "
		"busybox uname -m",
		"5\nbest-effort: prio 6\n500\ni686\n");
}

static void test_init_stages__exec_affinity_is_not_the_first_ones(void **state)
{
	struct container *c = *state;
	autofree char *count = NULL;
	cpu_set_t own;

	assert_int_equal(sched_getaffinity(0, sizeof(own), &own), 0);
	count = xasprintf("%d\n", CPU_COUNT(&own));
	container_set(c, "process", "execCPUAffinity",
		      json_pack("{s:s,s:s}", "initial", "0", "final", "0"));
	container_check(c, "busybox nproc", count);
}

static void test_init_stages__dev_of_the_host(void **state)
{
	struct container *c = *state;
	json_t *mounts = container_get(c, "mounts");

	while (json_array_size(mounts))
		(void)json_array_remove(mounts, 0);
	container_mount(c, "/proc", "proc", "proc", "nosuid");
	container_mount(c, "/dev", "bind", "/dev", "rbind");
	container_check(c, "busybox stat -c %t:%T /dev/null", "1:3\n");
	assert_false(fs_exists(AT_FDCWD, "/dev/core"));
}

static void test_init_stages__keyring_is_own(void **state)
{
	struct container *c = *state;

	container_set(c, "linux", "maskedPaths", json_array());
	container_check(c, "busybox grep -o '_ses.imgctl-test' /proc/keys",
			"_ses.imgctl-test\n");
}

#define CONTAINER_TEST(function)                                   \
	cmocka_unit_test_setup_teardown(function, container_setup, \
					container_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONTAINER_TEST(test_init_stages__user_namespace),
		CONTAINER_TEST(test_init_stages__idmapped_mount),
		CONTAINER_TEST(test_init_stages__joined_namespaces),
		CONTAINER_TEST(test_init_stages__wrong_namespace),
		CONTAINER_TEST(test_init_stages__time_namespace),
		CONTAINER_TEST(test_init_stages__hooks),
		CONTAINER_TEST(test_init_stages__failing_hooks),
		CONTAINER_TEST(test_init_stages__filter),
		CONTAINER_TEST(test_init_stages__own_devices),
		CONTAINER_TEST(test_init_stages__scheduling),
		CONTAINER_TEST(
			test_init_stages__exec_affinity_is_not_the_first_ones),
		CONTAINER_TEST(test_init_stages__dev_of_the_host),
		CONTAINER_TEST(test_init_stages__keyring_is_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
