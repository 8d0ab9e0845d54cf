/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts of RUN: their keys, and making them ready. */
#include "builder/steps/step_mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "builder/files/file_hash.h"
#include "builder/files/file_select.h"
#include "builder/image/image_settings.h"
#include "builder/steps/run_mount_bind.h"
#include "builder/steps/run_mount_cache.h"
#include "builder/steps/run_mount_secret.h"
#include "builder/steps/step_files.h"

/* Contents of a bind mount's source, as COPY would read them. */
static int key_files(const struct step_mounts_request *request,
		     const struct run_mount *mount,
		     const struct step_source *source, struct step_key *key,
		     struct error *err)
{
	autoclean(file_list_release) struct file_list list = FILE_LIST_INIT;
	autoclean(file_sources_release) struct file_sources found =
		FILE_SOURCES_INIT;
	const struct build_context *context = source->context;
	autoclose int view = -1;
	struct file_selection selection = {
		.ignore = context ? context->ignore : NULL,
	};
	struct file_walk walk = { .ignore = selection.ignore, .to = "" };

	if (!context && step_files_look(request->build->store, &source->image,
					&view, err) < 0)
		return -1;
	selection.root = walk.root = context ? context->folder : view;
	if (file_select(&selection, mount->source ? mount->source : "/", &found,
			err) < 0)
		return -1;
	if (!found.count) /* it reads like a pattern */
		return error_set(err, ERROR_NOT_FOUND, "\"/%s\": not found",
				 mount->source);
	walk.from = found.items[0].path;
	if (file_list_walk(&walk, &list, err) < 0 ||
	    file_hash_list(context ? request->build->store : NULL, walk.root,
			   &list, 0, 2, err) < 0)
		return -1;
	step_key_add_files(key, source->place, &list, 0);
	return 0;
}

static void key_number(struct step_key *key, const char *name, int64_t value)
{
	autofree char *text = xasprintf("%lld", (long long)value);

	if (value >= 0)
		step_key_add(key, name, text);
}

static int key_bind(const struct step_mounts_request *request, size_t index,
		    bool quickly, struct step_key *key, struct error *err)
{
	const struct run_mount *mount = &request->mounts->items[index];
	const struct step_source *source = &request->sources[index];
	bool is_whole = !mount->source || !strcmp(mount->source, "/");
	autofree char *chain = NULL;

	step_key_add(key, "mount source", mount->source);
	if (source->context)
		return key_files(request, mount, source, key, err);
	/* a whole image is its layers; a part of it may be the same in others
	 */
	chain = step_source_chain(&source->image);
	if (quickly || is_whole) {
		step_key_add(key, "mount from", chain);
		return 0;
	}
	return key_files(request, mount, source, key, err);
}

int step_mounts_key(const struct step_mounts_request *request, bool quickly,
		    struct step_key *key, struct error *err)
{
	for (size_t i = 0; i < request->mounts->count; i++) {
		const struct run_mount *mount = &request->mounts->items[i];

		step_key_add(key, "mount type",
			     run_mount_type_name(mount->type));
		step_key_add(key, "mount target", mount->target);
		step_key_add(key, "mount id", mount->id);
		step_key_add(key, "mount env", mount->env);
		step_key_add(key, "mount access",
			     mount->read_only ? "ro" : "rw");
		key_number(key, "mount mode", mount->mode);
		key_number(key, "mount uid", mount->uid);
		key_number(key, "mount gid", mount->gid);
		if (mount->type == RUN_MOUNT_BIND &&
		    key_bind(request, i, quickly, key, err) < 0)
			return error_wrap(err, "--mount=type=bind");
	}
	return 0;
}

static void add_tmpfs(const struct run_mount *mount, const char *target,
		      struct step_mounts_ready *out)
{
	autofree char *mode = mount->size ? xasprintf("exec,size=%lld",
						      (long long)mount->size)
					  : xstrdup("exec");

	(void)json_array_append_new(
		out->mounts,
		json_pack("{s:s,s:s,s:s,s:s,s:b}", "Type", "tmpfs", "Source",
			  "", "Destination", target, "Mode", mode, "RW", 1));
}

/* Where a mount goes: by its own word, else as its type has it. */
static char *target_of(const struct step_mounts_request *request,
		       const struct run_mount *mount)
{
	if (mount->target)
		return image_settings_path(request->folder, mount->target);
	if (mount->type == RUN_MOUNT_SECRET || mount->type == RUN_MOUNT_SSH)
		return run_mount_secret_target(mount);
	return xstrdup(request->folder);
}

static int prepare_one(const struct step_mounts_request *request, size_t index,
		       struct step_mounts_ready *out, struct error *err)
{
	const struct run_mount *mount = &request->mounts->items[index];
	autofree char *target = target_of(request, mount);
	size_t before = json_array_size(out->mounts);
	int result = 0;

	if (!strcmp(target, "/"))
		return error_set(err, ERROR_INVALID,
				 "a mount cannot be at \"/\"");
	switch (mount->type) {
	case RUN_MOUNT_BIND:
		result = run_mount_bind(request, index, target, out, err);
		break;
	case RUN_MOUNT_CACHE:
		result = run_mount_cache(request, index, target, out, err);
		break;
	case RUN_MOUNT_TMPFS:
		add_tmpfs(mount, target, out);
		break;
	case RUN_MOUNT_SECRET:
	case RUN_MOUNT_SSH:
		result = run_mount_secret(request, index, target, out, err);
		break;
	case RUN_MOUNT_NONE:
		break;
	}
	if (result == 0 && json_array_size(out->mounts) > before)
		strvec_add(&out->targets, target);
	return result;
}

int step_mounts_prepare(const struct step_mounts_request *request,
			struct step_mounts_ready *out, struct error *err)
{
	out->mounts = json_array();
	for (size_t i = 0; i < request->mounts->count; i++)
		if (prepare_one(request, i, out, err) < 0)
			return error_wrap(
				err, "--mount=type=%s",
				run_mount_type_name(
					request->mounts->items[i].type));
	return 0;
}
