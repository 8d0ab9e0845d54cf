/* SPDX-License-Identifier: Apache-2.0 */
/* Containers in the store: created, found, removed. */
#include "runtime/engine/container.h"

#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "layers/store/container_folder.h"
#include "layers/store/layer.h"
#include "runtime/engine/project_lease.h"

/*
 * A container without a name for its host is called by its id's start; one
 * that shares the host's network by the host's name, as docker does.
 */
static void settle_hostname(const struct container *container)
{
	const char *given = json_string_value(
		json_object_get(container->config, "Hostname"));
	const char *network = json_string_value(
		json_object_get(container->host_config, "NetworkMode"));
	autofree char *own = xstrndup(container->id, 12);
	struct utsname host;

	if (given && *given)
		return;
	if (network && !strcmp(network, "host") && uname(&host) == 0) {
		free(own);
		own = xstrdup(host.nodename);
	}
	(void)json_object_set_new(container->config, "Hostname",
				  json_string(own));
}

static int make_id(char out[static CONTAINER_ID_MAX], struct error *err)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char bytes[32];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return error_sys(err, errno, "read random bytes");
	for (size_t i = 0; i < sizeof(bytes); i++) {
		out[2 * i] = hex[bytes[i] >> 4];
		out[2 * i + 1] = hex[bytes[i] & 15];
	}
	out[64] = '\0';
	return 0;
}

/* Points the borrowed members into the document. */
static int settle(struct container *container, struct error *err)
{
	const json_t *document = container->document;

	if (jsonx_string(document, "name", &container->name, err) < 0 ||
	    jsonx_string(document, "image", &container->image, err) < 0 ||
	    jsonx_string(document, "imageName", &container->image_name, err) <
		    0 ||
	    jsonx_object(document, "config", &container->config, err) < 0 ||
	    jsonx_object(document, "hostConfig", &container->host_config, err) <
		    0)
		return -1;
	return 0;
}

int container_load(const struct store *store, const char *id,
		   struct container *out, struct error *err)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	autofree char *path = container_folder_path(id);

	container.folder_fd = openat(store->root_fd, path,
				     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (container.folder_fd < 0 && errno != ENOENT)
		return error_sys(err, errno, "open container %s", id);
	if (container.folder_fd < 0 ||
	    jsonx_read(container.folder_fd, "container.json",
		       CONTAINER_FILE_LIMIT, &container.document, err) < 0 ||
	    settle(&container, err) < 0)
		return error_set(err, ERROR_NOT_FOUND, "No such container: %s",
				 id);
	(void)snprintf(container.id, sizeof(container.id), "%s", id);
	*out = container;
	container = (struct container)CONTAINER_INIT;
	return 0;
}

static json_t *layer_names(const struct image_record *image)
{
	json_t *layers = json_array();

	for (size_t i = 0; i < image->layer_count; i++)
		(void)json_array_append_new(
			layers, json_string(image->layers[i].folder));
	return layers;
}

static json_t *make_document(const struct container_request *request,
			     const char *id, const char *name)
{
	char created[CLOCK_TEXT_MAX];
	json_t *document = json_object();

	clock_format(clock_now(), created);
	(void)json_object_set_new(document, "id", json_string(id));
	(void)json_object_set_new(document, "name", json_string(name));
	(void)json_object_set_new(document, "created", json_string(created));
	(void)json_object_set_new(document, "image",
				  json_string(request->image->id.text));
	(void)json_object_set_new(document, "imageName",
				  json_string(request->image_name));
	(void)json_object_set_new(document, "layers",
				  layer_names(request->image));
	if (request->rootfs)
		(void)json_object_set_new(document, "rootfs",
					  json_pack("{s:s,s:b}", "path",
						    request->rootfs, "overlay",
						    request->is_overlaid));
	(void)json_object_set_new(document, "path", json_string(request->path));
	(void)json_object_set(document, "args", request->args);
	if (request->command)
		(void)json_object_set(document, "createCommand",
				      request->command);
	if (request->size_limit)
		(void)json_object_set_new(document, CONTAINER_SIZE_LIMIT,
					  json_integer(request->size_limit));
	if (request->is_step)
		(void)json_object_set_new(document, CONTAINER_STEP,
					  json_true());
	(void)json_object_set(document, "config", request->config);
	(void)json_object_set(document, "hostConfig", request->host_config);
	(void)json_object_set(document, "mounts", request->mounts);
	if (request->networks)
		(void)json_object_set(document, "networks", request->networks);
	return document;
}

