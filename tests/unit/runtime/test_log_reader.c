/* SPDX-License-Identifier: Apache-2.0 */
/* Writer and reader together: what goes in comes out, once and in order. */
#include "runtime/logs/log_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/atomicfile.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/strbuf.h"
#include "runtime/logs/log_gzip.h"
#include "runtime/logs/log_line_format.h"
#include "runtime/logs/log_writer.h"

/* A folder for one test. */
struct folder {
	char path[64];
	int fd;
};

static int make_folder(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	assert_non_null(folder);
	(void)snprintf(folder->path, sizeof(folder->path), "%s",
		       "/tmp/test-log-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	folder->fd = open(folder->path, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	assert_true(folder->fd >= 0);
	*state = folder;
	return 0;
}

static int remove_folder(void **state)
{
	struct folder *folder = *state;
	struct error err = ERROR_INIT;

	(void)close(folder->fd);
	assert_int_equal(fs_remove_tree(AT_FDCWD, folder->path, &err), 0);
	free(folder);
	return 0;
}

static struct log_writer *open_with(const struct folder *folder,
				    const struct log_options *options)
{
	struct log_writer *writer = NULL;
	struct error err = ERROR_INIT;

	if (log_writer_open(folder->fd, options, &writer, &err) < 0)
		fail_msg("%s", err.msg);
	return writer;
}

static struct log_writer *open_writer(const struct folder *folder,
				      int64_t max_size, unsigned max_files)
{
	struct log_options options = { LOG_DRIVER_JSON_FILE, max_size,
				       max_files, false };

	return open_with(folder, &options);
}

static void write_text(struct log_writer *writer, int stream, const char *text)
{
	struct error err = ERROR_INIT;

	if (log_writer_add(writer, stream, text, strlen(text), &err) < 0)
		fail_msg("%s", err.msg);
}

/* What the entries add up to. */
struct collected {
	struct strbuf text;
	size_t entries, starts;
	size_t longest;
	int wake_fd; /* for following: its hang-up is the end */
};

static int collect(void *context, const struct log_entry *entry,
		   struct error *err)
{
	struct collected *to = context;

	(void)err;
	strbuf_add(&to->text, entry->text, entry->length);
	to->entries++;
	to->starts += entry->is_line_start;
	if (entry->length > to->longest)
		to->longest = entry->length;
	return 0;
}

static bool has_hung_up(void *context)
{
	struct collected *to = context;
	struct pollfd slot = { to->wake_fd, POLLIN, 0 };

	return poll(&slot, 1, 0) == 1;
}

static void read_log(const struct folder *folder, struct log_query *query,
		     struct collected *out)
{
	struct error err = ERROR_INIT;

	*out = (struct collected){ .text = STRBUF_INIT };
	query->entry = collect;
	query->context = out;
	if (log_read(folder->fd, query, &err) < 0)
		fail_msg("%s", err.msg);
}

static void test_log_reader__an_empty_folder_has_no_lines(void **state)
{
	struct log_query query = LOG_QUERY_INIT;
	struct collected got;

	read_log(*state, &query, &got);
	assert_int_equal(got.entries, 0);
}

static void test_log_reader__output_comes_back_whole(void **state)
{
	struct log_writer *writer = open_writer(*state, 0, 1);
	struct log_query query = LOG_QUERY_INIT;
	static char text[100001];
	struct collected got;

	memset(text, 'x', sizeof(text) - 1);
	write_text(writer, 1, text);
	write_text(writer, 1, "\nend\nno newline");
	log_writer_close(writer);
	read_log(*state, &query, &got);
	assert_int_equal(got.text.length, 100000 + 5 + 10);
	assert_string_equal(got.text.text + 100000, "\nend\nno newline");
	assert_int_equal(got.longest, 16 * 1024);
	assert_int_equal(got.starts, 3);
	strbuf_release(&got.text);
}

static void test_log_reader__characters_are_not_cut(void **state)
{
	struct log_writer *writer = open_writer(*state, 0, 1);
	struct log_query query = LOG_QUERY_INIT;
	struct strbuf text = STRBUF_INIT;
	struct collected got;

	strbuf_addch(&text, 'a'); /* so that pieces end inside a character */
	for (int i = 0; i < 20000; i++)
		strbuf_addstr(&text, "\xe2\x82\xac");
	strbuf_addstr(&text, "\xf0\x9f\x98\x80\n");
	write_text(writer, 1, text.text);
	log_writer_close(writer);
	read_log(*state, &query, &got);
	assert_string_equal(got.text.text, text.text);
	strbuf_release(&text);
	strbuf_release(&got.text);
}

static void test_log_reader__tail_counts_lines(void **state)
{
	static const struct {
		int64_t tail;
		const char *want, *why;
	} rows[] = {
		{ 0, "", "none" },
		{ 1, "last", "the unfinished one" },
		{ 2, "four\nlast", "and one more" },
		{ 3, NULL, "a long line counts once" },
		{ 4, NULL, "all but one" },
		{ -1, NULL, "all" },
		{ 100, NULL, "more than there are" },
	};
	struct log_writer *writer = open_writer(*state, 30000, 5);
	static char text[50001];

	write_text(writer, 1, "one\ntwo\n");
	memset(text, 'x', sizeof(text) - 1);
	write_text(writer, 2, text);
	write_text(writer, 2, "\n");
	write_text(writer, 1, "four\n");
	write_text(writer, 1, "last");
	log_writer_close(writer);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct log_query query = LOG_QUERY_INIT;
		struct collected got;
		size_t more = rows[i].tail < 0 || rows[i].tail > 4 ? 8
			      : rows[i].tail == 4		   ? 4
								   : 0;

		print_message("row %zu: %s\n", i, rows[i].why);
		query.tail = rows[i].tail;
		read_log(*state, &query, &got);
		if (rows[i].want)
			assert_string_equal(got.text.text, rows[i].want);
		else
			assert_int_equal(got.text.length, more + 50001 + 9);
		strbuf_release(&got.text);
	}
}

