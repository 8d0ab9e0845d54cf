/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much the files below a folder hold, file by file, as docker counts a
 * container's layer or a volume. Nothing is locked: files that come and go
 * meanwhile count or do not.
 */
#ifndef LAYERS_TREE_SIZE_H
#define LAYERS_TREE_SIZE_H

#include <stdint.h>

#include "base/error.h"

/*
 * Add up the bytes of the files below PATH, which is trusted, on its file
 * system: a file with several names counts once, a folder or a device nothing.
 */
int tree_size(const char *path, uint64_t *out, struct error *err) must_check;

#endif
