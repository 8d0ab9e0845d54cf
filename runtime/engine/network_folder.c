/* SPDX-License-Identifier: Apache-2.0 */
/* Finding, making and forgetting documents of networks. */
#include "runtime/engine/network_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "runtime/engine/network_draft.h"
#include "runtime/engine/network_event.h"

enum {
	DOCUMENT_MAX = 1 << 20,
	LOCK_WAIT_MS = 30000,
};

static const char suffix[] = ".json";

static int lock_folder(const struct store *store, int *folder_out,
		       struct lockfile *lock, struct error *err)
{
	if (store_folder(store, "networks", folder_out, err) < 0)
		return -1;
	return lockfile_acquire(lock, *folder_out, ".lock", LOCKFILE_EXCLUSIVE,
				LOCK_WAIT_MS, err);
}

/* A name is one component of a path: network_is_name allows no slash. */
static int load(int folder_fd, const char *name, struct network *out,
		struct error *err)
{
	autofree char *file = xasprintf("%s%s", name, suffix);
	autoclean(jsonx_free) json_t *document = NULL;

	if (jsonx_read(folder_fd, file, DOCUMENT_MAX, &document, err) < 0 ||
	    network_parse(document, out, err) < 0)
		return error_wrap(err, "network %s", name);
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int network_folder_list(const struct store *store, struct strvec *out,
			struct error *err)
{
	int fd = openat(store->root_fd, "networks",
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (!dir)
		return error_sys(err, errno, "list networks");
	while ((entry = readdir(dir))) {
		size_t length = strlen(entry->d_name);
		autofree char *name = NULL;

		if (length < sizeof(suffix) ||
		    strcmp(entry->d_name + length - strlen(suffix), suffix) !=
			    0)
			continue;
		name = xstrndup(entry->d_name, length - strlen(suffix));
		if (network_is_name(name))
			strvec_add(out, name);
	}
	(void)closedir(dir);
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items),
		      compare_names);
	return 0;
}

