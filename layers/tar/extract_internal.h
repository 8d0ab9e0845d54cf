/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of extraction share: the state of one layer being extracted
 * and the steps that cross files. Included by extract*.c only.
 *
 *   extract.c           the sequence for one entry, limits, the end
 *   extract_parent.c    the directory an entry goes into
 *   extract_node.c      files, directories, links, devices
 *   extract_attribute.c owners, modes, times, extended attributes
 *   extract_whiteout.c  what hides the layers below
 *   extract_fixup.c     what directories get at the end
 */
#ifndef LAYERS_TAR_EXTRACT_INTERNAL_H
#define LAYERS_TAR_EXTRACT_INTERNAL_H

#include <sys/stat.h>

#include "base/error.h"
#include "layers/tar/entry_policy.h"
#include "layers/tar/extract_options.h"
#include "layers/tar/path_set.h"
#include "layers/tar/tar_read.h"

/* The directory that the last entry went into, kept open for the next. */
struct extract_parent {
	char *path; /* NULL: none */
	int fd;
	bool setgid; /* new names inherit its group */
};

/* What a directory is given once nothing is made in it any more. */
struct extract_fixup {
	char *path;
	int64_t mtime;
	long mtime_nanosecond;
	bool set_mode; /* made writable for its contents: set mode now */
	mode_t mode;
	void *default_acl; /* would be inherited if set early */
	size_t default_acl_size;
};

struct extract {
	struct extract_options options;
	uid_t uid; /* what new files get by themselves */
	gid_t gid;
	bool notes_owners; /* only one id exists here */
	struct extract_parent parent;
	struct extract_fixup *fixups;
	size_t fixup_count;
	size_t fixup_allocated;
	size_t fixup_bytes;
	struct path_set implicit;
	struct path_set seen; /* merged only: what this layer made */
	struct extract_result result;
};

/* One entry on its way. */
struct extract_item {
	struct extract *extract;
	struct tar_reader *reader;
	const struct entry *entry;
	const struct entry_path *path;
	const char *full; /* the path as one string */
	int parent;	  /* borrowed descriptor of its directory */
	bool setgid;	  /* that directory's */
};

/*
 * Open the directory PATH below the root, making what is missing, and keep it
 * as extract->parent. Stores false in FOUND when a link on the way leads to
 * nothing that this layer has.
 */
int extract_parent_open(struct extract *extract, const char *path, bool *found,
			struct error *err) must_check;

/* Forget the kept directory: the tree has changed its shape. */
void extract_parent_forget(struct extract *extract);

/* Remove whatever NAME is in directory FD. */
int extract_remove(struct extract *extract, int fd, const char *name,
		   struct error *err) must_check;

/* Whether ST is overlay's marker for a deleted name. */
bool extract_is_whiteout(const struct stat *st);

/* Note that this layer made PATH; a no-op unless merged. */
int extract_mark_seen(struct extract *extract, const char *path,
		      struct error *err) must_check;

/* Make the node of an entry that is no whiteout. */
int extract_node(struct extract_item *item, struct error *err) must_check;

/* Give the root directory the attributes of its entry. */
int extract_root(struct extract_item *item, struct error *err) must_check;

/* What to give a node, and how it can be reached. */
struct extract_target {
	int fd;		 /* open file or directory, or -1 */
	bool exact_mode; /* created with its mode; special bits excepted */
	bool exact_owner;
};

/* Owner, mode, extended attributes and, but for directories, times. */
int extract_attributes(struct extract_item *item,
		       const struct extract_target *target,
		       struct error *err) must_check;

/* Do what a whiteout of KIND for NAME in the entry's directory means. */
int extract_whiteout(struct extract_item *item, const char *name,
		     struct error *err) must_check;

/* Hide everything that the layers below have in the entry's directory. */
int extract_opaque(struct extract_item *item, struct error *err) must_check;

/* Mark the directory FD as hiding what is below. */
int extract_mark_opaque(const struct extract *extract, int fd,
			struct error *err) must_check;

/* Remember what the directory PATH gets at the end; ENTRY may be NULL. */
int extract_fixup_add(struct extract *extract, const char *path,
		      const struct entry *entry, struct error *err) must_check;

/* Apply all that was remembered. */
int extract_fixup_apply(struct extract *extract, struct error *err) must_check;

/* Free all that was remembered. */
void extract_fixup_release(struct extract *extract);

/* Whether ENTRY's directory needs more rights until it is filled. */
bool extract_fixup_needs_mode(const struct extract *extract,
			      const struct entry *entry);

#endif
