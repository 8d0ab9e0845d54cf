/* SPDX-License-Identifier: Apache-2.0 */
/* --tmpfs DESTINATION[:OPTION,OPTION] as docker's HostConfig.Tmpfs. */
#include <string.h>

#include "base/alloc.h"
#include "cmd/front/run_parts.h"
#include "runtime/mount_options.h"

static int bad_option(const char *word, struct error *err)
{
	return error_set(err, ERROR_INVALID, "invalid tmpfs option \"%s\"",
			 word);
}

/* Those of the file system itself: KEY=VALUE. */
static int check_data(const char *word, struct error *err)
{
	static const char *const keys[] = { "size",	"mode", "uid",
					    "gid",	"mpol", "nr_inodes",
					    "nr_blocks" };
	size_t length = strcspn(word, "=");

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (strlen(keys[i]) == length &&
		    !strncmp(keys[i], word, length))
			return 0;
	}
	return bad_option(word, err);
}

static int check_word(const char *word, struct error *err)
{
	autoclean(strvec_release) struct strvec one = STRVEC_INIT;
	autoclean(mount_options_release) struct mount_options sorted = { 0 };
	autoclean(error_release) struct error ignored = ERROR_INIT;

	strvec_add(&one, word);
	if (mount_options_parse(&one, &sorted, &ignored) < 0 ||
	    sorted.is_bind || sorted.idmap || sorted.propagation)
		return bad_option(word, err);
	return *sorted.data ? check_data(word, err) : 0;
}

static int check_options(const char *text, struct error *err)
{
	while (*text) {
		size_t length = strcspn(text, ",");
		autofree char *word = xstrndup(text, length);

		if (check_word(word, err) < 0)
			return -1;
		text += length + (text[length] == ',');
	}
	return 0;
}

int run_tmpfs(const struct run_options *options, json_t *host,
	      struct error *err)
{
	json_t *tmpfs = json_object();

	(void)json_object_set_new(host, "Tmpfs", tmpfs);
	for (size_t i = 0; i < options->tmpfs.count; i++) {
		const char *text = options->tmpfs.items[i];
		size_t length = strcspn(text, ":");
		autofree char *destination = xstrndup(text, length);
		const char *words = text[length] ? text + length + 1 : "";

		if (destination[0] != '/')
			return error_set(err, ERROR_INVALID,
					 "invalid mount path: '%s' mount path "
					 "must be absolute",
					 destination);
		if (json_object_get(tmpfs, destination))
			return error_set(err, ERROR_INVALID,
					 "Duplicate mount point: %s",
					 destination);
		if (check_options(words, err) < 0)
			return -1;
		(void)json_object_set_new(tmpfs, destination,
					  json_string(words));
	}
	return 0;
}
