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
#include "registry/spec/platform.h"

enum { CACHE_GIB = 20 };

static int send_caches(struct building *building, struct error *err)
{
	const struct strvec *to = &building->options.cache_to;
	autoclean(strvec_release) struct strvec used = STRVEC_INIT;

	for (size_t i = 0; to->count && i < building->part_count; i++) {
		const struct strvec *keys = &building->parts[i].result.used;

		strvec_extend(&used, keys->items, keys->count);
	}
	for (size_t i = 0; i < to->count; i++) {
		autoclean(build_carry_release) struct build_carry carry = {
			NULL, NULL
		};

		if (build_carry_parse(to->items[i], &carry, err) < 0 ||
		    build_carry_out(building->call->context, &carry, &used,
				    err) < 0)
			return error_wrap(err, "--cache-to");
	}
	return 0;
}

static void set_labels(const struct building *building,
		       struct building_part *part)
{
	const struct pairs *labels = &building->wishes.labels;
	json_t *config = image_state_config(&part->result.image);
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

/* More than one image, or more than an image, has to be made of it. */
static bool needs_whole(const struct building *building)
{
	return building->part_count > 1 || building->annotations.count ||
	       build_attest_is_wanted(&building->attest);
}

static bool is_whole(const struct building *building)
{
	return building->whole.digest.algorithm != DIGEST_NONE;
}

/* What the build comes to: the image, or the index of several platforms. */
static const struct digest *final_id(const struct building *building)
{
	return building->part_count > 1 ? &building->whole.digest
					: &building->parts[0].id;
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
	object = json_pack("{s:s,s:s}", "containerimage.digest",
			   is_whole(building)
				   ? building->whole.digest.text
				   : building->parts[0].manifest.text,
			   "image.name", names.text);
	if (building->part_count == 1)
		(void)json_object_set_new(
			object, "containerimage.config.digest",
			json_string(building->parts[0].id.text));
	if (is_whole(building))
		(void)json_object_set_new(
			object, "containerimage.descriptor",
			json_pack("{s:s,s:s,s:I}", "mediaType",
				  building->whole.media_type, "digest",
				  building->whole.digest.text, "size",
				  (json_int_t)building->whole.size));
	jsonx_format_indented(object, 2, &text);
	strbuf_addch(&text, '\n');
	return write_file(building->options.metadata_file, text.text, err);
}

static int make_image(const struct building *building,
		      struct building_part *part, bool *flushed_out,
		      struct error *err)
{
	const struct build_result *result = &part->result;
	const struct image_assemble request = {
		.store = building->store,
		.config = result->image.document,
		.layers = result->image.layers,
		.layer_count = result->image.layer_count,
	};
	struct image_assembled made;

	if (image_assemble(&request, &made, err) < 0)
		return -1;
	part->id = made.id;
	part->manifest = made.manifest;
	part->manifest_type = made.manifest_type;
	part->manifest_size = made.manifest_size;
	*flushed_out = made.is_flushed && !result->made.count;
	return 0;
}

static int tag_image(struct building *building, struct error *err)
{
	const struct building_part *part = &building->parts[0];
	autoclean(name_record_release) struct name_record meant =
		NAME_RECORD_INIT;

	meant.target = part->manifest;
	meant.media_type = xstrdup(mediatype_name(part->manifest_type));
	meant.size = part->manifest_size;
	meant.manifest = part->manifest;
	meant.image = part->id;
	for (size_t i = 0; i < building->options.tags.count; i++)
		if (image_edit_tag_known(building->store, &meant,
					 &building->names[i], err) < 0)
			return -1;
	return 0;
}

/* The platform that an image was made for. */
static const char *platform_of(const struct building_part *part,
			       char **owned_out)
{
	autoclean(platform_release) struct platform host = PLATFORM_INIT;

	if (part->platform)
		return part->platform;
	platform_host(&host);
	*owned_out = platform_format(&host);
	return *owned_out;
}

/* An archive is written of it though it has no name. */
static bool wants_archive(const struct building *building)
{
	for (size_t i = 0; i < building->options.outputs.count; i++)
		if (building->outputs[i].type == BUILD_OUTPUT_OCI)
			return true;
	return false;
}

static int describe_image(const struct building *building,
			  struct building_part *part,
			  struct build_whole_image *out, struct error *err)
{
	const struct build_annotations *given = &building->annotations;

