/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of hidden paths. */
#include "runtime/engine/spec_paths.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/alloc.h"
#include "runtime/engine/spec_request.h"

#define CPU_FOLDER "/sys/devices/system/cpu"

/* security.md 4.3 */
static const char *const masked_paths[] = {
	"/proc/acpi",
	"/proc/asound",
	"/proc/interrupts",
	"/proc/kcore",
	"/proc/keys",
	"/proc/latency_stats",
	"/proc/sched_debug",
	"/proc/scsi",
	"/proc/timer_list",
	"/proc/timer_stats",
	"/sys/devices/virtual/powercap",
	"/sys/firmware",
	NULL,
};

static const char *const readonly_paths[] = {
	"/proc/bus",	       "/proc/fs", "/proc/irq", "/proc/sys",
	"/proc/sysrq-trigger", NULL,
};

static bool has_open_paths(const json_t *host_config)
{
	const char *paths = spec_security_option(host_config, "systempaths");

	return json_is_true(json_object_get(host_config, "Privileged")) ||
	       (paths && !strcmp(paths, "unconfined"));
}

/* Whether one of the patterns in WORDS ("ALL", or "PATH:PATH") takes PATH. */
static bool is_among(const char *words, const char *path)
{
	bool found = !strcasecmp(words, "all");

	while (!found && *words) {
		size_t length = strcspn(words, ":");
		autofree char *pattern = xstrndup(words, length);

		found = fnmatch(pattern, path, FNM_PATHNAME) == 0;
		words += length + (words[length] == ':');
	}
	return found;
}

/* podman's unmask=: what the user wants to see and change after all. */
static bool is_unmasked(const json_t *host_config, const char *path)
{
	const json_t *options = json_object_get(host_config, "SecurityOpt");
	const json_t *option;
	size_t index;

	json_array_foreach(options, index, option)
	{
		const char *text = json_string_value(option);

		if (text && !strncmp(text, "unmask=", 7) &&
		    is_among(text + 7, path))
			return true;
	}
	return false;
}

static void add_path(const json_t *host_config, const char *path, json_t *list)
{
	if (!is_unmasked(host_config, path))
		(void)json_array_append_new(list, json_string(path));
}

/* The history of each processor's heat tells of the work of others. */
static void add_throttles(const json_t *host_config, json_t *list)
{
	long count;

	/* where the first has none, and that is nearly all machines */
	if (access(CPU_FOLDER "/cpu0/thermal_throttle", F_OK) < 0)
		return;
	count = sysconf(_SC_NPROCESSORS_CONF);
	for (long i = 0; i < count; i++) {
		autofree char *path =
			xasprintf(CPU_FOLDER "/cpu%ld/thermal_throttle", i);

		if (access(path, F_OK) == 0)
			add_path(host_config, path, list);
	}
}

/* podman's mask=PATH:PATH */
static void add_asked(const json_t *host_config, json_t *list)
{
	const json_t *options = json_object_get(host_config, "SecurityOpt");
	const json_t *option;
	size_t index;

	json_array_foreach(options, index, option)
	{
		const char *text = json_string_value(option);

		if (!text || strncmp(text, "mask=", 5) != 0)
			continue;
		for (text += 5; *text;) {
			size_t length = strcspn(text, ":");

			(void)json_array_append_new(list,
						    json_stringn(text, length));
			text += length + (text[length] == ':');
		}
	}
}

json_t *spec_paths_masked(const json_t *host_config)
{
	json_t *list = json_array();

	for (size_t i = 0; !has_open_paths(host_config) && masked_paths[i]; i++)
		add_path(host_config, masked_paths[i], list);
	if (!has_open_paths(host_config))
		add_throttles(host_config, list);
	add_asked(host_config, list);
	return list;
}

json_t *spec_paths_readonly(const json_t *host_config)
{
	json_t *list = json_array();

	for (size_t i = 0; !has_open_paths(host_config) && readonly_paths[i];
	     i++)
		add_path(host_config, readonly_paths[i], list);
	return list;
}
