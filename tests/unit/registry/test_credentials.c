/* SPDX-License-Identifier: Apache-2.0 */
/* The search for credentials, login's storing and logout's forgetting. */
#include "registry/config/credentials.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/fs.h"

/* Users say where they come from: entries are "<name>:p" in base 64. */
#define A "\"auth\":\"YTpw\""
#define B "\"auth\":\"Yjpw\""
#define C "\"auth\":\"Yzpw\""

/* A folder with auth files, also first in PATH. */
struct world {
	char folder[sizeof("/tmp/creds.XXXXXX")];
	struct credential_paths paths;
	char *store;
	char *legacy;
};

static int set_up(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));
	autofree char *path = NULL;

	memcpy(world->folder, "/tmp/creds.XXXXXX", sizeof(world->folder));
	assert_non_null(mkdtemp(world->folder));
	path = xasprintf("%s:/usr/bin:/bin", world->folder);
	assert_int_equal(setenv("PATH", path, 1), 0);
	world->store = xasprintf("%s/config.json", world->folder);
	world->legacy = xasprintf("%s/dockercfg", world->folder);
	strvec_addf(&world->paths.files, "%s/runtime.json", world->folder);
	strvec_addf(&world->paths.files, "%s/home.json", world->folder);
	strvec_add(&world->paths.files, world->store);
	world->paths.legacy_file = world->legacy;
	world->paths.store_file = world->store;
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct world *world = *state;

	assert_int_equal(fs_remove_tree(AT_FDCWD, world->folder, &err), 0);
	strvec_release(&world->paths.files);
	free(world->store);
	free(world->legacy);
	free(world);
	return 0;
}

static void put(const struct world *world, const char *name, const char *text)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *path = xasprintf("%s/%s", world->folder, name);
	autoclose int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC,
				0700);

	assert_true(fd >= 0);
	assert_int_equal(fs_write_all(fd, text, strlen(text), &err), 0);
}

/* Expect USER ("" for none) for REPOSITORY at HOST. */
static void expect(const struct world *world, const char *host,
		   const char *repository, const char *user)
{
	autoclean(credentials_release) struct credentials c = CREDENTIALS_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	if (credentials_find(&world->paths, host, repository, &c, &err) < 0)
		fail_msg("%s/%s: %s", host, repository, err.msg);
	assert_string_equal(c.username ? c.username : "", user);
}

static void test_credentials__prefers_specific_keys(void **state)
{
	struct world *world = *state;

	put(world, "config.json",
	    "{\"auths\":{\"h.io\":{" A "},\"h.io/team\":{" B "},"
	    "\"h.io/team/app\":{" C "}}}");
	expect(world, "h.io", "other", "a");
	expect(world, "h.io", NULL, "a");
	expect(world, "h.io", "team/x", "b");
	expect(world, "h.io", "teamwork", "a");
	expect(world, "h.io", "team/app", "c");
	expect(world, "h.io", "team/app/sub", "c");
	expect(world, "i.io", "team/app", "");
}

static void test_credentials__searches_files_in_order(void **state)
{
	struct world *world = *state;

	expect(world, "h.io", "x", "");
	put(world, "dockercfg", "{\"h.io\":{" C "}}");
	expect(world, "h.io", "x", "c");
	put(world, "config.json", "{\"auths\":{\"h.io\":{" B "}}}");
	expect(world, "h.io", "x", "b");
	put(world, "runtime.json", "{\"auths\":{\"h.io\":{" A "}}}");
	expect(world, "h.io", "x", "a");
	world->paths.inline_json = "{\"auths\":{\"h.io\":{" C "}}}";
	expect(world, "h.io", "x", "c");
	world->paths.only_file = world->store;
	expect(world, "h.io", "x", "b");
}

static void test_credentials__helper_speaks_for_its_host(void **state)
{
	struct world *world = *state;

	put(world, "docker-credential-t",
	    "#!/bin/sh\nread s || :\n"
	    "[ \"$s\" = h.io ] || { echo credentials not found in native "
	    "keychain; exit 1; }\n"
	    "echo '{\"ServerURL\":\"h.io\",\"Username\":\"helped\","
	    "\"Secret\":\"p\"}'\n");
	put(world, "config.json",
	    "{\"credHelpers\":{\"h.io\":\"t\",\"i.io\":\"t\"},"
	    "\"auths\":{\"h.io\":{" A "},\"h.io/team\":{" B "},"
	    "\"i.io\":{" C "},\"j.io\":{" C "}}}");
	expect(world, "h.io", "x", "helped");
	expect(world, "h.io", "team/x", "b");
	expect(world, "i.io", "x", "c");
	expect(world, "j.io", "x", "c");
}

