/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of hidden paths. */
#include "runtime/engine/spec_paths.h"

#include <stdbool.h>
#include <string.h>

#include "runtime/engine/spec_request.h"

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

static json_t *list_unless_open(const json_t *host_config,
				const char *const *paths)
{
	json_t *list = json_array();

	for (; !has_open_paths(host_config) && *paths; paths++)
		(void)json_array_append_new(list, json_string(*paths));
	return list;
}

json_t *spec_paths_masked(const json_t *host_config)
{
	return list_unless_open(host_config, masked_paths);
}

json_t *spec_paths_readonly(const json_t *host_config)
{
	return list_unless_open(host_config, readonly_paths);
}
