/* SPDX-License-Identifier: Apache-2.0 */
/* Downloads: taken up again, shared between processes, never believed early. */
#include "layers/store/partial.h"

#include <sys/wait.h>

#include "tests/unit/layers/store_fixture.h"

static const char text[] = "twelve bytes";

static void write_at(struct partial *partial, const char *data, uint64_t at,
		     struct error *err)
{
	expect_ok(fs_pwrite_all(partial->fd, data, strlen(data), at, err), err);
}

static void begin(struct store_fixture *fixture, struct partial *partial)
{
	struct digest digest = digest_of(text);

	expect_ok(partial_open(fixture->store, &digest, strlen(text), partial,
			       &fixture->err),
		  &fixture->err);
}

static void test_partial__is_taken_up_where_it_ended(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(partial_release) struct partial partial = PARTIAL_INIT;
	struct digest digest = digest_of(text);
	autoclean(strbuf_release) struct strbuf got = STRBUF_INIT;
	struct error *err = &fixture->err;

	begin(fixture, &partial);
	assert_int_equal(partial.have, 0);
	write_at(&partial, "twelve", 0, err);
	partial_release(&partial);
	assert_false(blob_exists(fixture->store, &digest, NULL));
	begin(fixture, &partial);
	assert_int_equal(partial.have, 6);
	write_at(&partial, " bytes", 6, err);
	expect_ok(partial_commit(&partial, err), err);
	partial_release(&partial);
	expect_ok(blob_read(fixture->store, &digest, 100, &got, err), err);
	begin(fixture, &partial);
	assert_int_equal(partial.fd, -1);
	partial_release(&partial);
	assert_int_equal(
		unlinkat(fixture->store->root_fd, "partial", AT_REMOVEDIR), 0);
}

static void test_partial__only_the_noted_prefix_counts(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(partial_release) struct partial partial = PARTIAL_INIT;
	struct error *err = &fixture->err;

	begin(fixture, &partial);
	write_at(&partial, "twe", 0, err);
	write_at(&partial, "tes", 9, err);
	expect_ok(partial_note(&partial, 3, err), err);
	partial_release(&partial);
	begin(fixture, &partial);
	assert_int_equal(partial.have, 3);
	expect_ok(partial_note(&partial, 400, err), err);
	partial_release(&partial);
	begin(fixture, &partial);
	assert_int_equal(partial.have, 12); /* never more than is there */
}

static void test_partial__a_damaged_note_means_nothing_counts(void **state)
{
	static const char *const damages[] = { "", "x", "-5" };
	struct store_fixture *fixture = *state;
	autoclean(partial_release) struct partial partial = PARTIAL_INIT;
	struct digest digest = digest_of(text);
	autofree char *note = xasprintf("partial/sha256-%s.have",
					digest_hex(&digest));

	begin(fixture, &partial);
	write_at(&partial, "twelve", 0, &fixture->err);
	partial_release(&partial);
	for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		damage(fixture, note, damages[i]);
		begin(fixture, &partial);
		if (partial.have > 6)
			fail_msg("\"%s\"", damages[i]);
		partial_release(&partial);
	}
}

static void test_partial__more_than_the_whole_starts_over(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(partial_release) struct partial partial = PARTIAL_INIT;
	struct stat st;

	begin(fixture, &partial);
	write_at(&partial, "twelve bytes and some", 0, &fixture->err);
	partial_release(&partial);
	begin(fixture, &partial);
	assert_int_equal(partial.have, 0);
	assert_int_equal(fstat(partial.fd, &st), 0);
	assert_int_equal(st.st_size, 0);
}

static void test_partial__discard_frees_the_space(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(partial_release) struct partial partial = PARTIAL_INIT;

	begin(fixture, &partial);
	write_at(&partial, "twelve", 0, &fixture->err);
	expect_ok(partial_note(&partial, 3, &fixture->err), &fixture->err);
	expect_ok(partial_discard(&partial, &fixture->err), &fixture->err);
	partial_release(&partial);
	assert_int_equal(
		unlinkat(fixture->store->root_fd, "partial", AT_REMOVEDIR), 0);
}

static void test_partial__links_are_not_followed(void **state)
{
	struct store_fixture *fixture = *state;
	autoclean(partial_release) struct partial partial = PARTIAL_INIT;
	struct digest digest = digest_of(text);
	autofree char *path = xasprintf("partial/sha256-%s",
					digest_hex(&digest));

	damage(fixture, "victim", "precious");
	assert_int_equal(mkdirat(fixture->store->root_fd, "partial", 0700), 0);
	assert_int_equal(symlinkat("../victim", fixture->store->root_fd, path),
			 0);
	assert_int_equal(partial_open(fixture->store, &digest, 3, &partial,
				      &fixture->err),
			 -1);
}

/*
 * In another process: the same download. It must wait for the first, then
 * find the blob or take the bytes up. Tells by its exit status.
 */
static int download_too(struct store_fixture *fixture, int ready)
{
	struct partial partial = PARTIAL_INIT;
	struct digest digest = digest_of(text);

	if (write(ready, "x", 1) != 1 ||
	    partial_open(fixture->store, &digest, strlen(text), &partial,
			 &fixture->err) < 0)
		return 100;
	return partial.fd < 0 ? 50 : (int)partial.have;
}

static void test_partial__two_processes_share_one_download(void **state)
{
	static const int wanted[] = { 50, 6 }; /* committed; given up */
	struct store_fixture *fixture = *state;

	for (int round = 0; round < 2; round++) {
		autoclean(partial_release) struct partial partial =
			PARTIAL_INIT;
		struct digest digest = digest_of(text);
		int ready[2];
		int status = 0;
		pid_t pid;

		expect_ok(blob_remove(fixture->store, &digest, &fixture->err),
			  &fixture->err);
		begin(fixture, &partial);
		assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
		pid = fork();
		if (pid == 0) {
			/* the lock is the parent's: a copy would keep it */
			(void)close(partial.lock.fd);
			_exit(download_too(fixture, ready[1]));
		}
		assert_int_equal(read(ready[0], &(char){ 0 }, 1), 1);
		write_at(&partial, "twelve", 0, &fixture->err);
		if (round == 0)
			expect_ok(partial_commit(&partial, &fixture->err),
				  &fixture->err);
		partial_release(&partial);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(WEXITSTATUS(status), wanted[round]);
		(void)close(ready[0]);
		(void)close(ready[1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_partial__is_taken_up_where_it_ended),
		STORE_TEST(test_partial__only_the_noted_prefix_counts),
		STORE_TEST(test_partial__a_damaged_note_means_nothing_counts),
		STORE_TEST(test_partial__more_than_the_whole_starts_over),
		STORE_TEST(test_partial__discard_frees_the_space),
		STORE_TEST(test_partial__links_are_not_followed),
		STORE_TEST(test_partial__two_processes_share_one_download),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