static void test_credentials__broken_helper_is_an_error(void **state)
{
	struct world *world = *state;
	autoclean(credentials_release) struct credentials c = CREDENTIALS_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	put(world, "config.json",
	    "{\"credHelpers\":{\"h.io\":\"absent-helper\"},"
	    "\"auths\":{\"h.io\":{" A "},"
	    "\"https://index.docker.io/v1/\":{" B "}}}");
	assert_int_equal(credentials_find(&world->paths, "h.io", "x", &c, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_AUTH);
	assert_non_null(strstr(err.msg, "docker-credential-absent-helper"));
	assert_null(c.username);
	expect(world, "docker.io", "library/x", "b");
}

static void test_credentials__malformed_file_is_an_error(void **state)
{
	struct world *world = *state;
	autoclean(credentials_release) struct credentials c = CREDENTIALS_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	put(world, "home.json", "{\"auths\":{\"h.io\":{\"auth\":\"!\"}}}");
	put(world, "config.json", "{\"auths\":{\"h.io\":{" A "}}}");
	assert_int_equal(credentials_find(&world->paths, "h.io", "x", &c, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_INVALID);
	assert_non_null(strstr(err.msg, "home.json: auths \"h.io\": auth"));
	expect(world, "i.io", "x", "");
}

static void store(const struct world *world, const char *host,
		  const char **file)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	char user[] = "new";
	char password[] = "p:q";
	const struct credentials c = { user, password, NULL };

	if (credentials_store(&world->paths, host, &c, file, &err) < 0)
		fail_msg("%s", err.msg);
}

static bool erase(const struct world *world, const char *host)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	bool removed;

	if (credentials_erase(&world->paths, host, &removed, &err) < 0)
		fail_msg("%s", err.msg);
	return removed;
}

static void test_credentials__stores_and_erases_in_file(void **state)
{
	struct world *world = *state;
	const char *file;

	assert_false(erase(world, "h.io"));
	assert_int_equal(access(world->store, F_OK), -1);
	store(world, "h.io", &file);
	assert_string_equal(file, world->store);
	store(world, "docker.io", &file);
	expect(world, "h.io", "x", "new");
	expect(world, "docker.io", "library/x", "new");
	assert_true(erase(world, "h.io"));
	assert_false(erase(world, "h.io"));
	expect(world, "h.io", "x", "");
	expect(world, "docker.io", "library/x", "new");
}

static void test_credentials__stores_and_erases_in_helper(void **state)
{
	struct world *world = *state;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	const char *file;

	put(world, "docker-credential-t",
	    "#!/bin/sh\nkept=${0%/*}/kept\ncase $1 in\n"
	    "store) cat >\"$kept\";;\n"
	    "get) [ -e \"$kept\" ] && exec cat \"$kept\";;\n"
	    "erase) rm \"$kept\" && exit 0;;\nesac\n"
	    "[ \"$1\" = store ] || "
	    "{ echo credentials not found in native keychain; exit 1; }\n");
	put(world, "config.json", "{\"credsStore\":\"t\"}");
	assert_false(erase(world, "h.io"));
	store(world, "h.io", &file);
	assert_null(file);
	expect(world, "h.io", "x", "new");
	assert_int_equal(
		fs_read_file(AT_FDCWD, world->store, 4096, &text, &err), 0);
	assert_non_null(strstr(text.text, "\"h.io\": {}"));
	assert_null(strstr(text.text, "auth\""));
	assert_true(erase(world, "h.io"));
	expect(world, "h.io", "x", "");
}

static void test_credentials__needs_a_place_to_store(void **state)
{
	struct world *world = *state;
	autoclean(error_release) struct error err = ERROR_INIT;
	const struct credentials c = CREDENTIALS_INIT;
	const char *file;

	world->paths.store_file = NULL;
	assert_int_equal(
		credentials_store(&world->paths, "h.io", &c, &file, &err), -1);
	assert_int_equal(err.kind, ERROR_INVALID);
	assert_false(erase(world, "h.io"));
}

#define WITH_WORLD(test) \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(test_credentials__prefers_specific_keys),
		WITH_WORLD(test_credentials__searches_files_in_order),
		WITH_WORLD(test_credentials__helper_speaks_for_its_host),
		WITH_WORLD(test_credentials__broken_helper_is_an_error),
		WITH_WORLD(test_credentials__malformed_file_is_an_error),
		WITH_WORLD(test_credentials__stores_and_erases_in_file),
		WITH_WORLD(test_credentials__stores_and_erases_in_helper),
		WITH_WORLD(test_credentials__needs_a_place_to_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
