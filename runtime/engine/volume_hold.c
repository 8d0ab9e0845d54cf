/* SPDX-License-Identifier: Apache-2.0 */
/* Mounting, sharing and unmounting volumes that have options. */
#include "runtime/engine/volume_hold.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "base/log.h"
#include "base/userns.h"
#include "runtime/engine/network_program.h"
#include "runtime/engine/spec_request.h"
#include "runtime/mount_options.h"
#include "runtime/tree_fetch.h"

enum { VOLUME_FILE_LIMIT = 1 << 20, HOLDERS_LIMIT = 1 << 20 };

static char *data_path(const struct store *store, const char *name)
{
	return xasprintf("%s/volumes/%s/_data", store->root, name);
}

/*
 * The data's folder, or what is mounted there; -1 with errno. By its path: the
 * store's descriptor may be of another mount namespace.
 */
static int open_data(const struct store *store, const char *name)
{
	autofree char *path = data_path(store, name);

	return open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool is_mount(int fd)
{
	struct statx st;

	return statx(fd, "", AT_EMPTY_PATH, 0, &st) == 0 &&
	       (st.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

static int read_options(const struct store *store, const char *name,
			json_t **out, struct error *err)
{
	autoclean(jsonx_free) json_t *document = NULL;
	autofree char *path = xasprintf("volumes/%s/volume.json", name);
	json_t *options;

	if (jsonx_read(store->root_fd, path, VOLUME_FILE_LIMIT, &document,
		       err) < 0)
		return error_wrap(err, "volume %s", name);
	options = json_object_get(document, "options");
	if (!json_is_object(options))
		return error_set(err, ERROR_CORRUPT,
				 "volume %s: its options are lost", name);
	*out = json_incref(options);
	return 0;
}

/* A string of mount options, sorted. */
static int sort_options(const char *text, struct mount_options *out,
			struct error *err)
{
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;

	while (*text) {
		size_t length = strcspn(text, ",");

		if (length)
			strvec_take(&words, xstrndup(text, length));
		text += length + (text[length] == ',');
	}
	return mount_options_parse(&words, out, err);
}

static int attach(int tree, int target, struct error *err)
{
	if (move_mount(tree, "", target, "",
		       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return error_sys(err, errno, "mount");
	return 0;
}

static int set_attributes(int tree, struct mount_attr *attributes,
			  unsigned flags, struct error *err)
{
	if ((attributes->attr_set || attributes->attr_clr ||
	     attributes->propagation) &&
	    mount_setattr(tree, "", AT_EMPTY_PATH | flags, attributes,
			  sizeof(*attributes)) < 0)
		return error_sys(err, errno, "set its options");
	return 0;
}

static int bind(const char *device, const struct mount_options *options,
		int target, struct error *err)
{
	struct mount_attr own = {
		.attr_set = options->own.set,
		.attr_clr = options->own.clear,
		.propagation = options->propagation,
	};
	struct mount_attr below = {
		.attr_set = options->recursive.set,
		.attr_clr = options->recursive.clear,
	};
	autoclose int tree = open_tree(AT_FDCWD, device,
				       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
					       (options->is_recursive_bind
							? (unsigned)AT_RECURSIVE
							: 0U));
	struct stat st;

	if (tree < 0 || fstat(tree, &st) < 0)
		return error_sys(err, errno, "mount %s", device);
	if (!S_ISDIR(st.st_mode))
		return error_set(err, ERROR_INVALID,
				 "mount %s: not a directory", device);
	if (set_attributes(tree, &below, AT_RECURSIVE, err) < 0 ||
	    set_attributes(tree, &own, 0, err) < 0)
		return -1;
	return attach(tree, target, err);
}

static bool has_server(const char *type)
{
	return !strcmp(type, "nfs") || !strcmp(type, "nfs4") ||
	       !strcmp(type, "cifs");
}

/* TEXT with the address of its addr=NAME: the kernel looks up no names. */
static int resolve_server(const char *type, const char *text, char **out,
			  struct error *err)
{
	autoclean(strbuf_release) struct strbuf made = STRBUF_INIT;

	for (const char *at = text; has_server(type) && *at;) {
		size_t length = strcspn(at, ",");
		autofree char *word = xstrndup(at, length);
		autoclean(error_release) struct error ignored = ERROR_INIT;
		struct ip_address address;
		char found[IP_TEXT_MAX];

		if (strncmp(word, "addr=", 5) != 0 ||
		    ip_address_parse(word + 5, &address, &ignored) == 0)
			strbuf_addf(&made, ",%s", word);
		else if (network_program_resolve(word + 5, found, err) < 0)
			return -1;
		else
			strbuf_addf(&made, ",addr=%s", found);
		at += length + (at[length] == ',');
	}
	*out = xstrdup(made.length ? made.text + 1 : text);
	return 0;
}

static int mount_new(const json_t *document, int target, struct error *err)
{
	autoclean(mount_options_release) struct mount_options options = { 0 };
	const char *type = spec_string(document, "type");
	const char *device = spec_string(document, "device");
	autofree char *text = NULL;
	char path[64];

	if (resolve_server(type, spec_string(document, "o"), &text, err) < 0 ||
	    sort_options(text, &options, err) < 0)
		return -1;
	if (options.is_bind)
		return bind(device, &options, target, err);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", target);
	if (mount(device, path, type, options.flags, options.data) == 0)
		return 0;
	if (errno == ENODEV)
		return error_set(err, ERROR_UNSUPPORTED,
				 "this kernel has no file system \"%s\"", type);
	return error_sys(err, errno, "mount %s, type %s, options \"%s\"",
			 device, type, text);
}

/* A clone of what another monitor has mounted; false when none has. */
static bool fetch(const struct store *store, const char *name, int users,
		  int *tree_out)
{
	autofree char *path = data_path(store, name);
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (lseek(users, 0, SEEK_SET) < 0 ||
	    fs_read_fd(users, HOLDERS_LIMIT, &text, &ignored) < 0)
		return false;
	for (char *at = text.text; *at;) {
		char *end = at;
		long pid = strtol(at, &end, 10);

		if (end == at)
			break;
		if (pid != getpid() &&
		    tree_fetch_from((pid_t)pid, path, tree_out, &ignored) == 0)
			return true;
		error_release(&ignored);
		at = end + (*end == '\n');
	}
	return false;
}

/* USERS: its file of users, or -1. */
static int mount_volume(const struct store *store, const char *name, int users,
			struct error *err)
{
	autoclean(jsonx_free) json_t *options = NULL;
	autoclose int target = open_data(store, name);
	autoclose int tree = -1;

	if (target < 0)
		return error_sys(err, errno, "open volume %s", name);
	if (is_mount(target))
		return 0;
	if (users >= 0 && !userns_is_initial() &&
	    fetch(store, name, users, &tree)) {
		if (attach(tree, target, err) == 0)
			return 0;
	} else if (read_options(store, name, &options, err) == 0 &&
		   mount_new(options, target, err) == 0) {
		return 0;
	}
	return error_wrap(err, "failed to mount local volume %s", name);
}

int volume_hold_mount(const struct store *store, const char *name,
		      struct error *err)
{
	return mount_volume(store, name, -1, err);
}

/* Locks the folder of volume NAME; -1 with errno. */
static int lock_folder(const struct store *store, const char *name, int how)
{
	autofree char *path = xasprintf("volumes/%s", name);
	autoclose int fd = fs_open_raw(store->root_fd, path, FS_NO_LINKS,
				       O_RDONLY | O_DIRECTORY, 0);

	if (fd < 0 || flock(fd, how) < 0)
		return -1;
	return TAKE_FD(fd);
}

static int open_users(const struct store *store, const char *name, int flags)
{
	autofree char *path = xasprintf("volumes/%s", name);

	return openat(store->run_fd, path,
		      O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
}

static int take(const struct store *store, const char *name,
		struct volume_hold *out, struct error *err)
{
	autofree char *line = xasprintf("%d\n", (int)getpid());
	autoclose int folder = lock_folder(store, name, LOCK_EX);
	autoclose int users = -1;

	if (folder < 0)
		return error_sys(err, errno, "lock volume %s", name);
	if (mkdirat(store->run_fd, "volumes", 0700) < 0 && errno != EEXIST)
		return error_sys(err, errno, "make run folder of volumes");
	users = open_users(store, name, O_CREAT);
	if (users < 0 || flock(users, LOCK_SH) < 0)
		return error_sys(err, errno, "note a user of volume %s", name);
	if (fs_write_all(users, line, strlen(line), err) < 0)
		return -1;
	out->fds = xreallocarray(out->fds, out->names.count + 1,
				 sizeof(*out->fds));
	out->fds[out->names.count] = TAKE_FD(users);
	strvec_add(&out->names, name);
	return mount_volume(store, name, out->fds[out->names.count - 1], err);
}

static bool is_held(const struct volume_hold *hold, const char *name)
{
	for (size_t i = 0; i < hold->names.count; i++) {
		if (!strcmp(hold->names.items[i], name))
			return true;
	}
	return false;
}

int volume_hold_take(const struct store *store, const json_t *mounts,
		     struct volume_hold *out, struct error *err)
{
	const json_t *mount;
	size_t index;

	out->store = store;
	json_array_foreach(mounts, index, mount)
	{
		const char *name = spec_string(mount, "Name");

		if (json_is_true(json_object_get(mount, "HasOptions")) &&
		    !is_held(out, name) && take(store, name, out, err) < 0)
			return -1;
	}
	return 0;
}

/* Under the folder's lock: the last one out unmounts. */
static void unmount_unused(const struct store *store, const char *name)
{
	autofree char *note = xasprintf("volumes/%s", name);
	autofree char *path = data_path(store, name);
	autoclose int users = open_users(store, name, 0);
	autoclose int data = open_data(store, name);

	if (users < 0 || flock(users, LOCK_EX | LOCK_NB) < 0)
		return;
	if (data >= 0 && is_mount(data) &&
	    umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0) {
		log_warn("volume", "cannot unmount %s: %s", path,
			 strerror(errno));
		return;
	}
	if (unlinkat(store->run_fd, note, 0) < 0)
		errno = 0; /* the next sweep's */
}

static void let_go(const struct store *store, const char *name, int how)
{
	autoclose int folder = lock_folder(store, name, how);
	autofree char *note = xasprintf("volumes/%s", name);

	if (folder >= 0)
		unmount_unused(store, name);
	else if (errno == ENOENT && unlinkat(store->run_fd, note, 0) < 0)
		errno = 0; /* the volume is gone, and so is this */
}

void volume_hold_release(struct volume_hold *hold)
{
	for (size_t i = 0; i < hold->names.count; i++) {
		cleanup_close(&hold->fds[i]);
		let_go(hold->store, hold->names.items[i], LOCK_EX);
	}
	free(hold->fds);
	strvec_release(&hold->names);
	*hold = (struct volume_hold)VOLUME_HOLD_INIT;
}

void volume_hold_sweep(const struct store *store)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	int fd = openat(store->run_fd, "volumes",
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir)
		return; /* no such volume was ever used */
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			strvec_add(&names, entry->d_name);
	}
	(void)closedir(dir); /* only read */
	for (size_t i = 0; i < names.count; i++)
		let_go(store, names.items[i], LOCK_EX | LOCK_NB);
}
