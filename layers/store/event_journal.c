/* SPDX-License-Identifier: Apache-2.0 */
/* Writing the journal of events, and reading along. */
#include "layers/store/event_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/jsonx.h"

#define JOURNAL "events/journal"
#define JOURNAL_OLDER "events/journal.1"

enum {
	JOURNAL_MAX = 4 << 20, /* bytes of one half */
	JOURNAL_LINE_MAX = 1 << 20,
	JOURNAL_CHUNK = 64 << 10,
	JOURNAL_PAUSE_MS = 1000,
};

static int open_journal(const struct store *store)
{
	int flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(store->root_fd, JOURNAL, flags, 0600);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (mkdirat(store->root_fd, "events", 0700) < 0 && errno != EEXIST)
		return -1;
	return openat(store->root_fd, JOURNAL, flags, 0600);
}

/* Whether the journal is still the file open as FD. */
static bool is_current(const struct store *store, int fd)
{
	struct stat named, opened;

	return fstatat(store->root_fd, JOURNAL, &named, AT_SYMLINK_NOFOLLOW) ==
		       0 &&
	       fstat(fd, &opened) == 0 && named.st_ino == opened.st_ino &&
	       named.st_dev == opened.st_dev;
}

/* One of those who find it full turns it over; the others see that. */
static void turn_over(const struct store *store, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_size < JOURNAL_MAX)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 || !is_current(store, fd))
		return;
	/* it goes on growing then, and the next one tries again */
	(void)renameat(store->root_fd, JOURNAL, store->root_fd, JOURNAL_OLDER);
}

static json_t *make_event(const char *type, const char *action, const char *id,
			  json_t *attributes)
{
	int64_t now = clock_now();

	return json_pack("{s:s,s:s,s:{s:s,s:o},s:s,s:I,s:I}", "Type", type,
			 "Action", action, "Actor", "ID", id, "Attributes",
			 attributes ? attributes : json_object(), "scope",
			 "local", "time", (json_int_t)(now / CLOCK_SECOND),
			 "timeNano", (json_int_t)now);
}

void event_note(const struct store *store, const char *type, const char *action,
		const char *id, json_t *attributes)
{
	autoclean(jsonx_free)
		json_t *event = make_event(type, action, id, attributes);
	autoclean(strbuf_release) struct strbuf line = STRBUF_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclose int fd = -1;

	if (!event)
		return; /* an id that is no text */
	jsonx_format(event, &line);
	strbuf_addch(&line, '\n');
	fd = open_journal(store);
	/* on a full disk what is done counts, not that it is told */
	if (fd >= 0 && fs_write_all(fd, line.text, line.length, &ignored) == 0)
		turn_over(store, fd);
}

int64_t event_time(const json_t *event)
{
	return json_integer_value(json_object_get(event, "timeNano"));
}

struct reader {
	const struct store *store;
	const struct event_query *query;
	int fd;		    /* the half being read; -1: none yet */
	struct strbuf line; /* as much of the next event as there is */
	bool is_done;	    /* beyond `until` */
	char chunk[JOURNAL_CHUNK];
};

static void reader_release(struct reader *reader)
{
	cleanup_close(&reader->fd);
	strbuf_release(&reader->line);
}
DEFINE_CLEANUP(struct reader, reader_release)

static int take_line(struct reader *reader, struct error *err)
{
	const struct event_query *query = reader->query;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(jsonx_free) json_t *event = NULL;

	/* torn by a crash, or longer than any event is */
	if (reader->line.overflow ||
	    jsonx_parse(reader->line.text, reader->line.length, "event", &event,
			&ignored) < 0)
		return 0;
	if (query->until && event_time(event) > query->until) {
		reader->is_done = true;
		return 0;
	}
	if (event_time(event) <= query->since)
		return 0;
	return query->event(query->context, event, err);
}

