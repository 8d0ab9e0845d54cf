/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drawing keeps the cursor on the line below the last id. To draw line N of
 * COUNT it goes up COUNT - N lines, clears, writes, and comes down again, all
 * in one write. A line that has scrolled off the screen's top cannot be
 * reached and is left alone; nothing is wider than the screen, since a
 * wrapped line would put all that counting wrong.
 */
#include "cmd/progress.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "base/term.h"
#include "cmd/progress_bar.h"
#include "cmd/units.h"

#define FRAME (CLOCK_SECOND / 15)

enum { DEFAULT_COLUMNS = 80, DEFAULT_ROWS = 24 };

struct layer {
	char *id;
	char *state;
	uint64_t current, total;
	int64_t shown_at; /* monotonic */
	bool is_stale;	  /* what is shown is older than what is known */
};

struct progress {
	pthread_mutex_t lock;
	enum progress_mode mode; /* never AUTO */
	int fd;
	struct layer *layers;
	size_t count;
};

int progress_mode_from_name(const char *name, enum progress_mode *out,
			    struct error *err)
{
	static const struct {
		const char *name;
		enum progress_mode mode;
	} names[] = {
		{ "auto", PROGRESS_AUTO },   { "tty", PROGRESS_TTY },
		{ "plain", PROGRESS_PLAIN }, { "json", PROGRESS_JSON },
		{ "quiet", PROGRESS_QUIET },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(names[i].name, name))
			continue;
		*out = names[i].mode;
		return 0;
	}
	return error_set(err, ERROR_INVALID,
			 "unknown progress mode \"%.64s\": use auto, tty, "
			 "plain, json or quiet",
			 name);
}

struct progress *progress_new(enum progress_mode mode, int fd)
{
	struct progress *progress = xcalloc(1, sizeof(*progress));

	if (mode == PROGRESS_AUTO || mode == PROGRESS_NONE)
		mode = isatty(fd) ? PROGRESS_TTY : PROGRESS_PLAIN;
	progress->mode = mode;
	progress->fd = fd;
	(void)pthread_mutex_init(&progress->lock, NULL); /* cannot fail */
	return progress;
}

/* Write TEXT at once; who reads it may be gone, which is not our failure. */
static void write_out(const struct progress *p, const struct strbuf *text)
{
	struct error ignored = ERROR_INIT;

	if (fs_write_all(p->fd, text->text, text->length, &ignored) < 0)
		error_release(&ignored);
}

static char *harmless(const char *text)
{
	struct strbuf out = STRBUF_LIMIT(4096);

	term_sanitize(text, strlen(text), &out);
	return strbuf_steal(&out);
}

/* "id: state [==>  ]  1MB/2MB" */
static void add_layer(const struct layer *layer, unsigned columns,
		      struct strbuf *out)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s: %s", layer->id, layer->state);
	if (layer->current || layer->total) {
		strbuf_addch(&text, ' ');
		progress_bar(layer->current, layer->total, columns, &text);
	}
	units_ellipsis(text.text, columns - 1, out);
	strbuf_release(&text);
}

static void get_screen(const struct progress *p, unsigned *columns,
		       unsigned *rows)
{
	struct winsize size;

	*columns = term_width(p->fd, DEFAULT_COLUMNS);
	*rows = DEFAULT_ROWS;
	if (ioctl(p->fd, TIOCGWINSZ, &size) == 0 && size.ws_row)
		*rows = size.ws_row;
}

/* Draw line INDEX in its place. */
static void draw(struct progress *p, size_t index)
{
	struct strbuf text = STRBUF_INIT;
	size_t up = p->count - index;
	unsigned columns, rows;

	p->layers[index].shown_at = clock_monotonic();
	p->layers[index].is_stale = false;
	get_screen(p, &columns, &rows);
	if (up >= rows)
		return;
	strbuf_addf(&text, "\033[%zuA\033[2K\r", up);
	add_layer(&p->layers[index], columns, &text);
	strbuf_addf(&text, "\r\033[%zuB", up);
	write_out(p, &text);
	strbuf_release(&text);
}

/* Make room for one more line below the others. */
static void open_line(const struct progress *p)
{
	struct strbuf newline = STRBUF_INIT;

	strbuf_addch(&newline, '\n');
	write_out(p, &newline);
	strbuf_release(&newline);
}

static void add_json(json_t *event, struct strbuf *out)
{
	jsonx_format(event, out);
	strbuf_addch(out, '\n');
	json_decref(event);
}

static void print_json(const struct progress *p, struct layer *layer)
{
	struct strbuf text = STRBUF_INIT;
	json_t *event = json_object();

	(void)json_object_set_new(event, "id", json_string(layer->id));
	(void)json_object_set_new(event, "status", json_string(layer->state));
	if (layer->current || layer->total)
		(void)json_object_set_new(
			event, "current",
			json_integer((json_int_t)layer->current));
	if (layer->total)
		(void)json_object_set_new(
			event, "total", json_integer((json_int_t)layer->total));
	add_json(event, &text);
	write_out(p, &text);
	strbuf_release(&text);
	layer->shown_at = clock_monotonic();
	layer->is_stale = false;
}

