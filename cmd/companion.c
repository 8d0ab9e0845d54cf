/* SPDX-License-Identifier: Apache-2.0 */
/* Becoming the companion program. */
#include "cmd/companion.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/fs.h"

#if IMGCTL_EMBED

/* cmake/companion.S */
extern const char companion_start[];
extern const char companion_end[];

static int become(char *const *argv, struct error *err)
{
	autoclose int fd = memfd_create("imgctl-transfer",
					MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return error_sys(err, errno, "make room for the companion");
	if (fs_write_all(fd, companion_start,
			 (size_t)(companion_end - companion_start), err) < 0)
		return error_wrap(err, "unpack the companion");
	if (fcntl(fd, F_ADD_SEALS,
		  F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		return error_sys(err, errno, "seal the companion");
	(void)fexecve(fd, argv, environ); /* returns only on failure */
	return error_sys(err, errno, "run the companion");
}

#else

static int become(char *const *argv, struct error *err)
{
	static const char name[] = "imgctl-transfer";
	char path[PATH_MAX + sizeof(name)];
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX);
	char *slash;

	if (length < 0)
		return error_sys(err, errno, "find the companion");
	path[length] = '\0';
	slash = strrchr(path, '/');
	memcpy(slash ? slash + 1 : path, name, sizeof(name));
	(void)execv(path, argv); /* returns only on failure */
	return error_sys(err, errno, "run %s", path);
}

#endif

int companion_exec(char *const *argv, struct error *err)
{
	return become(argv, err);
}
