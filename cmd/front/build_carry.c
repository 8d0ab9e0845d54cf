/* SPDX-License-Identifier: Apache-2.0 */
/* Build caches out and in. */
#include "cmd/front/build_carry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "cmd/companion_run.h"
#include "cmd/csv.h"
#include "layers/image/image_assemble.h"
#include "layers/image/image_edit.h"
#include "layers/store/step_cache.h"
#include "registry/spec/platform.h"

/* The member of the configuration that lists the steps. */
#define STEPS "imgctl.steps"

static int set_field(const char *key, const char *value,
		     struct build_carry *out, bool *is_local, struct error *err)
{
	if (!strcmp(key, "type")) {
		*is_local = !strcmp(value, "local");
		if (*is_local || !strcmp(value, "registry"))
			return 0;
		return error_set(err, ERROR_INVALID,
				 "unknown cache type %s: must be registry or "
				 "local",
				 value);
	}
	if (!strcmp(key, "ref")) {
		free(out->reference);
		out->reference = xstrdup(value);
	} else if (!strcmp(key, "dest") || !strcmp(key, "src")) {
		free(out->folder);
		out->folder = xstrdup(value);
	}
	/* other fields (mode, compression) say how, which is ours to choose */
	return 0;
}

int build_carry_parse(const char *text, struct build_carry *out,
		      struct error *err)
{
	const char *rest = text;
	bool is_local = false;

	if (!strchr(text, '=')) {
		out->reference = xstrdup(text);
		return 0;
	}
	while (*rest) {
		autofree char *field = csv_next(&rest);
		char *value = strchr(field, '=');

		if (!value)
			return error_set(err, ERROR_INVALID,
					 "invalid cache field '%s'", field);
		*value = '\0';
		if (set_field(field, value + 1, out, &is_local, err) < 0)
			return -1;
	}
	if (is_local ? !out->folder : !out->reference)
		return error_set(err, ERROR_INVALID,
				 "a cache of type %s needs %s",
				 is_local ? "local" : "registry",
				 is_local ? "dest or src" : "ref");
	if (is_local) {
		free(out->reference);
		out->reference = NULL;
	}
	return 0;
}

/* An image of layers, each once. */
struct carried {
	json_t *document;
	struct image_layer *layers;
	size_t count;
};

static void carried_release(struct carried *carried)
{
	json_decref(carried->document);
	for (size_t i = 0; i < carried->count; i++) {
		free(carried->layers[i].folder);
		free(carried->layers[i].media_type);
	}
	free(carried->layers);
}
DEFINE_CLEANUP(struct carried, carried_release)

static void begin(struct carried *out)
{
	autoclean(platform_release) struct platform host = PLATFORM_INIT;

	platform_host(&host);
	out->document = json_pack("{s:s,s:s,s:s,s:{},s:{s:s,s:[]},s:[],s:[]}",
				  "created", "1970-01-01T00:00:00Z",
				  "architecture", host.architecture, "os",
				  host.os, "config", "rootfs", "type", "layers",
				  "diff_ids", "history", STEPS);
}

static void add_layer(struct carried *carried, const struct layer_made *made)
{
	json_t *ids = json_object_get(
		json_object_get(carried->document, "rootfs"), "diff_ids");

	for (size_t i = 0; i < carried->count; i++)
		if (digest_is_equal(&carried->layers[i].diff_id,
				    &made->diff_id))
			return;
	carried->layers = xreallocarray(carried->layers, carried->count + 1,
					sizeof(*carried->layers));
	layer_made_describe(made, &carried->layers[carried->count++]);
	(void)json_array_append_new(ids, json_string(made->diff_id.text));
	(void)json_array_append_new(
		json_object_get(carried->document, "history"),
		json_pack("{s:s}", "created_by", "a step of a build"));
}

static int add_step(struct store *store, const char *text,
		    struct carried *carried, struct error *err)
{
	autoclean(step_entry_release) struct step_entry entry = STEP_ENTRY_INIT;
	autoclean(jsonx_free) json_t *note = NULL;
	struct digest key;
	json_t *step;

