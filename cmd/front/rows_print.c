/* SPDX-License-Identifier: Apache-2.0 */
/* From an array of rows to what the listing module takes. */
#include "cmd/front/rows_print.h"

#include <stdint.h>

#include "base/alloc.h"

int rows_print(const struct listing *listing, const char *format, json_t *rows,
	       struct strbuf *out, struct error *err)
{
	size_t count = json_array_size(rows);
	struct listing_row *items = xcalloc(count, sizeof(*items));
	struct listing_rows list = { items, count };
	json_t *kept = json_array(); /* the labels, taken out of their rows */
	int result;

	for (size_t i = 0; i < count; i++) {
		json_t *row = json_array_get(rows, i);
		json_t *labels = json_object_get(row, ROWS_LABELS);

		items[i] = (struct listing_row){ row, labels };
		if (labels)
			(void)json_array_append(kept, labels);
		(void)json_object_del(row, ROWS_LABELS); /* absent is fine */
	}
	result = listing_format(listing, format, &list, out, err);
	json_decref(kept);
	free(items);
	return result;
}

json_t *rows_join_labels(const json_t *labels)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)labels, key, value)
		strbuf_addf(&text, "%s%s=%s", text.length ? "," : "", key,
			    json_string_value(value));
	return json_string(text.length ? text.text : "");
}
