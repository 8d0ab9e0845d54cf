/* SPDX-License-Identifier: Apache-2.0 */
/* Helper programs: what they are told, what is made of their answers. */
#include "registry/config/credential_helper.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/fs.h"

/* A folder of scripts that is first in PATH. */
static char folder[sizeof("/tmp/helper.XXXXXX")];

static int set_up(void **state)
{
	autofree char *path = NULL;

	(void)state;
	memcpy(folder, "/tmp/helper.XXXXXX", sizeof(folder));
	assert_non_null(mkdtemp(folder));
	path = xasprintf("%s:/usr/bin:/bin", folder);
	assert_int_equal(setenv("PATH", path, 1), 0);
	assert_int_equal(setenv("FOLDER", folder, 1), 0);
	return 0;
}

static int tear_down(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(fs_remove_tree(AT_FDCWD, folder, &err), 0);
	return 0;
}

/* The helper "t": keeps its verb and input, then runs SCRIPT. */
static void install(const char *script)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *path = xasprintf("%s/docker-credential-t", folder);
	autofree char *text = xasprintf("#!/bin/sh\n"
					"echo \"$1\" >\"$FOLDER/verb\"\n"
					"cat >\"$FOLDER/input\"\n%s\n",
					script);
	autoclose int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC,
				0700);

	assert_true(fd >= 0);
	assert_int_equal(fs_write_all(fd, text, strlen(text), &err), 0);
}

static void check_told(const char *name, const char *wanted)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *path = xasprintf("%s/%s", folder, name);

	assert_int_equal(fs_read_file(AT_FDCWD, path, 4096, &text, &err), 0);
	assert_string_equal(text.text, wanted);
}

static const struct {
	const char *script;
	const char *host;
	const char *got; /* "user:secret:token", "": nothing, NULL: error */
	const char *says;
	const char *why;
} rows[] = {
	{ "echo '{\"ServerURL\":\"h.io\",\"Username\":\"u\","
	  "\"Secret\":\"p\"}'",
	  "h.io", "u:p:-", "", "plain" },
	{ "echo '{\"Username\":\"u\",\"Secret\":\"p\"}'", "h.io", "u:p:-", "",
	  "no server" },
	{ "echo '{\"ServerURL\":\"https://h.io/\",\"Username\":\"u\","
	  "\"Secret\":\"p\"}'",
	  "h.io", "u:p:-", "", "another spelling" },
	{ "echo '{\"Username\":\"<token>\",\"Secret\":\"t\"}'", "h.io", "-:-:t",
	  "", "an identity token" },
	{ "echo 'credentials not found in native keychain'; exit 1", "h.io", "",
	  "", "nothing" },
	{ "echo '{\"Username\":\"\",\"Secret\":\"\"}'", "h.io", "", "",
	  "nothing, in empty strings" },
	{ "echo 'keychain is locked'; exit 3", "h.io", NULL,
	  "exit status 3: keychain is locked", "it fails" },
	{ "echo 'credentials not found in native keychain, or so'; exit 1",
	  "h.io", NULL, "exit status 1", "it fails in similar words" },
	{ "exit 1", "h.io", NULL, "exit status 1", "it fails silently" },
	{ "kill -9 $$", "h.io", NULL, "exit status 137", "it is killed" },
	{ "", "h.io", NULL, "docker-credential-t", "it says nothing" },
	{ "echo '<html>'", "h.io", NULL, "docker-credential-t", "no JSON" },
	{ "echo '{\"Username\":\"u\"}'", "h.io", NULL, "Secret", "no secret" },
	{ "echo '{\"ServerURL\":\"i.io\",\"Username\":\"u\","
	  "\"Secret\":\"p\"}'",
	  "h.io", NULL, "another host", "somebody else's" },
	{ "printf 'bad\\033[31m\\n'; exit 1", "h.io", NULL, "bad?[31m",
	  "control bytes" },
};

static void test_credential_helper__gets(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autoclean(credentials_release) struct credentials c =
			CREDENTIALS_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		autofree char *got = NULL;
		bool found;
		int result;

		install(rows[i].script);
		result = credential_helper_get("t", rows[i].host, &c, &found,
					       &err);
		if ((result == 0) != (rows[i].got != NULL))
			fail_msg("%s: %s", rows[i].why,
				 err.msg ? err.msg : "accepted");
		if (result < 0) {
			assert_int_equal(err.kind, ERROR_AUTH);
			if (!strstr(err.msg, rows[i].says))
				fail_msg("%s: %s", rows[i].why, err.msg);
			continue;
		}
		got = xasprintf("%s:%s:%s", c.username ? c.username : "-",
				c.password ? c.password : "-",
				c.identity_token ? c.identity_token : "-");
		assert_string_equal(found ? got : "", rows[i].got);
	}
}

static void test_credential_helper__is_told_the_server(void **state)
{
	char user[] = "u\"";
	char password[] = "p";
	char token[] = "t";
	const struct credentials plain = { user, password, NULL };
	const struct credentials with_token = { user, NULL, token };
	autoclean(error_release) struct error err = ERROR_INIT;
	bool found;

	(void)state;
	install("");
	assert_int_equal(
		credential_helper_erase("t", "docker.io", &found, &err), 0);
	check_told("verb", "erase\n");
	check_told("input", "https://index.docker.io/v1/");
	assert_int_equal(credential_helper_store("t", "h.io", &plain, &err), 0);
	check_told("verb", "store\n");
	check_told("input", "{\"ServerURL\":\"h.io\",\"Username\":\"u\\\"\","
			    "\"Secret\":\"p\"}");
	assert_int_equal(
		credential_helper_store("t", "h.io", &with_token, &err), 0);
	check_told("input", "{\"ServerURL\":\"h.io\","
			    "\"Username\":\"<token>\",\"Secret\":\"t\"}");
}

static void test_credential_helper__must_exist_and_be_a_name(void **state)
{
	static const char *const names[] = { "absent-helper", "../x", "a/b",
					     "a b", "a\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		autoclean(credentials_release) struct credentials c =
			CREDENTIALS_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;
		bool found;

		assert_int_equal(credential_helper_get(names[i], "h.io", &c,
						       &found, &err),
				 -1);
		assert_int_equal(err.kind, ERROR_AUTH);
		assert_non_null(strstr(err.msg, names[i]));
	}
}

#define WITH_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(test_credential_helper__gets),
		WITH_FOLDER(test_credential_helper__is_told_the_server),
		WITH_FOLDER(test_credential_helper__must_exist_and_be_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
