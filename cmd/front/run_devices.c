/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --device HOST[:CONTAINER][:rwm]: what the host path is now, node and rule,
 * kept in HostConfig.Devices so that the specification can be made without
 * looking at the host again. A folder means all device nodes below it. What is
 * the name of a CDI device is looked up by a start, as all that is asked for by
 * what somebody else knows of it: HostConfig.DeviceRequests.
 */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "cmd/front/run_gpus.h"
#include "cmd/front/run_parts.h"
#include "runtime/cdi/cdi_name.h"

enum { RUN_DEVICES_MAX = 4096 };

static bool is_access(const char *text)
{
	return *text && strspn(text, "rwm") == strlen(text) &&
	       strlen(text) <= 3;
}

static void add_node(const char *host, const char *container,
		     const char *access, const struct stat *st, json_t *list)
{
	json_t *node = json_pack(
		"{s:s,s:s,s:I,s:I,s:I,s:I,s:I}", "path", container, "type",
		S_ISBLK(st->st_mode) ? "b" : "c", "major",
		(json_int_t)major(st->st_rdev), "minor",
		(json_int_t)minor(st->st_rdev), "fileMode",
		(json_int_t)(st->st_mode & 0777), "uid", (json_int_t)st->st_uid,
		"gid", (json_int_t)st->st_gid);

	(void)json_array_append_new(
		list, json_pack("{s:s,s:s,s:s,s:o}", "PathOnHost", host,
				"PathInContainer", container,
				"CgroupPermissions", access, "Node", node));
}

static int add_path(const char *host, const char *container, const char *access,
		    json_t *list, struct error *err);

static int no_node(const char *host, struct error *err)
{
	return error_set(err, ERROR_INVALID,
			 "error gathering device information while adding "
			 "custom device \"%s\": not a device node",
			 host);
}

static int add_folder(const char *host, const char *container,
		      const char *access, json_t *list, struct error *err)
{
	DIR *dir = opendir(host);
	struct dirent *entry;
	int result = 0;

	if (!dir)
		return error_sys(err, errno, "read device folder %s", host);
	while (result == 0 && (entry = readdir(dir))) {
		autofree char *from = xasprintf("%s/%s", host, entry->d_name);
		autofree char *to = xasprintf("%s/%s", container,
					      entry->d_name);

		if (entry->d_name[0] == '.' ||
		    (entry->d_type != DT_CHR && entry->d_type != DT_BLK &&
		     entry->d_type != DT_DIR))
			continue;
		result = add_path(from, to, access, list, err);
	}
	(void)closedir(dir); /* only read */
	return result;
}

static int add_path(const char *host, const char *container, const char *access,
		    json_t *list, struct error *err)
{
	struct stat st;

	if (json_array_size(list) >= RUN_DEVICES_MAX)
		return error_set(err, ERROR_TOO_LARGE, "more than %d devices",
				 RUN_DEVICES_MAX);
	if (stat(host, &st) < 0)
		return error_sys(err, errno,
				 "error gathering device information while "
				 "adding custom device \"%s\"",
				 host);
	if (S_ISDIR(st.st_mode))
		return add_folder(host, container, access, list, err);
	if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
		return no_node(host, err);
	add_node(host, container, access, &st, list);
	return 0;
}

/* The three forms: HOST, HOST:CONTAINER or HOST:rwm, HOST:CONTAINER:rwm */
static int add_device(const char *text, json_t *list, struct error *err)
{
	autofree char *copy = xstrdup(text);
	char *rest = copy;
	const char *host = strsep(&rest, ":");
	const char *second = strsep(&rest, ":");
	const char *access = strsep(&rest, ":");
	const char *container = second && !is_access(second) ? second : host;
	size_t before = json_array_size(list);

	if (second && is_access(second) && !access)
		access = second;
	if (!access)
		access = "rwm";
	if (rest || host[0] != '/' || container[0] != '/')
		return error_set(err, ERROR_INVALID, "bad format for path: %s",
				 text);
	if (!is_access(access))
		return error_set(err, ERROR_INVALID, "bad mode specified: %s",
				 access);
	if (add_path(host, container, access, list, err) < 0)
		return -1;
	if (json_array_size(list) == before)
		return no_node(host, err); /* a folder without any */
	return 0;
}

