/* SPDX-License-Identifier: Apache-2.0 */
/*
 * name = 1*15( any byte but "/", ":", white space ), not "." or ".."; in the
 * container's, "%" is "%d", and there is one of them.
 */
#include "runtime/spec/runtime_net_device.h"

#include <ctype.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"

static bool is_link_name(const char *name)
{
	if (!*name || strlen(name) >= IF_NAMESIZE || !strcmp(name, ".") ||
	    !strcmp(name, ".."))
		return false;
	for (; *name; name++)
		if (*name == '/' || *name == ':' ||
		    isspace((unsigned char)*name))
			return false;
	return true;
}

static bool is_template(const char *name)
{
	const char *percent = strchr(name, '%');

	return !percent || (percent[1] == 'd' && !strchr(percent + 2, '%'));
}

static int read_device(const char *host, const json_t *value,
		       struct runtime_net_device *out, struct error *err)
{
	const char *name;

	out->host = xstrdup(host);
	if (!json_is_object(value))
		return error_set(err, ERROR_INVALID, "expected an object");
	if (jsonx_opt_string(value, "name", "", &name, err) < 0)
		return -1;
	out->name = xstrdup(*name ? name : host);
	if (!is_link_name(host) || strchr(host, '%'))
		return error_set(err, ERROR_INVALID,
				 "is not the name of a network device");
	if (!is_link_name(out->name) || !is_template(out->name))
		return error_set(err, ERROR_INVALID,
				 "name: \"%s\" is not the name of a network "
				 "device",
				 out->name);
	return 0;
}

static int check_names(const struct runtime_net_device *devices, size_t count,
		       struct error *err)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++)
			if (!strchr(devices[i].name, '%') &&
			    !strcmp(devices[i].name, devices[k].name))
				return error_set(err, ERROR_INVALID,
						 "netDevices: %s and %s are "
						 "both to be called %s",
						 devices[k].host,
						 devices[i].host,
						 devices[i].name);
	return 0;
}

int runtime_net_devices_parse(const json_t *section,
			      struct runtime_net_device **out,
			      size_t *count_out, struct error *err)
{
	const char *host;
	json_t *map;
	json_t *value;

	if (jsonx_opt_object(section, "netDevices", &map, err) < 0)
		return -1;
	if (!json_object_size(map))
		return 0;
	*out = xcalloc(json_object_size(map), sizeof(**out));
	json_object_foreach(map, host, value)
	{
		struct runtime_net_device *device = &(*out)[*count_out];

		(*count_out)++;
		if (read_device(host, value, device, err) < 0)
			return error_wrap(err, "netDevices: %s", host);
	}
	return check_names(*out, *count_out, err);
}

void runtime_net_devices_free(struct runtime_net_device *devices, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(devices[i].host);
		free(devices[i].name);
	}
	free(devices);
}
