/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mount points and folders inside a root file system whose content is hostile.
 * Every path is resolved by openat2 with the root as the only world there is,
 * so a link planted in the image or swapped in by another container that
 * shares a volume leads to some other place inside, never out. What is found is
 * held by descriptor, and mounting goes onto the descriptor, so nothing can
 * change between the look and the deed.
 *
 * For the container's first process: no memory is allocated.
 */
#ifndef RUNTIME_TARGET_H
#define RUNTIME_TARGET_H

#include <stdbool.h>

/*
 * Open PATH (relative to ROOT) as a mount point, making it and the folders on
 * the way (mode 0755) when it is not there: a folder, or an empty file. With
 * NO_LINKS no component may be a link. Returns a path handle or -1 with errno.
 */
int target_open(int root, const char *path, bool is_directory, bool no_links);

/* Open the folder that PATH is in, making folders as target_open does. */
int target_open_parent(int root, const char *path, const char **name_out);

/* Attach the detached mount TREE onto TARGET; -1 with errno. */
int target_attach(int tree, int target);

#endif