/* --device-cgroup-rule "c 10:200 rwm" */
static int check_rule(const char *text, struct error *err)
{
	char type[2], major_text[12], minor_text[12], access[4];
	int end = 0;

	if (sscanf(text, "%1[abc] %11[0-9*]:%11[0-9*] %3[rwm]%n", type,
		   major_text, minor_text, access, &end) != 4 ||
	    text[end])
		return error_set(err, ERROR_INVALID,
				 "invalid device cgroup format '%s'", text);
	return 0;
}

/* What nobody asked for by name is not shown by inspect. */
static void mark_unasked(json_t *list, size_t first)
{
	for (size_t i = first; i < json_array_size(list); i++)
		(void)json_object_set_new(json_array_get(list, i), "IsUnasked",
					  json_true());
}

/* --privileged shows every device of the host, as docker does. */
static int add_host_devices(json_t *list, struct error *err)
{
	size_t first = json_array_size(list);
	static const char *const own[] = {
		"/dev/pts",	"/dev/shm",	"/dev/fd",   "/dev/mqueue",
		"/dev/console", "/dev/null",	"/dev/zero", "/dev/full",
		"/dev/random",	"/dev/urandom", "/dev/tty",  "/dev/ptmx"
	};
	DIR *dir = opendir("/dev");
	struct dirent *entry;
	int result = 0;

	if (!dir)
		return error_sys(err, errno, "read /dev");
	while (result == 0 && (entry = readdir(dir))) {
		autofree char *path = xasprintf("/dev/%s", entry->d_name);
		bool skip = entry->d_type != DT_CHR &&
			    entry->d_type != DT_BLK && entry->d_type != DT_DIR;

		for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
			skip = skip || !strcmp(path, own[i]);
		if (entry->d_name[0] != '.' && !skip)
			result = add_path(path, path, "rwm", list, err);
	}
	(void)closedir(dir); /* only read */
	mark_unasked(list, first);
	return result;
}

int run_devices(const struct run_options *options, json_t **out,
		struct error *err)
{
	json_t *list = json_array();

	*out = list;
	for (size_t i = 0; i < options->device_rules.count; i++) {
		if (check_rule(options->device_rules.items[i], err) < 0)
			return -1;
	}
	for (size_t i = 0; i < options->devices.count; i++) {
		const char *text = options->devices.items[i];

		if (!cdi_name_is_qualified(text) &&
		    add_device(text, list, err) < 0)
			return -1;
	}
	return options->is_privileged ? add_host_devices(list, err) : 0;
}

/* All names are one request, behind those of --gpus. */
static void add_names(const struct run_options *options, json_t *list)
{
	json_t *names = json_array();

	for (size_t i = 0; i < options->devices.count; i++) {
		const char *text = options->devices.items[i];

		if (cdi_name_is_qualified(text))
			(void)json_array_append_new(names, json_string(text));
	}
	if (json_array_size(names))
		(void)json_array_append_new(
			list, json_pack("{s:s,s:i,s:O,s:n,s:n}", "Driver",
					"cdi", "Count", 0, "DeviceIDs", names,
					"Capabilities", "Options"));
	json_decref(names);
}

int run_device_requests(const struct run_options *options, json_t **out,
			struct error *err)
{
	autoclean(jsonx_free) json_t *list = json_array();

	for (size_t i = 0; i < options->gpus.count; i++) {
		json_t *request = NULL;

		if (run_gpus_parse(options->gpus.items[i], &request, err) < 0)
			return -1;
		(void)json_array_append_new(list, request);
	}
	add_names(options, list);
	if (json_array_size(list))
		*out = TAKE_PTR(list);
	return 0;
}
