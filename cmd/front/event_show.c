/* SPDX-License-Identifier: Apache-2.0 */
/* Filtering and wording events. */
#include "cmd/front/event_show.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "cmd/front/shape.h"
#include "layers/store/event_journal.h"

static const char *const accepted[] = {
	"config", "container", "daemon", "event",  "image",
	"label",  "network",   "node",	 "plugin", "scope",
	"secret", "service",   "type",	 "volume", NULL,
};

/* Kinds of objects that are named by their filter's key. */
static const char *const named[] = { "config", "container", "daemon", "network",
				     "node",   "plugin",    "secret", "service",
				     "volume", NULL };

int event_show_check(const struct filter *given, struct error *err)
{
	return filter_check(given, accepted, err);
}

static const json_t *actor_of(const json_t *event)
{
	return json_object_get(event, "Actor");
}

static const char *attribute(const json_t *event, const char *name)
{
	return shape_text(json_object_get(actor_of(event), "Attributes"), name);
}

/*
 * docker's rule: actions with something behind a colon (health_status,
 * exec_create, exec_start) are also meant by what is before it, and then all
 * values mean beginnings.
 */
static bool is_action_wanted(const struct filter *given, const char *action)
{
	static const char *const open[] = { "health_status", "exec_create",
					    "exec_start" };
	const char *value;

	for (size_t i = 0; (value = filter_value(given, "event", i)); i++) {
		for (size_t j = 0; j < sizeof(open) / sizeof(*open); j++) {
			if (!strcmp(value, open[j]))
				return filter_match_prefix(given, "event",
							   action);
		}
	}
	return filter_match_exact(given, "event", action);
}

static bool is_named_wanted(const struct filter *given, const json_t *event)
{
	const char *type = shape_text(event, "Type");
	const char *id = shape_text(actor_of(event), "ID");
	const char *name = attribute(event, "name");

	for (const char *const *key = named; *key; key++) {
		if (!filter_has(given, *key))
			continue;
		if (strcmp(*key, type) != 0 ||
		    (!filter_match_prefix(given, *key, id) &&
		     !filter_match_prefix(given, *key, name)))
			return false;
	}
	return true;
}

/* A name without its tag; a port's colon is no tag's. */
static char *without_tag(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon && !strchr(colon, '/')
		       ? xstrndup(name, (size_t)(colon - name))
		       : xstrdup(name);
}

static bool is_image(const struct filter *given, const char *name)
{
	autofree char *repository = without_tag(name);

	return filter_match_exact(given, "image", name) ||
	       filter_match_exact(given, "image", repository);
}

/* Images themselves, and the containers made of them. */
static bool is_image_wanted(const struct filter *given, const json_t *event)
{
	bool is_own = !strcmp(shape_text(event, "Type"), "image");

	return !filter_has(given, "image") ||
	       is_image(given, shape_text(actor_of(event), "ID")) ||
	       is_image(given, attribute(event, is_own ? "name" : "image"));
}

bool event_show_is_wanted(const struct filter *given, const json_t *event)
{
	return is_action_wanted(given, shape_text(event, "Action")) &&
	       filter_match_exact(given, "type", shape_text(event, "Type")) &&
	       filter_match_exact(given, "scope", shape_text(event, "scope")) &&
	       is_named_wanted(given, event) && is_image_wanted(given, event) &&
	       filter_match_labels(
		       given, "label",
		       json_object_get(actor_of(event), "Attributes"));
}

/* Go's "2006-01-02T15:04:05.000000000Z07:00". */
static void add_time(int64_t time, struct strbuf *out)
{
	time_t seconds = (time_t)(time / CLOCK_SECOND);
	struct tm when = { 0 };
	char text[32];
	char zone[8];

	(void)localtime_r(&seconds, &when);
	(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &when);
	(void)strftime(zone, sizeof(zone), "%z", &when);
	strbuf_addf(out, "%s.%09lld", text, (long long)(time % CLOCK_SECOND));
	if (!when.tm_gmtoff)
		strbuf_addch(out, 'Z');
	else
		strbuf_addf(out, "%.3s:%s", zone, zone + 3);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_attributes(json_t *attributes, struct strbuf *out)
{
	size_t count = json_object_size(attributes);
	autofree const char **keys = xcalloc(count + 1, sizeof(*keys));
	const char *key;
	json_t *value;
	size_t at = 0;

	if (!count)
		return;
	json_object_foreach(attributes, key, value) keys[at++] = key;
	qsort(keys, count, sizeof(*keys), by_text);
	for (size_t i = 0; i < count; i++)
		strbuf_addf(out, "%s%s=%s", i ? ", " : " (", keys[i],
			    shape_text(attributes, keys[i]));
	strbuf_addch(out, ')');
}

void event_show_line(const json_t *event, struct strbuf *out)
{
	add_time(event_time(event), out);
	strbuf_addf(out, " %s %s %s", shape_text(event, "Type"),
		    shape_text(event, "Action"),
		    shape_text(actor_of(event), "ID"));
	add_attributes(json_object_get(actor_of(event), "Attributes"), out);
	strbuf_addch(out, '\n');
}

static void set_text(json_t *message, const char *key, const char *text)
{
	(void)json_object_set_new(message, key, json_string(text));
}

json_t *event_show_message(const json_t *event)
{
	const char *type = shape_text(event, "Type");
	json_t *message = json_object();

	if (!strcmp(type, "container") || !strcmp(type, "image")) {
		set_text(message, "status", shape_text(event, "Action"));
		set_text(message, "id", shape_text(actor_of(event), "ID"));
	}
	if (!strcmp(type, "container"))
		set_text(message, "from", attribute(event, "image"));
	(void)json_object_update(message, (json_t *)(uintptr_t)event);
	return message;
}
