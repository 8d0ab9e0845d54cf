/* SPDX-License-Identifier: Apache-2.0 */
/* Who a user text stands for, by texts and by hostile root file systems. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/userdb.h"

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
			     "broken line\n"
			     "nouid:x:::a:/:\n"
			     "alice:x:1000:50::/home/alice:/bin/sh\n"
			     "1000:x:0:0::/:/bin/sh\n"
			     "777:x:0:0::/:/bin/sh\n"
			     "big:x:4294967295:0::/:\n"
			     "nohome:x:7:7::\n"
			     "last:x:9:9::/l:/bin/sh";
static const char group[] = "root:x:0:\n"
			    "wheel:x:10:root,alice\n"
			    "audio:x:29:alice\n"
			    "staff:x:50:\n"
			    "notalice:x:51:alicex,xalice\n"
			    "bad:x:x:alice\n"
			    "nomembers:x:52\n"
			    "twice:x:29:alice\n";

struct row {
	const char *why;
	const char *user;
	const char *wanted; /* uid:gid home groups, or the error's kind */
};

static const struct row rows[] = {
	{ "nobody named is root", "", "0:0 /root 0,10" },
	{ "name", "alice", "1000:50 /home/alice 50,10,29" },
	{ "id", "1000", "1000:50 /home/alice 50,10,29" },
	{ "digits are never a name", "777", "777:0 / 0" },
	{ "name and gid", "alice:0", "1000:0 /home/alice 0" },
	{ "name and group", "alice:audio", "1000:29 /home/alice 29" },
	{ "id and group", "1000:staff", "1000:50 /home/alice 50" },
	{ "unknown id", "4321", "4321:0 / 0" },
	{ "no user before the colon is root", ":5", "0:5 /root 5" },
	{ "unknown ids", "4321:8765", "4321:8765 / 8765" },
	{ "no home", "nohome", "7:7 / 7" },
	{ "no final newline", "last", "9:9 /l 9" },
	{ "greatest id", "2147483647", "2147483647:0 / 0" },
	{ "id too great", "2147483648", "invalid" },
	{ "would wrap to 0", "4294967296", "invalid" },
	{ "would wrap in 64 bits", "18446744073709551616", "invalid" },
	{ "group id too great", "0:2147483648", "invalid" },
	{ "unknown name", "bob", "not found" },
	{ "unknown group", "alice:bob", "not found" },
	{ "name with an impossible uid", "big", "not found" },
	{ "negative", "-1", "not found" },
	{ "hexadecimal", "0x0", "not found" },
	{ "blank", " 0", "not found" },
	{ "sign", "+0", "not found" },
	{ "no group after the colon", "1000:", "invalid" },
	{ "only a colon", ":", "invalid" },
	{ "two colons", "1:2:3", "invalid" },
	{ "entry without a uid", "nouid", "not found" },
};

static void describe(const struct userdb_identity *who, struct strbuf *out)
{
	strbuf_addf(out, "%u:%u %s ", who->uid, who->gid, who->home);
	for (size_t i = 0; i < who->group_count; i++)
		strbuf_addf(out, "%s%u", i ? "," : "", who->groups[i]);
}

static void test_userdb__resolves(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		autoclean(strbuf_release) struct strbuf got = STRBUF_INIT;
		autoclean(userdb_identity_release) struct userdb_identity who =
			USERDB_IDENTITY_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		if (userdb_resolve_text(passwd, group, rows[i].user, &who,
					&err) < 0)
			strbuf_addstr(&got, error_kind_name(err.kind));
		else
			describe(&who, &got);
		if (strcmp(got.text, rows[i].wanted) != 0)
			fail_msg("%s (\"%s\"): %s, not %s", rows[i].why,
				 rows[i].user, got.text, rows[i].wanted);
	}
}

/* A new empty root with an etc folder; the caller removes both. */
static int make_root(char *path)
{
	int root;

	assert_non_null(mkdtemp(path));
	root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(root >= 0);
	assert_int_equal(mkdirat(root, "etc", 0755), 0);
	return root;
}

static void remove_root(const char *path)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	assert_int_equal(fs_remove_tree(AT_FDCWD, path, &err), 0);
}

static void put(int root, const char *name, const char *text)
{
	autoclose int fd = openat(root, name, O_WRONLY | O_CREAT | O_CLOEXEC,
				  0600);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void test_userdb__absent_files_are_empty(void **state)
{
	char path[] = "/tmp/imgctl-userdb-XXXXXX";
	autoclose int root = make_root(path);
	autoclean(userdb_identity_release) struct userdb_identity who =
		USERDB_IDENTITY_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(userdb_resolve(root, "5:6", &who, &err), 0);
	assert_int_equal(who.gid, 6);
	remove_root(path);
}

static void test_userdb__fifo_does_not_hang(void **state)
{
	char path[] = "/tmp/imgctl-userdb-XXXXXX";
	autoclose int root = make_root(path);
	autoclean(userdb_identity_release) struct userdb_identity who =
		USERDB_IDENTITY_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(mkfifoat(root, "etc/passwd", 0600), 0);
	assert_int_equal(userdb_resolve(root, "0", &who, &err), -1);
	assert_int_equal(err.kind, ERROR_INVALID);
	remove_root(path);
}

static void test_userdb__link_stays_inside(void **state)
{
	char path[] = "/tmp/imgctl-userdb-XXXXXX";
	autoclose int root = make_root(path);
	autoclean(userdb_identity_release) struct userdb_identity who =
		USERDB_IDENTITY_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	put(root, "inner", "x:x:5:5::/inner:\n");
	assert_int_equal(symlinkat("/../inner", root, "etc/passwd"), 0);
	assert_int_equal(userdb_resolve(root, "x", &who, &err), 0);
	assert_string_equal(who.home, "/inner");
	remove_root(path);
}

static void test_userdb__adds_groups(void **state)
{
	char path[] = "/tmp/imgctl-userdb-XXXXXX";
	autoclose int root = make_root(path);
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	autoclean(userdb_identity_release) struct userdb_identity who =
		USERDB_IDENTITY_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	put(root, "etc/group", group);
	strvec_add(&names, "audio");
	strvec_add(&names, "777");
	strvec_add(&names, "29");
	assert_int_equal(userdb_resolve(root, "4321", &who, &err), 0);
	assert_int_equal(userdb_add_groups(root, &names, &who, &err), 0);
	assert_int_equal(who.group_count, 3);
	assert_int_equal(who.groups[1], 29);
	assert_int_equal(who.groups[2], 777);
	strvec_add(&names, "nobody-here");
	assert_int_equal(userdb_add_groups(root, &names, &who, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	remove_root(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_userdb__resolves),
		cmocka_unit_test(test_userdb__absent_files_are_empty),
		cmocka_unit_test(test_userdb__fifo_does_not_hang),
		cmocka_unit_test(test_userdb__link_stays_inside),
		cmocka_unit_test(test_userdb__adds_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