bool container_is_step(const struct container *container)
{
	return json_is_true(
		json_object_get(container->document, CONTAINER_STEP));
}

int container_save(const struct container *container, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	jsonx_format(container->document, &text);
	strbuf_addch(&text, '\n');
	return atomicfile_put(container->folder_fd, "container.json", text.text,
			      text.length, 0, err);
}

static int make_folder(const struct store *store, struct container *container,
		       struct error *err)
{
	autofree char *path = container_folder_path(container->id);

	if (store_folder(store, path, &container->folder_fd, err) < 0)
		return -1;
	if (mkdirat(container->folder_fd, "upper", 0755) < 0 ||
	    mkdirat(container->folder_fd, "work", 0700) < 0)
		return error_sys(err, errno, "make container folder");
	return 0;
}

/* Takes the name; a made-up one that is taken makes way for another. */
static int claim_name(struct store *store,
		      const struct container_request *request,
		      struct container *container, struct error *err)
{
	for (unsigned tries = 1; container_name_claim(store, container->name,
						      container->id, err) < 0;
	     tries++) {
		autofree char *name = container_name_invent(tries);

		if (request->name || err->kind != ERROR_EXISTS)
			return -1;
		error_release(err);
		(void)json_object_set_new(container->document, "name",
					  json_string(name));
		if (settle(container, err) < 0 ||
		    container_save(container, err) < 0)
			return -1;
	}
	return 0;
}

/* The container's "/" has the mode and the owner of the folder FROM. */
static int give_root(const struct container *container, int from,
		     struct error *err)
{
	autoclose int upper = openat(container->folder_fd, "upper",
				     O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
					     O_CLOEXEC);
	struct stat st;

	if (upper < 0 || fstat(from, &st) < 0 ||
	    fchown(upper, st.st_uid, st.st_gid) < 0 ||
	    fchmod(upper, st.st_mode & 07777) < 0)
		return error_sys(err, errno, "give container its root");
	return 0;
}

/* They are those of the topmost layer, or of the folder that is below. */
static int take_root(const struct store *store,
		     const struct container_request *request,
		     const struct container *container, struct error *err)
{
	const struct image_record *image = request->image;
	autoclose int from = -1;

	if (request->rootfs) {
		from = open(request->rootfs,
			    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (from < 0)
			return error_sys(err, errno, "rootfs %s",
					 request->rootfs);
		return give_root(container, from, err);
	}
	if (!image->layer_count)
		return 0;
	if (layer_open(store, image->layers[image->layer_count - 1].folder,
		       &from, err) < 0)
		return -1;
	return give_root(container, from, err);
}

static int build(struct store *store, const struct container_request *request,
		 struct container *container, struct error *err)
{
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;

	/* the layers must not be swept before the container names them */
	if (store_lock(store, LOCKFILE_SHARED, &lock, err) < 0 ||
	    make_folder(store, container, err) < 0 ||
	    take_root(store, request, container, err) < 0 ||
	    (request->settle &&
	     request->settle(store, container, false, err) < 0) ||
	    container_save(container, err) < 0)
		return -1;
	return claim_name(store, request, container, err);
}

int container_draft(const struct container_request *request,
		    struct container *out, struct error *err)
{
	autofree char *name = request->name ? xstrdup(request->name)
					    : container_name_invent(0);

	if (request->name && !container_is_name(request->name))
		return error_set(err, ERROR_INVALID,
				 "Invalid container name (%s), only "
				 "[a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
				 request->name);
	if (make_id(out->id, err) < 0)
		return -1;
	out->document = make_document(request, out->id, name);
	if (settle(out, err) < 0)
		return -1;
	settle_hostname(out);
	return 0;
}

int container_create(struct store *store,
		     const struct container_request *request,
		     struct container *out, struct error *err)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (container_draft(request, &container, err) < 0)
		return -1;
	if (build(store, request, &container, err) < 0) {
		/* the first cause is what is told */
		if (container_remove(store, &container, &ignored) < 0)
			error_release(&ignored);
		return -1;
	}
	*out = container;
	container = (struct container)CONTAINER_INIT;
	return 0;
}

