/* SPDX-License-Identifier: Apache-2.0 */
/* Having the image to run. */
#include "cmd/front/image_ensure.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "cmd/command.h"
#include "cmd/companion_run.h"
#include "layers/image/image_find.h"
#include "registry/spec/platform.h"
#include "registry/spec/reference.h"

static bool is_platform(const struct image_record *record, const char *want)
{
	autoclean(platform_release) struct platform wanted = PLATFORM_INIT;
	autoclean(platform_release) struct platform have = PLATFORM_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	const json_t *config = record->config;

	if (!want || platform_parse(want, &wanted, &ignored) < 0)
		return true; /* the pull will complain about the text */
	have.os = xstrdup(json_string_value(json_object_get(config, "os")));
	have.architecture = xstrdup(
		json_string_value(json_object_get(config, "architecture")));
	have.variant =
		xstrdup(json_string_value(json_object_get(config, "variant")));
	return have.os && have.architecture &&
	       platform_is_match(&wanted, &have);
}

/* Runs the companion beside us; 0 when it succeeded. */
static int run_companion(const struct context *context,
			 const struct strvec *words, struct error *err)
{
	struct companion_run request = COMPANION_RUN_INIT;
	int status = 0;

	request.context = context;
	request.words = words;
	/* the container's output is all that goes to ours */
	if (companion_run(&request, &status, err) < 0)
		return -1;
	if (status != 0)
		return error_set(err, ERROR_NOT_FOUND,
				 "the companion told why");
	return 0;
}

/* NAME with the tag that it means; what is no name stays as it is. */
static char *whole_name(const char *name)
{
	autoclean(reference_release) struct reference reference =
		REFERENCE_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (reference_parse(name, &reference, &ignored) < 0)
		return xstrdup(name);
	reference_default_tag(&reference);
	return reference_familiar(&reference);
}

static int pull(const struct context *context, const struct image_wish *wish,
		struct error *err)
{
	autoclean(strvec_release) struct strvec command = STRVEC_INIT;
	autofree char *name = whole_name(wish->name);

	strvec_add(&command, "pull");
	if (wish->is_quiet)
		strvec_add(&command, "--quiet");
	if (wish->platform)
		strvec_addf(&command, "--platform=%s", wish->platform);
	strvec_add(&command, "--");
	strvec_add(&command, name);
	if (run_companion(context, &command, err) < 0)
		return error_wrap(err, "image %s could not be pulled",
				  wish->name);
	return 0;
}

/* Layers that a crash may have damaged are extracted again. */
static int restore(const struct context *context, const struct digest *id,
		   struct error *err)
{
	autoclean(strvec_release) struct strvec command = STRVEC_INIT;

	strvec_add(&command, "image");
	strvec_add(&command, "restore");
	strvec_add(&command, id->text);
	return run_companion(context, &command, err);
}

/* The image for PLATFORM of the index that was found, if it has one. */
static bool load_member(struct store *store, const struct image_match *match,
			const char *platform, struct image_record *out)
{
	autoclean(name_record_release) struct name_record name =
		NAME_RECORD_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (!match->by_name ||
	    names_get(store, &match->name, &name, &ignored) < 0)
		return false;
	for (size_t i = 0; i < name.members.count; i++) {
		struct digest id;

		image_record_release(out);
		if (digest_parse(name.members.items[i], &id, &ignored) == 0 &&
		    image_record_load(store, &id, out, &ignored) == 0 &&
		    image_record_is_trusted(store, out) &&
		    is_platform(out, platform))
			return true;
		error_release(&ignored);
	}
	return false;
}

/* Loads what is here and fits; NOT_FOUND otherwise. */
static int load_present(struct context *context, const struct image_wish *wish,
			struct image_record *out, struct error *err)
{
	struct store *store = context->store;
	autoclean(image_match_release) struct image_match match =
		IMAGE_MATCH_INIT;

	if (image_find(store, wish->name, &match, err) < 0 ||
	    image_record_load(store, &match.id, out, err) < 0)
		return -1;
	if (!image_record_is_trusted(store, out)) {
		image_record_release(out);
		if (restore(context, &match.id, err) < 0 ||
		    image_record_load(store, &match.id, out, err) < 0)
			return -1;
	}
	if (is_platform(out, wish->platform) ||
	    load_member(store, &match, wish->platform, out))
		return 0;
	image_record_release(out);
	return error_set(err, ERROR_NOT_FOUND,
			 "image %s is here, but not for platform %s",
			 wish->name, wish->platform);
}

static int pull_missing(struct context *context, const struct image_wish *wish,
			struct image_record *out, struct error *err)
{
	autofree char *name = whole_name(wish->name);
	autofree char *note = xasprintf("Unable to find image '%s' locally\n",
					name);

	/* a lost notice costs nothing */
	if (!wish->is_quiet && write(STDERR_FILENO, note, strlen(note)) < 0)
		errno = 0;
	error_release(err);
	if (pull(context, wish, err) < 0)
		return -1;
	return load_present(context, wish, out, err);
}

int image_ensure(struct context *context, const struct image_wish *wish,
		 struct image_record *out, struct error *err)
{
	bool newer = !strcmp(wish->pull, "newer");
	struct store *store;

	if (context_store(context, &store, err) < 0)
		return -1;
	if (newer || !strcmp(wish->pull, "always")) {
		if (pull(context, wish, err) < 0 && !newer)
			return -1;
		/* newer: what is here serves when nobody answers */
		error_release(err);
	}
	if (load_present(context, wish, out, err) == 0)
		return 0;
	if (err->kind != ERROR_NOT_FOUND || strcmp(wish->pull, "missing") != 0)
		return -1;
	return pull_missing(context, wish, out, err);
}
