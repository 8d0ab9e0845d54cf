/* SPDX-License-Identifier: Apache-2.0 */
/* A build's progress. */
#include "cmd/front/build_show.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "base/term.h"

struct build_show {
	pthread_mutex_t lock; /* around the whole of an event */
	enum progress_mode mode;
	struct progress *progress; /* on a terminal */
	unsigned last;		   /* step that was written of last */
	struct strbuf *partial;	   /* by step: a line without its end */
	size_t steps;
	int64_t begun;
};

struct build_show *build_show_new(enum progress_mode mode)
{
	struct build_show *show = xcalloc(1, sizeof(*show));

	(void)pthread_mutex_init(&show->lock, NULL); /* no way to fail */
	if (mode == PROGRESS_AUTO)
		mode = isatty(STDERR_FILENO) ? PROGRESS_TTY : PROGRESS_PLAIN;
	show->mode = mode;
	show->begun = clock_monotonic();
	if (mode == PROGRESS_TTY)
		show->progress = progress_new(PROGRESS_TTY, STDERR_FILENO);
	return show;
}

/* A reader that went away is no failure of the build. */
static void put(const struct strbuf *text)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (fs_write_all(STDERR_FILENO, text->text, text->length, &ignored) < 0)
		error_release(&ignored);
}

static void put_line(struct build_show *show, const char *line)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	if (show->progress) {
		progress_line(show->progress, line);
		return;
	}
	strbuf_addf(&text, "%s\n", line);
	put(&text);
}

static struct strbuf *partial_of(struct build_show *show, unsigned step)
{
	if (step >= show->steps) {
		show->partial = xreallocarray(show->partial, step + 1,
					      sizeof(*show->partial));
		for (size_t i = show->steps; i <= step; i++)
			show->partial[i] = (struct strbuf)STRBUF_INIT;
		show->steps = step + 1;
	}
	return &show->partial[step];
}

/* Lines of another step than the last one's stand apart. */
static void change_step(struct build_show *show, const struct build_event *at)
{
	if (show->last && show->last != at->step && !show->progress)
		put_line(show, "");
	show->last = at->step;
}

static void show_output_line(struct build_show *show,
			     const struct build_event *at, const char *line,
			     size_t length)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "#%u %.3f ", at->step,
		    (double)at->duration / (double)CLOCK_SECOND);
	if (isatty(STDERR_FILENO))
		term_sanitize(line, length, &text);
	else
		strbuf_add(&text, line, length);
	change_step(show, at);
	put_line(show, text.text);
}

static void flush_partial(struct build_show *show, const struct build_event *at)
{
	struct strbuf *partial = partial_of(show, at->step);

	if (partial->length)
		show_output_line(show, at, partial->text, partial->length);
	strbuf_release(partial);
}

static void show_output(struct build_show *show, const struct build_event *at)
{
	struct strbuf *partial = partial_of(show, at->step);
	struct build_event timed = *at;
	const char *line;
	char *end;

	timed.duration = clock_monotonic() - show->begun;
	strbuf_add(partial, at->data, at->length);
	line = partial->text;
	while ((end = memchr(
			line, '\n',
			(size_t)(partial->text + partial->length - line)))) {
		show_output_line(show, &timed, line, (size_t)(end - line));
		line = end + 1;
	}
	if (line != partial->text) {
		size_t rest = (size_t)(partial->text + partial->length - line);

		memmove(partial->text, line, rest);
		strbuf_truncate(partial, rest);
	}
}

static void show_state(struct build_show *show, const struct build_event *at,
		       const char *state)
{
	autofree char *line = NULL;

	flush_partial(show, at);
	if (show->progress) {
		autofree char *id = xasprintf("#%u %s", at->step, at->name);

		progress_event(show->progress, id, state, 0, 0);
		return;
	}
	line = xasprintf("#%u %s", at->step, state);
	change_step(show, at);
	put_line(show, line);
}

