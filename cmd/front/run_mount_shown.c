/* SPDX-License-Identifier: Apache-2.0 */
/* --mount as docker's HostConfig.Mounts shows it: what was asked for. */
#include <stdlib.h>
#include <string.h>

#include "cmd/front/run_mount_entry.h"

static const char *text_of(const json_t *entry, const char *key)
{
	const char *text = json_string_value(json_object_get(entry, key));

	return text ? text : "";
}

static void set_text(json_t *out, const char *key, const char *text)
{
	if (*text)
		(void)json_object_set_new(out, key, json_string(text));
}

static void copy(json_t *out, const char *key, const json_t *entry,
		 const char *own)
{
	json_t *value = json_object_get(entry, own);

	if (value)
		(void)json_object_set(out, key, value);
}

static json_t *bind_options(const json_t *entry)
{
	const char *propagation = text_of(entry, "Propagation");
	json_t *out = json_object();

	if (strcmp(propagation, "rprivate") != 0)
		set_text(out, "Propagation", propagation);
	copy(out, "NonRecursive", entry, "NonRecursive");
	copy(out, "ReadOnlyNonRecursive", entry, "ReadOnlyNonRecursive");
	return out;
}

static json_t *volume_options(const json_t *entry)
{
	json_t *options = json_object_get(entry, "Options");
	json_t *out = json_object();

	copy(out, "NoCopy", entry, "NoCopy");
	copy(out, "Labels", entry, "Labels");
	copy(out, "Subpath", entry, "Subpath");
	if (json_object_size(options))
		(void)json_object_set_new(
			out, "DriverConfig",
			json_pack("{s:O}", "Options", options));
	return out;
}

/* "size=1048576,mode=0700", as run_mount_csv.c writes it. */
static json_t *tmpfs_options(const json_t *entry)
{
	const char *size = strstr(text_of(entry, "Mode"), "size=");
	const char *mode = strstr(text_of(entry, "Mode"), "mode=");
	json_t *out = json_object();

	if (size)
		(void)json_object_set_new(
			out, "SizeBytes",
			json_integer(strtoll(size + 5, NULL, 10)));
	if (mode)
		(void)json_object_set_new(
			out, "Mode", json_integer(strtol(mode + 5, NULL, 8)));
	return out;
}

json_t *run_mount_shown(const json_t *entry)
{
	const char *type = text_of(entry, "Type");
	bool is_bind = !strcmp(type, "bind");
	bool is_volume = !strcmp(type, "volume");
	json_t *out = json_pack("{s:s}", "Type", type);
	json_t *options;

	set_text(out, "Source", text_of(entry, is_volume ? "Name" : "Source"));
	set_text(out, "Target", text_of(entry, "Destination"));
	if (json_is_false(json_object_get(entry, "RW")))
		(void)json_object_set_new(out, "ReadOnly", json_true());
	options = is_bind     ? bind_options(entry)
		  : is_volume ? volume_options(entry)
			      : tmpfs_options(entry);
	if (json_object_size(options))
		(void)json_object_set(out,
				      is_bind	  ? "BindOptions"
				      : is_volume ? "VolumeOptions"
						  : "TmpfsOptions",
				      options);
	json_decref(options);
	return out;
}
