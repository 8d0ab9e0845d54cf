/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a build: an image, files, caches. */
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/jsonx.h"
#include "builder/build_usage.h"
#include "builder/image/image_squash.h"
#include "cmd/front/build_carry.h"
#include "cmd/front/building.h"
#include "cmd/units.h"
#include "cmd/whole_file.h"
#include "layers/image/image_assemble.h"
#include "layers/image/image_edit.h"
#include "layers/image/image_event.h"
#include "layers/image/image_flush.h"

enum { CACHE_GIB = 20 };

static int send_caches(struct building *building, struct error *err)
{
	const struct strvec *to = &building->options.cache_to;

	for (size_t i = 0; i < to->count; i++) {
		autoclean(build_carry_release) struct build_carry carry = {
			NULL, NULL
		};

		if (build_carry_parse(to->items[i], &carry, err) < 0 ||
		    build_carry_out(building->call->context, &carry,
				    &building->result.used, err) < 0)
			return error_wrap(err, "--cache-to");
	}
	return 0;
}

static void set_labels(struct building *building)
{
	const struct pairs *labels = &building->wishes.labels;
	json_t *config = image_state_config(&building->result.image);
	json_t *object = json_object_get(config, "Labels");

	if (!labels->count)
		return;
	if (!json_is_object(object)) {
		object = json_object();
		(void)json_object_set_new(config, "Labels", object);
	}
	for (size_t i = 0; i < labels->count; i++)
		(void)json_object_set_new(object, labels->items[i].name,
					  json_string(labels->items[i].value));
}

static int write_file(const char *path, const char *text, struct error *err)
{
	if (!path)
		return 0;
	return whole_file_put(path, text, strlen(text), err);
}

static int write_metadata(const struct building *building, struct error *err)
{
	autoclean(strbuf_release) struct strbuf names = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(jsonx_free) json_t *object = NULL;

	for (size_t i = 0; i < building->options.tags.count; i++) {
		autofree char *name = reference_format(&building->names[i]);

		strbuf_addf(&names, "%s%s", i ? "," : "", name);
	}
	object = json_pack("{s:s,s:s,s:s}", "containerimage.config.digest",
			   building->id.text, "containerimage.digest",
			   building->manifest.text, "image.name", names.text);
	jsonx_format_indented(object, 2, &text);
	strbuf_addch(&text, '\n');
	return write_file(building->options.metadata_file, text.text, err);
}

static int make_image(struct building *building, struct error *err)
{
	const struct build_result *result = &building->result;
	const struct image_assemble request = {
		.store = building->store,
		.config = result->image.document,
		.layers = result->image.layers,
		.layer_count = result->image.layer_count,
	};
	const struct image_flush flush = {
		.store = building->store,
		.id = &building->id,
		.steps = &result->made,
	};
	struct image_assembled made;

	if (image_assemble(&request, &made, err) < 0)
		return -1;
	building->id = made.id;
	building->manifest = made.manifest;
	for (size_t i = 0; i < building->options.tags.count; i++)
		if (image_edit_tag(building->store, &building->id,
				   &building->names[i], err) < 0)
			return -1;
	image_event(building->store, "build", &building->id, NULL);
	if (made.is_flushed && !result->made.count && !building->options.syncs)
		return 0; /* nothing is new */
	return image_flush(&flush, building->options.syncs, err);
}

static bool wants_image(const struct building *building)
{
	const struct build_options *options = &building->options;

	if (!options->outputs.count || options->loads || options->pushes ||
	    options->tags.count || options->iidfile || options->metadata_file)
		return true;
	for (size_t i = 0; i < options->outputs.count; i++)
		if (build_output_is_image(&building->outputs[i]))
			return true;
	return false;
}

static int write_output(struct building *building,
			const struct build_output *output, struct error *err)
{
	const struct strvec *names = output->names.count ? &output->names
							 : &building->familiar;

	if (!build_output_is_image(output))
		return build_output_files(building->store, output,
					  &building->result.image, err);
	return build_output_image(building->call->context, output,
				  &building->id, names, err);
}

static int write_outputs(struct building *building, struct error *err)
{
	const struct build_output pushed = {
		.type = BUILD_OUTPUT_IMAGE,
		.is_pushed = true,
	};

	for (size_t i = 0; i < building->options.outputs.count; i++)
		if (write_output(building, &building->outputs[i], err) < 0)
			return -1;
	return building->options.pushes ? write_output(building, &pushed, err)
					: 0;
}

static int tell_result(struct building *building, struct error *err)
{
	autofree char *line = xasprintf("Successfully built %.12s",
					digest_hex(&building->id));

	if (building->options.is_quiet)
		return command_print_line(building->id.text, err);
	build_show_line(building->show, line);
	for (size_t i = 0; i < building->familiar.count; i++) {
		autofree char *tagged = xasprintf("Successfully tagged %s",
						  building->familiar.items[i]);

		build_show_line(building->show, tagged);
	}
	return 0;
}

/*
 * The cache stays below its limit: IMGCTL_BUILD_CACHE, or 20 GiB. What was not
 * used for longest goes.
 */
static void limit_cache(const struct building *building)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	const char *text = getenv("IMGCTL_BUILD_CACHE");
	int64_t most = (int64_t)CACHE_GIB << 30;
	struct build_prune request = { .has_most = true };
	uint64_t freed;

	if (!building->result.made.count)
		return;
	if (text && *text && units_parse_size(text, &most, &ignored) < 0)
		error_release(&ignored); /* the usual limit holds */
	request.most = (uint64_t)most;
	if (build_prune(building->store, &request, NULL, &freed, &ignored) < 0)
		error_release(&ignored); /* the next build tries again */
}

static int squash(struct building *building, struct error *err)
{
	struct image_state *image = &building->result.image;
	size_t kept = building->options.is_squashed_all ? 0 : image->base_count;

	if (!building->options.is_squashed &&
	    !building->options.is_squashed_all)
		return 0;
	return image_squash(building->store, image, kept,
			    &building->result.lease, err);
}

int building_finish(struct building *building, struct error *err)
{
	if (squash(building, err) < 0)
		return -1;
	set_labels(building);
	if (wants_image(building)) {
		if (make_image(building, err) < 0 ||
		    write_file(building->options.iidfile, building->id.text,
			       err) < 0 ||
		    write_metadata(building, err) < 0)
			return -1;
	}
	if (write_outputs(building, err) < 0 || send_caches(building, err) < 0)
		return -1;
	limit_cache(building);
	return building->id.algorithm == DIGEST_NONE
		       ? 0
		       : tell_result(building, err);
}
