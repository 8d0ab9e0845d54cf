/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of docker's Mounts list. */
#include "cmd/front/run_mount_entry.h"

#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "layers/store/volume.h"
#include "runtime/mount_plan.h"

static const struct mode_word {
	const char *word;
	enum run_mode_kind kind;
} mode_words[] = {
	{ "ro", RUN_MODE_ACCESS },
	{ "rw", RUN_MODE_ACCESS },
	{ "rro", RUN_MODE_ACCESS },
	{ "z", RUN_MODE_LABEL },
	{ "Z", RUN_MODE_LABEL },
	{ "nocopy", RUN_MODE_COPY },
	{ "copy", RUN_MODE_COPY },
	{ "private", RUN_MODE_PROPAGATION },
	{ "rprivate", RUN_MODE_PROPAGATION },
	{ "slave", RUN_MODE_PROPAGATION },
	{ "rslave", RUN_MODE_PROPAGATION },
	{ "shared", RUN_MODE_PROPAGATION },
	{ "rshared", RUN_MODE_PROPAGATION },
	{ "cached", RUN_MODE_CONSISTENCY },
	{ "delegated", RUN_MODE_CONSISTENCY },
	{ "consistent", RUN_MODE_CONSISTENCY },
	{ "bind", RUN_MODE_DEPTH },
	{ "rbind", RUN_MODE_DEPTH },
	{ "exec", RUN_MODE_EXEC },
	{ "noexec", RUN_MODE_EXEC },
	{ "suid", RUN_MODE_SUID },
	{ "nosuid", RUN_MODE_SUID },
	{ "dev", RUN_MODE_DEV },
	{ "nodev", RUN_MODE_DEV },
	{ "U", RUN_MODE_OWNER },
	{ "idmap", RUN_MODE_IDS },
};

/* The row of the LENGTH bytes at TEXT, or NULL. */
static const struct mode_word *find_word(const char *text, size_t length)
{
	for (size_t i = 0; i < sizeof(mode_words) / sizeof(*mode_words); i++) {
		const struct mode_word *row = &mode_words[i];

		if (strlen(row->word) == length &&
		    !strncmp(row->word, text, length))
			return row;
	}
	return NULL;
}

const char *run_mode_word(const char *mode, enum run_mode_kind kind)
{
	while (*mode) {
		size_t length = strcspn(mode, ",");
		const struct mode_word *row = find_word(mode, length);

		if (row && row->kind == kind)
			return row->word;
		mode += length + (mode[length] == ',');
	}
	return NULL;
}

int run_mode_check(const char *mode, struct error *err)
{
	unsigned seen = 0;

	for (const char *at = mode; *at;) {
		size_t length = strcspn(at, ",");
		const struct mode_word *row = find_word(at, length);

		if (!row || (seen & 1U << row->kind))
			return error_set(err, ERROR_INVALID, "invalid mode: %s",
					 mode);
		seen |= 1U << row->kind;
		at += length + (at[length] == ',');
	}
	return 0;
}

/* "/a//b/../c/" as "/a/c", so that one place has one spelling. */
static char *clean_path(const char *path)
{
	autofree char *relative = mount_plan_relative(path);

	return xasprintf("/%s", relative);
}

int run_mount_check_target(const char *destination, struct error *err)
{
	autofree char *clean = NULL;

	if (destination[0] != '/')
		return error_set(err, ERROR_INVALID,
				 "invalid mount path: '%s' mount path must be "
				 "absolute",
				 destination);
	clean = clean_path(destination);
	if (!clean[1])
		return error_set(err, ERROR_INVALID,
				 "invalid specification: destination can't be "
				 "'/'");
	return 0;
}

json_t *run_mount_entry(const char *type, const char *source,
			const char *destination, const char *mode)
{
	autofree char *clean = clean_path(destination);
	bool is_volume = !strcmp(type, "volume");
	autofree char *origin = !strcmp(type, "bind") ? clean_path(source)
						      : xstrdup("");
	const char *access = run_mode_word(mode, RUN_MODE_ACCESS);
	const char *propagation = run_mode_word(mode, RUN_MODE_PROPAGATION);
	const char *copy = run_mode_word(mode, RUN_MODE_COPY);
	json_t *entry = json_pack("{s:s}", "Type", type);

	if (!propagation)
		propagation = strcmp(type, "bind") ? "" : "rprivate";
	if (is_volume)
		(void)json_object_set_new(entry, "Name", json_string(source));
	(void)json_object_set_new(entry, "Source", json_string(origin));
	(void)json_object_set_new(entry, "Destination", json_string(clean));
	if (is_volume)
		(void)json_object_set_new(entry, "Driver",
					  json_string("local"));
	(void)json_object_set_new(entry, "Mode", json_string(mode));
	if (copy && !strcmp(copy, "nocopy"))
		(void)json_object_set_new(entry, "NoCopy", json_true());
	if (run_mode_word(mode, RUN_MODE_OWNER))
		(void)json_object_set_new(entry, "Chown", json_true());
	if (run_mode_word(mode, RUN_MODE_IDS))
		(void)json_object_set_new(entry, "IdMapped", json_true());
	(void)json_object_set_new(
		entry, "RW", json_boolean(!access || !strcmp(access, "rw")));
	(void)json_object_set_new(entry, "Propagation",
				  json_string(propagation));
	return entry;
}

bool run_mount_is_relative(const char *text)
{
	return text[0] == '.' && (!text[1] || text[1] == '/');
}

int run_mount_absolute(const char *source, char **out, struct error *err)
{
	autofree char *here = NULL;

	if (source[0] == '/') {
		*out = xstrdup(source);
		return 0;
	}
	here = getcwd(NULL, 0);
	if (!here)
		return error_sys(err, errno, "find this folder");
	*out = xasprintf("%s/%s", here, source);
	return 0;
}

int run_mount_check_name(const char *name, struct error *err)
{
	if (volume_is_name(name))
		return 0;
	return error_set(err, ERROR_INVALID,
			 "create %s: \"%s\" includes invalid characters for a "
			 "local volume name, only \"[a-zA-Z0-9]"
			 "[a-zA-Z0-9_.-]\" are allowed. If you intended to "
			 "pass a host directory, use absolute path",
			 name, name);
}