/* All networks, for what a new one must not clash with. */
static int load_all(const struct store *store, int folder_fd,
		    struct network_draft *draft, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	if (network_folder_list(store, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		autoclean(network_release) struct network network =
			NETWORK_INIT;

		if (load(folder_fd, names.items[i], &network, err) < 0)
			return -1;
		network_draft_avoid(draft, &network);
	}
	return 0;
}

static int create_locked(const struct store *store, int folder_fd,
			 const struct network_request *request,
			 char id_out[NETWORK_ID_DIGITS + 1], struct error *err)
{
	autofree char *file = xasprintf("%s%s", request->name, suffix);
	autoclean(network_draft_release) struct network_draft draft =
		NETWORK_DRAFT_INIT;
	autoclean(jsonx_free) json_t *document = NULL;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	if (fs_exists(folder_fd, file))
		return error_set(err, ERROR_EXISTS,
				 "network with name %s already exists",
				 request->name);
	if (load_all(store, folder_fd, &draft, err) < 0 ||
	    network_draft_read_host(&draft, err) < 0 ||
	    network_draft_make(&draft, request, &document, err) < 0)
		return -1;
	jsonx_format_indented(document, 2, &text);
	memcpy(id_out, json_string_value(json_object_get(document, "Id")),
	       NETWORK_ID_DIGITS + 1);
	return atomicfile_put(folder_fd, file, text.text, text.length, 0, err);
}

int network_folder_create(const struct store *store,
			  const struct network_request *request,
			  char id_out[NETWORK_ID_DIGITS + 1], struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	autoclose int folder_fd = -1;

	autoclean(network_release) struct network made = NETWORK_INIT;

	if (lock_folder(store, &folder_fd, &lock, err) < 0 ||
	    create_locked(store, folder_fd, request, id_out, err) < 0 ||
	    load(folder_fd, request->name, &made, err) < 0)
		return -1;
	/* the default one is there for everybody, always */
	if (!made.is_default)
		network_event(store, &made, "create", NULL);
	return 0;
}

static int load_default(const struct store *store, struct network *out,
			struct error *err)
{
	const struct network_request request = {
		.name = "bridge",
		.driver = NETWORK_BRIDGE,
	};
	char id[NETWORK_ID_DIGITS + 1];
	autoclose int folder_fd = -1;

	if (store_folder(store, "networks", &folder_fd, err) < 0)
		return -1;
	if (load(folder_fd, "bridge", out, err) == 0)
		return 0;
	if (err->kind != ERROR_NOT_FOUND)
		return -1;
	error_release(err);
	/* another start may be faster */
	if (network_folder_create(store, &request, id, err) < 0) {
		if (err->kind != ERROR_EXISTS)
			return -1;
		error_release(err);
	}
	return load(folder_fd, "bridge", out, err);
}

/* What load_default would make, kept nowhere. */
static int draft_default(const struct store *store, int folder_fd,
			 struct network *out, struct error *err)
{
	const struct network_request request = {
		.name = "bridge",
		.driver = NETWORK_BRIDGE,
	};
	autoclean(network_draft_release) struct network_draft draft =
		NETWORK_DRAFT_INIT;
	autoclean(jsonx_free) json_t *document = NULL;

	if (load_all(store, folder_fd, &draft, err) < 0 ||
	    network_draft_read_host(&draft, err) < 0 ||
	    network_draft_make(&draft, &request, &document, err) < 0)
		return -1;
	return network_parse(document, out, err);
}

static bool is_default(const char *text)
{
	return !strcmp(text, "bridge") || !strcmp(text, "default");
}

static int not_found(const char *text, struct error *err)
{
	return error_set(err, ERROR_NOT_FOUND, "network %s not found", text);
}

/* By the start of an id. */
static int find_by_id(const struct store *store, int folder_fd,
		      const char *text, struct network *out, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	size_t found = 0;

	if (network_folder_list(store, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		autoclean(network_release) struct network network =
			NETWORK_INIT;

		if (load(folder_fd, names.items[i], &network, err) < 0)
			return -1;
		if (strncmp(network.id, text, strlen(text)) != 0)
			continue;
		if (found++ == 0) {
			*out = network;
			network = (struct network)NETWORK_INIT;
		}
	}
	if (found == 1)
		return 0;
	network_release(out);
	return found ? error_set(err, ERROR_INVALID,
				 "network %s is ambiguous (%zu matches found "
				 "based on ID prefix)",
				 text, found)
		     : not_found(text, err);
}

int network_folder_find(const struct store *store, const char *text,
			struct network *out, struct error *err)
{
	autoclose int folder_fd = -1;

	if (is_default(text))
		return load_default(store, out, err);
	if (!network_is_name(text))
		return not_found(text, err);
	if (store_folder(store, "networks", &folder_fd, err) < 0)
		return -1;
	if (load(folder_fd, text, out, err) == 0)
		return 0;
	if (err->kind != ERROR_NOT_FOUND)
		return -1;
	error_release(err);
	return find_by_id(store, folder_fd, text, out, err);
}

int network_folder_look(const struct store *store, const char *text,
			struct network *out, struct error *err)
{
	autoclose int folder_fd = -1;

	if (!is_default(text))
		return network_folder_find(store, text, out, err);
	folder_fd = openat(store->root_fd, "networks",
			   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder_fd < 0 && errno != ENOENT)
		return error_sys(err, errno, "open the networks' folder");
	if (folder_fd >= 0 && load(folder_fd, "bridge", out, err) == 0)
		return 0;
	if (folder_fd >= 0 && err->kind != ERROR_NOT_FOUND)
		return -1;
	error_release(err);
	return draft_default(store, folder_fd, out, err);
}

int network_folder_forget(const struct store *store,
			  const struct network *network, struct error *err)
{
	autofree char *file = xasprintf("networks/%s%s", network->name, suffix);

	if (unlinkat(store->root_fd, file, 0) < 0 && errno != ENOENT)
		return error_sys(err, errno, "remove network %s",
				 network->name);
	return 0;
}
