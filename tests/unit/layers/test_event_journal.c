/* SPDX-License-Identifier: Apache-2.0 */
/* Noting events and reading them. */
#include "layers/store/event_journal.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "tests/unit/layers/store_fixture.h"

/* The actions that were given, one a line. */
struct seen {
	struct strbuf actions;
	size_t count;
	size_t most; /* the reading ends with it; 0: none */
};

static int see(void *context, const json_t *event, struct error *err)
{
	struct seen *seen = context;

	strbuf_addf(&seen->actions, "%s\n",
		    json_string_value(json_object_get(event, "Action")));
	if (++seen->count == seen->most)
		return error_set(err, ERROR_BUSY, "enough");
	return 0;
}

static void read_all(const struct store_fixture *f, struct seen *seen,
		     int64_t since, int64_t until)
{
	struct event_query query = { since, until, see, seen };
	struct error err = ERROR_INIT;

	if (event_read(f->store, &query, &err) < 0)
		fail_msg("%s", err.msg);
}

static void note(const struct store_fixture *f, const char *action)
{
	event_note(f->store, "container", action, "id", NULL);
}

static void test_event_journal__gives_what_was_noted(void **state)
{
	struct store_fixture *f = *state;
	struct seen seen = { STRBUF_INIT, 0, 0 };

	read_all(f, &seen, 0, clock_now()); /* there is no journal yet */
	assert_int_equal(seen.count, 0);
	note(f, "create");
	note(f, "start");
	read_all(f, &seen, 0, clock_now());
	assert_string_equal(seen.actions.text, "create\nstart\n");
	strbuf_release(&seen.actions);
}

static void test_event_journal__of_a_span_of_time(void **state)
{
	struct store_fixture *f = *state;
	struct seen seen = { STRBUF_INIT, 0, 0 };
	int64_t first, second;

	note(f, "one");
	first = clock_now();
	note(f, "two");
	second = clock_now();
	note(f, "three");
	read_all(f, &seen, first, second);
	assert_string_equal(seen.actions.text, "two\n");
	strbuf_release(&seen.actions);
}

static int keep(void *context, const json_t *event, struct error *err)
{
	(void)err;
	*(json_t **)context = json_deep_copy(event);
	return 0;
}

static void test_event_journal__is_docker_s_message(void **state)
{
	struct store_fixture *f = *state;
	json_t *event = NULL;
	struct event_query query = { .event = keep, .context = &event };
	struct error err = ERROR_INIT;
	int64_t before = clock_now();
	const json_t *actor;

	event_note(f->store, "image", "pull", "a:b",
		   json_pack("{s:s}", "name", "a"));
	query.until = clock_now();
	assert_int_equal(event_read(f->store, &query, &err), 0);
	actor = json_object_get(event, "Actor");
	assert_string_equal(json_string_value(json_object_get(event, "Type")),
			    "image");
	assert_string_equal(json_string_value(json_object_get(actor, "ID")),
			    "a:b");
	assert_string_equal(
		json_string_value(json_object_get(
			json_object_get(actor, "Attributes"), "name")),
		"a");
	assert_true(event_time(event) >= before);
	assert_int_equal(json_integer_value(json_object_get(event, "time")),
			 event_time(event) / CLOCK_SECOND);
	json_decref(event);
}

static void test_event_journal__passes_over_what_is_torn(void **state)
{
	struct store_fixture *f = *state;
	struct seen seen = { STRBUF_INIT, 0, 0 };
	struct error err = ERROR_INIT;
	int fd;

	note(f, "one");
	fd = openat(f->store->root_fd, "events/journal",
		    O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_int_equal(fs_write_all(fd, "{\"Type\":\"con\n", 13, &err), 0);
	(void)close(fd);
	note(f, "two");
	read_all(f, &seen, 0, clock_now());
	assert_string_equal(seen.actions.text, "one\ntwo\n");
	strbuf_release(&seen.actions);
}

static void test_event_journal__is_bounded(void **state)
{
	struct store_fixture *f = *state;
	struct seen seen = { STRBUF_INIT, 0, 0 };
	static char big[100000];
	struct stat st;
	int64_t total = 0;

	memset(big, 'x', sizeof(big) - 1);
	note(f, "first");
	for (int i = 0; i < 100; i++)
		event_note(f->store, "container", "big", "id",
			   json_pack("{s:s}", "text", big));
	note(f, "last");
	assert_int_equal(fstatat(f->store->root_fd, "events/journal", &st, 0),
			 0);
	total += st.st_size;
	assert_int_equal(fstatat(f->store->root_fd, "events/journal.1", &st, 0),
			 0);
	total += st.st_size;
	assert_true(total < 9 << 20);
	read_all(f, &seen, 0, clock_now());
	assert_true(seen.count > 40 && seen.count < 100);
	assert_non_null(strstr(seen.actions.text, "last\n"));
	assert_null(strstr(seen.actions.text, "first\n"));
	strbuf_release(&seen.actions);
}

/* Another process turns the journal over while this one reads along. */
static void test_event_journal__is_followed_when_turned_over(void **state)
{
	struct store_fixture *f = *state;
	struct seen seen = { STRBUF_INIT, 0, 61 };
	struct event_query query = { 0, 0, see, &seen };
	struct error err = ERROR_INIT;
	static char big[100000];
	pid_t pid;

	memset(big, 'x', sizeof(big) - 1);
	note(f, "first");
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 60; i++)
			event_note(f->store, "container", "big", "id",
				   json_pack("{s:s}", "text", big));
		_exit(0);
	}
	assert_int_equal(event_read(f->store, &query, &err), -1);
	assert_int_equal(err.kind, ERROR_BUSY);
	assert_int_equal(seen.count, 61);
	error_release(&err);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	strbuf_release(&seen.actions);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_event_journal__gives_what_was_noted),
		STORE_TEST(test_event_journal__of_a_span_of_time),
		STORE_TEST(test_event_journal__is_docker_s_message),
		STORE_TEST(test_event_journal__passes_over_what_is_torn),
		STORE_TEST(test_event_journal__is_bounded),
		STORE_TEST(test_event_journal__is_followed_when_turned_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
