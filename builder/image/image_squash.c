/* SPDX-License-Identifier: Apache-2.0 */
/* Layers of an image made one. */
#include "builder/image/image_squash.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "builder/steps/step_files.h"
#include "layers/image/layer_squash.h"

/* The first KEPT entries that made a layer stay as they are. */
static void empty_history(struct image_state *image, size_t kept)
{
	json_t *history = json_object_get(image->document, "history");
	json_t *entry;
	size_t index;

	json_array_foreach(history, index, entry)
	{
		if (json_is_true(json_object_get(entry, "empty_layer")))
			continue;
		if (kept)
			kept--;
		else
			(void)json_object_set_new(entry, "empty_layer",
						  json_true());
	}
}

static void cut_layers(struct image_state *image, size_t kept)
{
	json_t *ids = json_object_get(
		json_object_get(image->document, "rootfs"), "diff_ids");

	while (json_array_size(ids) > kept)
		(void)json_array_remove(ids, json_array_size(ids) - 1);
	for (size_t i = kept; i < image->layer_count; i++) {
		free(image->layers[i].folder);
		free(image->layers[i].media_type);
	}
	image->layer_count = kept;
}

int image_squash(struct store *store, struct image_state *image, size_t kept,
		 struct lease *lease, struct error *err)
{
	autoclean(strvec_release) struct strvec folders = STRVEC_INIT;
	autoclean(layer_made_release) struct layer_made made = LAYER_MADE_INIT;
	const struct image_state below = {
		.layers = image->layers,
		.layer_count = kept,
	};
	struct image_step step = { .created_by = "squashed", .layer = &made };
	struct layer_squash request = {
		.store = store,
		.below = -1,
		.lease = lease,
	};
	autoclose int view = -1;

	if (image->layer_count <= kept + 1)
		return 0; /* there is nothing to be made one */
	if (step_files_look(store, &below, &view, err) < 0)
		return -1;
	image_state_folders(image, &folders);
	request.folders = folders.items + kept;
	request.count = folders.count - kept;
	request.below = view;
	if (layer_squash(&request, &made, err) < 0)
		return -1;
	empty_history(image, kept);
	cut_layers(image, kept);
	image_state_add(image, &step);
	return 0;
}
