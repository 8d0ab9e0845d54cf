/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the sources and the destination of a COPY to a list of files and where
 * each goes, with docker's rules:
 *
 *   - a source is a path below the root, or a pattern of such paths;
 *   - of a folder its contents are meant;
 *   - a link at the end of a source counts as what it leads to;
 *   - several sources, or a destination that ends in a slash, mean a folder;
 *   - with --parents a source keeps its folders, up to a "/./" in it.
 */
#ifndef BUILDER_FILE_SELECT_H
#define BUILDER_FILE_SELECT_H

#include "base/strvec.h"
#include "builder/files/file_list.h"

struct file_selection {
	int root;		       /* where sources lie; borrowed */
	const struct ignore *ignore;   /* or NULL */
	const struct ignore *excludes; /* or NULL */
	bool keeps_parents;
};

/* One source, found. */
struct file_source {
	char *path;	/* below the root, links resolved: to be walked */
	char *name;	/* what it is called at the destination */
	bool is_folder; /* its contents go there */
};

struct file_sources {
	struct file_source *items;
	size_t count;
};

#define FILE_SOURCES_INIT \
	{                 \
		NULL, 0   \
	}

/*
 * Append what SOURCE means. NOT_FOUND, in docker's words, when it is nothing,
 * or only what is ignored.
 */
int file_select(const struct file_selection *selection, const char *source,
		struct file_sources *out, struct error *err) must_check;

/* Free all. */
void file_sources_release(struct file_sources *sources);
DEFINE_CLEANUP(struct file_sources, file_sources_release)

#endif
