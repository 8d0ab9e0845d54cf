/* SPDX-License-Identifier: Apache-2.0 */
/* Options sorted, targets checked, parameters confined: all without mounting.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "base/alloc.h"
#include "runtime/affinity.h"
#include "runtime/mount_plan.h"
#include "runtime/sysctl.h"

struct path_row {
	const char *path;
	const char *relative;
};

static void test_mount_plan__relative_paths(void **state)
{
	static const struct path_row rows[] = {
		{ "/", "" },
		{ "//", "" },
		{ "/a", "a" },
		{ "/a/b/", "a/b" },
		{ "/a//b/./c", "a/b/c" },
		{ "/a/../b", "b" },
		{ "/../../a", "a" },
		{ "/a/b/../../..", "" },
		{ "/..a/...", "..a/..." },
		{ "/a/..b/.c/", "a/..b/.c" },
		{ "/proc/../proc", "proc" },
		{ "/a/b/..", "a" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autofree char *got = mount_plan_relative(rows[i].path);

		if (strcmp(got, rows[i].relative) != 0)
			fail_msg("%s: \"%s\"", rows[i].path, got);
	}
}

/* OPTIONS cut at commas and parsed. */
static int parse(const char *options, struct mount_options *out,
		 struct error *err)
{
	autoclean(strvec_release) struct strvec list = STRVEC_INIT;

	while (*options) {
		size_t length = strcspn(options, ",");

		strvec_addf(&list, "%.*s", (int)length, options);
		options += length + (options[length] == ',');
	}
	return mount_options_parse(&list, out, err);
}

struct option_row {
	const char *options;
	unsigned long flags;
	uint64_t set;
	uint64_t clear;
	const char *data;
};

static void test_mount_options__sorts(void **state)
{
	static const struct option_row rows[] = {
		{ "", 0, 0, 0, "" },
		{ "defaults", 0, 0, 0, "" },
		{ "nosuid,noexec,nodev", MS_NOSUID | MS_NOEXEC | MS_NODEV,
		  MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NODEV, 0,
		  "" },
		{ "ro,rw", 0, 0, 0, "" },
		{ "rw,ro", MS_RDONLY, MOUNT_ATTR_RDONLY, 0, "" },
		{ "noexec,exec", 0, 0, 0, "" },
		{ "strictatime", MS_STRICTATIME, MOUNT_ATTR_STRICTATIME,
		  MOUNT_ATTR__ATIME, "" },
		{ "noatime,relatime", MS_NOATIME | MS_RELATIME, 0,
		  MOUNT_ATTR__ATIME, "" },
		{ "mode=755,size=64k", 0, 0, 0, "mode=755,size=64k" },
		{ "sync,unknown,dirsync", MS_SYNCHRONOUS | MS_DIRSYNC, 0, 0,
		  "unknown" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(mount_options_release) struct mount_options got;

		print_message("\"%s\"\n", rows[i].options);
		assert_int_equal(parse(rows[i].options, &got, &err), 0);
		assert_int_equal(got.flags, rows[i].flags);
		assert_int_equal(got.own.set, rows[i].set);
		assert_int_equal(got.own.clear, rows[i].clear);
		assert_int_equal(got.recursive.set, 0);
		assert_string_equal(got.data, rows[i].data);
	}
}

static void test_mount_options__of_binds(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(mount_options_release) struct mount_options got;

	(void)state;
	assert_int_equal(
		parse("rbind,rro,rexec,rslave,idmap,tmpcopyup", &got, &err), 0);
	assert_true(got.is_bind && got.is_recursive_bind && got.copy_up);
	assert_true(got.idmap && !got.is_idmap_recursive);
	assert_int_equal(got.recursive.set, MOUNT_ATTR_RDONLY);
	assert_int_equal(got.recursive.clear, MOUNT_ATTR_NOEXEC);
	assert_int_equal(got.propagation, MS_SLAVE);
	assert_true(got.is_propagation_recursive);
	assert_int_equal(got.own.set, 0);
}

static void test_mount_options__refuses(void **state)
{
	static const char *const options[] = { "remount", "ro,move" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(mount_options_release) struct mount_options got;

		assert_int_equal(parse(options[i], &got, &err), -1);
		assert_int_equal(err.kind, ERROR_INVALID);
	}
}

static void test_mount_options__too_long(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(mount_options_release) struct mount_options got;
	autoclean(strvec_release) struct strvec list = STRVEC_INIT;
	autofree char *text = xcalloc(70001, 1);

	(void)state;
	memset(text, 'x', 70000);
	strvec_add(&list, text);
	assert_int_equal(mount_options_parse(&list, &got, &err), -1);
	assert_int_equal(err.kind, ERROR_TOO_LARGE);
}

struct mount_row {
	const char *why;
	const char *target;
	const char *type;
	const char *source;
	const char *option;
	const char *says; /* NULL: accepted */
};

static const struct mount_row mount_rows[] = {
	{ "procfs on /proc", "/proc", "proc", "proc", "nosuid", NULL },
	{ "lxcfs's file", "/proc/meminfo", "bind", "/x", "bind", NULL },
	{ "a volume on /proc", "/proc", "bind", "/x", "bind", "only procfs" },
	{ "a tmpfs on /proc", "/proc/", "tmpfs", "t", "ro", "only procfs" },
	{ "inside /proc", "/proc/sys", "tmpfs", "t", "ro", "inside /proc" },
	{ "disguised", "/x/../proc/./self", "tmpfs", "t", "ro",
	  "inside /proc" },
	{ "another folder", "/process", "tmpfs", "t", "ro", NULL },
	{ "the root", "/", "tmpfs", "t", "ro", "over the root" },
	{ "relative source", "/a", "bind", "x", "bind", "absolute source" },
	{ "no source", "/a", "bind", NULL, "bind", "absolute source" },
	{ "data on a bind", "/a", "bind", "/x", "size=1m",
	  "\"size=1m\" is no option of a bind" },
	{ "copy-up of a bind", "/a", "bind", "/x", "tmpcopyup",
	  "for tmpfs only" },
	{ "ids of a tmpfs", "/a", "tmpfs", "t", "idmap", "only a bind" },
	{ "no type is a bind", "/a", NULL, "/x", "rbind", NULL },
};

static void test_mount_plan__checks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mount_rows) / sizeof(*mount_rows); i++) {
		const struct mount_row *row = &mount_rows[i];
		autoclean(error_release) struct error err = ERROR_INIT;
		autoclean(mount_plan_release) struct mount_plan plan;
		struct runtime_mount mount = {
			.destination = xstrdup(row->target),
			.type = xstrdup(row->type),
			.source = xstrdup(row->source),
		};
		struct runtime_spec spec = { .mounts = &mount,
					     .mount_count = 1 };
		int result;

		print_message("%s\n", row->why);
		strvec_add(&mount.options, row->option);
		result = mount_plan_make(&spec, &plan, &err);
		assert_int_equal(result, row->says ? -1 : 0);
		if (row->says)
			assert_non_null(strstr(err.msg, row->says));
		free(mount.destination);
		free(mount.type);
		free(mount.source);
		strvec_release(&mount.options);
	}
}

