/* SPDX-License-Identifier: Apache-2.0 */
/* COPY and ADD as steps. */
#include <string.h>

#include "base/alloc.h"
#include "builder/build_source.h"
#include "builder/build_step_parts.h"
#include "builder/image/history_line.h"
#include "builder/image/image_settings.h"
#include "builder/steps/copy_owner.h"
#include "builder/steps/copy_run.h"
#include "builder/steps/step_files.h"

static void key_whole(const struct copy_instruction *copy,
		      const struct step_source *source, struct step_key *key)
{
	autofree char *chain = step_source_chain(&source->image);

	step_key_add(key, "from", chain);
	step_key_add(key, "destination", copy->destination);
	step_key_add(key, "--chown", copy->chown);
	step_key_add(key, "--chmod", copy->chmod);
	step_key_add(key, "--parents", copy->parents ? "true" : NULL);
	step_key_add_words(key, "--exclude", &copy->excludes);
	for (size_t i = 0; i < copy->source_count; i++) {
		step_key_add(key, "source", copy->sources[i].path);
		step_key_add(key, "heredoc", copy->sources[i].content);
	}
}

static int do_copy(struct build_step *step, const struct copy_request *request,
		   struct copy_plan *plan, struct step_entry *out,
		   struct error *err)
{
	if (copy_run(request, plan, &step->stage->image, &out->layer, err) < 0)
		return -1;
	out->has_layer = true;
	return 0;
}

/* The files are found and hashed, and copied if that was never done. */
static int copy_from(struct build_step *step, struct copy_request *request,
		     const struct digest *quick, const char *text,
		     struct error *err)
{
	autoclean(copy_plan_release) struct copy_plan plan = COPY_PLAN_INIT;
	autoclean(step_entry_release) struct step_entry entry = STEP_ENTRY_INIT;
	struct digest key;

	if (copy_plan_make(request, &plan, err) < 0)
		return -1;
	copy_plan_key(request, &plan, &step->key);
	step_key_finish(&step->key, &key);
	if (build_step_take(step, &key, text, err))
		return 0;
	if (err->kind != ERROR_NONE)
		return -1;
	build_step_explain(step, &key);
	if (do_copy(step, request, &plan, &entry, err) < 0 ||
	    build_step_keep(step, &key, quick, &entry, err) < 0)
		return -1;
	build_step_add(step, text, &entry);
	build_step_tell(step, BUILD_EVENT_DONE, NULL);
	return 0;
}

int build_step_copy(struct build_step *step, struct error *err)
{
	const struct instruction *instruction = step->instruction;
	const struct copy_instruction *copy = &instruction->copy;
	const json_t *config = json_object_get(step->stage->image.document,
					       "config");
	autoclean(step_source_release) struct step_source source =
		STEP_SOURCE_INIT;
	autofree char *text = history_line_format(instruction, config);
	struct copy_request request = {
		.build = step->build->request,
		.place = &step->build->place,
		.lease = &step->build->lease,
		.copy = copy,
		.is_add = instruction->kind == INSTRUCTION_ADD,
		.folder = image_settings_folder(config),
	};
	/* who a name is says the image below */
	bool is_alone = copy->link && !copy_owner_is_named(copy->chown);
	struct digest quick;
	autoclose int view = -1;

	/* a git tree is brought there */
	if ((request.is_add && build_state_place(step->build, err) < 0) ||
	    build_source_find(step->build, step->stage, copy->from, &source,
			      err) < 0)
		return -1;
	build_step_key(step, is_alone, &step->key);
	step->has_quick = !source.context && copy->from;
	if (step->has_quick) {
		build_step_key(step, is_alone, &step->quick);
		step_key_add(&step->quick, "folder", request.folder);
		key_whole(copy, &source, &step->quick);
		if (build_step_take_quick(step, text, &quick, err))
			return 0;
		if (err->kind != ERROR_NONE ||
		    step_files_look(step->build->request->store, &source.image,
				    &view, err) < 0)
			return -1;
	}
	request.from.place = source.place;
	request.from.root = source.context ? source.context->folder : view;
	request.from.ignore = source.context ? source.context->ignore : NULL;
	request.from.is_context = source.context;
	return copy_from(step, &request, step->has_quick ? &quick : NULL, text,
			 err);
}