	if (digest_parse(text, &key, err) < 0)
		return -1;
	if (!step_cache_peek(store, &key, &entry))
		return 0; /* it went meanwhile */
	note = step_cache_note(store, &key);
	step = json_pack("{s:s,s:I,s:I,s:I}", "key", key.text, "size",
			 (json_int_t)entry.layer.size, "tarSize",
			 (json_int_t)entry.layer.tar_size, "latest",
			 (json_int_t)entry.layer.latest);
	if (entry.has_layer) {
		add_layer(carried, &entry.layer);
		(void)json_object_set_new(
			step, "layer", json_string(entry.layer.diff_id.text));
	}
	if (note)
		(void)json_object_set(step, "note", note);
	(void)json_array_append_new(json_object_get(carried->document, STEPS),
				    step);
	return 0;
}

static int run(struct context *context, const struct strvec *words,
	       struct error *err)
{
	autoclean(strbuf_release) struct strbuf said = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf ignored = STRBUF_INIT;
	struct companion_run request = COMPANION_RUN_INIT;
	const char *text;
	int status = 0;

	request.context = context;
	request.words = words;
	request.output = &ignored;
	request.errors = &said;
	if (companion_run(&request, &status, err) < 0)
		return -1;
	text = said.text + (strncmp(said.text, "imgctl: ", 8) ? 0 : 8);
	return status ? error_set(err, ERROR_NETWORK, "%.*s",
				  (int)strcspn(text, "\n"), text)
		      : 0;
}

/*
 * The name that a cache bears while it is on its way, and what that name and
 * the store held before: a registry's name may be one of the user's images.
 */
struct passing {
	struct reference name;
	bool is_taken; /* the name meant something */
	struct name_record before;
	struct strvec images; /* ids */
};

static void passing_release(struct passing *passing)
{
	reference_release(&passing->name);
	name_record_release(&passing->before);
	strvec_release(&passing->images);
}
DEFINE_CLEANUP(struct passing, passing_release)

#define PASSING_INIT                                               \
	{                                                          \
		.name = REFERENCE_INIT, .before = NAME_RECORD_INIT \
	}

static int passing_begin(const struct store *store,
			 const struct build_carry *carry, struct passing *out,
			 struct error *err)
{
	autofree char *text =
		carry->reference ? xstrdup(carry->reference)
				 : xstrdup("localhost/imgctl-cache:carried");

	if (reference_parse(text, &out->name, err) < 0)
		return -1;
	reference_default_tag(&out->name);
	if (image_record_list(store, &out->images, err) < 0)
		return -1;
	out->is_taken = names_get(store, &out->name, &out->before, err) == 0;
	if (!out->is_taken && err->kind != ERROR_NOT_FOUND)
		return -1;
	error_release(err);
	return 0;
}

/* A cache is no image for anybody to see; the name means what it did. */
static int passing_end(struct store *store, const struct passing *passing,
		       struct error *err)
{
	autoclean(name_record_release) struct name_record now =
		NAME_RECORD_INIT;
	autoclean(image_removal_release) struct image_removal removal =
		IMAGE_REMOVAL_INIT;

	if (names_get(store, &passing->name, &now, err) < 0)
		return -1;
	if (passing->is_taken &&
	    digest_is_equal(&now.image, &passing->before.image))
		return 0;
	if (image_edit_untag(store, &passing->name,
			     strvec_has(&passing->images, now.image.text),
			     &removal, err) < 0)
		return -1;
	return passing->is_taken ? image_edit_name(store, &passing->name,
						   &passing->before, err)
				 : 0;
}

/* The first failure is the one that is told. */
static int passing_settle(struct store *store, const struct passing *passing,
			  int result, struct error *err)
{
	autoclean(error_release) struct error later = ERROR_INIT;

	if (result == 0)
		return passing_end(store, passing, err);
	if (passing_end(store, passing, &later) < 0)
		error_release(&later);
	return result;
}

static int send_image(struct context *context, const struct build_carry *carry,
		      const struct reference *name, struct error *err)
{
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;
	autofree char *text = reference_familiar(name);

	if (carry->reference) {
		strvec_add(&words, "push");
		strvec_add(&words, "--quiet");
	} else {
		strvec_add(&words, "save");
		strvec_add(&words, "--format=oci-archive");
		strvec_addf(&words, "--output=%s/cache.tar", carry->folder);
	}
	strvec_add(&words, "--");
	strvec_add(&words, text);
	return run(context, &words, err);
}

static int make_folder(const struct build_carry *carry, struct error *err)
{
	if (carry->reference || mkdir(carry->folder, 0755) == 0 ||
	    errno == EEXIST)
		return 0;
	return error_sys(err, errno, "make %s", carry->folder);
}