struct sysctl_row {
	const char *name;
	const char *path; /* NULL: refused */
};

static void test_sysctl__confined_ones(void **state)
{
	static const struct sysctl_row rows[] = {
		{ "kernel.msgmax", "sys/kernel/msgmax" },
		{ "kernel/shm_rmid_forced", "sys/kernel/shm_rmid_forced" },
		{ "kernel.sem", "sys/kernel/sem" },
		{ "fs.mqueue.msg_max", "sys/fs/mqueue/msg_max" },
		{ "net.ipv4.ip_forward", "sys/net/ipv4/ip_forward" },
		{ "net.ipv4.conf.eth0/1.forwarding",
		  "sys/net/ipv4/conf/eth0.1/forwarding" },
		{ "net/ipv4/conf/eth0.1/forwarding",
		  "sys/net/ipv4/conf/eth0.1/forwarding" },
		{ "kernel.domainname", NULL }, /* no uts namespace */
		{ "kernel.core_pattern", NULL },
		{ "kernel.shm_rmid_forced=1+kernel.core_pattern", NULL },
		{ "net/../kernel/core_pattern", NULL },
		{ "net.//.kernel", NULL },
		{ "net.", NULL },
		{ "net", NULL },
		{ "/net/x", NULL },
		{ "netx.y", NULL },
		{ "vm.swappiness", NULL },
		{ "kernel.semx", NULL },
		{ "", NULL },
		{ "fs.mqueue.", NULL },
	};
	struct runtime_namespace spaces[RUNTIME_NAMESPACE_COUNT] = {
		[RUNTIME_NAMESPACE_IPC] = { .is_asked = true },
		[RUNTIME_NAMESPACE_NETWORK] = { .is_asked = true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		autofree char *path = NULL;
		int result = sysctl_path(rows[i].name, spaces, &path, &err);

		print_message("\"%s\"\n", rows[i].name);
		assert_int_equal(result, rows[i].path ? 0 : -1);
		if (rows[i].path)
			assert_string_equal(path, rows[i].path);
		else
			assert_int_equal(err.kind, ERROR_INVALID);
	}
}

static void test_sysctl__needs_the_namespace(void **state)
{
	struct runtime_namespace spaces[RUNTIME_NAMESPACE_COUNT] = { 0 };
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *path = NULL;

	(void)state;
	assert_int_equal(sysctl_path("net.core.somaxconn", spaces, &path, &err),
			 -1);
	assert_non_null(strstr(err.msg, "host's network namespace"));
}

static void test_affinity__lists(void **state)
{
	static const struct {
		const char *text;
		int count; /* -1: refused */
	} rows[] = {
		{ "0", 1 },	      { "0-3", 4 },  { "0-3,2,7", 5 },
		{ "1023", 1 },	      { "9-9", 1 },  { "", -1 },
		{ ",", -1 },	      { "1,", -1 },  { "1,,2", -1 },
		{ "3-1", -1 },	      { "1-", -1 },  { "-1", -1 },
		{ "1024", -1 },	      { "0x1", -1 }, { "1 ", -1 },
		{ "4294967296", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		cpu_set_t set;
		int result = affinity_parse(rows[i].text, &set, &err);

		print_message("\"%s\"\n", rows[i].text);
		assert_int_equal(result < 0 ? -1 : CPU_COUNT(&set),
				 rows[i].count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mount_plan__relative_paths),
		cmocka_unit_test(test_mount_plan__checks),
		cmocka_unit_test(test_mount_options__sorts),
		cmocka_unit_test(test_mount_options__of_binds),
		cmocka_unit_test(test_mount_options__refuses),
		cmocka_unit_test(test_mount_options__too_long),
		cmocka_unit_test(test_sysctl__confined_ones),
		cmocka_unit_test(test_sysctl__needs_the_namespace),
		cmocka_unit_test(test_affinity__lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
