/* SPDX-License-Identifier: Apache-2.0 */
/* Writing the members of a plan. */
#include "layers/image/image_save.h"

#include <string.h>

#include "layers/image/layer_bytes.h"
#include "layers/image/save_target.h"

static int write_contents(const struct store *store,
			  const struct save_member *member,
			  const struct byte_sink *sink, struct error *err)
{
	if (member->text)
		return sink->write(sink->context, member->text,
				   (size_t)member->size, err);
	if (member->layer)
		return layer_bytes_write(store, member->layer, sink, err);
	return layer_bytes_copy(store, &member->blob, member->size, sink, err);
}

static int write_member(const struct store *store,
			const struct save_member *member,
			struct save_target *target, struct error *err)
{
	struct byte_sink sink = save_target_sink(target);

	if (save_target_member(target, member->name, member->size, err) < 0 ||
	    write_contents(store, member, &sink, err) < 0)
		return -1;
	return save_target_end(target, err);
}

/* Whether any member lies in the folder of that algorithm. */
static bool has_below(const struct save_plan *plan, const char *folder)
{
	for (size_t i = 0; i < plan->member_count; i++) {
		if (!strncmp(plan->members[i].name, folder, strlen(folder)))
			return true;
	}
	return false;
}

static int write_folders(const struct save_plan *plan,
			 struct save_target *target, struct error *err)
{
	static const char *const folders[] = { "blobs", "blobs/sha256",
					       "blobs/sha512" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		if (has_below(plan, folders[i]) &&
		    save_target_directory(target, folders[i], err) < 0)
			return -1;
	}
	return 0;
}

static int write_all(const struct store *store, const struct save_plan *plan,
		     struct save_target *target, struct error *err)
{
	if (write_folders(plan, target, err) < 0)
		return -1;
	for (size_t i = 0; i < plan->member_count; i++) {
		if (write_member(store, &plan->members[i], target, err) < 0)
			return error_wrap(err, "save");
	}
	return save_target_finish(target, err);
}

int image_save_archive(const struct store *store, const struct save_plan *plan,
		       const struct byte_sink *sink, struct error *err)
{
	autoclean(save_target_free) struct save_target *target =
		save_target_tar(sink);

	return write_all(store, plan, target, err);
}

int image_save_folder(const struct store *store, const struct save_plan *plan,
		      int folder, struct error *err)
{
	autoclean(save_target_free) struct save_target *target =
		save_target_folder(folder);

	return write_all(store, plan, target, err);
}
