/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a COPY or an ADD is about to do: its files found and hashed, and where
 * each goes, before anything is made. The step's key comes from here, and if
 * that was never seen before, copy_run.h carries the plan out.
 */
#ifndef BUILDER_COPY_PLAN_H
#define BUILDER_COPY_PLAN_H

#include "builder/build_place.h"
#include "builder/build_request.h"
#include "builder/files/file_list.h"
#include "builder/files/mode_change.h"
#include "builder/image/image_state.h"
#include "builder/steps/copy_parents.h"
#include "builder/steps/step_key.h"
#include "layers/store/lease.h"

/* Where an instruction's sources lie. */
struct copy_source_root {
	int root;		     /* -1: there are none but inline ones */
	const struct ignore *ignore; /* or NULL */
	const char *place;	     /* for people: "." or "stage build:" */
	bool is_context; /* files that keep their inodes: worth remembering */
};

struct copy_request {
	const struct build_request *build;
	const struct build_place *place;
	struct lease *lease;		     /* on the layer that is made */
	const struct copy_instruction *copy; /* variables filled in */
	bool is_add;
	const char *folder; /* WORKDIR */
	struct copy_source_root from;
};

enum copy_part_kind {
	COPY_PART_NONE = 0,
	COPY_PART_FILE,
	COPY_PART_FOLDER, /* its contents */
	COPY_PART_INLINE, /* a heredoc */
};

struct copy_part {
	enum copy_part_kind kind;
	int root;		     /* borrowed, or one of the plan's */
	char *name;		     /* at the destination; may have folders */
	const char *content;	     /* inline; borrowed */
	size_t first, count;	     /* items of the list */
	struct copy_parents parents; /* of its name; with --parents */
	bool may_be_archive;	     /* ADD unpacks it if it is one */
	bool needs_archive;	     /* and fails when it is none */
};

struct copy_plan {
	struct file_list list;
	struct copy_part *parts;
	size_t part_count;
	int *roots; /* of what was fetched */
	size_t root_count;
	struct ignore excludes;
	struct mode_change mode;
	bool has_mode;
	bool keeps_owners; /* what comes from an image stays whose it was */
	char *destination; /* absolute; a slash at its end means a folder */
	int64_t newest;	   /* seconds: of all files; INT64_MIN: none */
};

#define COPY_PLAN_INIT              \
	{                           \
		.newest = INT64_MIN \
	}

/*
 * Find and hash what REQUEST names. NOT_FOUND when a source is nothing; INVALID
 * for options it cannot have.
 */
int copy_plan_make(const struct copy_request *request, struct copy_plan *out,
		   struct error *err) must_check;

/* Add to KEY what the plan reads. */
void copy_plan_key(const struct copy_request *request,
		   const struct copy_plan *plan, struct step_key *key);

/* Free all. */
void copy_plan_release(struct copy_plan *plan);
DEFINE_CLEANUP(struct copy_plan, copy_plan_release)

#endif
