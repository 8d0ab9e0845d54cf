/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layers that cannot be extracted alone. Three things in a tar mean something
 * different upon other parents: a hard link to a file of a lower layer; a
 * directory that has no entry of its own and is not 0755 root below; and one
 * that is a symbolic link (or no directory) below. Such a layer is extracted
 * onto an overlay mount of its parents, so the kernel gives it docker's
 * meaning, and is stored under a name that says which parents.
 */
#ifndef LAYERS_LAYER_MERGE_H
#define LAYERS_LAYER_MERGE_H

#include "layers/image/layer_pull.h"

struct layer_merge {
	const struct layer_pull *request; /* its blob is here */
	char *const *parents;		  /* layer names, lowest first */
	size_t parent_count;
	bool needs_parents; /* as layer_pull told */
};

/*
 * Find the name under which the layer stands upon these parents, making it if
 * it must be made. The caller frees NAME_OUT.
 */
int layer_merge(const struct layer_merge *merge, const struct digest *diff_id,
		char **name_out, struct error *err) must_check;

#endif