static int feed(struct reader *reader, const char *data, size_t length,
		struct error *err)
{
	while (length && !reader->is_done) {
		const char *newline = memchr(data, '\n', length);
		size_t part = newline ? (size_t)(newline - data) : length;
		int result = 0;

		strbuf_add(&reader->line, data, part);
		if (newline) {
			result = take_line(reader, err);
			strbuf_truncate(&reader->line, 0);
			reader->line.overflow = false;
			part++;
		}
		if (result < 0)
			return -1;
		data += part;
		length -= part;
	}
	return 0;
}

/* Reads the half at hand as far as it goes. */
static int drain(struct reader *reader, struct error *err)
{
	while (reader->fd >= 0 && !reader->is_done) {
		ssize_t got = read(reader->fd, reader->chunk, JOURNAL_CHUNK);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_sys(err, errno, "read events");
		if (got == 0)
			return 0;
		if (feed(reader, reader->chunk, (size_t)got, err) < 0)
			return -1;
	}
	return 0;
}

static int open_half(struct reader *reader, const char *name, struct error *err)
{
	cleanup_close(&reader->fd);
	strbuf_truncate(&reader->line, 0);
	reader->fd = openat(reader->store->root_fd, name,
			    O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (reader->fd < 0 && errno != ENOENT)
		return error_sys(err, errno, "open events");
	return 0;
}

/* Everything there is now; goes on to the newer half when there is one. */
static int drain_all(struct reader *reader, struct error *err)
{
	for (;;) {
		bool is_newest = reader->fd >= 0 &&
				 is_current(reader->store, reader->fd);

		if (drain(reader, err) < 0)
			return -1;
		if (is_newest || reader->is_done)
			return 0;
		if (open_half(reader, JOURNAL, err) < 0)
			return -1;
		if (reader->fd < 0)
			return 0; /* nothing was noted yet */
	}
}

static int watch(const struct store *store, int *out, struct error *err)
{
	autoclose int folder = -1;
	autoclose int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	char path[64];

	if (store_folder(store, "events", &folder, err) < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", folder);
	if (fd < 0 || inotify_add_watch(fd, path,
					IN_MODIFY | IN_CREATE | IN_MOVED_TO |
						IN_ONLYDIR) < 0)
		return error_sys(err, errno, "watch for events");
	*out = TAKE_FD(fd);
	return 0;
}

/* For poll; a look now and then costs nothing and misses nothing. */
static int patience(const struct event_query *query, int64_t now)
{
	int64_t left;

	if (!query->until)
		return -1;
	left = (query->until - now) / (CLOCK_SECOND / 1000) + 1;
	return left < 0			 ? 0
	       : left > JOURNAL_PAUSE_MS ? JOURNAL_PAUSE_MS
					 : (int)left;
}

/* Before reading on is asked what time it is: what was noted by then counts. */
static int follow(struct reader *reader, int watch_fd, struct error *err)
{
	const struct event_query *query = reader->query;

	while (!reader->is_done) {
		int64_t now = clock_now();
		struct pollfd slot = { watch_fd, POLLIN, 0 };
		char events[4096];

		if (drain_all(reader, err) < 0)
			return -1;
		if (query->until && now >= query->until)
			return 0;
		if (poll(&slot, 1, patience(query, now)) < 0 && errno != EINTR)
			return error_sys(err, errno, "wait for events");
		while (read(watch_fd, events, sizeof(events)) > 0)
			continue; /* that something changed is all we need */
	}
	return 0;
}

int event_read(const struct store *store, const struct event_query *query,
	       struct error *err)
{
	autoclean(reader_release) struct reader reader = {
		.store = store,
		.query = query,
		.fd = -1,
		.line = STRBUF_LIMIT(JOURNAL_LINE_MAX),
	};
	autoclose int watch_fd = -1;

	if (watch(store, &watch_fd, err) < 0 ||
	    open_half(&reader, JOURNAL_OLDER, err) < 0)
		return -1;
	return follow(&reader, watch_fd, err);
}