int build_carry_out(struct context *context, const struct build_carry *carry,
		    const struct strvec *keys, struct error *err)
{
	autoclean(carried_release) struct carried carried = { NULL };
	autoclean(passing_release) struct passing passing = PASSING_INIT;
	struct image_assemble request = { .store = context->store };
	struct image_assembled image;
	int result;

	begin(&carried);
	for (size_t i = 0; i < keys->count; i++)
		if (add_step(context->store, keys->items[i], &carried, err) < 0)
			return -1;
	request.config = carried.document;
	request.layers = carried.layers;
	request.layer_count = carried.count;
	if (make_folder(carry, err) < 0 ||
	    passing_begin(context->store, carry, &passing, err) < 0 ||
	    image_assemble(&request, &image, err) < 0 ||
	    image_edit_tag(context->store, &image.id, &passing.name, err) < 0)
		return -1;
	result = passing_settle(context->store, &passing,
				send_image(context, carry, &passing.name, err),
				err);
	return result < 0 ? error_wrap(err, "--cache-to") : 0;
}

static int take_step(struct store *store, const json_t *step, struct error *err)
{
	autoclean(step_entry_release) struct step_entry entry = STEP_ENTRY_INIT;
	json_t *note = json_object_get(step, "note");
	int64_t tar_size = 0;
	int64_t size = 0;
	struct digest key;
	const char *layer;
	const char *text;

	if (jsonx_string(step, "key", &text, err) < 0 ||
	    digest_parse(text, &key, err) < 0 ||
	    jsonx_opt_string(step, "layer", NULL, &layer, err) < 0 ||
	    jsonx_opt_integer(step, "size", 0, INT64_MAX, &size, err) < 0 ||
	    jsonx_opt_integer(step, "tarSize", 0, INT64_MAX, &tar_size, err) <
		    0 ||
	    jsonx_opt_integer(step, "latest", INT64_MIN, INT64_MAX,
			      &entry.layer.latest, err) < 0)
		return -1;
	entry.layer.size = (uint64_t)size;
	entry.layer.tar_size = (uint64_t)tar_size;
	if (layer) {
		if (digest_parse(layer, &entry.layer.diff_id, err) < 0)
			return -1;
		entry.layer.folder = xstrdup(digest_hex(&entry.layer.diff_id));
		entry.has_layer = true;
	}
	return step_cache_put(store, &key, &entry,
			      json_is_object(note) ? note : step, err);
}

static int take_steps(struct store *store, const struct image_record *record,
		      struct error *err)
{
	const json_t *steps = json_object_get(record->config, STEPS);
	const json_t *step;
	size_t index;

	if (!json_is_array(steps))
		return error_set(err, ERROR_INVALID, "it is no build cache");
	json_array_foreach(steps, index, step)
	{
		if (take_step(store, step, err) < 0)
			return -1;
	}
	return 0;
}

static int fetch_image(struct context *context, const struct build_carry *carry,
		       const struct reference *name, struct error *err)
{
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;
	autofree char *text = reference_familiar(name);

	if (carry->reference) {
		strvec_add(&words, "pull");
		strvec_add(&words, "--quiet");
		strvec_add(&words, "--");
		strvec_add(&words, text);
	} else {
		strvec_add(&words, "load");
		strvec_add(&words, "--quiet");
		strvec_addf(&words, "--input=%s/cache.tar", carry->folder);
	}
	return run(context, &words, err);
}

/* The steps of the image that NAME means now; its layers stay for them. */
static int take_image(struct store *store, const struct reference *name,
		      struct error *err)
{
	autoclean(name_record_release) struct name_record found =
		NAME_RECORD_INIT;
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;

	if (names_get(store, name, &found, err) < 0 ||
	    image_record_load(store, &found.image, &record, err) < 0)
		return -1;
	return take_steps(store, &record, err);
}

int build_carry_in(struct context *context, const struct build_carry *carry,
		   struct error *err)
{
	autoclean(passing_release) struct passing passing = PASSING_INIT;

	if (passing_begin(context->store, carry, &passing, err) < 0 ||
	    fetch_image(context, carry, &passing.name, err) < 0)
		return -1;
	return passing_settle(context->store, &passing,
			      take_image(context->store, &passing.name, err),
			      err);
}

void build_carry_release(struct build_carry *carry)
{
	free(carry->reference);
	free(carry->folder);
	*carry = (struct build_carry){ NULL, NULL };
}
