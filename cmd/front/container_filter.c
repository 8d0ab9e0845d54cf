/* SPDX-License-Identifier: Apache-2.0 */
/* Which containers `ps` shows. */
#include "cmd/front/container_filter.h"

#include <string.h>

#include "base/alloc.h"
#include "cmd/front/container_filter_network.h"
#include "cmd/front/image_descent.h"
#include "cmd/front/shape.h"
#include "cmd/quote.h"
#include "cmd/units.h"
#include "layers/image/image_find.h"
#include "runtime/health.h"

static const char *const accepted[] = {
	"ancestor", "before",  "exited", "expose", "health",
	"id",	    "is-task", "label",	 "name",   "network",
	"publish",  "since",   "status", "volume", NULL,
};

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++) {
		if (!strcmp(text, *words))
			return true;
	}
	return false;
}

static int check_status(const struct filter *given, struct error *err)
{
	static const char *const words[] = { "paused",	 "restarting",
					     "removing", "running",
					     "dead",	 "created",
					     "exited",	 NULL };
	const char *value;

	for (size_t i = 0; (value = filter_value(given, "status", i)); i++) {
		if (!is_one_of(value, words))
			return error_set(err, ERROR_INVALID,
					 "invalid filter 'status=%s'", value);
	}
	return 0;
}

static int check_health(const struct filter *given, struct error *err)
{
	static const char *const words[] = { "none", "starting", "healthy",
					     "unhealthy", NULL };
	const char *value;

	for (size_t i = 0; (value = filter_value(given, "health", i)); i++) {
		if (!is_one_of(value, words))
			return error_set(err, ERROR_INVALID,
					 "unrecognized filter value for "
					 "health: %s",
					 value);
	}
	return 0;
}

static int check_exited(const struct filter *given, struct error *err)
{
	const char *value;

	for (size_t i = 0; (value = filter_value(given, "exited", i)); i++) {
		char *end;

		(void)strtol(value, &end, 10);
		if (end == value || *end) {
			autofree char *quoted = quote_new(value);

			return error_set(err, ERROR_INVALID,
					 "invalid filter 'exited=%s': "
					 "strconv.Atoi: parsing %s: invalid "
					 "syntax",
					 value, quoted);
		}
	}
	return 0;
}

static int check(const struct filter *given, struct error *err)
{
	bool is_task = false;

	if (filter_check(given, accepted, err) < 0 ||
	    check_status(given, err) < 0 || check_health(given, err) < 0 ||
	    check_exited(given, err) < 0 ||
	    container_filter_check_ports(given, err) < 0)
		return -1;
	return filter_bool(given, "is-task", &is_task, err);
}

static bool is_exit_wanted(const struct filter *given,
			   const struct container_entry *entry)
{
	char code[UNITS_TEXT_MAX];

	if (!filter_has(given, "exited"))
		return true;
	if (container_entry_is_running(entry) || !entry->state.started)
		return false;
	(void)snprintf(code, sizeof(code), "%d", entry->state.exit_code);
	return filter_match_exact(given, "exited", code);
}

/* By its name, or the path on either side. */
static bool is_volume_wanted(const struct filter *given,
			     const struct container_entry *entry)
{
	const json_t *mounts = json_object_get(entry->container.document,
					       "mounts");
	const json_t *mount;
	size_t index;

	if (!filter_has(given, "volume"))
		return true;
	json_array_foreach(mounts, index, mount)
	{
		if (filter_match_exact(given, "volume",
				       shape_text(mount, "Name")) ||
		    filter_match_exact(given, "volume",
				       shape_text(mount, "Source")) ||
		    filter_match_exact(given, "volume",
				       shape_text(mount, "Destination")))
			return true;
	}
	return false;
}

