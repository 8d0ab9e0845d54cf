/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much a container has written on top of its image, as ps -s and inspect
 * -s show it. Nobody keeps count; the tree is walked each time.
 */
#ifndef RUNTIME_CONTAINER_SIZE_H
#define RUNTIME_CONTAINER_SIZE_H

#include <stdint.h>

#include "runtime/engine/container.h"

/*
 * The bytes of all files in the container's own layer; a file with several
 * names counts once, directories do not count. Works beside a running
 * container: what disappears meanwhile is passed over.
 */
int container_size(const struct container *container, uint64_t *out,
		   struct error *err) must_check;

#endif