/* States that only carry numbers have no line of their own. */
static bool is_counting(const struct layer *layer)
{
	static const char *const states[] = { "Downloading", "Extracting",
					      "Pushing" };

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (!strcmp(layer->state, states[i]))
			return true;
	return layer->current || layer->total;
}

static void print_plain(const struct progress *p, const struct layer *layer)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s: %s\n", layer->id, layer->state);
	write_out(p, &text);
	strbuf_release(&text);
}

static size_t find_layer(struct progress *p, const char *id)
{
	for (size_t i = 0; i < p->count; i++)
		if (!strcmp(p->layers[i].id, id))
			return i;
	if (!(p->count & (p->count - 1)))
		p->layers = xreallocarray(p->layers,
					  p->count ? p->count * 2 : 1,
					  sizeof(*p->layers));
	p->layers[p->count] = (struct layer){ .id = xstrdup(id) };
	if (p->mode == PROGRESS_TTY)
		open_line(p);
	return p->count++;
}

/* Show what is new about line INDEX, if it is due. */
static void show(struct progress *p, size_t index, bool is_new_state)
{
	struct layer *layer = &p->layers[index];
	bool is_due = is_new_state ||
		      clock_monotonic() - layer->shown_at >= FRAME;

	layer->is_stale = true;
	if (p->mode == PROGRESS_PLAIN) {
		if (is_new_state && !is_counting(layer))
			print_plain(p, layer);
	} else if (is_due && p->mode == PROGRESS_JSON) {
		print_json(p, layer);
	} else if (is_due) {
		draw(p, index);
	}
}

void progress_event(struct progress *progress, const char *id,
		    const char *state, uint64_t current, uint64_t total)
{
	autofree char *safe_id = NULL;
	char *safe_state;
	struct layer *layer;
	bool is_new_state, is_new;
	size_t index;

	if (progress->mode == PROGRESS_QUIET)
		return;
	safe_id = harmless(id);
	safe_state = harmless(state);
	(void)pthread_mutex_lock(&progress->lock); /* never held twice */
	index = find_layer(progress, safe_id);
	layer = &progress->layers[index];
	is_new_state = !layer->state || strcmp(layer->state, safe_state) != 0;
	is_new = is_new_state || layer->current != current ||
		 layer->total != total;
	free(layer->state);
	layer->state = safe_state;
	layer->current = current;
	layer->total = total;
	if (is_new)
		show(progress, index, is_new_state);
	(void)pthread_mutex_unlock(&progress->lock); /* ours */
}

/* Put TEXT above the drawn lines, which move down by one. */
static void draw_above(struct progress *p, const char *line)
{
	struct strbuf text = STRBUF_INIT;
	unsigned columns, rows;
	size_t first;

	get_screen(p, &columns, &rows);
	first = p->count < rows ? 0 : p->count - rows + 1;
	if (p->count > first)
		strbuf_addf(&text, "\033[%zuA", p->count - first);
	strbuf_addf(&text, "\r\033[J%s\n", line);
	for (size_t i = first; i < p->count; i++) {
		add_layer(&p->layers[i], columns, &text);
		strbuf_addch(&text, '\n');
	}
	write_out(p, &text);
	strbuf_release(&text);
}

static void print_line(const struct progress *p, const char *line)
{
	struct strbuf text = STRBUF_INIT;

	if (p->mode == PROGRESS_JSON)
		add_json(json_pack("{s:s}", "message", line), &text);
	else
		strbuf_addf(&text, "%s\n", line);
	write_out(p, &text);
	strbuf_release(&text);
}

void progress_line(struct progress *progress, const char *text)
{
	autofree char *line = NULL;

	if (progress->mode == PROGRESS_QUIET)
		return;
	line = harmless(text);
	(void)pthread_mutex_lock(&progress->lock); /* never held twice */
	if (progress->mode == PROGRESS_TTY && progress->count)
		draw_above(progress, line);
	else
		print_line(progress, line);
	(void)pthread_mutex_unlock(&progress->lock); /* ours */
}

void progress_finish(struct progress *progress)
{
	(void)pthread_mutex_lock(&progress->lock); /* never held twice */
	for (size_t i = 0; i < progress->count; i++) {
		struct layer *layer = &progress->layers[i];

		if (layer->is_stale && progress->mode == PROGRESS_TTY)
			draw(progress, i);
		else if (layer->is_stale && progress->mode == PROGRESS_JSON)
			print_json(progress, layer);
		free(layer->id);
		free(layer->state);
	}
	free(progress->layers);
	progress->layers = NULL;
	progress->count = 0;
	(void)pthread_mutex_unlock(&progress->lock); /* ours */
}

void progress_free(struct progress *progress)
{
	if (!progress)
		return;
	progress_finish(progress);
	(void)pthread_mutex_destroy(&progress->lock); /* unlocked */
	free(progress);
}
