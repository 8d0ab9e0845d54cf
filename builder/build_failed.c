/* SPDX-License-Identifier: Apache-2.0 */
/* Files of failed steps. */
#include "builder/build_failed.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "builder/steps/step_source.h"

#define NOTE "failed.json"

enum { NOTE_MAX = 1 << 20 };

/* A step is known by its stage and by the files it begins with. */
static bool is_this_step(const struct build_step *step, int folder)
{
	autoclean(jsonx_free) json_t *note = NULL;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autofree char *chain = step_source_chain(&step->stage->image);
	const char *parent;
	json_int_t stage;

	if (!fs_exists(folder, "upper") ||
	    jsonx_read(folder, NOTE, NOTE_MAX, &note, &ignored) < 0)
		return false;
	parent = json_string_value(json_object_get(note, "parent"));
	stage = json_integer_value(json_object_get(note, "stage"));
	return parent && !strcmp(parent, chain) &&
	       stage == (json_int_t)step->stage->parsed->number;
}

int build_failed_open(const struct build_state *build,
		      const struct build_step *step, struct build_failed *out,
		      struct error *err)
{
	const struct build_request *request = build->request;
	autofree char *path = NULL;
	struct digest digest;

	hasher_digest(DIGEST_SHA256, request->site, strlen(request->site),
		      &digest);
	/* stages that run at once do not share a folder */
	path = xasprintf("cache/failed/%s-%zu", digest_hex(&digest),
			 step->stage->parsed->number);
	if (store_folder(request->store, path, &out->folder, err) < 0)
		return -1;
	out->is_taken_up = (request->is_resumed || request->has_shell) &&
			   is_this_step(step, out->folder);
	if (out->is_taken_up)
		return 0;
	if (request->has_shell)
		return error_set(err, ERROR_NOT_FOUND,
				 "no failed step of this build is kept here");
	return fs_remove_tree(out->folder, "upper", err);
}

void build_failed_note(const struct build_state *build,
		       const struct build_step *step,
		       const struct build_failed *failed)
{
	autofree char *chain = step_source_chain(&step->stage->image);
	autoclean(jsonx_free) json_t *note = json_pack(
		"{s:s,s:I,s:s*}", "parent", chain, "stage",
		(json_int_t)step->stage->parsed->number, "step", step->name);
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	(void)build;
	jsonx_format(note, &text);
	/* without a note the files are of no use, and go next time */
	if (atomicfile_put(failed->folder, NOTE, text.text, text.length, 0,
			   &ignored) < 0)
		error_release(&ignored);
}

void build_failed_forget(const struct build_failed *failed)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (unlinkat(failed->folder, NOTE, 0) < 0)
		errno = 0; /* mostly there is none */
	if (fs_remove_tree(failed->folder, "upper", &ignored) < 0)
		error_release(&ignored);
}

void build_failed_release(struct build_failed *failed)
{
	cleanup_close(&failed->folder);
	*failed = (struct build_failed)BUILD_FAILED_INIT;
}
