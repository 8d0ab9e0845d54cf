/* SPDX-License-Identifier: Apache-2.0 */
/* How docker words what a container is and does. */
#include "cmd/front/container_rows.h"

#include <string.h>

#include "base/alloc.h"
#include "cmd/front/container_ports_text.h"
#include "cmd/front/moment.h"
#include "cmd/front/rows_print.h"
#include "cmd/front/shape.h"
#include "cmd/quote.h"
#include "runtime/health.h"

enum { COMMAND_COLUMNS = 20, MOUNT_COLUMNS = 15 };

struct maker {
	const struct container_rows_options *options;
	const struct container_entry *entry;
	json_t *row;
};

static void set(const struct maker *maker, const char *field, const char *text)
{
	(void)json_object_set_new(maker->row, field, json_string(text));
}

static void add_health(const json_t *health, struct strbuf *out)
{
	const char *status = health_status(health);

	if (health)
		strbuf_addf(
			out, " (%s%s)",
			strcmp(status, "starting") ? "" : "health: ", status);
}

void container_rows_status(const struct container_state *state, int64_t now,
			   struct strbuf *out)
{
	char up[UNITS_TEXT_MAX];
	char ago[MOMENT_TEXT_MAX];

	units_format_age(now - state->started, up);
	moment_format_ago(state->finished, now, ago);
	switch (state->status) {
	case CONTAINER_RUNNING:
		strbuf_addf(out, "Up %s", up);
		add_health(state->health, out);
		return;
	case CONTAINER_PAUSED:
		strbuf_addf(out, "Up %s (Paused)", up);
		return;
	case CONTAINER_RESTARTING:
		strbuf_addf(out, "Restarting (%d) %s", state->exit_code, ago);
		return;
	case CONTAINER_REMOVING:
		strbuf_addstr(out, "Removal In Progress");
		return;
	case CONTAINER_DEAD:
		strbuf_addstr(out, "Dead");
		return;
	case CONTAINER_EXITED:
		/* one whose monitor was killed took no note of the time */
		if (state->finished)
			strbuf_addf(out, "Exited (%d) %s", state->exit_code,
				    ago);
		else
			strbuf_addf(out, "Exited (%d)", state->exit_code);
		return;
	case CONTAINER_CREATED:
	case CONTAINER_STATUS_NONE:
		strbuf_addstr(out, "Created");
		return;
	}
}

/* The program with its arguments, not yet quoted. */
static void add_command(const json_t *document, struct strbuf *out)
{
	const json_t *arguments = json_object_get(document, "args");
	const json_t *argument;
	size_t index;

	strbuf_addstr(out, shape_text(document, "path"));
	json_array_foreach(arguments, index, argument)
	{
		const char *text = json_string_value(argument);

		if (!text)
			continue;
		strbuf_addf(out, strchr(text, ' ') ? " '%s'" : " %s", text);
	}
}

static void set_command(const struct maker *maker)
{
	autoclean(strbuf_release) struct strbuf whole = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf cut = STRBUF_INIT;
	autofree char *quoted = NULL;

	add_command(maker->entry->container.document, &whole);
	if (!maker->options->is_whole)
		units_ellipsis(whole.text, COMMAND_COLUMNS, &cut);
	quoted = quote_new(maker->options->is_whole ? whole.text : cut.text);
	set(maker, "Command", quoted);
}

/* A name with tag and digest is shown without the digest; an id is cut. */
static void set_image(const struct maker *maker)
{
	const char *image = maker->entry->image;
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autofree char *text = NULL;

	if (maker->options->is_whole) {
		set(maker, "Image", image);
		return;
	}
	if (!strcmp(image, maker->entry->container.image)) {
		text = units_short_id(image);
	} else if (reference_parse(image, &ref, &ignored) == 0 && ref.tag &&
		   ref.digest) {
		free(ref.digest);
		ref.digest = NULL;
		text = reference_familiar(&ref);
	} else {
		text = xstrdup(image);
	}
	set(maker, "Image", text);
}

