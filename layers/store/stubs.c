/* SPDX-License-Identifier: Apache-2.0 */
/* Making the folder of stubs. */
#include "layers/store/stubs.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/fs.h"

static const char *const folders[] = { "dev", "etc", "proc", "sys" };
static const char *const files[] = { "etc/hostname", "etc/hosts",
				     "etc/resolv.conf" };

/* With their modes whatever the umask. */
static int fill(int fd, struct error *err)
{
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (mkdirat(fd, folders[i], 0755) < 0 ||
		    fchmodat(fd, folders[i], 0755, 0) < 0)
			return error_sys(err, errno, "make mount point %s",
					 folders[i]);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		autoclose int file = openat(fd, files[i],
					    O_WRONLY | O_CREAT | O_EXCL |
						    O_NOFOLLOW | O_CLOEXEC,
					    0644);

		if (file < 0 || fchmod(file, 0644) < 0)
			return error_sys(err, errno, "make mount point %s",
					 files[i]);
	}
	return fchmod(fd, 0755) < 0 ? error_sys(err, errno, "make mount points")
				    : 0;
}

static int open_it(const struct store *store)
{
	return openat(store->root_fd, "stubs",
		      O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Whole under another name, then renamed: others may do the same just now. */
static int make(const struct store *store, struct error *err)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclose int fd = -1;
	unsigned long long number;
	char name[40];
	int result;

	if (getrandom(&number, sizeof(number), 0) < 0)
		return error_sys(err, errno, "get random bytes");
	(void)snprintf(name, sizeof(name), ".tmp-%016llx", number);
	if (mkdirat(store->root_fd, name, 0700) < 0)
		return error_sys(err, errno, "make mount points");
	fd = openat(store->root_fd, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	result = fd < 0 ? error_sys(err, errno, "make mount points")
			: fill(fd, err);
	if (result == 0 && (renameat2(store->root_fd, name, store->root_fd,
				      "stubs", RENAME_NOREPLACE) == 0))
		return 0;
	/* another was faster, or it failed */
	if (fs_remove_tree(store->root_fd, name, &ignored) < 0)
		error_release(&ignored);
	return result;
}

int stubs_open(const struct store *store, int *fd_out, struct error *err)
{
	*fd_out = open_it(store);
	if (*fd_out < 0 && errno == ENOENT) {
		if (make(store, err) < 0)
			return -1;
		*fd_out = open_it(store);
	}
	return *fd_out < 0 ? error_sys(err, errno, "open stubs") : 0;
}

bool stubs_exist(const struct store *store)
{
	autoclose int fd = open_it(store);

	return fd >= 0;
}
