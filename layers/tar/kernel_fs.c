/* SPDX-License-Identifier: Apache-2.0 */
/* By their magic numbers. */
#include "layers/tar/kernel_fs.h"

#include <linux/magic.h>
#include <stddef.h>
#include <sys/vfs.h>

bool kernel_fs_holds(int fd)
{
	static const long magics[] = {
		PROC_SUPER_MAGIC,   SYSFS_MAGIC,	 DEVPTS_SUPER_MAGIC,
		CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, BPF_FS_MAGIC,
		DEBUGFS_MAGIC,	    TRACEFS_MAGIC,	 SECURITYFS_MAGIC,
	};
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return false;
	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++)
		if ((long)fs.f_type == magics[i])
			return true;
	return false;
}
