/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A control group for `isolation`: where it lies, what may be used and what is.
 *
 * Members: Mode ("legacy", "hybrid", "unified"), Path (below the hierarchies),
 * Directories [{Controller, Path}], Limits {control file: value} as the files
 * say, Use [{Name, Now, Limit}] in bytes, processes and nanoseconds, -1 where
 * nobody counts or nothing limits.
 */
#ifndef RUNTIME_ISOLATION_GROUP_H
#define RUNTIME_ISOLATION_GROUP_H

#include <jansson.h>

/*
 * Describe the group PATH (NULL: the container has none) as a new object;
 * without a group, or when it has just gone, its lists are empty.
 */
json_t *isolation_describe_group(const char *path);

#endif
