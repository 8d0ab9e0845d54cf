/* SPDX-License-Identifier: Apache-2.0 */
/* Copies with shifted owners. */
#include "runtime/engine/container_shifted.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "layers/tar/tree_copy.h"

static const char name[] = "shifted";
static const char draft[] = "shifted.tmp";

int container_shifted_open(const struct container *container, int *fd_out,
			   struct error *err)
{
	*fd_out = -1;
	if (container->folder_fd < 0)
		return 0; /* only explained: there is no folder yet */
	*fd_out = openat(container->folder_fd, name,
			 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd_out < 0 && errno != ENOENT)
		return error_sys(err, errno, "open the container's copy");
	return 0;
}

static void add_ranges(const struct runtime_id_maps *maps, struct idranges *out)
{
	for (size_t i = 0; i < maps->count; i++)
		idranges_add(out, maps->items[i].container, maps->items[i].host,
			     maps->items[i].size);
}

void container_shifted_convert(const struct id_maps *maps, struct idshift *out)
{
	add_ranges(&maps->uids, &out->uids);
	add_ranges(&maps->gids, &out->gids);
}

/* FD gets the mode of FROM, and its owner as it is outside. */
static int take_root(int from, int fd, const struct idshift *ids,
		     struct error *err)
{
	struct stat st;

	if (fstat(from, &st) < 0)
		return error_sys(err, errno, "look at the root directory");
	if (!idshift_out(ids, &st.st_uid, &st.st_gid))
		st.st_uid = st.st_gid = 0;
	if (fchown(fd, st.st_uid, st.st_gid) < 0 ||
	    fchmod(fd, st.st_mode & 07777) < 0)
		return error_sys(err, errno, "give the copy its owner");
	return 0;
}

static int open_folder(const struct container *container, const char *folder,
		       int *out, struct error *err)
{
	*out = openat(container->folder_fd, folder,
		      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*out < 0)
		return error_sys(err, errno, "open the container's %s", folder);
	return 0;
}

static int copy(const struct container *container, const struct idshift *ids,
		int from, struct error *err)
{
	autoclose int source = openat(from, ".",
				      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autoclose int to = -1;
	autoclose int upper = -1;
	uint64_t bytes;
	struct tree_copy request = {
		.from = source,
		.keeps_owners = true,
		.to_ids = ids,
		.has_strangers = true,
	};

	if (source < 0)
		return error_sys(err, errno, "open the root directory");
	if (open_folder(container, draft, &to, err) < 0 ||
	    open_folder(container, "upper", &upper, err) < 0)
		return -1;
	request.to = to;
	if (tree_copy(&request, &bytes, err) < 0 ||
	    take_root(source, to, ids, err) < 0)
		return -1;
	return take_root(source, upper, ids, err);
}

int container_shifted_make(const struct container *container,
			   const struct id_maps *maps, int from,
			   struct error *err)
{
	autoclean(idshift_release) struct idshift ids = IDSHIFT_INIT;

	container_shifted_convert(maps, &ids);
	/* of a start that was killed */
	if (fs_remove_tree(container->folder_fd, draft, err) < 0)
		return -1;
	if (mkdirat(container->folder_fd, draft, 0700) < 0)
		return error_sys(err, errno, "make room for a copy");
	if (copy(container, &ids, from, err) < 0)
		return error_wrap(err, "copy the files of the image");
	if (renameat(container->folder_fd, draft, container->folder_fd, name) <
	    0)
		return error_sys(err, errno, "keep the copy");
	return 0;
}

int container_shifted_ids(const struct container *container,
			  struct idshift *out, struct error *err)
{
	autoclean(id_maps_release) struct id_maps maps = ID_MAPS_INIT;

	if (!fs_exists(container->folder_fd, name))
		return 0;
	if (id_maps_read(json_object_get(container->host_config, "IDMappings"),
			 &maps, err) < 0)
		return -1;
	container_shifted_convert(&maps, out);
	return 0;
}