/* Put lines "0" to "9", a second apart, into the log by hand. */
static void write_seconds(const struct folder *folder)
{
	struct strbuf text = STRBUF_INIT;
	struct error err = ERROR_INIT;

	for (int i = 0; i < 10; i++) {
		char line[2] = { (char)('0' + i), '\n' };

		log_line_format(line, 2, 1, (1000 + i) * CLOCK_SECOND, &text);
	}
	assert_int_equal(atomicfile_put(folder->fd, "log.json", text.text,
					text.length, 0, &err),
			 0);
	strbuf_release(&text);
}

static void test_log_reader__since_and_until_cut(void **state)
{
	static const struct {
		int64_t since, until, tail;
		const char *want, *why;
	} rows[] = {
		{ 0, 0, -1, "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n", "all" },
		{ 1003, 0, -1, "3\n4\n5\n6\n7\n8\n9\n",
		  "the moment itself is in" },
		{ 0, 1003, -1, "0\n1\n2\n", "and here is out" },
		{ 1002, 1004, -1, "2\n3\n", "both" },
		{ 2000, 0, -1, "", "all is older" },
		{ 1008, 0, 5, "8\n9\n", "of the last five" },
		{ 0, 1006, 5, "5\n", "of the last five" },
	};

	write_seconds(*state);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct log_query query = LOG_QUERY_INIT;
		struct collected got;

		print_message("row %zu: %s\n", i, rows[i].why);
		query.tail = rows[i].tail;
		query.since = rows[i].since * CLOCK_SECOND;
		query.until = rows[i].until * CLOCK_SECOND;
		read_log(*state, &query, &got);
		assert_string_equal(got.text.text, rows[i].want);
		strbuf_release(&got.text);
	}
}

