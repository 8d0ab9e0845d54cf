/* SPDX-License-Identifier: Apache-2.0 */
/* The folder of a container, and what its process is doing. */
#include "runtime/oci/oci_container.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/fs.h"
#include "runtime/cgroup/cgroup_control.h"
#include "runtime/process_stat.h"

/* Longer than any hook of an engine's takes. */
enum { LOCK_TIMEOUT_MS = 60000 };

static const char state_file[] = "state.json";
static const char lock_file[] = "lock";

static int open_root(const char *root, bool is_made, int *out,
		     struct error *err)
{
	int flags = O_DIRECTORY | O_RDONLY | O_CLOEXEC;
	int fd = open(root, flags);

	if (fd < 0 && errno == ENOENT && is_made) {
		autoclose int top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (fs_make_dirs(top, root, FS_IN_ROOT, 0700, &fd, err) < 0)
			return error_wrap(err, "%s", root);
	}
	if (fd < 0)
		return error_sys(err, errno, "open %s", root);
	*out = fd;
	return 0;
}

static int lock(struct oci_container *container, struct error *err)
{
	return lockfile_acquire(&container->lock, container->folder_fd,
				lock_file, LOCKFILE_EXCLUSIVE, LOCK_TIMEOUT_MS,
				err);
}

int oci_container_make(const char *root, const char *id,
		       struct oci_container *out, struct error *err)
{
	*out = (struct oci_container)OCI_CONTAINER_INIT;
	if (oci_state_check_id(id, err) < 0 ||
	    open_root(root, true, &out->root_fd, err) < 0)
		return -1;
	if (mkdirat(out->root_fd, id, 0700) < 0)
		return errno == EEXIST
			       ? error_set(err, ERROR_EXISTS,
					   "container with given ID already "
					   "exists: \"%s\"",
					   id)
			       : error_sys(err, errno, "make %s/%s", root, id);
	out->state.id = xstrdup(id);
	out->folder_fd = openat(out->root_fd, id,
				O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	if (out->folder_fd < 0)
		return error_sys(err, errno, "open %s/%s", root, id);
	return lock(out, err);
}

/* A folder without a state is what a killed `create` left at once. */
static int load(struct oci_container *out, const char *id, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(OCI_STATE_MAX);

	if (fs_read_file(out->folder_fd, state_file, OCI_STATE_MAX, &text,
			 err) == 0)
		return oci_state_parse(text.text, text.length, &out->state,
				       err);
	if (err->kind != ERROR_NOT_FOUND)
		return -1;
	error_release(err);
	out->state = (struct oci_state)OCI_STATE_INIT;
	out->state.id = xstrdup(id);
	out->state.bundle = xstrdup("");
	out->state.rootfs = xstrdup("");
	out->state.cgroup = xstrdup("");
	out->state.annotations = json_object();
	return 0;
}

static int absent(const char *id, struct error *err)
{
	return error_set(err, ERROR_NOT_FOUND,
			 "container \"%s\" does not exist", id);
}

int oci_container_open(const char *root, const char *id, bool is_locked,
		       struct oci_container *out, struct error *err)
{
	*out = (struct oci_container)OCI_CONTAINER_INIT;
	if (oci_state_check_id(id, err) < 0)
		return -1;
	if (open_root(root, false, &out->root_fd, err) < 0)
		return err->kind == ERROR_NOT_FOUND ? absent(id, err) : -1;
	out->folder_fd = openat(out->root_fd, id,
				O_DIRECTORY | O_RDONLY | O_NOFOLLOW |
					O_CLOEXEC);
	if (out->folder_fd < 0 && errno == ENOENT)
		return absent(id, err);
	if (out->folder_fd < 0)
		return error_sys(err, errno, "open %s/%s", root, id);
	if (is_locked && lock(out, err) < 0)
		return err->kind == ERROR_NOT_FOUND
			       ? absent(id, err)
			       : error_wrap(err, "container %s", id);
	return load(out, id, err);
}

int oci_container_save(const struct oci_container *container, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	oci_state_format(&container->state, &text);
	return atomicfile_put(container->folder_fd, state_file, text.text,
			      text.length, 0, err);
}

/* Whether somebody is making it right now. */
static bool is_being_made(const struct oci_container *container)
{
	autoclean(lockfile_release) struct lockfile probe = LOCKFILE_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (container->lock.fd >= 0)
		return false;
	return lockfile_acquire(&probe, container->folder_fd, lock_file,
				LOCKFILE_SHARED, 0, &ignored) < 0;
}

static bool is_paused(const struct oci_container *container)
{
	autoclean(cgroup_close) struct cgroup *group = NULL;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	bool is_frozen = false;

	/* a group without a freezer cannot be frozen */
	if (cgroup_open(container->state.cgroup, &group, &ignored) < 0 ||
	    cgroup_is_frozen(group, &is_frozen, &ignored) < 0)
		return false;
	return is_frozen;
}

int oci_container_status(const struct oci_container *container,
			 enum oci_status *out, struct error *err)
{
	const struct oci_state *state = &container->state;
	autoclose int pidfd = -1;

	*out = OCI_STOPPED;
	if (!state->pid) {
		if (is_being_made(container))
			*out = OCI_CREATING;
		return 0;
	}
	if (process_stat_open(state->pid, state->start_time, &pidfd, err) < 0) {
		if (err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
		return 0;
	}
	if (!state->is_made && is_being_made(container))
		*out = OCI_CREATING;
	else if (is_paused(container))
		*out = OCI_PAUSED;
	else
		*out = fs_exists(container->folder_fd, OCI_START_SOCKET)
			       ? OCI_CREATED
			       : OCI_RUNNING;
	return 0;
}

int oci_container_process(const struct oci_container *container, int *pidfd_out,
			  struct error *err)
{
	const struct oci_state *state = &container->state;

	if (process_stat_open(state->pid, state->start_time, pidfd_out, err) ==
	    0)
		return 0;
	if (err->kind != ERROR_NOT_FOUND)
		return -1;
	return error_set(err, ERROR_BUSY, "container not running");
}

int oci_container_group(const struct oci_container *container,
			struct cgroup **out, struct error *err)
{
	if (!*container->state.cgroup)
		return error_set(err, ERROR_NOT_FOUND,
				 "the container has no cgroup");
	return cgroup_open(container->state.cgroup, out, err);
}

int oci_container_forget(struct oci_container *container, struct error *err)
{
	return fs_remove_tree(container->root_fd, container->state.id, err);
}

int oci_container_list(const char *root, struct strvec *out, struct error *err)
{
	DIR *dir = opendir(root);
	struct dirent *entry;

	if (!dir && errno != ENOENT)
		return error_sys(err, errno, "open %s", root);
	while (dir && (entry = readdir(dir))) {
		autoclean(error_release) struct error ignored = ERROR_INIT;

		if (entry->d_type == DT_DIR &&
		    oci_state_check_id(entry->d_name, &ignored) == 0)
			strvec_add(out, entry->d_name);
	}
	if (dir)
		(void)closedir(dir); /* read side */
	strvec_sort(out);
	return 0;
}

void oci_container_release(struct oci_container *container)
{
	lockfile_release(&container->lock);
	cleanup_close(&container->folder_fd);
	cleanup_close(&container->root_fd);
	oci_state_release(&container->state);
	container->folder_fd = -1;
	container->root_fd = -1;
}