static int find_by_prefix(const struct store *store, const char *text,
			  struct container *out, struct error *err)
{
	autoclean(strvec_release) struct strvec ids = STRVEC_INIT;
	size_t length = strlen(text);

	if (!length || length > CONTAINER_ID_DIGITS ||
	    strspn(text, "0123456789abcdef") != length)
		return error_set(err, ERROR_NOT_FOUND, "No such container: %s",
				 text);
	if (container_folder_list(store, text, &ids, err) < 0)
		return -1;
	if (!ids.count)
		return error_set(err, ERROR_NOT_FOUND, "No such container: %s",
				 text);
	if (ids.count > 1)
		return error_set(err, ERROR_INVALID,
				 "Multiple IDs found with provided prefix: %s",
				 text);
	return container_load(store, ids.items[0], out, err);
}

int container_find(const struct store *store, const char *text,
		   struct container *out, struct error *err)
{
	const char *name = text[0] == '/' ? text + 1 : text;
	char id[CONTAINER_ID_MAX];

	if (strlen(text) == CONTAINER_ID_DIGITS &&
	    strspn(text, "0123456789abcdef") == CONTAINER_ID_DIGITS) {
		if (container_load(store, text, out, err) == 0)
			return 0;
		error_release(err);
	}
	if (container_is_name(name) &&
	    container_name_read(store, name, id, err) == 0) {
		if (container_load(store, id, out, err) == 0)
			return 0;
		return error_set(err, ERROR_NOT_FOUND, "No such container: %s",
				 text);
	}
	error_release(err);
	return find_by_prefix(store, text, out, err);
}

int container_list(const struct store *store, struct strvec *out,
		   struct error *err)
{
	return container_folder_list(store, "", out, err);
}

/* Beside the shards, where nobody looks for containers. */
static char *forgotten_path(const char *id)
{
	return xasprintf("containers/.%s", id);
}

int container_forget(const struct store *store, struct container *container,
		     struct error *err)
{
	autofree char *path = container_folder_path(container->id);
	autofree char *aside = forgotten_path(container->id);

	/* without its document the container is gone, whatever happens next */
	if (container->folder_fd >= 0 &&
	    unlinkat(container->folder_fd, "container.json", 0) < 0 &&
	    errno != ENOENT)
		return error_sys(err, errno, "remove container %s",
				 container->id);
	if (container_name_drop(store, container->name, container->id, err) < 0)
		return -1;
	if (renameat(store->root_fd, path, store->root_fd, aside) < 0 &&
	    errno != ENOENT)
		return error_sys(err, errno, "remove container %s",
				 container->id);
	return 0;
}

int container_discard(const struct store *store, const char *id,
		      struct error *err)
{
	autofree char *aside = forgotten_path(id);

	if (fs_remove_tree(store->root_fd, aside, err) < 0 ||
	    project_lease_drop(store, id, err) < 0)
		return error_wrap(err, "remove container %s", id);
	return 0;
}

int container_remove(const struct store *store, struct container *container,
		     struct error *err)
{
	if (container_forget(store, container, err) < 0)
		return -1;
	return container_discard(store, container->id, err);
}

/* At every moment a name leads to it; a crash may leave it two. */
int container_rename(struct store *store, struct container *container,
		     const char *name, struct error *err)
{
	autofree char *old = xstrdup(container->name);

	name += *name == '/';
	if (!container_is_name(name))
		return error_set(err, ERROR_INVALID,
				 "Error when allocating new name: Invalid "
				 "container name (%s), only "
				 "[a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
				 name);
	if (!strcmp(name, old))
		return error_set(err, ERROR_INVALID,
				 "Renaming a container with the same name as "
				 "its current name");
	if (container_name_claim(store, name, container->id, err) < 0)
		return error_wrap(err, "Error when allocating new name");
	(void)json_object_set_new(container->document, "name",
				  json_string(name));
	if (settle(container, err) < 0 || container_save(container, err) < 0)
		return -1;
	return container_name_drop(store, old, container->id, err);
}

void container_release(struct container *container)
{
	if (container->folder_fd >= 0)
		(void)close(container->folder_fd); /* a folder handle */
	json_decref(container->document);
	*container = (struct container)CONTAINER_INIT;
}
