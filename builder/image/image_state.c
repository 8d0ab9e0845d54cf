/* SPDX-License-Identifier: Apache-2.0 */
/* Images on their way. */
#include "builder/image/image_state.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/jsonx.h"

/* What docker gives an image that begins with nothing. */
#define DEFAULT_PATH \
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static void set_created(struct image_state *state)
{
	char text[CLOCK_TEXT_MAX];

	clock_format(clock_join(state->created, 0), text);
	(void)json_object_set_new(state->document, "created",
				  json_string(text));
}

void image_state_scratch(const struct platform *platform,
			 struct image_state *out)
{
	*out = (struct image_state)IMAGE_STATE_INIT;
	out->document = json_pack(
		"{s:s,s:s,s:s,s:{s:[s],s:s},s:{s:s,s:[]},s:[]}", "created", "",
		"architecture", platform->architecture, "os", platform->os,
		"config", "Env", DEFAULT_PATH, "WorkingDir", "/", "rootfs",
		"type", "layers", "diff_ids", "history");
	if (platform->variant)
		(void)json_object_set_new(out->document, "variant",
					  json_string(platform->variant));
	set_created(out);
}

static json_t *member(json_t *object, const char *key, json_t *(*make)(void))
{
	json_t *value = json_object_get(object, key);

	if (value && !json_is_null(value))
		return value;
	value = make();
	(void)json_object_set_new(object, key, value);
	return value;
}

static void copy_layers(const struct image_layer *layers, size_t count,
			struct image_state *out)
{
	out->layers = xcalloc(count + 1, sizeof(*out->layers));
	out->layer_count = count;
	for (size_t i = 0; i < count; i++) {
		out->layers[i] = layers[i];
		out->layers[i].folder = xstrdup(layers[i].folder);
		out->layers[i].media_type = xstrdup(layers[i].media_type);
	}
}

int image_state_from(const struct image_record *record, const char *name,
		     struct image_state *out, struct error *err)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	const char *created =
		json_string_value(json_object_get(record->config, "created"));
	int64_t time = 0;

	*out = (struct image_state)IMAGE_STATE_INIT;
	if (!json_is_object(json_object_get(record->config, "rootfs")))
		return error_set(err, ERROR_CORRUPT,
				 "image %s: its configuration lists no layers",
				 name);
	out->document = json_deep_copy(record->config);
	if (created && clock_parse(created, &time, &ignored) == 0)
		out->created = time / CLOCK_SECOND;
	out->name = xstrdup(name);
	copy_layers(record->layers, record->layer_count, out);
	out->base_count = record->layer_count;
	(void)member(out->document, "config", json_object);
	return 0;
}

void image_state_copy(const struct image_state *from, struct image_state *to)
{
	image_state_release(to);
	to->document = json_deep_copy(from->document);
	to->created = from->created;
	to->is_fixed = from->is_fixed;
	to->base_count = from->base_count;
	to->name = xstrdup(from->name);
	copy_layers(from->layers, from->layer_count, to);
}

json_t *image_state_config(struct image_state *state)
{
	return member(state->document, "config", json_object);
}

static void add_layer(struct image_state *state, const struct layer_made *layer)
{
	json_t *rootfs = member(state->document, "rootfs", json_object);

	state->layers = xreallocarray(state->layers, state->layer_count + 1,
				      sizeof(*state->layers));
	layer_made_describe(layer, &state->layers[state->layer_count++]);
	(void)json_array_append_new(member(rootfs, "diff_ids", json_array),
				    json_string(layer->diff_id.text));
}

void image_state_add(struct image_state *state, const struct image_step *step)
{
	json_t *history = member(state->document, "history", json_array);
	json_t *entry = json_object();
	char text[CLOCK_TEXT_MAX];

	if (step->layer) {
		if (!state->is_fixed && step->layer->latest > state->created)
			state->created = step->layer->latest;
		add_layer(state, step->layer);
	}
	set_created(state);
	clock_format(clock_join(state->created, 0), text);
	(void)json_object_set_new(entry, "created", json_string(text));
	(void)json_object_set_new(entry, "created_by",
				  json_string(step->created_by));
	(void)json_object_set_new(entry, "comment",
				  json_string("imgctl.dockerfile"));
	if (!step->layer)
		(void)json_object_set_new(entry, "empty_layer", json_true());
	(void)json_array_append_new(history, entry);
}

void image_state_folders(const struct image_state *state, struct strvec *out)
{
	for (size_t i = 0; i < state->layer_count; i++)
		strvec_add(out, state->layers[i].folder);
}

void image_state_release(struct image_state *state)
{
	for (size_t i = 0; i < state->layer_count; i++) {
		free(state->layers[i].folder);
		free(state->layers[i].media_type);
	}
	free(state->layers);
	free(state->name);
	json_decref(state->document);
	*state = (struct image_state)IMAGE_STATE_INIT;
}
