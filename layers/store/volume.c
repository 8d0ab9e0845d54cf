/* SPDX-License-Identifier: Apache-2.0 */
/* Volumes of the local driver. */
#include "layers/store/volume.h"

#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "layers/store/event_journal.h"
#include "layers/store/lease.h"
#include "layers/store/tree_size.h"

bool volume_is_name(const char *text)
{
	static const char rest[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

	return strlen(text) > 1 && strlen(text) < 250 &&
	       strspn(text, rest) == strlen(text) && !strchr("_.-", text[0]);
}

static int invent_name(char **out, struct error *err)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char bytes[32];
	char text[65];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return error_sys(err, errno, "read random bytes");
	for (size_t i = 0; i < sizeof(bytes); i++) {
		text[2 * i] = hex[bytes[i] >> 4];
		text[2 * i + 1] = hex[bytes[i] & 15];
	}
	text[64] = '\0';
	*out = xstrdup(text);
	return 0;
}

static int describe(int folder_fd, const char *name,
		    const struct volume_request *request, struct error *err)
{
	bool is_anonymous = !request->name;
	autoclean(jsonx_free) json_t *document = NULL;
	autoclean(jsonx_free) json_t *own = NULL;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	char created[CLOCK_TEXT_MAX];

	clock_format(clock_now(), created);
	document = json_pack("{s:s,s:s,s:b}", "name", name, "created", created,
			     "anonymous", is_anonymous);
	own = json_object_size(request->labels)
		      ? json_deep_copy(request->labels)
		      : json_object();
	if (is_anonymous)
		(void)json_object_set_new(own, VOLUME_ANONYMOUS,
					  json_string(""));
	if (json_object_size(own))
		(void)json_object_set(document, "labels", own);
	if (json_object_size(request->options))
		(void)json_object_set_new(document, "options",
					  json_deep_copy(request->options));
	jsonx_format(document, &text);
	return atomicfile_put(folder_fd, "volume.json", text.text, text.length,
			      0, err);
}

static void note(const struct store *store, const char *action,
		 const char *name)
{
	event_note(store, "volume", action, name,
		   json_pack("{s:s}", "driver", "local"));
}

static int make(const struct store *store, const struct volume_request *request,
		char **name_out, bool *is_new_out, struct error *err)
{
	autofree char *own = xstrdup(request->name);
	autofree char *folder = NULL;
	autoclose int fd = -1;

	if (!own && invent_name(&own, err) < 0)
		return -1;
	folder = xasprintf("volumes/%s", own);
	if (store_folder(store, folder, &fd, err) < 0)
		return -1;
	*is_new_out = mkdirat(fd, "_data", 0755) == 0;
	if (!*is_new_out && errno != EEXIST)
		return error_sys(err, errno, "make volume %s", own);
	if (*is_new_out && describe(fd, own, request, err) < 0)
		return -1;
	if (*is_new_out)
		note(store, "create", own);
	*name_out = TAKE_PTR(own);
	return 0;
}

int volume_ensure(const struct store *store,
		  const struct volume_request *request, char **name_out,
		  char **path_out, bool *is_new_out, struct error *err)
{
	if (make(store, request, name_out, is_new_out, err) < 0)
		return -1;
	*path_out = xasprintf("%s/volumes/%s/_data", store->root, *name_out);
	return 0;
}

int volume_create(const struct store *store,
		  const struct volume_request *request, char **name_out,
		  struct error *err)
{
	bool is_new;

	return make(store, request, name_out, &is_new, err);
}

int volume_leased(const struct store *store, struct strvec *out,
		  struct error *err)
{
	static const char kind[] = VOLUME_LEASE " ";
	autoclean(strvec_release) struct strvec lines = STRVEC_INIT;

	if (lease_collect(store, &lines, err) < 0)
		return -1;
	for (size_t i = 0; i < lines.count; i++) {
		if (!strncmp(lines.items[i], kind, sizeof(kind) - 1))
			strvec_add(out, lines.items[i] + sizeof(kind) - 1);
	}
	return 0;
}

bool volume_exists(const struct store *store, const char *name)
{
	autofree char *data = xasprintf("volumes/%s/_data", name);

	return volume_is_name(name) && fs_exists(store->root_fd, data);
}

int volume_list(const struct store *store, struct strvec *out,
		struct error *err)
{
	int fd = openat(store->root_fd, "volumes",
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	DIR *dir;

	if (fd < 0 && errno == ENOENT)
		return 0;
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return error_sys(err, errno, "read the volumes");
	while ((entry = readdir(dir))) {
		if (volume_exists(store, entry->d_name))
			strvec_add(out, entry->d_name);
	}
	(void)closedir(dir); /* only read */
	return 0;
}

int volume_size(const struct store *store, const char *name, uint64_t *out,
		struct error *err)
{
	autofree char *path = xasprintf("%s/volumes/%s/_data", store->root,
					name);

	return tree_size(path, out, err);
}

int volume_remove(const struct store *store, const char *name,
		  struct error *err)
{
	autofree char *path = xasprintf("volumes/%s", name);

	if (fs_remove_tree(store->root_fd, path, err) < 0)
		return error_wrap(err, "remove volume %s", name);
	note(store, "destroy", name);
	return 0;
}
