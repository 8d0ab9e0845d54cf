/* SPDX-License-Identifier: Apache-2.0 */
/* COPY and ADD, planned. */
#include "builder/steps/copy_plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "builder/files/file_hash.h"
#include "builder/files/file_select.h"
#include "builder/image/image_settings.h"
#include "builder/steps/add_fetch.h"

enum { HASH_WORKERS = 2 };

struct planning {
	const struct copy_request *request;
	struct copy_plan *plan;
	struct file_selection selection;
};

static struct copy_part *add_part(struct copy_plan *plan,
				  enum copy_part_kind kind, const char *name)
{
	plan->parts = xreallocarray(plan->parts, plan->part_count + 1,
				    sizeof(*plan->parts));
	plan->parts[plan->part_count] = (struct copy_part){
		.kind = kind,
		.root = -1,
		.name = xstrdup(name),
	};
	return &plan->parts[plan->part_count++];
}

static void note_newest(struct copy_plan *plan, size_t first)
{
	for (size_t i = first; i < plan->list.count; i++) {
		const struct stat *st = &plan->list.items[i].st;

		/* a folder's time says nothing of what is in it */
		if (!S_ISDIR(st->st_mode) && st->st_mtim.tv_sec > plan->newest)
			plan->newest = st->st_mtim.tv_sec;
	}
}

/* Walks and hashes one source of ROOT and makes it a part. */
static int take_source(struct planning *planning, int root,
		       const struct file_source *source, struct error *err)
{
	const struct copy_request *request = planning->request;
	struct copy_plan *plan = planning->plan;
	bool keeps_parents = planning->selection.keeps_parents;
	bool remembers = request->from.is_context && root == request->from.root;
	size_t first = plan->list.count;
	struct file_walk walk = {
		.root = root,
		.from = source->path,
		/* what it is called is settled when it is known where it
		 * goes */
		.to = source->is_folder ? "" : "file",
		.ignore = root == request->from.root ? request->from.ignore
						     : NULL,
		.excludes = plan->excludes.count ? &plan->excludes : NULL,
	};
	struct copy_part *part;

	if (file_list_walk(&walk, &plan->list, err) < 0 ||
	    file_hash_list(remembers ? request->build->store : NULL, root,
			   &plan->list, first, HASH_WORKERS, err) < 0)
		return -1;
	note_newest(plan, first);
	part = add_part(
		plan, source->is_folder ? COPY_PART_FOLDER : COPY_PART_FILE,
		source->is_folder && !keeps_parents ? "" : source->name);
	part->root = root;
	part->first = first;
	part->count = plan->list.count - first;
	return keeps_parents
		       ? copy_parents_find(root, source->path, source->name,
					   source->is_folder, &part->parents,
					   err)
		       : 0;
}

static int take_path(struct planning *planning, const char *path,
		     struct error *err)
{
	const struct copy_request *request = planning->request;
	const struct copy_instruction *copy = request->copy;
	autoclean(file_sources_release) struct file_sources sources =
		FILE_SOURCES_INIT;

	if (copy->checksum)
		return error_set(err, ERROR_INVALID,
				 "checksum can't be specified for files of the "
				 "context: \"%s\"",
				 path);
	if (request->from.root < 0)
		return error_set(err, ERROR_NOT_FOUND,
				 "\"%s\": there is no build context", path);
	if (file_select(&planning->selection, path, &sources, err) < 0)
		return -1;
	for (size_t i = 0; i < sources.count; i++) {
		struct copy_part *part;

		if (take_source(planning, request->from.root, &sources.items[i],
				err) < 0)
			return -1;
		part = &planning->plan->parts[planning->plan->part_count - 1];
		part->may_be_archive = request->is_add &&
				       part->kind == COPY_PART_FILE &&
				       (!copy->unpack_given || copy->unpack);
	}
	return 0;
}

static void take_inline(struct planning *planning,
			const struct copy_source *source)
{
	struct copy_part *part = add_part(planning->plan, COPY_PART_INLINE,
					  source->path);

	part->content = source->content;
}

/* What was fetched lies in a folder of its own, as NAME or as all of it. */
static int take_fetched(struct planning *planning, const char *url,
			struct error *err)
{
	const struct copy_request *request = planning->request;
	struct copy_plan *plan = planning->plan;
	autoclean(add_fetched_release) struct add_fetched fetched =
		ADD_FETCHED_INIT;
	struct file_source source;
	struct copy_part *part;

	if (add_fetch(request->build, request->place, request->copy, url,
		      &fetched, err) < 0)
		return error_wrap(err, "%s", url);
	source = (struct file_source){
		.path = fetched.is_folder ? (char *)(uintptr_t) "."
					  : fetched.path,
		.name = fetched.name,
		.is_folder = fetched.is_folder,
	};
	plan->roots = xreallocarray(plan->roots, plan->root_count + 1,
				    sizeof(*plan->roots));
	plan->roots[plan->root_count] = TAKE_FD(fetched.folder);
	if (take_source(planning, plan->roots[plan->root_count++], &source,
			err) < 0)
		return -1;
	part = &plan->parts[plan->part_count - 1];
	part->needs_archive = request->copy->unpack_given &&
			      request->copy->unpack && !fetched.is_folder;
	part->may_be_archive = part->needs_archive;
	return 0;
}

