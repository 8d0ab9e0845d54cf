/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `linux.netDevices` of an OCI runtime configuration (runtime-spec 1.3): links
 * of the host's that the container gets, and what they are called there.
 * Reading is pure; whether there are such links is seen when they are moved.
 */
#ifndef RUNTIME_RUNTIME_NET_DEVICE_H
#define RUNTIME_RUNTIME_NET_DEVICE_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

struct runtime_net_device {
	char *host; /* its name where the runtime is */
	char *name; /* in the container; one "%d" is the first free number */
};

/*
 * Read the netDevices of SECTION, `linux`. *OUT and *COUNT_OUT always describe
 * what is to be released. INVALID: a name that no link can have, one given to
 * two links.
 */
int runtime_net_devices_parse(const json_t *section,
			      struct runtime_net_device **out,
			      size_t *count_out, struct error *err) must_check;

/* Free COUNT devices and the array. */
void runtime_net_devices_free(struct runtime_net_device *devices, size_t count);

#endif
