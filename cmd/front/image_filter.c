/* SPDX-License-Identifier: Apache-2.0 */
/* Which images, and which of their names, `images` shows. */
#include "cmd/front/image_filter.h"

#include "base/alloc.h"
#include "layers/image/image_find.h"

static const char *const accepted[] = {
	"before",    "dangling", "label", "label!",
	"reference", "since",	 "until", NULL,
};

/* When the image that TEXT means was made. */
static int moment_of(const struct store *store, const char *text,
		     struct image_moment *out, struct error *err)
{
	autoclean(image_match_release) struct image_match match =
		IMAGE_MATCH_INIT;
	autoclean(image_entry_release) struct image_entry entry = {
		.record = IMAGE_RECORD_INIT
	};

	if (image_find(store, text, &match, err) < 0 ||
	    image_entry_load(store, &match.id, &entry, err) < 0)
		return -1;
	*out = (struct image_moment){ entry.created, entry.record.layer_count };
	return 0;
}

static bool is_earlier(const struct image_moment *a,
		       const struct image_moment *b)
{
	if (a->created != b->created || a->created == IMAGE_ENTRY_AGELESS)
		return a->created < b->created;
	return a->layers < b->layers;
}

static void lower_before(struct image_filter *filter,
			 const struct image_moment *moment)
{
	if (!filter->has_before || is_earlier(moment, &filter->before))
		filter->before = *moment;
	filter->has_before = true;
}

/* Several values narrow it further: the earliest and the latest count. */
static int look_up(struct image_filter *filter, const struct store *store,
		   struct error *err)
{
	struct image_moment moment;
	const char *text;

	for (size_t i = 0; (text = filter_value(filter->given, "before", i));
	     i++) {
		if (moment_of(store, text, &moment, err) < 0)
			return -1;
		lower_before(filter, &moment);
	}
	for (size_t i = 0; (text = filter_value(filter->given, "since", i));
	     i++) {
		if (moment_of(store, text, &moment, err) < 0)
			return -1;
		if (!filter->has_since || is_earlier(&filter->since, &moment))
			filter->since = moment;
		filter->has_since = true;
	}
	return 0;
}

int image_filter_init(struct image_filter *filter, const struct store *store,
		      const struct filter *given, int64_t now,
		      struct error *err)
{
	struct image_moment until = { now, 0 };

	*filter = (struct image_filter){ .given = given };
	if (filter_check(given, accepted, err) < 0 ||
	    filter_bool(given, "dangling", &filter->is_dangling, err) < 0 ||
	    filter_time(given, "until", now, &until.created, err) < 0)
		return -1;
	if (filter_has(given, "until"))
		lower_before(filter, &until);
	return look_up(filter, store, err);
}

static bool is_in_time(const struct image_filter *filter,
		       const struct image_entry *entry)
{
	const struct image_moment made = { entry->created,
					   entry->record.layer_count };

	return (!filter->has_before || is_earlier(&made, &filter->before)) &&
	       (!filter->has_since || is_earlier(&filter->since, &made));
}

/* docker matches a pattern against "name:tag" and against "name". */
static bool is_reference(const struct image_filter *filter, const char *name)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autofree char *whole = NULL;
	autofree char *bare = NULL;

	if (reference_parse(name, &ref, &ignored) < 0)
		return false;
	whole = reference_familiar(&ref);
	bare = reference_familiar_name(&ref);
	return filter_match_glob(filter->given, "reference", whole) ||
	       filter_match_glob(filter->given, "reference", bare);
}

static void keep_matching(const struct image_filter *filter,
			  struct strvec *names)
{
	for (size_t i = names->count; i > 0; i--) {
		if (!is_reference(filter, names->items[i - 1]))
			strvec_remove(names, i - 1);
	}
}

static bool is_wanted(const struct image_filter *filter,
		      struct image_entry *entry)
{
	const json_t *config = json_object_get(entry->record.config, "config");
	bool has_dangling = filter_has(filter->given, "dangling");
	bool has_reference = filter_has(filter->given, "reference");

	if (!is_in_time(filter, entry) ||
	    !filter_allows_labels(filter->given,
				  json_object_get(config, "Labels")))
		return false;
	if (has_reference) {
		keep_matching(filter, &entry->tags);
		keep_matching(filter, &entry->digests);
	}
	if (!entry->tags.count && !entry->digests.count)
		return !has_reference && (!has_dangling || filter->is_dangling);
	return !filter->is_dangling || !entry->tags.count;
}

void image_filter_apply(const struct image_filter *filter,
			struct image_entries *entries)
{
	for (size_t i = entries->count; i > 0; i--) {
		if (!is_wanted(filter, &entries->items[i - 1]))
			image_entries_drop(entries, i - 1);
	}
}