static int take_all(struct planning *planning, struct error *err)
{
	const struct copy_request *request = planning->request;
	const struct copy_instruction *copy = request->copy;

	for (size_t i = 0; i < copy->source_count; i++) {
		const struct copy_source *source = &copy->sources[i];
		int result = 0;

		if (source->content)
			take_inline(planning, source);
		else if (request->is_add && add_fetch_is_url(source->path))
			result = take_fetched(planning, source->path, err);
		else
			result = take_path(planning, source->path, err);
		if (result < 0)
			return -1;
	}
	return 0;
}

/* Several things go into a folder only. */
static int check_destination(const struct copy_plan *plan,
			     const struct copy_instruction *copy,
			     struct error *err)
{
	size_t length = strlen(plan->destination);

	if ((copy->source_count > 1 || plan->part_count > 1) &&
	    plan->destination[length - 1] != '/')
		return error_set(
			err, ERROR_INVALID,
			"When using %s with more than one source file, "
			"the destination must be a directory and end "
			"with a /",
			copy->parents ? "COPY" : "COPY or ADD");
	return 0;
}

/* "." at the end of a destination means the folder. */
static char *destination_of(const struct copy_request *request)
{
	const char *text = request->copy->destination;
	size_t length = strlen(text);
	bool is_folder = !strcmp(text, ".") || !strcmp(text, "..") ||
			 (length > 1 && !strcmp(text + length - 2, "/."));
	autofree char *path = image_settings_path(request->folder, text);

	if (is_folder && path[strlen(path) - 1] != '/')
		return xasprintf("%s/", path);
	return xstrdup(path);
}

int copy_plan_make(const struct copy_request *request, struct copy_plan *out,
		   struct error *err)
{
	const struct copy_instruction *copy = request->copy;
	struct planning planning = {
		.request = request,
		.plan = out,
		.selection = {
			.root = request->from.root,
			.ignore = request->from.ignore,
			.keeps_parents = copy->parents,
		},
	};

	for (size_t i = 0; i < copy->excludes.count; i++)
		if (ignore_add(&out->excludes, copy->excludes.items[i], err) <
		    0)
			return error_wrap(err, "--exclude");
	if (copy->chmod) {
		if (mode_change_parse(copy->chmod, &out->mode, err) < 0)
			return -1;
		out->has_mode = true;
	}
	out->keeps_owners = copy->from && !request->from.is_context &&
			    (!copy->chown || !*copy->chown);
	out->destination = destination_of(request);
	if (take_all(&planning, err) < 0)
		return -1;
	return check_destination(out, copy, err);
}

static void key_parents(struct step_key *key, const struct copy_plan *plan,
			const struct copy_part *part)
{
	for (size_t i = 0; i < part->parents.count; i++) {
		const struct copy_parent *parent = &part->parents.items[i];
		autofree char *mode = xasprintf("%04o", (unsigned)parent->mode);
		autofree char *owner = xasprintf("%u:%u", (unsigned)parent->uid,
						 (unsigned)parent->gid);

		step_key_add(key, "mode of a parent", mode);
		step_key_add(key, "owner of a parent",
			     plan->keeps_owners ? owner : NULL);
	}
}

void copy_plan_key(const struct copy_request *request,
		   const struct copy_plan *plan, struct step_key *key)
{
	const struct copy_instruction *copy = request->copy;

	step_key_add(key, "destination", plan->destination);
	step_key_add(key, "--chown", copy->chown);
	step_key_add(key, "--chmod", copy->chmod);
	step_key_add(key, "--link", copy->link ? "true" : NULL);
	step_key_add(key, "--parents", copy->parents ? "true" : NULL);
	for (size_t i = 0; i < plan->part_count; i++) {
		const struct copy_part *part = &plan->parts[i];
		struct file_list own = { plan->list.items,
					 part->first + part->count, 0 };

		step_key_add(key, "source", part->name);
		step_key_add(key, "heredoc", part->content);
		key_parents(key, plan, part);
		step_key_add(key, "--unpack",
			     part->may_be_archive ? "true" : NULL);
		if (part->kind == COPY_PART_INLINE)
			continue;
		step_key_add_files(key, request->from.place, &own, part->first);
		if (plan->keeps_owners)
			step_key_add_owners(key, &own, part->first);
	}
}

void copy_plan_release(struct copy_plan *plan)
{
	for (size_t i = 0; i < plan->part_count; i++) {
		free(plan->parts[i].name);
		copy_parents_release(&plan->parts[i].parents);
	}
	free(plan->parts);
	for (size_t i = 0; i < plan->root_count; i++)
		cleanup_close(&plan->roots[i]);
	free(plan->roots);
	ignore_release(&plan->excludes);
	file_list_release(&plan->list);
	free(plan->destination);
	*plan = (struct copy_plan)COPY_PLAN_INIT;
}
