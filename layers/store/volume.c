/* SPDX-License-Identifier: Apache-2.0 */
/* Volumes of the local driver. */
#include "layers/store/volume.h"

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

bool volume_is_name(const char *text)
{
	static const char rest[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

	return strlen(text) > 1 && strlen(text) < 250 &&
	       strspn(text, rest) == strlen(text) && !strchr("_.-", text[0]);
}

static int random_name(char **out, struct error *err)
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

static int describe(int folder_fd, const char *name, bool is_anonymous,
		    struct error *err)
{
	autoclean(jsonx_free) json_t *document = NULL;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	char created[CLOCK_TEXT_MAX];

	clock_format(clock_now(), created);
	document = json_pack("{s:s,s:s,s:b}", "name", name, "created", created,
			     "anonymous", is_anonymous);
	jsonx_format(document, &text);
	return atomicfile_put(folder_fd, "volume.json", text.text, text.length,
			      0, err);
}

int volume_ensure(const struct store *store, const char *name, char **name_out,
		  char **path_out, bool *is_new_out, struct error *err)
{
	autofree char *own = xstrdup(name);
	autofree char *folder = NULL;
	autoclose int fd = -1;

	if (!own && random_name(&own, err) < 0)
		return -1;
	folder = xasprintf("volumes/%s", own);
	if (store_folder(store, folder, &fd, err) < 0)
		return -1;
	*is_new_out = mkdirat(fd, "_data", 0755) == 0;
	if (!*is_new_out && errno != EEXIST)
		return error_sys(err, errno, "make volume %s", own);
	if (*is_new_out && describe(fd, own, !name, err) < 0)
		return -1;
	*path_out = xasprintf("%s/%s/_data", store->root, folder);
	*name_out = TAKE_PTR(own);
	return 0;
}

int volume_remove(const struct store *store, const char *name,
		  struct error *err)
{
	autofree char *path = xasprintf("volumes/%s", name);

	if (fs_remove_tree(store->root_fd, path, err) < 0)
		return error_wrap(err, "remove volume %s", name);
	return 0;
}
