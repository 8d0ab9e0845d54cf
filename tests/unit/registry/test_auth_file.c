/* SPDX-License-Identifier: Apache-2.0 */
/* Auth files: entries, helpers, changes that keep everything else. */
#include "registry/config/auth_file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/jsonx.h"

static json_t *parse(const char *text)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	json_t *document;

	if (auth_file_parse(text, strlen(text), "test", &document, &err) < 0)
		fail_msg("%s", err.msg);
	return document;
}

#define AUTHS(entries) "{\"auths\":{" entries "}}"

static const struct {
	const char *text;
	const char *key;
	const char *found; /* "user:password:token", NULL: nothing */
	const char *why;
} entries[] = {
	{ AUTHS("\"h.io\":{\"auth\":\"dTpw\"}"), "h.io", "u:p:-", "plain" },
	{ AUTHS("\"h.io\":{\"auth\":\"dTphOmI=\"}"), "h.io", "u:a:b:-",
	  "a colon in the password" },
	{ AUTHS("\"h.io\":{\"auth\":\"dTpwAAA=\"}"), "h.io", "u:p:-",
	  "NUL behind the password" },
	{ AUTHS("\"h.io\":{\"identitytoken\":\"t\"}"), "h.io", "-:-:t",
	  "only a token" },
	{ AUTHS("\"h.io\":{\"auth\":\"dTo=\",\"identitytoken\":\"t\"}"), "h.io",
	  "u::t", "a token with its user" },
	{ AUTHS("\"h.io\":{\"username\":\"u\",\"password\":\"p\"}"), "h.io",
	  "u:p:-", "in clear words" },
	{ AUTHS("\"h.io\":{\"email\":\"x\",\"auth\":\"dTpw\"}"), "h.io",
	  "u:p:-", "more in it" },
	{ AUTHS("\"https://index.docker.io/v1/\":{\"auth\":\"dTpw\"}"),
	  "docker.io", "u:p:-", "docker.io's key" },
	{ AUTHS("\"docker.io\":{\"auth\":\"b2xkOnA=\"},"
		"\"https://index.docker.io/v1/\":{\"auth\":\"dTpw\"}"),
	  "docker.io", "u:p:-", "docker's own form wins" },
	{ AUTHS("\"https://h.io/v2/\":{\"auth\":\"dTpw\"}"), "h.io", "u:p:-",
	  "a URL" },
	{ AUTHS("\"https://h.io\":{},\"h.io/\":{\"auth\":\"dTpw\"}"), "h.io",
	  "u:p:-", "an empty entry hides nothing" },
	{ AUTHS("\"h.io\":{\"auth\":\"dTpw\"}"), "h.io:5000", NULL,
	  "another port" },
	{ AUTHS("\"h.io\":{\"auth\":\"dTpw\"}"), "x.h.io", NULL,
	  "a host below" },
	{ AUTHS("\"h.io\":{}"), "h.io", NULL, "an empty entry" },
	{ AUTHS("\"h.io\":{\"auth\":\"\"}"), "h.io", NULL, "an empty auth" },
	{ "{}", "h.io", NULL, "nothing" },
	{ " \n", "h.io", NULL, "an empty file" },
	{ "{\"auths\":null}", "h.io", NULL, "null" },
};

static void test_auth_file__finds_entries(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		autoclean(credentials_release) struct credentials c =
			CREDENTIALS_INIT;
		autoclean(jsonx_free) json_t *document = parse(entries[i].text);
		autoclean(error_release) struct error err = ERROR_INIT;
		autofree char *got = NULL;
		bool found;

		if (auth_file_find(document, entries[i].key, &c, &found, &err) <
		    0)
			fail_msg("%s: %s", entries[i].why, err.msg);
		got = xasprintf("%s:%s:%s", c.username ? c.username : "-",
				c.password ? c.password : "-",
				c.identity_token ? c.identity_token : "-");
		if (found != (entries[i].found != NULL) ||
		    (found && strcmp(got, entries[i].found) != 0))
			fail_msg("%s: %s", entries[i].why, got);
	}
}

static const struct {
	const char *text;
	const char *says;
	const char *why;
} bad[] = {
	{ AUTHS("\"h.io\":{\"auth\":\"c2VjcmV0\"}"), "no colon", "no colon" },
	{ AUTHS("\"h.io\":{\"auth\":\"c2Vj!\"}"), "bad base64", "no base64" },
	{ AUTHS("\"h.io\":{\"auth\":5}"), "auth", "a number" },
	{ AUTHS("\"h.io\":\"c2VjcmV0\""), "not an object", "a string" },
	{ "{\"auths\":[]}", "auths", "a list" },
};

static void test_auth_file__names_key_not_secret(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		autoclean(credentials_release) struct credentials c =
			CREDENTIALS_INIT;
		autoclean(jsonx_free) json_t *document = parse(bad[i].text);
		autoclean(error_release) struct error err = ERROR_INIT;
		bool found;

		if (auth_file_find(document, "h.io", &c, &found, &err) == 0)
			fail_msg("accepted: %s", bad[i].why);
		if (!strstr(err.msg, bad[i].says))
			fail_msg("%s: %s", bad[i].why, err.msg);
		assert_null(strstr(err.msg, "c2Vj"));
		assert_null(strstr(err.msg, "secret"));
	}
}

static void test_auth_file__refuses_other_documents(void **state)
{
	static const char *const texts[] = { "[]", "{", "{\"a\":1,\"a\":2}" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		autoclean(error_release) struct error err = ERROR_INIT;
		json_t *document;

		assert_int_equal(auth_file_parse(texts[i], strlen(texts[i]),
						 "test", &document, &err),
				 -1);
		assert_int_equal(err.kind, ERROR_INVALID);
	}
}

