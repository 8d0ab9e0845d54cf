/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Project quotas of a file system (xfs, ext4, f2fs): how much the files of one
 * project, a number that each file has, may hold in all. A folder hands its
 * project down to what is made in it. Needs root of the initial user namespace
 * and quotactl_fd(2), Linux 5.14.
 */
#ifndef BASE_PROJECT_QUOTA_H
#define BASE_PROJECT_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Whether limits are enforced on the file system of the open folder FD. */
bool project_quota_is_enforced(int fd);

/* Whether PROJECT has no files and no limit there, so that it is nobody's. */
int project_quota_is_free(int fd, uint32_t project, bool *out,
			  struct error *err) must_check;

/* Limit PROJECT to BYTES, rounded up to a KiB; 0: to nothing. */
int project_quota_limit(int fd, uint32_t project, uint64_t bytes,
			struct error *err) must_check;

/* Make what will be made in the open folder FD PROJECT's, and FD itself. */
int project_quota_assign(int fd, uint32_t project,
			 struct error *err) must_check;

#endif
