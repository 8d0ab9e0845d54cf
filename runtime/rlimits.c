/* SPDX-License-Identifier: Apache-2.0 */
/* Names of resource limits. */
#include "runtime/rlimits.h"

#include <stddef.h>
#include <strings.h>
#include <sys/resource.h>

static const char *const names[] = {
	[RLIMIT_CPU] = "RLIMIT_CPU",
	[RLIMIT_FSIZE] = "RLIMIT_FSIZE",
	[RLIMIT_DATA] = "RLIMIT_DATA",
	[RLIMIT_STACK] = "RLIMIT_STACK",
	[RLIMIT_CORE] = "RLIMIT_CORE",
	[RLIMIT_RSS] = "RLIMIT_RSS",
	[RLIMIT_NPROC] = "RLIMIT_NPROC",
	[RLIMIT_NOFILE] = "RLIMIT_NOFILE",
	[RLIMIT_MEMLOCK] = "RLIMIT_MEMLOCK",
	[RLIMIT_AS] = "RLIMIT_AS",
	[RLIMIT_LOCKS] = "RLIMIT_LOCKS",
	[RLIMIT_SIGPENDING] = "RLIMIT_SIGPENDING",
	[RLIMIT_MSGQUEUE] = "RLIMIT_MSGQUEUE",
	[RLIMIT_NICE] = "RLIMIT_NICE",
	[RLIMIT_RTPRIO] = "RLIMIT_RTPRIO",
	[RLIMIT_RTTIME] = "RLIMIT_RTTIME",
};

enum { NAME_COUNT = sizeof(names) / sizeof(names[0]) };

bool rlimits_from_name(const char *name, int *out)
{
	if (strncasecmp(name, "RLIMIT_", 7) == 0)
		name += 7;
	for (int i = 0; i < NAME_COUNT; i++)
		if (strcasecmp(names[i] + 7, name) == 0) {
			*out = i;
			return true;
		}
	return false;
}

const char *rlimits_name(int resource)
{
	return resource >= 0 && resource < NAME_COUNT ? names[resource] : NULL;
}
