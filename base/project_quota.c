/* SPDX-License-Identifier: Apache-2.0 */
/* quotactl_fd(2) and the attribute ioctls. */
#include "base/project_quota.h"

#include <errno.h>
#include <linux/dqblk_xfs.h>
#include <linux/fs.h>
#include <linux/quota.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* QCMD of the kernel's header, of numbers that may be shifted. */
static int control(int fd, unsigned command, uint32_t project, void *data)
{
	return (int)syscall(SYS_quotactl_fd, fd,
			    command << SUBCMDSHIFT | PRJQUOTA, project, data);
}

/* The one question that xfs and the others answer alike, and to anybody. */
bool project_quota_is_enforced(int fd)
{
	struct fs_quota_statv state = { .qs_version = FS_QSTATV_VERSION1 };

	return control(fd, Q_XGETQSTATV, 0, &state) == 0 &&
	       (state.qs_flags & FS_QUOTA_PDQ_ENFD);
}

int project_quota_is_free(int fd, uint32_t project, bool *out,
			  struct error *err)
{
	struct if_dqblk quota = { 0 };

	*out = true;
	if (control(fd, Q_GETQUOTA, project, &quota) < 0) {
		/* xfs knows of no project that had nothing yet */
		if (errno == ENOENT)
			return 0;
		return error_sys(err, errno, "read the quota of project %u",
				 project);
	}
	*out = !quota.dqb_curspace && !quota.dqb_curinodes &&
	       !quota.dqb_bhardlimit && !quota.dqb_bsoftlimit &&
	       !quota.dqb_ihardlimit && !quota.dqb_isoftlimit;
	return 0;
}

int project_quota_limit(int fd, uint32_t project, uint64_t bytes,
			struct error *err)
{
	struct if_dqblk quota = {
		.dqb_bhardlimit = bytes / QIF_DQBLKSIZE +
				  (bytes % QIF_DQBLKSIZE != 0),
		.dqb_valid = QIF_BLIMITS,
	};

	if (control(fd, Q_SETQUOTA, project, &quota) < 0)
		return error_sys(err, errno, "limit project %u", project);
	return 0;
}

int project_quota_assign(int fd, uint32_t project, struct error *err)
{
	struct fsxattr attributes;

	if (ioctl(fd, FS_IOC_FSGETXATTR, &attributes) < 0)
		return error_sys(err, errno, "read attributes");
	attributes.fsx_projid = project;
	attributes.fsx_xflags |= FS_XFLAG_PROJINHERIT;
	if (ioctl(fd, FS_IOC_FSSETXATTR, &attributes) < 0)
		return error_sys(err, errno, "set project %u", project);
	return 0;
}
