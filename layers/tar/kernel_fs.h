/* SPDX-License-Identifier: Apache-2.0 */
/*
 * File systems that the kernel makes up (/proc, /sys and their like): what is
 * in them is nothing to copy.
 */
#ifndef LAYERS_TAR_KERNEL_FS_H
#define LAYERS_TAR_KERNEL_FS_H

#include <stdbool.h>

/* Whether the file or directory FD lies in one of them. */
bool kernel_fs_holds(int fd);

#endif
