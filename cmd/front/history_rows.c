/* SPDX-License-Identifier: Apache-2.0 */
/* How docker words the steps of an image. */
#include "cmd/front/history_rows.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/alloc.h"
#include "cmd/front/moment.h"

enum { CREATED_BY_COLUMNS = 45 };

static void set(json_t *row, const char *field, const char *text)
{
	(void)json_object_set_new(row, field, json_string(text));
}

static void set_times(json_t *row, const struct image_history_row *step,
		      int64_t now)
{
	char since[MOMENT_TEXT_MAX] = "N/A";
	char at[MOMENT_TEXT_MAX];

	if (step->has_created && step->created > 0)
		moment_format_ago(step->created, now, since);
	moment_format_rfc3339(step->created, at);
	set(row, "CreatedSince", since);
	set(row, "CreatedAt", at);
}

/* A tab would end the column. */
static void set_created_by(json_t *row, const struct image_history_row *step,
			   bool is_whole)
{
	autofree char *plain = xstrdup(step->created_by);
	autoclean(strbuf_release) struct strbuf cut = STRBUF_INIT;

	for (char *at = plain; *at; at++) {
		if (*at == '\t')
			*at = ' ';
	}
	if (!is_whole)
		units_ellipsis(plain, CREATED_BY_COLUMNS, &cut);
	set(row, "CreatedBy", is_whole ? plain : cut.text);
}

static void set_size(json_t *row, uint64_t size, bool is_human)
{
	char text[UNITS_TEXT_MAX];

	if (is_human)
		units_format_size3((double)size, text);
	else
		(void)snprintf(text, sizeof(text), "%" PRIu64, size);
	set(row, "Size", text);
}

json_t *history_rows_make(const struct image_record *record,
			  const struct history_rows_options *options)
{
	autoclean(image_history_release) struct image_history history =
		IMAGE_HISTORY_INIT;
	autofree char *id = options->is_whole ? xstrdup(record->id.text)
					      : units_short_id(record->id.text);
	json_t *rows = json_array();

	image_history_make(record, &history);
	for (size_t i = 0; i < history.count; i++) {
		const struct image_history_row *step = &history.rows[i];
		json_t *row = json_object();

		set(row, "ID", i ? "<missing>" : id);
		set_times(row, step, options->now);
		set_created_by(row, step, options->is_whole);
		set_size(row, step->size, options->is_human);
		set(row, "Comment", step->comment);
		(void)json_array_append_new(rows, row);
	}
	return rows;
}
