/* SPDX-License-Identifier: Apache-2.0 */
/* Names of sources. */
#include "builder/build_source.h"

#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "builder/lock/lock_names.h"
#include "layers/store/names.h"
#include "registry/spec/purl.h"

const struct build_context *build_source_context(
	const struct build_request *request, const char *name)
{
	for (size_t i = 0; i < request->context_count; i++)
		if (!strcasecmp(request->contexts[i].name, name))
			return &request->contexts[i];
	return NULL;
}

/* NAME by the digest that it is locked to. */
static int find_locked(const struct lock_file *lock, const char *name,
		       const char *platform, char **out, struct error *err)
{
	autofree char *whole = lock_names_image(name);
	const char *digest = lock_file_image(lock, whole, platform);

	if (!digest)
		return error_set(err, ERROR_INVALID,
				 "%s is not in Dockerfile.lock", whole);
	*out = xasprintf("%s@%s", whole, digest);
	return 0;
}

/* The digest that the name has at its registry, else the image's own. */
static void note_material(const struct build_request *request, const char *name,
			  const char *platform,
			  const struct image_record *image)
{
	autoclean(reference_release) struct reference ref = REFERENCE_INIT;
	autoclean(name_record_release) struct name_record meant =
		NAME_RECORD_INIT;
	autoclean(platform_release) struct platform parsed = PLATFORM_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	const struct digest *digest = &image->manifest;
	autofree char *purl = NULL;

	if (!request->materials || reference_parse(name, &ref, &ignored) < 0 ||
	    platform_parse(platform, &parsed, &ignored) < 0)
		return;
	reference_default_tag(&ref);
	if (names_get(request->store, &ref, &meant, &ignored) == 0)
		digest = &meant.target;
	if (digest->algorithm == DIGEST_NONE)
		digest = &image->id;
	purl = purl_image(&ref, &parsed);
	build_materials_add(request->materials, purl,
			    digest_algorithm_name(digest->algorithm),
			    digest_hex(digest));
}

int build_source_image(const struct build_state *build, const char *name,
		       const char *platform, struct image_state *out,
		       struct error *err)
{
	const struct build_request *request = build->request;
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	autofree char *locked = NULL;
	struct build_image_wish wish = {
		.name = name,
		.pull = request->pull,
		.platform = platform,
	};

	if (request->lock) {
		if (find_locked(request->lock, name, platform, &locked, err) <
		    0)
			return -1;
		wish.name = locked;
		wish.pull = "missing"; /* a digest does not move */
	}
	if (request->host->find_image(request->host->context, &wish, &record,
				      err) < 0)
		return -1;
	note_material(request, wish.name, platform, &record);
	return image_state_from(&record, name, out, err);
}

/* The last stage of that name before STAGE, or the one of that number. */
static const struct dockerfile_stage *find_stage(
	const struct build_state *build, const struct build_stage *stage,
	const char *name)
{
	return dockerfile_find_stage(build->request->file, name,
				     stage->parsed->number, true);
}

static char *stage_text(const struct dockerfile_stage *stage)
{
	return stage->from.from.stage_name
		       ? xstrdup(stage->from.from.stage_name)
		       : xasprintf("stage-%zu", stage->number);
}

/* A name that no stage before STAGE has must not be that of another. */
static int check_stages(const struct build_state *build,
			const struct build_stage *stage, const char *name,
			struct error *err)
{
	const struct dockerfile *file = build->request->file;
	const struct dockerfile_stage *other =
		dockerfile_find_stage(file, name, file->stage_count, true);
	autofree char *own = stage_text(stage->parsed);

	if (!other && strspn(name, "0123456789") == strlen(name) && *name)
		return error_set(err, ERROR_INVALID, "invalid stage index %s",
				 name);
	if (other == stage->parsed)
		return error_set(err, ERROR_INVALID,
				 "circular dependency detected on stage: %s",
				 own);
	if (other)
		return error_set(
			err, ERROR_INVALID,
			"cannot copy from stage \"%s\", it needs to be "
			"defined before current stage \"%s\"",
			name, own);
	return 0;
}

int build_source_find(struct build_state *build,
		      const struct build_stage *stage, const char *name,
		      struct step_source *out, struct error *err)
{
	const struct build_context *context;
	const struct dockerfile_stage *other;

	if (!name) {
		out->context = &build->request->main;
		out->place = xstrdup(".");
		return 0;
	}
	context = build_source_context(build->request, name);
	if (context && context->folder >= 0) {
		out->context = context;
		out->place = xasprintf("context %s:", name);
		return 0;
	}
	other = context ? NULL : find_stage(build, stage, name);
	if (other) {
		if (build_stage_need(build, other->number, err) < 0)
			return -1;
		image_state_copy(&build->stages[other->number].image,
				 &out->image);
		out->place = xasprintf("stage %s:", name);
		return 0;
	}
	if (!context && check_stages(build, stage, name, err) < 0)
		return -1;
	out->place = xasprintf("image %s:", context ? context->image : name);
	return build_source_image(build, context ? context->image : name,
				  stage->platform, &out->image, err);
}