/* An id that begins so; nothing begins with nothing. */
static bool is_id_wanted(const struct filter *given, const char *id)
{
	const char *value = filter_value(given, "id", 0);

	if (!value)
		return true;
	for (size_t i = 1; value; i++) {
		if (*value && !strncmp(id, value, strlen(value)))
			return true;
		value = filter_value(given, "id", i);
	}
	return false;
}

/* Of swarm's tasks there are none. */
static bool is_wanted(const struct filter *given,
		      const struct container_entry *entry)
{
	const struct container *container = &entry->container;
	bool wants_tasks = false;
	struct error ignored = ERROR_INIT;

	if (filter_bool(given, "is-task", &wants_tasks, &ignored) < 0)
		error_release(&ignored); /* was checked before */
	return !wants_tasks && is_id_wanted(given, container->id) &&
	       filter_match_name(given, "name", container->name) &&
	       filter_match_labels(
		       given, "label",
		       json_object_get(container->config, "Labels")) &&
	       filter_match_exact(given, "status",
				  container_status_name(entry->state.status)) &&
	       filter_match_exact(given, "health",
				  health_status(entry->state.health)) &&
	       container_filter_on_network(given, entry) &&
	       container_filter_has_port(given, entry) &&
	       is_exit_wanted(given, entry) && is_volume_wanted(given, entry);
}

static int find_place(const struct store *store, const char *text,
		      const struct container_entries *entries, size_t *out,
		      struct error *err)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;

	if (container_find(store, text, &container, err) < 0)
		return -1;
	for (size_t i = 0; i < entries->count; i++) {
		if (!strcmp(entries->items[i].container.id, container.id)) {
			*out = i;
			return 0;
		}
	}
	return error_set(err, ERROR_NOT_FOUND, "No such container: %s", text);
}

/* Cuts the list at the containers that `before` and `since` name. */
static int cut(const struct filter *given, const struct store *store,
	       struct container_entries *entries, struct error *err)
{
	const char *before = filter_value(given, "before", 0);
	const char *since = filter_value(given, "since", 0);
	size_t first = 0;
	size_t end = entries->count;

	if (before && find_place(store, before, entries, &first, err) < 0)
		return -1;
	if (since && find_place(store, since, entries, &end, err) < 0)
		return -1;
	first += before != NULL;
	while (entries->count > end)
		container_entries_drop(entries, entries->count - 1);
	while (first-- && entries->count)
		container_entries_drop(entries, 0);
	return 0;
}

/* The images that `ancestor` names and that are here. */
static void find_ancestors(const struct filter *given,
			   const struct store *store, struct strvec *out)
{
	const char *text;

	for (size_t i = 0; (text = filter_value(given, "ancestor", i)); i++) {
		autoclean(image_match_release) struct image_match match =
			IMAGE_MATCH_INIT;
		autoclean(error_release) struct error ignored = ERROR_INIT;

		if (image_find(store, text, &match, &ignored) == 0)
			strvec_add(out, match.id.text);
	}
}

int container_filter_apply(const struct container_filter *filter,
			   const struct store *store,
			   struct container_entries *entries, struct error *err)
{
	const struct filter *given = filter->given;
	autoclean(strvec_release) struct strvec ancestors = STRVEC_INIT;
	bool is_all = filter->is_all || filter->most > 0 ||
		      filter_has(given, "status");

	if (check(given, err) < 0 || cut(given, store, entries, err) < 0)
		return -1;
	find_ancestors(given, store, &ancestors);
	for (size_t i = entries->count; i > 0; i--) {
		const struct container_entry *entry = &entries->items[i - 1];

		if ((!is_all && !container_entry_is_running(entry)) ||
		    !is_wanted(given, entry) ||
		    (filter_has(given, "ancestor") &&
		     !image_descent_is_any(store, entry->container.image,
					   &ancestors)))
			container_entries_drop(entries, i - 1);
	}
	while (filter->most > 0 && (int64_t)entries->count > filter->most)
		container_entries_drop(entries, entries->count - 1);
	return 0;
}
