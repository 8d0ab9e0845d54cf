/* SPDX-License-Identifier: Apache-2.0 */
/* Levels and what reaches standard error. */
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include "tests/unit/temp_folder.h"

#include <cmocka.h>

static int saved_stderr;

/* Sends standard error to a file until end_capture. */
static void begin_capture(void **state)
{
	struct temp_folder *folder = *state;
	int fd = openat(folder->fd, "log", O_RDWR | O_CREAT | O_TRUNC, 0600);

	saved_stderr = dup(STDERR_FILENO);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	(void)close(fd);
}

static char *end_capture(void **state)
{
	struct temp_folder *folder = *state;
	autoclean(error_release) struct error err = ERROR_INIT;
	struct strbuf text = STRBUF_INIT;

	assert_int_equal(dup2(saved_stderr, STDERR_FILENO), STDERR_FILENO);
	(void)close(saved_stderr);
	assert_int_equal(fs_read_file(folder->fd, "log", 1 << 20, &text, &err),
			 0);
	return text.length ? strbuf_steal(&text) : xstrdup("");
}

static void test_log__shows_up_to_the_level(void **state)
{
	autofree char *text = NULL;

	log_set_level(LOG_WARN);
	begin_capture(state);
	log_debug("m", "one");
	log_info("m", "two");
	log_warn("m", "three key=%d", 3);
	log_set_level(LOG_NONE);
	log_warn("m", "four");
	log_set_level(LOG_DEBUG);
	log_debug("m", "five");
	text = end_capture(state);
	log_set_level(LOG_WARN);
	assert_string_equal(text, "imgctl: warn: m: three key=3\n"
				  "imgctl: debug: m: five\n");
}

static void test_log__makes_control_bytes_harmless(void **state)
{
	autofree char *text = NULL;

	begin_capture(state);
	log_warn("m", "tag %s", "a\nb\x1b[31mc\xff");
	text = end_capture(state);
	assert_string_equal(text, "imgctl: warn: m: tag a?b?[31mc?\n");
}

static void test_log__reports_and_releases_errors(void **state)
{
	struct error err = ERROR_INIT;
	autofree char *text = NULL;

	(void)error_set(&err, ERROR_BUSY, "why");
	begin_capture(state);
	log_warn_error("m", &err, "remove %s", "x");
	text = end_capture(state);
	assert_string_equal(text, "imgctl: warn: m: remove x: why\n");
	assert_int_equal(err.kind, ERROR_NONE);
}

static void test_log__knows_level_names(void **state)
{
	static const struct {
		const char *name;
		enum log_level level;
	} rows[] = {
		{ "none", LOG_NONE },	 { "error", LOG_ERROR },
		{ "fatal", LOG_ERROR },	 { "warn", LOG_WARN },
		{ "warning", LOG_WARN }, { "info", LOG_INFO },
		{ "debug", LOG_DEBUG },
	};
	autoclean(error_release) struct error err = ERROR_INIT;
	enum log_level level;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(
			log_level_from_name(rows[i].name, &level, &err), 0);
		assert_int_equal(level, rows[i].level);
	}
	assert_int_equal(log_level_from_name("loud", &level, &err), -1);
	assert_int_equal(err.kind, ERROR_INVALID);
}

#define FOLDER_TEST(f) \
	cmocka_unit_test_setup_teardown(f, temp_folder_open, temp_folder_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FOLDER_TEST(test_log__shows_up_to_the_level),
		FOLDER_TEST(test_log__makes_control_bytes_harmless),
		FOLDER_TEST(test_log__reports_and_releases_errors),
		cmocka_unit_test(test_log__knows_level_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
