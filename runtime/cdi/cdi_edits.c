/* SPDX-License-Identifier: Apache-2.0 */
/* From edits to members of an OCI configuration. */
#include "runtime/cdi/cdi_edits.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/jsonx.h"

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* The member KEY of OBJECT, made if it is not there. */
static json_t *part_of(json_t *object, const char *key, bool is_list)
{
	json_t *part = json_object_get(object, key);

	if (part)
		return part;
	(void)json_object_set_new(object, key,
				  is_list ? json_array() : json_object());
	return json_object_get(object, key);
}

/* Takes those of LIST out whose KEY is VALUE. */
static void drop(json_t *list, const char *key, const char *value)
{
	for (size_t i = json_array_size(list); i > 0; i--) {
		if (!strcmp(text_of(json_array_get(list, i - 1), key), value))
			(void)json_array_remove(list, i - 1); /* in range */
	}
}

/* The copy of OBJECT's members that KEYS name. */
static json_t *copy_members(const json_t *object, const char *const *keys)
{
	json_t *copy = json_object();

	for (; *keys; keys++) {
		json_t *value = json_object_get(object, *keys);

		if (value)
			(void)json_object_set(copy, *keys, value);
	}
	return copy;
}

static void set_env(json_t *env, const char *text)
{
	size_t length = strcspn(text, "=") + 1;
	const json_t *item;
	size_t index;

	json_array_foreach(env, index, item)
	{
		const char *own = json_string_value(item);

		if (!own || strncmp(own, text, length) != 0)
			continue;
		(void)json_array_set_new(env, index, json_string(text));
		return;
	}
	(void)json_array_append_new(env, json_string(text));
}

static void add_env(const json_t *edits, json_t *config)
{
	json_t *env = part_of(part_of(config, "process", false), "env", true);
	const json_t *item;
	size_t index;

	json_array_foreach(json_object_get(edits, "env"), index, item)
	{
		set_env(env, json_string_value(item));
	}
}

static const char *type_of(mode_t mode)
{
	if (S_ISBLK(mode))
		return "b";
	if (S_ISCHR(mode))
		return "c";
	return S_ISFIFO(mode) ? "p" : "";
}

/* "u" is another word for a character device. */
static bool is_type(const char *given, const char *found)
{
	return !*given || !strcmp(given, found) ||
	       (!strcmp(given, "u") && !strcmp(found, "c"));
}

/* What the specification does not say, the host's node does. */
static int complete_node(const json_t *given, json_t *node, struct error *err)
{
	const char *path = text_of(given, "path");
	const char *host = text_of(given, "hostPath");
	const char *type = text_of(given, "type");
	bool has_number = json_object_get(given, "major");
	struct stat st;

	if (*type && (has_number || !strcmp(type, "p")))
		return 0;
	if (stat(*host ? host : path, &st) < 0)
		return error_sys(err, errno,
				 "failed to stat CDI host device "
				 "\"%s\"",
				 *host ? host : path);
	if (!*type_of(st.st_mode))
		return error_set(err, ERROR_INVALID,
				 "CDI host device \"%s\" is not a device node",
				 *host ? host : path);
	if (!is_type(type, type_of(st.st_mode)))
		return error_set(err, ERROR_INVALID,
				 "CDI device (\"%s\", \"%s\"), host type "
				 "mismatch (%s, %s)",
				 path, *host ? host : path, type,
				 type_of(st.st_mode));
	(void)json_object_set_new(node, "type",
				  json_string(type_of(st.st_mode)));
	if (has_number || S_ISFIFO(st.st_mode))
		return 0;
	(void)json_object_set_new(node, "major",
				  json_integer(major(st.st_rdev)));
	(void)json_object_set_new(node, "minor",
				  json_integer(minor(st.st_rdev)));
	return 0;
}

/* A node belongs to the container's user unless it is said whose it is. */
static void own_node(const json_t *config, json_t *node)
{
	static const char *const keys[] = { "uid", "gid" };
	const json_t *user = json_object_get(json_object_get(config, "process"),
					     "user");

	for (size_t i = 0; i < 2; i++) {
		json_t *id = json_object_get(user, keys[i]);

		if (json_integer_value(id) > 0 &&
		    !json_object_get(node, keys[i]))
			(void)json_object_set(node, keys[i], id);
	}
}

static void allow_node(const json_t *given, const json_t *node, json_t *rules)
{
	const char *type = text_of(node, "type");
	const char *access = text_of(given, "permissions");

	if (!strcmp(type, "p"))
		return;
	(void)json_array_append_new(
		rules,
		json_pack("{s:b,s:s,s:I,s:I,s:s}", "allow", 1, "type",
			  !strcmp(type, "u") ? "c" : type, "major",
			  json_integer_value(json_object_get(node, "major")),
			  "minor",
			  json_integer_value(json_object_get(node, "minor")),
			  "access", *access ? access : "rwm"));
}

