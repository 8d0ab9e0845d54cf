/* SPDX-License-Identifier: Apache-2.0 */
/* Planning which images go. */
#include "layers/image/image_prune.h"

#include <string.h>

#include "base/clock.h"
#include "layers/store/container_folder.h"
#include "layers/store/image_record.h"

/* Whether the labels have WANT, "key" or "key=value". */
static bool has_label(const json_t *labels, const char *want)
{
	const char *equals = strchr(want, '=');
	size_t length = equals ? (size_t)(equals - want) : strlen(want);
	const char *value =
		json_string_value(json_object_getn(labels, want, length));

	return value && (!equals || !strcmp(value, equals + 1));
}

static bool labels_match(const struct image_prune_filter *filter,
			 const json_t *labels)
{
	for (size_t i = 0; i < filter->labels.count; i++) {
		if (!has_label(labels, filter->labels.items[i]))
			return false;
	}
	for (size_t i = 0; i < filter->no_labels.count; i++) {
		if (has_label(labels, filter->no_labels.items[i]))
			return false;
	}
	return true;
}

/* An image that does not say when it was made counts as new, as in docker. */
static bool is_older(const json_t *config, int64_t until)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	const char *created =
		json_string_value(json_object_get(config, "created"));
	int64_t time = 0;

	return created && clock_parse(created, &time, &ignored) == 0 &&
	       time < until;
}

bool image_prune_takes(const struct image_prune_filter *filter,
		       const struct image_prune_fact *fact)
{
	const json_t *settings = json_object_get(fact->config, "config");

	if (fact->is_used || (fact->is_tagged && !filter->all))
		return false;
	if (filter->has_until && !is_older(fact->config, filter->until))
		return false;
	return labels_match(filter, json_object_get(settings, "Labels"));
}

/* The images that containers stand on. */
static int find_used(const struct store *store, struct strvec *out,
		     struct error *err)
{
	autoclean(strvec_release) struct strvec ids = STRVEC_INIT;

	if (container_folder_list(store, "", &ids, err) < 0)
		return -1;
	for (size_t i = 0; i < ids.count; i++) {
		if (container_folder_uses(store, ids.items[i], out, NULL, err) <
		    0)
			return -1;
	}
	return 0;
}

static int plan_one(const struct store *store,
		    const struct image_prune_filter *filter,
		    const struct image_prune_fact *known, struct strvec *out,
		    struct error *err)
{
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	autoclean(strvec_release) struct strvec tags = STRVEC_INIT;
	autoclean(strvec_release) struct strvec holders = STRVEC_INIT;
	struct image_prune_fact fact = *known;
	struct digest id;

	if (digest_parse(fact.id, &id, err) < 0 ||
	    image_record_load(store, &id, &record, err) < 0) {
		if (err->kind == ERROR_SYSTEM)
			return -1;
		error_release(err); /* damaged: system check has it */
		return 0;
	}
	if (image_record_names(store, &id, &tags, NULL, err) < 0)
		return -1;
	if (image_record_holders(store, &id, &holders, err) < 0)
		return -1;
	if (!tags.count && holders.count)
		return 0; /* it goes with the name whose index has it */
	fact.is_tagged = tags.count > 0;
	fact.config = record.config;
	if (image_prune_takes(filter, &fact))
		strvec_add(out, fact.id);
	return 0;
}

int image_prune_plan(const struct store *store,
		     const struct image_prune_filter *filter,
		     struct strvec *out, struct error *err)
{
	autoclean(strvec_release) struct strvec ids = STRVEC_INIT;
	autoclean(strvec_release) struct strvec used = STRVEC_INIT;

	if (image_record_list(store, &ids, err) < 0 ||
	    find_used(store, &used, err) < 0)
		return -1;
	strvec_sort(&ids);
	for (size_t i = 0; i < ids.count; i++) {
		struct image_prune_fact fact = {
			.id = ids.items[i],
			.is_used = strvec_has(&used, ids.items[i]),
		};

		if (plan_one(store, filter, &fact, out, err) < 0)
			return -1;
	}
	return 0;
}

void image_prune_filter_release(struct image_prune_filter *filter)
{
	strvec_release(&filter->labels);
	strvec_release(&filter->no_labels);
}
