/* SPDX-License-Identifier: Apache-2.0 */
/* Loading containers with their states. */
#include "cmd/front/container_entry.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "cmd/front/shape.h"
#include "layers/image/image_find.h"
#include "runtime/engine/container_hostroot.h"
#include "runtime/engine/container_network.h"
#include "runtime/engine/container_size.h"

bool container_entry_is_running(const struct container_entry *entry)
{
	switch (entry->state.status) {
	case CONTAINER_RUNNING:
	case CONTAINER_PAUSED:
	case CONTAINER_RESTARTING:
		return true;
	case CONTAINER_STATUS_NONE:
	case CONTAINER_CREATED:
	case CONTAINER_REMOVING:
	case CONTAINER_EXITED:
	case CONTAINER_DEAD:
		break;
	}
	return false;
}

/* A name that means another image by now would mislead: docker shows the id. */
static char *shown_image(const struct store *store,
			 const struct container *container)
{
	autoclean(image_match_release) struct image_match match =
		IMAGE_MATCH_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (container_hostroot_path(container))
		return xstrdup(container->image_name);
	if (image_find(store, container->image_name, &match, &ignored) == 0 &&
	    match.by_name && !strcmp(match.id.text, container->image))
		return xstrdup(container->image_name);
	return xstrdup(container->image);
}

/* Fills ENTRY, whose container is loaded. */
static int complete(const struct store *store, struct container_entry *entry,
		    struct error *err)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	const struct container *container = &entry->container;

	if (container_state_load(store, container, &entry->state, err) < 0)
		return -1;
	if (clock_parse(shape_text(container->document, "created"),
			&entry->created, &ignored) < 0)
		entry->created = 0;
	entry->image = shown_image(store, container);
	if (container_entry_is_running(entry))
		entry->network = container_network_read(store, container->id);
	return 0;
}

static int load(const struct store *store, const char *id,
		struct container_entry *out, struct error *err)
{
	*out = (struct container_entry){ .container = CONTAINER_INIT };
	if (container_load(store, id, &out->container, err) == 0 &&
	    complete(store, out, err) == 0)
		return 0;
	container_entry_release(out);
	return -1;
}

int container_entry_find(const struct store *store, const char *text,
			 struct container_entry *out, struct error *err)
{
	*out = (struct container_entry){ .container = CONTAINER_INIT };
	if (container_find(store, text, &out->container, err) == 0 &&
	    complete(store, out, err) == 0)
		return 0;
	container_entry_release(out);
	return -1;
}

static int newest_first(const void *a, const void *b)
{
	const struct container_entry *one = a;
	const struct container_entry *two = b;

	if (one->created != two->created)
		return one->created < two->created ? 1 : -1;
	return strcmp(one->container.id, two->container.id);
}

int container_entries_load(const struct store *store,
			   struct container_entries *out, struct error *err)
{
	autoclean(strvec_release) struct strvec ids = STRVEC_INIT;

	if (container_list(store, &ids, err) < 0)
		return -1;
	out->items = xcalloc(ids.count, sizeof(*out->items));
	for (size_t i = 0; i < ids.count; i++) {
		if (load(store, ids.items[i], &out->items[out->count], err) ==
		    0) {
			out->count++;
			continue;
		}
		if (err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
	}
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items),
		      newest_first);
	return 0;
}

void container_entries_drop(struct container_entries *entries, size_t index)
{
	container_entry_release(&entries->items[index]);
	entries->count--;
	memmove(&entries->items[index], &entries->items[index + 1],
		(entries->count - index) * sizeof(*entries->items));
}

void container_entries_release(struct container_entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		container_entry_release(&entries->items[i]);
	free(entries->items);
	*entries = (struct container_entries)CONTAINER_ENTRIES_INIT;
}

/* The image's size; 0 when it was removed by force. */
static uint64_t image_size(const struct store *store,
			   const struct container *container)
{
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	struct digest id;

	if (digest_parse(container->image, &id, &ignored) < 0 ||
	    image_record_load(store, &id, &record, &ignored) < 0)
		return 0;
	return record.size;
}

int container_entry_measure(const struct store *store,
			    struct container_entry *entry, struct error *err)
{
	if (container_size(&entry->container, &entry->size_rw, err) < 0)
		return -1;
	entry->size_root = entry->size_rw +
			   image_size(store, &entry->container);
	entry->has_size = true;
	return 0;
}

void container_entry_release(struct container_entry *entry)
{
	container_release(&entry->container);
	container_state_release(&entry->state);
	free(entry->image);
	json_decref(entry->network);
	entry->image = NULL;
}
