/* SPDX-License-Identifier: Apache-2.0 */
/* What all steps have in common: keys, entries, telling. */
#include "builder/build_step_parts.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "builder/build_why.h"
#include "builder/steps/step_source.h"

void build_step_tell(const struct build_step *step, enum build_event_kind kind,
		     const char *text)
{
	const struct build_event event = {
		.kind = kind,
		.step = step->number,
		.name = step->name,
		.text = text,
		.duration = clock_monotonic() - step->begun,
	};

	build_state_tell(step->build, &event);
}

void build_step_begin(struct build_step *step, const char *text)
{
	struct build_stage *stage = step->stage;
	const struct dockerfile_stage *parsed = stage->parsed;
	const char *name = parsed->from.from.stage_name;
	bool is_alone = step->build->request->file->stage_count == 1;
	/* a stage alone needs no name */
	autofree char *own = name ? xasprintf("%s ", name)
			     : is_alone
				     ? xstrdup("")
				     : xasprintf("stage-%zu ", parsed->number);

	(void)pthread_mutex_lock(&step->build->lock); /* no way to fail */
	step->number = ++step->build->steps;
	(void)pthread_mutex_unlock(&step->build->lock);
	step->name = xasprintf("[%s%u/%u] %s", own, ++stage->sofar,
			       stage->total, text);
	step->begun = clock_monotonic();
	build_step_tell(step, BUILD_EVENT_BEGUN, step->name);
}

void build_step_done(const struct build_step *step)
{
	build_step_tell(step, BUILD_EVENT_DONE, NULL);
}

void build_step_release(struct build_step *step)
{
	step_key_release(&step->key);
	step_key_release(&step->quick);
	free(step->name);
}

/* What every step reads: the files below it, and how times are capped. */
void build_step_key(const struct build_step *step, bool is_alone,
		    struct step_key *key)
{
	const struct build_request *request = step->build->request;
	autofree char *chain = step_source_chain(&step->stage->image);

	step_key_begin(key, instruction_kind_name(step->instruction->kind));
	if (!is_alone)
		step_key_add(key, "parent", chain);
	if (request->has_latest) {
		autofree char *latest = xasprintf("%lld",
						  (long long)request->latest);

		step_key_add(key, "SOURCE_DATE_EPOCH", latest);
	}
}

/* An entry is held by the build's lease before anybody could remove it. */
static bool find_entry(const struct build_step *step, const struct digest *key,
		       struct step_entry *out, struct error *err)
{
	struct build_state *build = step->build;
	struct store *store = build->request->store;
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;

	if (store_lock(store, LOCKFILE_SHARED, &lock, err) < 0)
		return false;
	if (!step_cache_find(store, key, out))
		return false;
	if (out->has_layer &&
	    lease_add(&build->lease, "layer", out->layer.folder, err) < 0) {
		step_entry_release(out);
		return false;
	}
	return true;
}

static bool is_uncached(const struct build_step *step)
{
	const struct build_request *request = step->build->request;
	const char *name = step->stage->parsed->from.from.stage_name;

	return request->is_uncached || (name && request->uncached &&
					strvec_has(request->uncached, name));
}

/* The same call made it, for another platform. */
static bool is_made(const struct build_step *step, const struct digest *key)
{
	const struct strvec *made = step->build->request->made;

	return made && strvec_has(made, key->text);
}

/* The step's files become the image's. */
void build_step_add(const struct build_step *step, const char *created_by,
		    const struct step_entry *entry)
{
	const struct image_step made = {
		.created_by = created_by,
		.layer = entry->has_layer ? &entry->layer : NULL,
	};

	image_state_add(&step->stage->image, &made);
	if (entry->has_layer)
		step->stage->has_layer = true;
}

/* For `--why` of later builds, and for a cache that is carried away. */
static void note_used(const struct build_step *step, const struct digest *key)
{
	struct build_state *build = step->build;

	(void)pthread_mutex_lock(&build->lock); /* no way to fail */
	strvec_add(&build->used, key->text);
	(void)pthread_mutex_unlock(&build->lock);
	build_why_note(build, step, key);
}

/* True when KEY's entry was taken. */
bool build_step_take(const struct build_step *step, const struct digest *key,
		     const char *created_by, struct error *err)
{
	autoclean(step_entry_release) struct step_entry entry = STEP_ENTRY_INIT;

	if ((is_uncached(step) && !is_made(step, key)) ||
	    !find_entry(step, key, &entry, err))
		return false;
	build_step_add(step, created_by, &entry);
	build_step_tell(step, BUILD_EVENT_CACHED, NULL);
	note_used(step, key);
	return true;
}

static int keep_entry(const struct build_step *step, const struct digest *key,
		      const struct step_entry *entry, struct error *err)
{
	struct build_state *build = step->build;
	json_t *note = build_why_describe(step);
	int result = step_cache_put(build->request->store, key, entry, note,
				    err);

	json_decref(note);
	if (result < 0)
		return -1;
	(void)pthread_mutex_lock(&build->lock); /* no way to fail */
	strvec_add(&build->made, key->text);
	(void)pthread_mutex_unlock(&build->lock);
	return 0;
}

/* What the step did, under one key and, if it has two, under both. */
int build_step_keep(const struct build_step *step, const struct digest *key,
		    const struct digest *quick, const struct step_entry *entry,
		    struct error *err)
{
	if (keep_entry(step, key, entry, err) < 0 ||
	    (quick && keep_entry(step, quick, entry, err) < 0))
		return -1;
	note_used(step, key);
	build_why_write(step->build);
	return 0;
}

void build_step_explain(const struct build_step *step, const struct digest *key)
{
	const struct build_request *request = step->build->request;
	autofree char *why = NULL;

	step->stage->is_uncached = true;
	if (!request->is_explained)
		return;
	if (is_uncached(step))
		why = xstrdup(request->is_uncached ? "--no-cache"
						   : "--no-cache-filter");
	else
		why = build_why(step->build, step, key);
	build_step_tell(step, BUILD_EVENT_WHY, why);
}

/* A step whose result is known by one key or the other. */
bool build_step_take_quick(struct build_step *step, const char *created_by,
			   struct digest *quick, struct error *err)
{
	if (!step->has_quick)
		return false;
	step_key_finish(&step->quick, quick);
	return build_step_take(step, quick, created_by, err);
}