static const struct {
	const char *text;
	const char *host;
	const char *helper; /* NULL: none */
	const char *why;
} helpers[] = {
	{ "{}", "h.io", NULL, "nothing" },
	{ "{\"credsStore\":\"s\"}", "h.io", "s", "for all" },
	{ "{\"credsStore\":\"\"}", "h.io", NULL, "an empty name" },
	{ "{\"credsStore\":\"s\",\"credHelpers\":{\"h.io\":\"h\"}}", "h.io",
	  "h", "for this one" },
	{ "{\"credsStore\":\"s\",\"credHelpers\":{\"h.io\":\"h\"}}", "i.io",
	  "s", "for another" },
	{ "{\"credHelpers\":{\"https://index.docker.io/v1/\":\"h\"}}",
	  "docker.io", "h", "docker.io's key" },
	{ "{\"credsStore\":\"s\",\"credHelpers\":{\"h.io\":\"\"}}", "h.io",
	  NULL, "switched off for this one" },
};

static void test_auth_file__finds_helpers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(helpers) / sizeof(helpers[0]); i++) {
		autoclean(jsonx_free) json_t *document = parse(helpers[i].text);
		autoclean(error_release) struct error err = ERROR_INIT;
		const char *got;

		assert_int_equal(
			auth_file_helper(document, helpers[i].host, &got, &err),
			0);
		if (strcmp(got ? got : "",
			   helpers[i].helper ? helpers[i].helper : "") != 0)
			fail_msg("%s: %s", helpers[i].why, got);
	}
}

static int set_entry(void *context, json_t *document, struct error *err)
{
	char user[] = "u";
	char password[] = "p";
	const struct credentials credentials = { user, password, NULL };

	return auth_file_set(document, context, &credentials, err);
}

static void check_file(const char *path, const char *wanted)
{
	autoclean(jsonx_free) json_t *want = parse(wanted);
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclean(jsonx_free) json_t *got = NULL;
	struct stat st;

	assert_int_equal(auth_file_read(path, &got, &err), 0);
	assert_true(json_equal(got, want));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void change(const char *path, const char *host)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *context = xstrdup(host);
	struct auth_file_edit edit = { set_entry, context };

	if (auth_file_change(path, &edit, &err) < 0)
		fail_msg("%s", err.msg);
}

static void put(const char *path, const char *text)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclose int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(fs_write_all(fd, text, strlen(text), &err), 0);
}

static void test_auth_file__changes_keep_the_rest(void **state)
{
	char root[] = "/tmp/auth_file.XXXXXX";
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *made = NULL;
	autofree char *path = NULL;
	autofree char *link = NULL;
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(root));
	made = xasprintf("%s/new/folder/config.json", root);
	path = xasprintf("%s/config.json", root);
	link = xasprintf("%s/link.json", root);

	change(made, "docker.io");
	check_file(made, AUTHS("\"https://index.docker.io/v1/\":"
			       "{\"auth\":\"dTpw\"}"));

	put(path, "{\"detachKeys\":\"ctrl-x\",\"auths\":{"
		  "\"https://h.io/v2/\":{\"auth\":\"b2xkOnA=\"},"
		  "\"i.io\":{\"auth\":\"eDp5\"}},\"proxies\":{\"a\":1.5}}");
	assert_int_equal(symlink("config.json", link), 0);
	change(link, "h.io");
	check_file(path, "{\"detachKeys\":\"ctrl-x\",\"auths\":{"
			 "\"h.io\":{\"auth\":\"dTpw\"},"
			 "\"i.io\":{\"auth\":\"eDp5\"}},"
			 "\"proxies\":{\"a\":1.5}}");
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(fs_remove_tree(AT_FDCWD, root, &err), 0);
}

static void test_auth_file__never_overwrites_what_it_cannot_read(void **state)
{
	char root[] = "/tmp/auth_file.XXXXXX";
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *path = NULL;
	char host[] = "h.io";
	struct auth_file_edit edit = { set_entry, host };
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(root));
	path = xasprintf("%s/config.json", root);
	put(path, "{\"auths\":");
	assert_int_equal(auth_file_change(path, &edit, &err), -1);
	assert_non_null(strstr(err.msg, "config.json"));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, strlen("{\"auths\":"));
	assert_int_equal(fs_remove_tree(AT_FDCWD, root, &err), 0);
}

static void test_auth_file__removes_all_spellings(void **state)
{
	autoclean(jsonx_free) json_t *document =
		parse(AUTHS("\"docker.io\":{},\"https://index.docker.io/v1/\":{"
			    "},\"docker.io/team\":{},\"h.io\":{}"));
	autoclean(error_release) struct error err = ERROR_INIT;
	json_t *auths = json_object_get(document, "auths");
	bool removed;

	(void)state;
	assert_int_equal(
		auth_file_remove(document, "docker.io", &removed, &err), 0);
	assert_true(removed);
	assert_int_equal(json_object_size(auths), 2);
	assert_non_null(json_object_get(auths, "docker.io/team"));
	assert_int_equal(
		auth_file_remove(document, "docker.io", &removed, &err), 0);
	assert_false(removed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_auth_file__finds_entries),
		cmocka_unit_test(test_auth_file__names_key_not_secret),
		cmocka_unit_test(test_auth_file__refuses_other_documents),
		cmocka_unit_test(test_auth_file__finds_helpers),
		cmocka_unit_test(test_auth_file__changes_keep_the_rest),
		cmocka_unit_test(
			test_auth_file__never_overwrites_what_it_cannot_read),
		cmocka_unit_test(test_auth_file__removes_all_spellings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