static void set_size(const struct maker *maker)
{
	const struct container_entry *entry = maker->entry;
	char own[UNITS_TEXT_MAX];
	char whole[UNITS_TEXT_MAX];
	autofree char *text = NULL;

	units_format_size3((double)entry->size_rw, own);
	units_format_size3((double)entry->size_root, whole);
	text = entry->size_root ? xasprintf("%s (virtual %s)", own, whole)
				: xstrdup(own);
	set(maker, "Size", text);
}

static void set_labels(const struct maker *maker)
{
	json_t *labels = json_object_get(maker->entry->container.config,
					 "Labels");
	autoclean(strvec_release) struct strvec items = STRVEC_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	const char *key;
	json_t *value;

	json_object_foreach(labels, key, value)
	{
		const char *label = json_string_value(value);

		strvec_addf(&items, "%s=%s", key, label ? label : "");
	}
	strvec_sort(&items);
	for (size_t i = 0; i < items.count; i++)
		strbuf_addf(&text, "%s%s", i ? "," : "", items.items[i]);
	set(maker, "Labels", text.text);
	if (json_is_object(labels))
		(void)json_object_set(maker->row, ROWS_LABELS, labels);
}

static void set_mounts(const struct maker *maker)
{
	const json_t *mounts = json_object_get(maker->entry->container.document,
					       "mounts");
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	char count[UNITS_TEXT_MAX];
	unsigned volumes = 0;
	const json_t *mount;
	size_t index;

	json_array_foreach(mounts, index, mount)
	{
		const char *name = shape_text(mount, "Name");

		if (!*name)
			name = shape_text(mount, "Source");
		if (index)
			strbuf_addch(&text, ',');
		if (maker->options->is_whole)
			strbuf_addstr(&text, name);
		else
			units_ellipsis(name, MOUNT_COLUMNS, &text);
		volumes += !strcmp(shape_text(mount, "Driver"), "local");
	}
	(void)snprintf(count, sizeof(count), "%u", volumes);
	set(maker, "Mounts", text.text);
	set(maker, "LocalVolumes", count);
}

static void set_state(const struct maker *maker)
{
	const struct container_state *state = &maker->entry->state;
	autoclean(strbuf_release) struct strbuf status = STRBUF_INIT;

	container_rows_status(state, maker->options->now, &status);
	set(maker, "State", container_status_name(state->status));
	set(maker, "Status", status.text);
	set(maker, "HealthStatus", health_status(state->health));
}

static void set_networks(const struct maker *maker)
{
	const struct container_entry *entry = maker->entry;
	const char *mode = shape_text(entry->container.host_config,
				      "NetworkMode");
	const json_t *networks = json_object_get(entry->container.document,
						 "networks");
	autoclean(strbuf_release) struct strbuf names = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf ports = STRBUF_INIT;
	const char *name;
	const json_t *ignored;

	json_object_foreach((json_t *)(uintptr_t)networks, name, ignored)
	{
		(void)ignored;
		strbuf_addf(&names, "%s%s", names.length ? "," : "", name);
	}
	/* one that lives in another's network has none of its own */
	if (!names.length && !strchr(mode, ':'))
		strbuf_addstr(&names, mode);
	container_ports_text(json_object_get(entry->network, "Ports"), &ports);
	set(maker, "Networks", names.length ? names.text : "");
	set(maker, "Ports", ports.length ? ports.text : "");
}

static json_t *make_row(const struct container_entry *entry,
			const struct container_rows_options *options)
{
	const struct container *container = &entry->container;
	struct maker maker = { options, entry, json_object() };
	autofree char *id = options->is_whole ? xstrdup(container->id)
					      : units_short_id(container->id);
	char created[MOMENT_TEXT_MAX];
	char ago[MOMENT_TEXT_MAX];

	moment_format_local(entry->created, created);
	moment_format_ago(entry->created, options->now, ago);
	set(&maker, "ID", id);
	set(&maker, "Names", container->name);
	set_image(&maker);
	set_command(&maker);
	set(&maker, "CreatedAt", created);
	set(&maker, "RunningFor", ago);
	set_networks(&maker);
	set_state(&maker);
	set_size(&maker);
	set_labels(&maker);
	set_mounts(&maker);
	return maker.row;
}

json_t *container_rows_make(const struct container_entries *entries,
			    const struct container_rows_options *options)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < entries->count; i++)
		(void)json_array_append_new(
			rows, make_row(&entries->items[i], options));
	return rows;
}