static int add_node(const json_t *given, json_t *config, struct error *err)
{
	static const char *const keys[] = { "path",  "hostPath", "type",
					    "major", "minor",	 "uid",
					    "gid",   NULL };
	json_t *mode = json_object_get(given, "fileMode");
	json_t *section = part_of(config, "linux", false);
	json_t *devices = part_of(section, "devices", true);
	json_t *rules = part_of(part_of(section, "resources", false), "devices",
				true);
	autoclean(jsonx_free) json_t *node = copy_members(given, keys);

	if (complete_node(given, node, err) < 0)
		return -1;
	own_node(config, node);
	if (mode)
		(void)json_object_set_new(
			node, "fileMode",
			json_integer(json_integer_value(mode) & 07777));
	drop(devices, "path", text_of(given, "path"));
	(void)json_array_append(devices, node);
	allow_node(given, node, rules);
	return 0;
}

static int add_nodes(const json_t *edits, json_t *config, struct error *err)
{
	const json_t *given;
	size_t index;

	json_array_foreach(json_object_get(edits, "deviceNodes"), index, given)
	{
		if (add_node(given, config, err) < 0)
			return -1;
	}
	return 0;
}

static bool has_word(const json_t *words, const char *word)
{
	const json_t *item;
	size_t index;

	json_array_foreach(words, index, item)
	{
		if (!strcmp(json_string_value(item), word))
			return true;
	}
	return false;
}

static void add_mounts(const json_t *edits, json_t *config)
{
	json_t *mounts = part_of(config, "mounts", true);
	const json_t *given;
	size_t index;

	json_array_foreach(json_object_get(edits, "mounts"), index, given)
	{
		const char *target = text_of(given, "containerPath");
		const char *type = text_of(given, "type");
		const json_t *words = json_object_get(given, "options");
		json_t *options = words ? json_copy((json_t *)(uintptr_t)words)
					: json_array();

		/* of no type is a bind mount, whether it says so or not */
		if (!*type && !has_word(options, "bind") &&
		    !has_word(options, "rbind"))
			(void)json_array_append_new(options,
						    json_string("rbind"));
		drop(mounts, "destination", target);
		(void)json_array_append_new(
			mounts, json_pack("{s:s,s:s,s:s,s:o}", "destination",
					  target, "type", *type ? type : "bind",
					  "source", text_of(given, "hostPath"),
					  "options", options));
	}
}

static void add_hooks(const json_t *edits, json_t *config)
{
	static const char *const keys[] = { "path", "args", "env", "timeout",
					    NULL };
	const json_t *given;
	size_t index;

	json_array_foreach(json_object_get(edits, "hooks"), index, given)
	{
		json_t *list = part_of(part_of(config, "hooks", false),
				       text_of(given, "hookName"), true);
		json_t *hook = copy_members(given, keys);

		/* 0 is as long as it takes */
		if (!json_integer_value(json_object_get(hook, "timeout")))
			(void)json_object_del(hook, "timeout"); /* if any */
		(void)json_array_append_new(list, hook);
	}
}

static void add_groups(const json_t *edits, json_t *config)
{
	json_t *user = part_of(part_of(config, "process", false), "user",
			       false);
	json_t *groups = part_of(user, "additionalGids", true);
	json_t *given;
	size_t index;

	json_array_foreach(json_object_get(edits, "additionalGids"), index,
			   given)
	{
		bool is_known = !json_integer_value(given);
		const json_t *own;
		size_t at;

		json_array_foreach(groups, at, own)
		{
			is_known = is_known || json_equal(own, given);
		}
		if (!is_known)
			(void)json_array_append(groups, given);
	}
}

static void add_others(const json_t *edits, json_t *config)
{
	json_t *section = part_of(config, "linux", false);
	json_t *rdt = json_object_get(edits, "intelRdt");
	const json_t *given;
	size_t index;

	if (rdt)
		(void)json_object_set(section, "intelRdt", rdt);
	json_array_foreach(json_object_get(edits, "netDevices"), index, given)
	{
		json_t *devices = part_of(section, "netDevices", false);

		(void)json_object_set_new(
			devices, text_of(given, "hostInterfaceName"),
			json_pack("{s:s}", "name", text_of(given, "name")));
	}
}

int cdi_edits_apply(const json_t *edits, json_t *config, struct error *err)
{
	if (!edits)
		return 0;
	if (add_nodes(edits, config, err) < 0)
		return -1;
	add_env(edits, config);
	add_mounts(edits, config);
	add_hooks(edits, config);
	if (json_object_get(edits, "additionalGids"))
		add_groups(edits, config);
	add_others(edits, config);
	return 0;
}

/* How many folders deep a mount lies. */
static size_t depth(const json_t *mount)
{
	const char *path = text_of(mount, "destination");
	size_t count = 0;

	while (*path) {
		path += strspn(path, "/");
		count += *path != '\0';
		path += strcspn(path, "/");
	}
	return count;
}

/* Outer folders first; those of one depth keep their order. */
void cdi_edits_finish(json_t *config)
{
	autoclean(jsonx_free) json_t *sorted = json_array();
	json_t *mounts = json_object_get(config, "mounts");
	size_t left = json_array_size(mounts);

	for (size_t level = 0; left; level++) {
		json_t *mount;
		size_t index;

		json_array_foreach(mounts, index, mount)
		{
			if (depth(mount) != level)
				continue;
			(void)json_array_append(sorted, mount);
			left--;
		}
	}
	if (mounts)
		(void)json_object_set(config, "mounts", sorted);
}
