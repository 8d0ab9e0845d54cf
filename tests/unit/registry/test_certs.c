/* SPDX-License-Identifier: Apache-2.0 */
/* certs.d folders. */
#include "registry/config/certs.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/fs.h"

/* A root with two certs.d folders, "a" and "b". */
struct world {
	char root[sizeof("/tmp/certs.XXXXXX")];
	struct strvec folders;
};

static int set_up(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));

	memcpy(world->root, "/tmp/certs.XXXXXX", sizeof(world->root));
	assert_non_null(mkdtemp(world->root));
	strvec_addf(&world->folders, "%s/a", world->root);
	strvec_addf(&world->folders, "%s/b", world->root);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;
	autoclean(error_release) struct error err = ERROR_INIT;

	assert_int_equal(fs_remove_tree(AT_FDCWD, world->root, &err), 0);
	strvec_release(&world->folders);
	free(world);
	return 0;
}

static void put(const struct world *world, const char *folder, const char *name)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autoclose int root = open(world->root, O_PATH | O_CLOEXEC);
	autoclose int dir = -1;
	autoclose int file = -1;

	assert_int_equal(
		fs_make_dirs(root, folder, FS_BENEATH, 0700, &dir, &err), 0);
	file = openat(dir, name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(file >= 0);
}

static void assert_ends(const char *text, const char *ending)
{
	size_t length = strlen(text);

	assert_true(length >= strlen(ending));
	assert_string_equal(text + length - strlen(ending), ending);
}

static void test_certs__lists_authorities_and_pair(void **state)
{
	struct world *world = *state;
	autoclean(certs_release) struct certs certs = CERTS_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	put(world, "a/h:5000", "2.crt");
	put(world, "a/h:5000", "1.crt");
	put(world, "a/h:5000", "x.cert");
	put(world, "a/h:5000", "x.key");
	put(world, "a/h:5000", "y.cert");
	put(world, "a/h:5000", "y.key");
	put(world, "a/h:5000", "README");
	put(world, "a/h:5000", ".crt");
	assert_int_equal(certs_find(&world->folders, "h:5000", &certs, &err),
			 0);
	assert_int_equal(certs.ca_files.count, 2);
	assert_ends(certs.ca_files.items[0], "/a/h:5000/1.crt");
	assert_ends(certs.client_cert, "/a/h:5000/x.cert");
	assert_ends(certs.client_key, "/a/h:5000/x.key");
}

static void test_certs__first_folder_decides(void **state)
{
	struct world *world = *state;
	autoclean(certs_release) struct certs certs = CERTS_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	put(world, "b/h", "b.crt");
	put(world, "a/other", "a.crt");
	assert_int_equal(certs_find(&world->folders, "h", &certs, &err), 0);
	assert_int_equal(certs.ca_files.count, 1);
	assert_ends(certs.ca_files.items[0], "/b/h/b.crt");
	put(world, "a/h", "a.crt");
	assert_int_equal(certs_find(&world->folders, "h", &certs, &err), 0);
	assert_int_equal(certs.ca_files.count, 1);
	assert_ends(certs.ca_files.items[0], "/a/h/a.crt");
}

static void test_certs__nothing_is_no_error(void **state)
{
	static const char *const hosts[] = { "absent", "h:1", "..",  ".",
					     "",       "a/h", "../a" };
	struct world *world = *state;

	put(world, "a/h", "a.crt");
	put(world, "a", "loose.crt");
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		autoclean(certs_release) struct certs certs = CERTS_INIT;
		autoclean(error_release) struct error err = ERROR_INIT;

		assert_int_equal(
			certs_find(&world->folders, hosts[i], &certs, &err), 0);
		assert_int_equal(certs.ca_files.count, 0);
		assert_null(certs.client_cert);
	}
}

static void test_certs__wants_pairs(void **state)
{
	struct world *world = *state;
	autoclean(certs_release) struct certs certs = CERTS_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;

	put(world, "a/c", "x.cert");
	put(world, "a/k", "x.key");
	assert_int_equal(certs_find(&world->folders, "c", &certs, &err), -1);
	assert_int_equal(err.kind, ERROR_INVALID);
	assert_non_null(strstr(err.msg, "there is no x.key beside it "
					"(a CA certificate ends in .crt)"));
	assert_int_equal(certs_find(&world->folders, "k", &certs, &err), -1);
	assert_non_null(strstr(err.msg, "there is no x.cert beside it"));
}

#define WITH_WORLD(test) \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(test_certs__lists_authorities_and_pair),
		WITH_WORLD(test_certs__first_folder_decides),
		WITH_WORLD(test_certs__nothing_is_no_error),
		WITH_WORLD(test_certs__wants_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