static void test_log_reader__a_torn_line_spoils_no_other(void **state)
{
	const struct folder *folder = *state;
	struct log_query query = LOG_QUERY_INIT;
	struct log_writer *writer = open_writer(folder, 0, 1);
	struct collected got;
	int fd;

	write_text(writer, 1, "before\n");
	log_writer_close(writer);
	fd = openat(folder->fd, "log.json", O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_int_equal(write(fd, "{\"log\":\"to", 10), 10);
	(void)close(fd);
	read_log(folder, &query, &got);
	assert_string_equal(got.text.text, "before\n");
	strbuf_release(&got.text);
	writer = open_writer(folder, 0, 1);
	write_text(writer, 1, "after\n");
	log_writer_close(writer);
	read_log(folder, &query, &got);
	assert_string_equal(got.text.text, "before\nafter\n");
	strbuf_release(&got.text);
}

static void test_log_reader__the_oldest_lines_go(void **state)
{
	struct log_writer *writer = open_writer(*state, 20 * 1024, 2);
	struct log_query query = LOG_QUERY_INIT;
	struct collected got;

	for (int i = 1; i <= 20000; i++) {
		char line[16];

		(void)snprintf(line, sizeof(line), "%d\n", i);
		write_text(writer, 1, line);
	}
	log_writer_close(writer);
	read_log(*state, &query, &got);
	assert_true(got.entries < 1000 && got.entries > 100);
	assert_string_equal(got.text.text + got.text.length - 6, "20000\n");
	strbuf_release(&got.text);
}

enum { FOLLOWED_LINES = 20000 };

/* In a child: write numbered lines, rotating often, then close PIPE. */
static void write_many(const struct folder *folder, bool is_compressed)
{
	struct log_options options = { LOG_DRIVER_JSON_FILE, 64 * 1024, 900,
				       is_compressed };
	struct log_writer *writer = open_with(folder, &options);

	for (int i = 0; i < FOLLOWED_LINES; i++) {
		char line[64];

		(void)snprintf(line, sizeof(line), "line %d of the log\n", i);
		write_text(writer, 1 + i % 2, line);
	}
	log_writer_close(writer);
}

static void check_many(const struct collected *got)
{
	const char *at = got->text.text;

	assert_int_equal(got->entries, FOLLOWED_LINES);
	for (int i = 0; i < FOLLOWED_LINES; i++) {
		char line[64];
		int length = snprintf(line, sizeof(line),
				      "line %d of the log\n", i);

		if (strncmp(at, line, (size_t)length) != 0)
			fail_msg("line %d: \"%.30s\"", i, at);
		at += length;
	}
}

static void follow_many(const struct folder *folder, bool is_compressed)
{
	struct log_query query = LOG_QUERY_INIT;
	struct collected got = { .text = STRBUF_INIT };
	struct error err = ERROR_INIT;
	int ends[2], status;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(ends[0]);
		write_many(folder, is_compressed);
		_exit(0); /* the pipe hangs up */
	}
	(void)close(ends[1]);
	query.is_followed = true;
	query.wake_fd = ends[0];
	got.wake_fd = ends[0];
	query.has_ended = has_hung_up;
	query.entry = collect;
	query.context = &got;
	if (log_read(folder->fd, &query, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	check_many(&got);
	(void)close(ends[0]);
	strbuf_release(&got.text);
}

static void test_log_reader__following_loses_and_doubles_nothing(void **state)
{
	follow_many(*state, false);
}

static void test_log_reader__nor_where_files_are_compressed(void **state)
{
	follow_many(*state, true);
}

static bool has_file(const struct folder *folder, const char *name)
{
	return fs_exists(folder->fd, name);
}

static void test_log_reader__compressed_files_are_read(void **state)
{
	struct log_query query = LOG_QUERY_INIT;
	struct collected got;

	write_many(*state, true);
	assert_true(has_file(*state, "log.json"));
	assert_true(has_file(*state, "log.json.1.gz"));
	assert_true(has_file(*state, "log.json.2.gz"));
	assert_false(has_file(*state, "log.json.1"));
	assert_false(has_file(*state, "log.json.1.gz.part"));
	read_log(*state, &query, &got);
	check_many(&got);
	strbuf_release(&got.text);
	query.tail = 3000; /* begins in a compressed one */
	read_log(*state, &query, &got);
	assert_int_equal(got.entries, 3000);
	assert_int_equal(strncmp(got.text.text, "line 17000 of", 13), 0);
	strbuf_release(&got.text);
}

/* As after a crash between the two steps of replacing it. */
static void test_log_reader__both_kinds_of_one_file_count_once(void **state)
{
	const struct folder *folder = *state;
	struct log_query query = LOG_QUERY_INIT;
	struct error err = ERROR_INIT;
	struct collected got;
	int from, to;

	write_many(folder, true);
	from = openat(folder->fd, "log.json.1.gz", O_RDONLY | O_CLOEXEC);
	to = openat(folder->fd, "log.json.1", O_WRONLY | O_CREAT | O_CLOEXEC,
		    0600);
	if (log_gzip_unpack(from, to, &err) < 0)
		fail_msg("%s", err.msg);
	(void)close(from);
	(void)close(to);
	read_log(folder, &query, &got);
	check_many(&got);
	strbuf_release(&got.text);
}

static void test_log_reader__of_a_damaged_file_the_rest_is_read(void **state)
{
	const struct folder *folder = *state;
	struct log_query query = LOG_QUERY_INIT;
	struct collected got;
	int fd;

	write_many(folder, true);
	fd = openat(folder->fd, "log.json.1.gz", O_WRONLY | O_CLOEXEC);
	assert_int_equal(ftruncate(fd, 100), 0);
	(void)close(fd);
	read_log(folder, &query, &got);
	assert_true(got.entries < FOLLOWED_LINES);
	assert_true(got.entries > FOLLOWED_LINES / 2);
	assert_non_null(strstr(got.text.text, "line 19999 of the log\n"));
	strbuf_release(&got.text);
}

static int refuse(void *context, const struct log_entry *entry,
		  struct error *err)
{
	(void)context;
	(void)entry;
	return error_set(err, ERROR_INTERRUPTED, "enough");
}

static void test_log_reader__the_taker_can_stop_it(void **state)
{
	struct log_query query = LOG_QUERY_INIT;
	struct error err = ERROR_INIT;

	write_seconds(*state);
	query.entry = refuse;
	query.is_followed = true;
	assert_int_equal(log_read(((struct folder *)*state)->fd, &query, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_INTERRUPTED);
	error_release(&err);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_log_reader__an_empty_folder_has_no_lines),
		TEST(test_log_reader__output_comes_back_whole),
		TEST(test_log_reader__characters_are_not_cut),
		TEST(test_log_reader__tail_counts_lines),
		TEST(test_log_reader__since_and_until_cut),
		TEST(test_log_reader__a_torn_line_spoils_no_other),
		TEST(test_log_reader__the_oldest_lines_go),
		TEST(test_log_reader__following_loses_and_doubles_nothing),
		TEST(test_log_reader__nor_where_files_are_compressed),
		TEST(test_log_reader__compressed_files_are_read),
		TEST(test_log_reader__both_kinds_of_one_file_count_once),
		TEST(test_log_reader__of_a_damaged_file_the_rest_is_read),
		TEST(test_log_reader__the_taker_can_stop_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
