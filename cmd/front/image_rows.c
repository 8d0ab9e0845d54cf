/* SPDX-License-Identifier: Apache-2.0 */
/* docker's rules for which rows an image has. */
#include "cmd/front/image_rows.h"

#include <string.h>

#include "base/alloc.h"
#include "cmd/front/moment.h"

static const char none[] = "<none>";

struct maker {
	const struct image_rows_options *options;
	const struct image_entry *entry;
	json_t *rows;
};

static void set(json_t *row, const char *field, const char *text)
{
	(void)json_object_set_new(row, field, json_string(text));
}

static void set_times(const struct maker *maker, json_t *row)
{
	int64_t created = maker->entry->created;
	char since[MOMENT_TEXT_MAX] = "";
	char at[MOMENT_TEXT_MAX] = "0001-01-01 00:00:00 +0000 UTC";

	if (created != IMAGE_ENTRY_AGELESS) {
		moment_format_ago(created, maker->options->now, since);
		moment_format_local(created, at);
	}
	set(row, "CreatedSince", since);
	set(row, "CreatedAt", at);
}

static void add_row(const struct maker *maker, const char *repository,
		    const char *tag, const char *digest)
{
	const struct image_record *record = &maker->entry->record;
	autofree char *id = maker->options->is_whole
				    ? xstrdup(record->id.text)
				    : units_short_id(record->id.text);
	char size[UNITS_TEXT_MAX];
	json_t *row = json_object();

	units_format_size3((double)record->size, size);
	set(row, "ID", id);
	set(row, "Repository", repository);
	set(row, "Tag", tag);
	set(row, "Digest", digest);
	set_times(maker, row);
	set(row, "Size", size);
	set(row, "VirtualSize", size);
	set(row, "SharedSize", "N/A");
	set(row, "UniqueSize", "N/A");
	set(row, "Containers", "N/A");
	(void)json_array_append_new(maker->rows, row);
}

/* A name taken apart; the tag or the digest is NULL. */
struct parts {
	char *repository; /* familiar */
	struct reference ref;
};

static void parts_release(struct parts *parts)
{
	free(parts->repository);
	reference_release(&parts->ref);
}
DEFINE_CLEANUP(struct parts, parts_release)

static bool take_apart(const char *name, struct parts *out)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;

	*out = (struct parts){ NULL, REFERENCE_INIT };
	if (reference_parse(name, &out->ref, &ignored) < 0)
		return false;
	out->repository = reference_familiar_name(&out->ref);
	return true;
}

/*
 * Calls for each digest of REPOSITORY a row with TAG (NULL: "<none>"); tells
 * how many there were.
 */
static size_t add_digests(const struct maker *maker, const char *repository,
			  const char *tag)
{
	const struct strvec *digests = &maker->entry->digests;
	size_t count = 0;

	for (size_t i = 0; i < digests->count; i++) {
		autoclean(parts_release) struct parts parts;

		if (!take_apart(digests->items[i], &parts) ||
		    strcmp(parts.repository, repository) != 0)
			continue;
		add_row(maker, repository, tag ? tag : none, parts.ref.digest);
		count++;
	}
	return count;
}

static void add_tags(const struct maker *maker, struct strvec *tagged)
{
	const struct strvec *tags = &maker->entry->tags;

	for (size_t i = 0; i < tags->count; i++) {
		autoclean(parts_release) struct parts parts;

		if (!take_apart(tags->items[i], &parts) || !parts.ref.tag)
			continue;
		if (!strvec_has(tagged, parts.repository))
			strvec_add(tagged, parts.repository);
		if (!maker->options->has_digests ||
		    !add_digests(maker, parts.repository, parts.ref.tag))
			add_row(maker, parts.repository, parts.ref.tag, none);
	}
}

/* Repositories of which only digests are known. */
static void add_untagged(const struct maker *maker, struct strvec *seen)
{
	const struct strvec *digests = &maker->entry->digests;

	for (size_t i = 0; i < digests->count; i++) {
		autoclean(parts_release) struct parts parts;

		if (!take_apart(digests->items[i], &parts) ||
		    strvec_has(seen, parts.repository))
			continue;
		strvec_add(seen, parts.repository);
		if (maker->options->has_digests)
			(void)add_digests(maker, parts.repository, NULL);
		else
			add_row(maker, parts.repository, none, "");
	}
}

json_t *image_rows_make(const struct image_entries *entries,
			const struct image_rows_options *options)
{
	struct maker maker = { options, NULL, json_array() };

	for (size_t i = 0; i < entries->count; i++) {
		autoclean(strvec_release) struct strvec seen = STRVEC_INIT;

		maker.entry = &entries->items[i];
		if (maker.entry->is_held)
			continue;
		if (!maker.entry->tags.count && !maker.entry->digests.count)
			add_row(&maker, none, none, none);
		add_tags(&maker, &seen);
		add_untagged(&maker, &seen);
	}
	return maker.rows;
}