	out->id = &part->id;
	out->annotations = build_annotations_of(given, ANNOTATION_MANIFEST,
						out->platform);
	out->descriptor = build_annotations_of(
		given, ANNOTATION_MANIFEST_DESCRIPTOR, out->platform);
	return building_statements(building, part, out->platform,
				   &out->attestations, err);
}

static int describe_images(const struct building *building,
			   struct build_whole_image *images, struct error *err)
{
	for (size_t i = 0; i < building->part_count; i++)
		if (describe_image(building, &building->parts[i], &images[i],
				   err) < 0)
			return -1;
	return 0;
}

static int make_whole(struct building *building, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	autoclean(jsonx_free) json_t *index = build_annotations_of(
		&building->annotations, ANNOTATION_INDEX, NULL);
	autoclean(jsonx_free) json_t *descriptor = build_annotations_of(
		&building->annotations, ANNOTATION_INDEX_DESCRIPTOR, NULL);
	autofree char *host = NULL;
	autofree struct build_whole_image *images =
		xcalloc(building->part_count, sizeof(*images));
	const struct build_whole_request request = {
		.images = images,
		.count = building->part_count,
		.names = &names,
		.annotations = index,
		.descriptor = descriptor,
		.is_index = building->part_count > 1 ||
			    build_attest_is_wanted(&building->attest),
		.is_kept = wants_archive(building),
	};
	int result;

	for (size_t i = 0; i < building->part_count; i++)
		images[i].platform = platform_of(&building->parts[i], &host);
	for (size_t i = 0; i < building->options.tags.count; i++)
		strvec_take(&names, reference_format(&building->names[i]));
	result = describe_images(building, images, err);
	if (result == 0)
		result = build_whole_make(building->call->context, &request,
					  &building->whole, err);
	for (size_t i = 0; i < building->part_count; i++)
		build_whole_image_release(&images[i]);
	return result;
}

static int flush(const struct building *building, struct error *err)
{
	for (size_t i = 0; i < building->part_count; i++) {
		const struct image_flush flush = {
			.store = building->store,
			.id = &building->parts[i].id,
			.steps = &building->parts[i].result.made,
		};

		if (image_flush(&flush, building->options.syncs, err) < 0)
			return -1;
	}
	return 0;
}

static int make_images(struct building *building, struct error *err)
{
	bool are_flushed = true;

	for (size_t i = 0; i < building->part_count; i++) {
		bool is_flushed;

		if (make_image(building, &building->parts[i], &is_flushed,
			       err) < 0)
			return -1;
		are_flushed = are_flushed && is_flushed;
	}
	if ((needs_whole(building) ? make_whole(building, err)
				   : tag_image(building, err)) < 0)
		return -1;
	for (size_t i = 0; i < building->part_count; i++)
		image_event(building->store, "build", &building->parts[i].id,
			    NULL);
	if (are_flushed && !is_whole(building) && !building->options.syncs)
		return 0; /* nothing is new */
	return flush(building, err);
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

/* "linux/arm/v7" as a folder's name: "linux_arm_v7" */
static char *folder_of(const struct building_part *part)
{
	char *name = xstrdup(part->platform);

	for (char *at = name; *at; at++)
		if (*at == '/')
			*at = '_';
	return name;
}

static int write_files(struct building *building,
		       const struct build_output *output, struct error *err)
{
	autoclean(strvec_release) struct strvec folders = STRVEC_INIT;
	autofree struct build_output_files *files =
		xcalloc(building->part_count, sizeof(*files));

	for (size_t i = 0; i < building->part_count; i++) {
		const struct building_part *part = &building->parts[i];

		files[i].image = &part->result.image;
		if (building->part_count == 1)
			continue;
		strvec_take(&folders, folder_of(part));
		files[i].folder = folders.items[i];
	}
	return build_output_files(building->store, output, files,
				  building->part_count, err);
}

static int write_output(struct building *building,
			const struct build_output *output, struct error *err)
{
	autoclean(strvec_release) struct strvec reserved = STRVEC_INIT;
	const struct strvec *names = output->names.count ? &output->names
							 : &building->familiar;

	if (!build_output_is_image(output))
		return write_files(building, output, err);
	if (building->whole.reserved && output->type == BUILD_OUTPUT_OCI) {
		strvec_add(&reserved, building->whole.reserved);
		names = &reserved;
	}
	return build_output_image(building->call->context, output,
				  &building->parts[0].id, names, err);
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
					digest_hex(final_id(building)));

	if (building->options.is_quiet ||
	    !strcmp(building->options.progress, "quiet"))
		return command_print_line(final_id(building)->text, err);
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
	size_t made = 0;

	for (size_t i = 0; i < building->part_count; i++)
		made += building->parts[i].result.made.count;
	if (!made)
		return;
	if (text && *text && units_parse_size(text, &most, &ignored) < 0)
		error_release(&ignored); /* the usual limit holds */
	request.most = (uint64_t)most;
	if (build_prune(building->store, &request, NULL, &freed, &ignored) < 0)
		error_release(&ignored); /* the next build tries again */
}

static int squash(const struct building *building, struct building_part *part,
		  struct error *err)
{
	struct image_state *image = &part->result.image;
	size_t kept = building->options.is_squashed_all ? 0 : image->base_count;

	if (!building->options.is_squashed &&
	    !building->options.is_squashed_all)
		return 0;
	return image_squash(building->store, image, kept, &part->result.lease,
			    err);
}

static int write_results(struct building *building, struct error *err)
{
	if (wants_image(building)) {
		if (make_images(building, err) < 0 ||
		    write_file(building->options.iidfile,
			       final_id(building)->text, err) < 0 ||
		    write_metadata(building, err) < 0)
			return -1;
	}
	return write_outputs(building, err);
}

int building_finish(struct building *building, struct error *err)
{
	int result;

	for (size_t i = 0; i < building->part_count; i++) {
		if (squash(building, &building->parts[i], err) < 0)
			return -1;
		set_labels(building, &building->parts[i]);
	}
	result = write_results(building, err);
	build_whole_let_go(building->store, &building->whole);
	if (result < 0 || send_caches(building, err) < 0)
		return -1;
	limit_cache(building);
	return building->parts[0].id.algorithm == DIGEST_NONE
		       ? 0
		       : tell_result(building, err);
}
