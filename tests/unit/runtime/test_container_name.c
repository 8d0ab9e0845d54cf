/* SPDX-License-Identifier: Apache-2.0 */
/* Names of containers: one owner each, whatever crashed or runs beside. */
#include "runtime/engine/container_name.h"

#include <sys/wait.h>

#include "layers/store/container_folder.h"
#include "tests/unit/layers/store_fixture.h"

#define ID(digit)                                                                     \
	digit digit digit digit digit digit digit digit digit digit digit digit       \
		digit digit digit digit digit digit digit digit digit digit digit     \
			digit digit digit digit digit digit digit digit digit digit   \
				digit digit digit digit digit digit digit digit       \
					digit digit digit digit digit digit digit     \
						digit digit digit digit digit digit   \
							digit digit digit digit digit \
								digit digit digit     \
									digit digit

/* Makes the folder that tells that container ID exists. */
static void make_container(struct store_fixture *fixture, const char *id)
{
	autofree char *path = container_folder_path(id);
	autofree char *document = xasprintf("%s/container.json", path);
	autoclose int folder = -1;

	expect_ok(store_folder(fixture->store, path, &folder, &fixture->err),
		  &fixture->err);
	damage(fixture, document, "{}");
}

static void claim(struct store_fixture *fixture, const char *name,
		  const char *id)
{
	expect_ok(container_name_claim(fixture->store, name, id, &fixture->err),
		  &fixture->err);
}

static void expect_owner(struct store_fixture *fixture, const char *name,
			 const char *id)
{
	char owner[CONTAINER_ID_MAX] = "";

	expect_ok(
		container_name_read(fixture->store, name, owner, &fixture->err),
		&fixture->err);
	assert_string_equal(owner, id);
}

static void test_container_name__has_one_owner(void **state)
{
	struct store_fixture *fixture = *state;

	make_container(fixture, ID("a"));
	claim(fixture, "web", ID("a"));
	assert_int_equal(container_name_claim(fixture->store, "web", ID("b"),
					      &fixture->err),
			 -1);
	assert_int_equal(fixture->err.kind, ERROR_EXISTS);
	assert_non_null(strstr(fixture->err.msg,
			       "The container name \"/web\" is already in use "
			       "by container \"" ID("a") "\""));
	expect_owner(fixture, "web", ID("a"));
}

static void test_container_name__leftovers_are_taken_over(void **state)
{
	struct store_fixture *fixture = *state;

	claim(fixture, "web", ID("a")); /* its container never came to be */
	claim(fixture, "web", ID("b"));
	expect_owner(fixture, "web", ID("b"));
	damage(fixture, "names/web", "");
	claim(fixture, "web", ID("c"));
	expect_owner(fixture, "web", ID("c"));
	damage(fixture, "names/web", "../../etc/passwd\n");
	assert_int_equal(container_name_read(fixture->store, "web",
					     (char[CONTAINER_ID_MAX]){ "" },
					     &fixture->err),
			 -1);
	assert_int_equal(fixture->err.kind, ERROR_NOT_FOUND);
}

static void test_container_name__only_the_owner_gives_it_back(void **state)
{
	struct store_fixture *fixture = *state;
	struct error *err = &fixture->err;

	claim(fixture, "web", ID("a"));
	expect_ok(container_name_drop(fixture->store, "web", ID("b"), err),
		  err);
	expect_owner(fixture, "web", ID("a"));
	expect_ok(container_name_drop(fixture->store, "web", ID("a"), err),
		  err);
	assert_false(fs_exists(fixture->store->root_fd, "names/web"));
	expect_ok(container_name_drop(fixture->store, "web", ID("a"), err),
		  err);
	/* what is no name was never anybody's */
	expect_ok(container_name_drop(fixture->store, "-", ID("a"), err), err);
	expect_ok(container_name_drop(fixture->store, "../x", ID("a"), err),
		  err);
}

/* A process of its own that claims "web" for ID once START ends. */
static pid_t rival(struct store_fixture *fixture, const char *id,
		   const int start[2])
{
	pid_t pid = fork();
	char byte;

	if (pid)
		return pid;
	(void)close(start[1]); /* or there would never be an end to read */
	if (read(start[0], &byte, 1) != 0)
		_exit(2);
	_exit(container_name_claim(fixture->store, "web", id, &fixture->err) <
	      0);
}

static void test_container_name__of_many_one_gets_it(void **state)
{
	static const char *const ids[] = { ID("1"), ID("2"), ID("3"), ID("4"),
					   ID("5"), ID("6"), ID("7"), ID("8") };
	enum { COUNT = sizeof(ids) / sizeof(*ids) };
	struct store_fixture *fixture = *state;
	pid_t pids[COUNT];
	int winners = 0;
	int start[2];

	/* a leftover for all of them to take over */
	claim(fixture, "web", ID("f"));
	assert_int_equal(pipe2(start, O_CLOEXEC), 0);
	for (int i = 0; i < COUNT; i++) {
		make_container(fixture, ids[i]);
		pids[i] = rival(fixture, ids[i], start);
		assert_true(pids[i] > 0);
	}
	(void)close(start[0]);
	(void)close(start[1]);
	for (int i = 0; i < COUNT; i++) {
		int status;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
		winners += !WEXITSTATUS(status);
	}
	assert_int_equal(winners, 1);
}

static void test_container_name__made_up_names_can_be_used(void **state)
{
	(void)state;
	for (unsigned tries = 0; tries < 500; tries++) {
		autofree char *name = container_name_invent(tries);

		assert_true(container_is_name(name));
		assert_non_null(strchr(name, '_'));
		/* the first try is a plain pair of words, as docker has it */
		if (!tries)
			assert_int_equal(strcspn(name, "0123456789"),
					 strlen(name));
	}
}

static void test_container_name__the_rule_is_dockers(void **state)
{
	static const struct {
		const char *name;
		bool want;
		const char *why;
	} rows[] = {
		{ "web", true, "a word" },
		{ "a.b_c-D9", true, "all it may hold" },
		{ "9a", true, "a digit may begin" },
		{ "a", false, "one letter is too short" },
		{ "", false, "nothing" },
		{ "-a", false, "it would look like an option" },
		{ ".a", false, "or like a hidden file" },
		{ "_a", false, "docker wants a letter or digit first" },
		{ "a/b", false, "a path" },
		{ "a b", false, "a space" },
		{ "a\n", false, "a line end" },
		{ "ä1", false, "another letter" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (container_is_name(rows[i].name) != rows[i].want)
			fail_msg("%s: %s", rows[i].name, rows[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_container_name__has_one_owner),
		STORE_TEST(test_container_name__leftovers_are_taken_over),
		STORE_TEST(test_container_name__only_the_owner_gives_it_back),
		STORE_TEST(test_container_name__of_many_one_gets_it),
		cmocka_unit_test(
			test_container_name__made_up_names_can_be_used),
		cmocka_unit_test(test_container_name__the_rule_is_dockers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
