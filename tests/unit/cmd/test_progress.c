/* SPDX-License-Identifier: Apache-2.0 */
/* What each mode writes for the same events, and the bar by itself. */
#include "cmd/progress.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "cmd/progress_bar.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static int output_open(void)
{
	int fd = memfd_create("progress", MFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* What was written to FD, as a string in static storage; closes FD. */
static const char *output_text(int fd)
{
	static char text[65536];
	ssize_t length = pread(fd, text, sizeof(text) - 1, 0);

	assert_true(length >= 0);
	text[length] = '\0';
	(void)close(fd); /* was only read */
	return text;
}

static void send_events(struct progress *p)
{
	progress_line(p, "latest: Pulling from library/debian");
	progress_event(p, "aaa", "Pulling fs layer", 0, 0);
	progress_event(p, "bbb", "Pulling fs layer", 0, 0);
	progress_event(p, "aaa", "Downloading", 0, 2000);
	progress_event(p, "aaa", "Downloading", 0, 2000);
	progress_event(p, "aaa", "Download complete", 0, 0);
	progress_event(p, "aaa", "Download complete", 0, 0);
	progress_event(p, "bbb", "Already exists", 0, 0);
}

static const struct {
	enum progress_mode mode;
	const char *expected;
} cases[] = {
	{ PROGRESS_QUIET, "" },
	{ PROGRESS_AUTO, "latest: Pulling from library/debian\n"
			 "aaa: Pulling fs layer\n"
			 "bbb: Pulling fs layer\n"
			 "aaa: Download complete\n"
			 "bbb: Already exists\n" },
	{ PROGRESS_JSON,
	  "{\"message\":\"latest: Pulling from library/debian\"}\n"
	  "{\"id\":\"aaa\",\"status\":\"Pulling fs layer\"}\n"
	  "{\"id\":\"bbb\",\"status\":\"Pulling fs layer\"}\n"
	  "{\"id\":\"aaa\",\"status\":\"Downloading\",\"current\":0,"
	  "\"total\":2000}\n"
	  "{\"id\":\"aaa\",\"status\":\"Download complete\"}\n"
	  "{\"id\":\"bbb\",\"status\":\"Already exists\"}\n" },
	{ PROGRESS_TTY, "latest: Pulling from library/debian\n"
			"\n\033[1A\033[2K\raaa: Pulling fs layer\r\033[1B"
			"\n\033[1A\033[2K\rbbb: Pulling fs layer\r\033[1B"
			"\033[2A\033[2K\raaa: Downloading       0B/2kB\r\033[2B"
			"\033[2A\033[2K\raaa: Download complete\r\033[2B"
			"\033[1A\033[2K\rbbb: Already exists\r\033[1B" },
};

static void test_progress__writes_what_the_mode_wants(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int fd = output_open();
		struct progress *p = progress_new(cases[i].mode, fd);

		send_events(p);
		progress_free(p);
		assert_string_equal(output_text(fd), cases[i].expected);
	}
}

static void test_progress__makes_outside_bytes_harmless(void **state)
{
	static const enum progress_mode modes[] = { PROGRESS_PLAIN,
						    PROGRESS_JSON,
						    PROGRESS_TTY };

	(void)state;
	for (size_t i = 0; i < COUNT(modes); i++) {
		int fd = output_open();
		struct progress *p = progress_new(modes[i], fd);
		const char *text;

		progress_event(p, "a\033[31m", "b\nc", 0, 0);
		progress_line(p, "d\xff\007");
		progress_free(p);
		text = output_text(fd);
		assert_non_null(strstr(text, "a?[31m"));
		assert_non_null(strstr(text, "b?c"));
		assert_non_null(strstr(text, "d??"));
	}
}

static void test_progress__puts_lines_above_the_layers(void **state)
{
	int fd = output_open();
	struct progress *p = progress_new(PROGRESS_TTY, fd);

	(void)state;
	progress_event(p, "a", "Waiting", 0, 0);
	progress_line(p, "note");
	progress_finish(p);
	progress_line(p, "end");
	progress_free(p);
	assert_string_equal(output_text(fd),
			    "\n\033[1A\033[2K\ra: Waiting\r\033[1B"
			    "\033[1A\r\033[Jnote\na: Waiting\nend\n");
}

static void test_progress__leaves_lines_off_the_screen_alone(void **state)
{
	int fd = output_open();
	struct progress *p = progress_new(PROGRESS_TTY, fd);
	char id[16];

	(void)state;
	for (int i = 0; i < 24; i++) {
		(void)snprintf(id, sizeof(id), "l%d", i); /* fits */
		progress_event(p, id, "Waiting", 0, 0);
	}
	progress_event(p, "l0", "Gone", 0, 0);
	progress_event(p, "l1", "Here", 0, 0);
	progress_free(p);
	assert_null(strstr(output_text(fd), "Gone"));
}

static void test_progress__shows_the_last_numbers_when_done(void **state)
{
	int fd = output_open();
	struct progress *p = progress_new(PROGRESS_JSON, fd);

	(void)state;
	progress_event(p, "a", "Pushing", 1, 100);
	progress_event(p, "a", "Pushing", 2, 100);
	progress_event(p, "a", "Pushing", 3, 100);
	progress_free(p);
	assert_non_null(strstr(output_text(fd), "\"current\":3"));
}

static void *send_many(void *argument)
{
	struct progress *p = argument;

	for (uint64_t i = 0; i < 200; i++) {
		progress_event(p, "x", i % 2 ? "Waiting" : "Done", 0, 0);
		progress_line(p, "line");
	}
	return NULL;
}

static void test_progress__takes_events_from_several_threads(void **state)
{
	int fd = output_open();
	struct progress *p = progress_new(PROGRESS_PLAIN, fd);
	pthread_t threads[3];
	const char *text;
	size_t lines = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(threads); i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, send_many, p), 0);
	for (size_t i = 0; i < COUNT(threads); i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	progress_free(p);
	text = output_text(fd);
	for (const char *at = text; (at = strstr(at, "line\n")); at++)
		lines++;
	assert_int_equal(lines, COUNT(threads) * 200);
}

