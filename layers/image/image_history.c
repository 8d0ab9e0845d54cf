/* SPDX-License-Identifier: Apache-2.0 */
/* Joining a config's history with the layers. */
#include "layers/image/image_history.h"

#include "base/alloc.h"
#include "base/clock.h"

static const char *text_of(const json_t *entry, const char *key)
{
	const char *text = json_string_value(json_object_get(entry, key));

	return text ? text : "";
}

static void describe(const json_t *entry, struct image_history_row *row)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;

	row->created_by = text_of(entry, "created_by");
	row->comment = text_of(entry, "comment");
	row->has_created = clock_parse(text_of(entry, "created"), &row->created,
				       &ignored) == 0;
}

static void add_layer(const struct image_layer *layer,
		      struct image_history_row *row)
{
	row->size = layer->size;
	row->diff_id = &layer->diff_id;
}

static void reverse(struct image_history *history)
{
	for (size_t i = 0; i < history->count / 2; i++) {
		struct image_history_row kept = history->rows[i];

		history->rows[i] = history->rows[history->count - 1 - i];
		history->rows[history->count - 1 - i] = kept;
	}
}

void image_history_make(const struct image_record *record,
			struct image_history *out)
{
	const json_t *steps = json_object_get(record->config, "history");
	size_t most = json_array_size(steps) + record->layer_count;
	size_t layer = 0;
	size_t index;
	json_t *step;

	out->rows = xcalloc(most, sizeof(*out->rows));
	out->count = 0;
	json_array_foreach(steps, index, step)
	{
		struct image_history_row *row = &out->rows[out->count++];

		describe(step, row);
		if (!json_is_true(json_object_get(step, "empty_layer")) &&
		    layer < record->layer_count)
			add_layer(&record->layers[layer++], row);
	}
	/* layers that no step speaks of lie on top, as docker has it */
	while (layer < record->layer_count) {
		struct image_history_row *row = &out->rows[out->count++];

		describe(NULL, row);
		add_layer(&record->layers[layer++], row);
	}
	reverse(out);
}

void image_history_release(struct image_history *history)
{
	free(history->rows);
	*history = (struct image_history)IMAGE_HISTORY_INIT;
}
