/* SPDX-License-Identifier: Apache-2.0 */
/* Events of containers. */
#include "runtime/engine/container_event.h"

#include <stdio.h>
#include <string.h>

#include "layers/store/event_journal.h"
#include "runtime/engine/spec_request.h"

enum { NUMBER_MAX = 24 };

static void set_number(json_t *attributes, const char *name, int64_t value)
{
	char text[NUMBER_MAX];

	(void)snprintf(text, sizeof(text), "%lld", (long long)value);
	(void)json_object_set_new(attributes, name, json_string(text));
}

void container_event_with(const struct store *store,
			  const struct container *container, const char *action,
			  json_t *attributes)
{
	json_t *all = json_object();

	(void)json_object_update(all,
				 json_object_get(container->config, "Labels"));
	if (attributes)
		(void)json_object_update(all, attributes);
	json_decref(attributes);
	(void)json_object_set_new(all, "image",
				  json_string(container->image_name));
	(void)json_object_set_new(all, "name", json_string(container->name));
	event_note(store, "container", action, container->id, all);
}

void container_event(const struct store *store,
		     const struct container *container, const char *action)
{
	container_event_with(store, container, action, NULL);
}

void container_event_late(const struct store *store,
			  const struct container *container, const char *action,
			  json_t *attributes)
{
	autoclean(container_release) struct container now = CONTAINER_INIT;
	autoclean(error_release) struct error err = ERROR_INIT;
	char owner[CONTAINER_ID_MAX];

	/* the name's file is read sooner than the whole container */
	if (container_name_read(store, container->name, owner, &err) < 0 ||
	    strcmp(owner, container->id) != 0) {
		error_release(&err);
		if (container_load(store, container->id, &now, &err) == 0)
			container = &now;
		error_release(&err);
	}
	container_event_with(store, container, action, attributes);
}

json_t *container_event_end(int exit_code, int64_t seconds)
{
	json_t *attributes = json_object();

	set_number(attributes, "execDuration", seconds);
	set_number(attributes, "exitCode", exit_code);
	return attributes;
}

json_t *container_event_number(const char *name, int64_t value)
{
	json_t *attributes = json_object();

	set_number(attributes, name, value);
	return attributes;
}
