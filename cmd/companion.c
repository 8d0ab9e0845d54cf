/* SPDX-License-Identifier: Apache-2.0 */
/* Becoming the companion program. */
#include "cmd/companion.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "runtime/self_protect.h"

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
	autofree char *own = self_protect_path();
	const char *slash = strrchr(own, '/');
	autofree char *path = xasprintf(
		"%.*simgctl-transfer", slash ? (int)(slash - own) + 1 : 0, own);

	(void)execv(path, argv); /* returns only on failure */
	return error_sys(err, errno, "run %s", path);
}

#endif

int companion_exec(char *const *argv, struct error *err)
{
	return become(argv, err);
}