static void show_plain(struct build_show *show, const struct build_event *at)
{
	autofree char *text = NULL;
	double seconds = (double)at->duration / (double)CLOCK_SECOND;

	switch (at->kind) {
	case BUILD_EVENT_BEGUN:
		show_state(show, at, show->progress ? "" : at->name);
		break;
	case BUILD_EVENT_OUTPUT:
		show_output(show, at);
		break;
	case BUILD_EVENT_CACHED:
		show_state(show, at, "CACHED");
		break;
	case BUILD_EVENT_WHY:
		text = xasprintf("#%u WHY: %s", at->step, at->text);
		change_step(show, at);
		put_line(show, text);
		break;
	case BUILD_EVENT_DONE:
		text = xasprintf("DONE %.1fs", seconds);
		show_state(show, at, text);
		break;
	case BUILD_EVENT_FAILED:
		text = xasprintf("ERROR: %.*s", (int)strcspn(at->text, "\n"),
				 at->text);
		show_state(show, at, text);
		break;
	case BUILD_EVENT_WARNING:
		text = xasprintf("WARNING: %s", at->text);
		put_line(show, text);
		break;
	case BUILD_EVENT_NONE:
		break;
	}
}

static const char *kind_name(enum build_event_kind kind)
{
	switch (kind) {
	case BUILD_EVENT_BEGUN:
		return "begun";
	case BUILD_EVENT_OUTPUT:
		return "output";
	case BUILD_EVENT_CACHED:
		return "cached";
	case BUILD_EVENT_WHY:
		return "why";
	case BUILD_EVENT_DONE:
		return "done";
	case BUILD_EVENT_FAILED:
		return "failed";
	case BUILD_EVENT_WARNING:
		return "warning";
	case BUILD_EVENT_NONE:
		break;
	}
	return "";
}

/* Bytes that are no UTF-8 are shown as term_sanitize shows them. */
static json_t *text_of(const char *data, size_t length)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	json_t *plain = json_stringn(data, length);

	if (plain)
		return plain;
	term_sanitize(data, length, &text);
	return json_string(text.text);
}

static void show_json(const struct build_event *at)
{
	autoclean(jsonx_free) json_t *object = json_object();
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	(void)json_object_set_new(object, "event",
				  json_string(kind_name(at->kind)));
	if (at->step)
		(void)json_object_set_new(object, "step",
					  json_integer(at->step));
	if (at->name)
		(void)json_object_set_new(object, "name",
					  text_of(at->name, strlen(at->name)));
	if (at->text)
		(void)json_object_set_new(object, "text",
					  text_of(at->text, strlen(at->text)));
	if (at->kind == BUILD_EVENT_OUTPUT) {
		(void)json_object_set_new(object, "stream",
					  json_integer(at->stream));
		(void)json_object_set_new(object, "data",
					  text_of(at->data, at->length));
	}
	if (at->duration)
		(void)json_object_set_new(object, "nanoseconds",
					  json_integer(at->duration));
	jsonx_format(object, &text);
	strbuf_addch(&text, '\n');
	put(&text);
}

static void receive(void *context, const struct build_event *event)
{
	struct build_show *show = context;

	if (show->mode == PROGRESS_QUIET)
		return;
	(void)pthread_mutex_lock(&show->lock); /* no way to fail */
	if (show->mode == PROGRESS_JSON)
		show_json(event);
	else
		show_plain(show, event);
	(void)pthread_mutex_unlock(&show->lock);
}

struct build_events build_show_events(struct build_show *show)
{
	return (struct build_events){ receive, show };
}

void build_show_line(struct build_show *show, const char *text)
{
	if (show->mode == PROGRESS_QUIET || show->mode == PROGRESS_JSON)
		return;
	put_line(show, text);
}

void build_show_free(struct build_show *show)
{
	if (!show)
		return;
	progress_free(show->progress);
	for (size_t i = 0; i < show->steps; i++)
		strbuf_release(&show->partial[i]);
	free(show->partial);
	(void)pthread_mutex_destroy(&show->lock); /* nobody holds it */
	free(show);
}
