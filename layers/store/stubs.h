/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lowest layer of every container: empty files and folders that a start
 * mounts over (/etc/hosts, /proc and their like), for images that lack them.
 * Made in the container's own layer they would look like changes of its, in
 * `diff` and in an image that `commit` makes. What an image has of these
 * counts, because it lies above; what an image deletes is made by the start
 * after all.
 *
 *   stubs/    made when it is first needed, the same for all images
 */
#ifndef LAYERS_STUBS_H
#define LAYERS_STUBS_H

#include <stdbool.h>

#include "layers/store/store.h"

/* Open the folder, making it if need be. The descriptor is the caller's. */
int stubs_open(const struct store *store, int *fd_out,
	       struct error *err) must_check;

/* Whether the folder is there already. */
bool stubs_exist(const struct store *store);

#endif
