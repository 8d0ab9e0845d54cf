/* SPDX-License-Identifier: Apache-2.0 */
/* WORKDIR as a step. */
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "builder/build_step_parts.h"
#include "builder/image/image_settings.h"
#include "builder/steps/copy_owner.h"
#include "builder/steps/made_folder.h"
#include "builder/steps/step_files.h"

static const char *user_of(const struct build_step *step)
{
	const json_t *config = json_object_get(step->stage->image.document,
					       "config");

	return json_string_value(json_object_get(config, "User"));
}

/* The user's, as docker has it, and root's when nobody knows that user. */
static void find_owner(const struct build_step *step, int root,
		       struct copy_owner *out)
{
	const char *user = user_of(step);
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (copy_owner_find_in(root, user, out, &ignored) < 0)
		*out = (struct copy_owner){ false, 0, 0 };
}

/* The folder is made if it is not there; then there is a layer. */
static int make_folder(struct build_step *step, const char *path,
		       struct step_entry *out, struct error *err)
{
	const struct build_request *request = step->build->request;
	const struct image_state *image = &step->stage->image;
	autoclean(step_files_release) struct step_files files = STEP_FILES_INIT;
	autoclose int there = -1;
	struct copy_owner owner;
	struct step_times times = {
		.restores = true,
		.made = image->created,
		.has_latest = request->has_latest,
		.latest = request->latest,
		.lease = &step->build->lease,
	};

	if (times.has_latest && times.made > times.latest)
		times.made = times.latest;
	if (step_files_open(request->store, image, &files, err) < 0)
		return -1;
	there = fs_open_raw(files.below, path, FS_IN_ROOT, O_PATH | O_DIRECTORY,
			    0);
	if (there >= 0)
		return 0;
	find_owner(step, files.below, &owner);
	if (made_folder_open(files.root, path, &owner, &there, err) < 0)
		return error_wrap(err, "make folder %s", path);
	if (step_files_commit(request->store, &files, &times, &out->layer,
			      err) < 0)
		return -1;
	out->has_layer = true;
	return 0;
}

int build_step_folder(struct build_step *step, struct error *err)
{
	json_t *config = image_state_config(&step->stage->image);
	autofree char *path = image_settings_path(image_settings_folder(config),
						  step->instruction->value);
	autofree char *text = xasprintf("WORKDIR %s", path);
	autoclean(step_entry_release) struct step_entry entry = STEP_ENTRY_INIT;
	struct digest key;
	size_t length = strlen(path);

	if (!*step->instruction->value)
		return error_set(err, ERROR_INVALID, "it has no folder");
	if (length > 1 && path[length - 1] == '/')
		path[length - 1] = '\0';
	(void)json_object_set_new(config, "WorkingDir", json_string(path));
	build_step_key(step, false, &step->key);
	step_key_add(&step->key, "folder", path);
	step_key_add(&step->key, "user", user_of(step));
	step_key_finish(&step->key, &key);
	if (build_step_take(step, &key, text, err))
		return 0;
	if (err->kind != ERROR_NONE)
		return -1;
	build_step_explain(step, &key);
	if (make_folder(step, path, &entry, err) < 0 ||
	    build_step_keep(step, &key, NULL, &entry, err) < 0)
		return -1;
	build_step_add(step, text, &entry);
	build_step_tell(step, BUILD_EVENT_DONE, NULL);
	return 0;
}
