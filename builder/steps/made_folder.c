/* SPDX-License-Identifier: Apache-2.0 */
/* Folders made where they are missing. */
#include "builder/steps/made_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"

enum { LINKS_MAX = 40 }; /* the kernel's */

struct making {
	int root;
	const struct copy_owner *owner;
	char *sofar; /* what is open; "" for the root */
	char *rest;  /* what is still to be opened */
	int fd;	     /* of SOFAR */
	int links;   /* how many may still be followed */
};

static void making_release(struct making *making)
{
	free(making->sofar);
	free(making->rest);
	cleanup_close(&making->fd);
}
DEFINE_CLEANUP(struct making, making_release)

static int open_folder(int root, const char *path)
{
	return fs_open_raw(root, *path ? path : ".", FS_IN_ROOT,
			   O_RDONLY | O_DIRECTORY, 0);
}

/* A link to nothing: what it says takes its place. False: it is none. */
static bool follow(struct making *making, const char *name, const char *behind)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(making->fd, name, target,
				    sizeof(target) - 1);
	char *rest;

	if (length < 0)
		return false;
	target[length] = '\0';
	rest = xasprintf("%s/%s", target, behind);
	free(making->rest);
	making->rest = rest;
	making->links--;
	if (*target == '/') {
		free(making->sofar);
		making->sofar = xstrdup("");
	}
	return true;
}

static int make(const struct making *making, const char *name,
		struct error *err)
{
	autoclose int fd = -1;

	if (mkdirat(making->fd, name, 0755) < 0)
		return error_sys(err, errno, "make folder %s", name);
	fd = openat(making->fd, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchown(fd, making->owner->uid, making->owner->gid) < 0 ||
	    fchmod(fd, 0755) < 0)
		return error_sys(err, errno, "set owner %u:%u of folder %s",
				 making->owner->uid, making->owner->gid, name);
	return 0;
}

/* Goes into NAME, which is below what is open. */
static int enter(struct making *making, const char *name, const char *behind,
		 struct error *err)
{
	autofree char *next = xasprintf("%s/%s", making->sofar, name);
	autoclose int inner = open_folder(making->root, next);

	if (inner < 0 && errno == ENOENT) {
		if (making->links > 0 && follow(making, name, behind)) {
			cleanup_close(&making->fd);
			making->fd = open_folder(making->root, making->sofar);
			return making->fd < 0 ? error_sys(err, errno, "open %s",
							  making->sofar)
					      : 0;
		}
		if (make(making, name, err) < 0)
			return -1;
		inner = open_folder(making->root, next);
	}
	if (inner < 0)
		return error_sys(err, errno, "open %s", next);
	free(making->sofar);
	making->sofar = TAKE_PTR(next);
	cleanup_close(&making->fd);
	making->fd = TAKE_FD(inner);
	next = xstrdup(behind);
	free(making->rest);
	making->rest = TAKE_PTR(next);
	return 0;
}

int made_folder_open(int root, const char *path, const struct copy_owner *owner,
		     int *out, struct error *err)
{
	autoclean(making_release) struct making making = {
		.root = root,
		.owner = owner,
		.sofar = xstrdup(""),
		.rest = xstrdup(path),
		.fd = open_folder(root, ""),
		.links = LINKS_MAX,
	};

	if (making.fd < 0)
		return error_sys(err, errno, "open /");
	for (;;) {
		const char *at = making.rest + strspn(making.rest, "/");
		size_t length = strcspn(at, "/");
		autofree char *name = xstrndup(at, length);
		autofree char *behind = xstrdup(at + length);

		if (!length)
			break;
		if (enter(&making, name, behind, err) < 0)
			return -1;
	}
	*out = TAKE_FD(making.fd);
	return 0;
}
