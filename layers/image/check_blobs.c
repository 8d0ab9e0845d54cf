/* SPDX-License-Identifier: Apache-2.0 */
/* Hashing the blobs. */
#include "layers/image/check_blobs.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "layers/image/check_leftovers.h"
#include "layers/image/layer_bytes.h"
#include "layers/store/blob.h"

static int drop(void *context, const void *data, size_t length,
		struct error *err)
{
	(void)context;
	(void)data;
	(void)length;
	(void)err;
	return 0;
}

static int remove_blob(const struct check *check, const struct digest *digest,
		       struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	struct store *store = check->request->store;

	if (store_lock(store, LOCKFILE_EXCLUSIVE, &lock, err) < 0)
		return -1;
	return blob_remove(store, digest, err);
}

static int report_damage(struct check *check, const struct digest *digest,
			 const struct error *failed, struct error *err)
{
	bool is_firm = json_object_get(check->firm, digest->text) != NULL;
	autofree char *subject = xasprintf("blob %s", digest->text);
	const char *text = failed->msg;

	/* the message names the blob itself */
	if (!strncmp(text, subject, strlen(subject)))
		text += strlen(subject) + strspn(text + strlen(subject), ": ");
	(void)json_object_set_new(check->damaged, digest->text, json_true());
	if (check->request->repair && remove_blob(check, digest, err) < 0)
		return -1;
	check_report(check, is_firm ? CHECK_PROBLEM : CHECK_LEFTOVER,
		     check->request->repair, subject, "%s", text);
	return 0;
}

static int check_blob(struct check *check, const struct digest *digest,
		      struct error *err)
{
	const struct byte_sink nowhere = { drop, NULL };
	autoclean(error_release) struct error failed = ERROR_INIT;

	check->totals.blobs++;
	if (layer_bytes_copy(check->request->store, digest, UINT64_MAX,
			     &nowhere, &failed) == 0)
		return 0;
	if (failed.kind == ERROR_NOT_FOUND)
		return 0; /* removed meanwhile */
	return report_damage(check, digest, &failed, err);
}

static int check_file(struct check *check, const char *folder,
		      const char *algorithm, const char *name,
		      struct error *err)
{
	autofree char *path = xasprintf("%s/%s", folder, name);
	autofree char *text = xasprintf("%s:%s", algorithm, name);
	autoclean(error_release) struct error no_digest = ERROR_INIT;
	struct digest digest;

	if (check_is_temporary(name))
		return check_temporary(check, path, err);
	/* a file that is no blob is not ours to judge */
	if (digest_parse(text, &digest, &no_digest) < 0)
		return 0;
	return check_blob(check, &digest, err);
}

static int check_folder(struct check *check, const char *algorithm,
			struct error *err)
{
	autofree char *folder = xasprintf("blobs/%s", algorithm);
	int fd = openat(check->request->store->root_fd, folder,
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	int result = 0;
	DIR *dir;

	if (fd < 0 && errno == ENOENT)
		return 0;
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return error_sys(err, errno, "read %s", folder);
	while (result == 0 && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			result = check_file(check, folder, algorithm,
					    entry->d_name, err);
	}
	(void)closedir(dir); /* only read */
	return result;
}

int check_blobs(struct check *check, struct error *err)
{
	if (check_folder(check, "sha256", err) < 0)
		return -1;
	return check_folder(check, "sha512", err);
}
