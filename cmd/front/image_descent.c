/* SPDX-License-Identifier: Apache-2.0 */
/* Telling parents by layers and history. */
#include "cmd/front/image_descent.h"

static const json_t *history_of(const struct image_record *record)
{
	return json_object_get(record->config, "history");
}

static bool begins_with(const json_t *history, const json_t *start)
{
	const json_t *step;
	size_t index;

	json_array_foreach(start, index, step)
	{
		if (!json_equal(step, json_array_get(history, index)))
			return false;
	}
	return json_array_size(history) > json_array_size(start);
}

bool image_descent_is(const struct image_record *child,
		      const struct image_record *parent)
{
	if (digest_is_equal(&child->id, &parent->id))
		return true;
	if (child->layer_count < parent->layer_count)
		return false;
	for (size_t i = 0; i < parent->layer_count; i++) {
		if (!digest_is_equal(&child->layers[i].diff_id,
				     &parent->layers[i].diff_id))
			return false;
	}
	return begins_with(history_of(child), history_of(parent));
}

static bool load(const struct store *store, const char *text,
		 struct image_record *out)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	struct digest id;

	return digest_parse(text, &id, &ignored) == 0 &&
	       image_record_load(store, &id, out, &ignored) == 0;
}

bool image_descent_is_any(const struct store *store, const char *child,
			  const struct strvec *parents)
{
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;

	if (strvec_has(parents, child))
		return true;
	if (!load(store, child, &record))
		return false;
	for (size_t i = 0; i < parents->count; i++) {
		autoclean(image_record_release) struct image_record parent =
			IMAGE_RECORD_INIT;

		if (load(store, parents->items[i], &parent) &&
		    image_descent_is(&record, &parent))
			return true;
	}
	return false;
}