static void test_progress__knows_its_modes(void **state)
{
	struct error err = ERROR_INIT;
	enum progress_mode mode;

	(void)state;
	assert_int_equal(progress_mode_from_name("json", &mode, &err), 0);
	assert_int_equal(mode, PROGRESS_JSON);
	assert_int_equal(progress_mode_from_name("fancy", &mode, &err), -1);
	assert_int_equal(err.kind, ERROR_INVALID);
	error_release(&err);
}

static void test_progress_bar__draws_as_docker(void **state)
{
	static const struct {
		uint64_t current, total;
		unsigned columns;
		const char *expected;
	} rows[] = {
		{ 0, 0, 120, "" },
		{ 500, 0, 120, "    500B" },
		{ 1050000, 29100000, 110, "  1.05MB/29.1MB" },
		{ 0, 100, 120,
		  "[>                                                  ]       "
		  "0B/100B" },
		{ 50, 100, 120,
		  "[=========================>                         ]      "
		  "50B/100B" },
		{ 100, 100, 120,
		  "[==================================================>]     "
		  "100B/100B" },
		{ 150, 100, 120,
		  "[==================================================>]     "
		  "150B" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct strbuf out = STRBUF_INIT;

		progress_bar(rows[i].current, rows[i].total, rows[i].columns,
			     &out);
		assert_string_equal(out.text, rows[i].expected);
		strbuf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_progress__writes_what_the_mode_wants),
		cmocka_unit_test(test_progress__makes_outside_bytes_harmless),
		cmocka_unit_test(test_progress__puts_lines_above_the_layers),
		cmocka_unit_test(
			test_progress__leaves_lines_off_the_screen_alone),
		cmocka_unit_test(
			test_progress__shows_the_last_numbers_when_done),
		cmocka_unit_test(
			test_progress__takes_events_from_several_threads),
		cmocka_unit_test(test_progress__knows_its_modes),
		cmocka_unit_test(test_progress_bar__draws_as_docker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
