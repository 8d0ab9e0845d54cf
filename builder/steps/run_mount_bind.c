/* SPDX-License-Identifier: Apache-2.0 */
/* What RUN may see of contexts and images. */
#include "builder/steps/run_mount_bind.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/jsonx.h"

struct covering {
	const struct ignore *ignore;
	int context; /* what is shown */
	int upper;   /* what covers it */
};

/* Covers PATH with a whiteout; its folders are made as they are below. */
static int cover(const struct covering *covering, const char *path,
		 struct error *err)
{
	autofree char *parent = xstrdup(path);
	char *slash = strrchr(parent, '/');
	autoclose int folder = -1;

	if (slash)
		*slash = '\0';
	if (fs_make_dirs(covering->upper, slash ? parent : ".", FS_NO_LINKS,
			 0755, &folder, err) < 0)
		return -1;
	if (mknodat(folder, slash ? slash + 1 : path, S_IFCHR, makedev(0, 0)) <
	    0)
		return error_sys(err, errno, "cover %s", path);
	return 0;
}

/* File systems need not tell what an entry is. */
static bool is_folder(int fd, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

static int cover_entry(const struct covering *covering, const char *folder,
		       int fd, const struct dirent *entry,
		       struct strvec *waiting, struct error *err)
{
	autofree char *path = strcmp(folder, ".") != 0
				      ? xasprintf("%s/%s", folder,
						  entry->d_name)
				      : xstrdup(entry->d_name);
	bool is_ignored = ignore_is_ignored(covering->ignore, path);

	if (is_folder(fd, entry) &&
	    (!is_ignored || ignore_may_reach(covering->ignore, path))) {
		strvec_take(waiting, TAKE_PTR(path));
		return 0;
	}
	return is_ignored ? cover(covering, path, err) : 0;
}

static int cover_folder(const struct covering *covering, const char *folder,
			struct strvec *waiting, struct error *err)
{
	int fd = fs_open_raw(covering->context, folder, FS_NO_LINKS,
			     O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	int result;

	if (!dir) {
		(void)error_sys(err, errno, "read %s", folder);
		cleanup_close(&fd);
		return -1;
	}
	while ((result = fs_next(dir, &entry, err)) == 0 && entry) {
		result = cover_entry(covering, folder, fd, entry, waiting, err);
		if (result < 0)
			break;
	}
	(void)closedir(dir); /* only read */
	return result;
}

static int cover_all(const struct covering *covering, struct error *err)
{
	autoclean(strvec_release) struct strvec waiting = STRVEC_INIT;

	strvec_add(&waiting, ".");
	while (waiting.count) {
		autofree char *path = xstrdup(waiting.items[waiting.count - 1]);

		strvec_remove(&waiting, waiting.count - 1);
		if (cover_folder(covering, path, &waiting, err) < 0)
			return -1;
	}
	return 0;
}

/* The scratch of one mount: upper and work side by side. */
static int make_scratch(const struct step_mounts_request *request, size_t index,
			json_t *mount, int *upper_out, struct error *err)
{
	const struct build_place *place = request->place;
	autofree char *upper = xasprintf("mount-%u-%zu/upper", request->step,
					 index);
	autofree char *work = xasprintf("mount-%u-%zu/work", request->step,
					index);

	if (fs_make_dirs(place->scratch_fd, upper, FS_NO_LINKS, 0755, NULL,
			 err) < 0 ||
	    fs_make_dirs(place->scratch_fd, work, FS_NO_LINKS, 0700, NULL,
			 err) < 0 ||
	    fs_open(place->scratch_fd, upper, FS_NO_LINKS,
		    O_RDONLY | O_DIRECTORY, 0, upper_out, err) < 0)
		return -1;
	(void)json_object_set_new(
		mount, "Upper",
		json_sprintf("%s/%s", place->scratch_path, upper));
	(void)json_object_set_new(
		mount, "Work",
		json_sprintf("%s/%s", place->scratch_path, work));
	return 0;
}

static int add_context(const struct build_context *context, int upper,
		       json_t *mount, struct error *err)
{
	const struct covering covering = { context->ignore, context->folder,
					   upper };
	struct stat st;

	if (fstat(context->folder, &st) < 0 ||
	    fchmod(upper, st.st_mode & 07777) < 0)
		return error_sys(err, errno, "open the context");
	(void)json_object_set_new(mount, "Base", json_string(context->path));
	if (!context->ignore || !context->ignore->count)
		return 0;
	return cover_all(&covering, err);
}

static void add_layers(const struct image_state *image, json_t *mount)
{
	autoclean(strvec_release) struct strvec folders = STRVEC_INIT;

	image_state_folders(image, &folders);
	(void)json_object_set_new(mount, "Layers", jsonx_from_strvec(&folders));
}

int run_mount_bind(const struct step_mounts_request *request, size_t index,
		   const char *target, struct step_mounts_ready *out,
		   struct error *err)
{
	const struct run_mount *want = &request->mounts->items[index];
	const struct step_source *source = &request->sources[index];
	json_t *mount = json_pack(
		"{s:s,s:s,s:s,s:s,s:b,s:s}", "Type", "overlay", "Source",
		source->place, "Destination", target, "Mode", "", "RW",
		(int)!want->read_only, "Propagation", "rprivate");
	const char *part = want->source ? want->source : "";
	autoclose int upper = -1;

	(void)json_array_append_new(out->mounts, mount);
	part += strspn(part, "/");
	if (*part && strcmp(part, ".") != 0)
		(void)json_object_set_new(mount, "Subpath", json_string(part));
	if (make_scratch(request, index, mount, &upper, err) < 0)
		return -1;
	if (source->context)
		return add_context(source->context, upper, mount, err);
	add_layers(&source->image, mount);
	return 0;
}
