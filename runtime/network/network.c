/* SPDX-License-Identifier: Apache-2.0 */
/* Documents of networks. */
#include "runtime/network/network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"

enum { VLAN_MAX = 4094 };

static const char *const driver_names[] = {
	[NETWORK_DRIVER_NONE] = "",
	[NETWORK_BRIDGE] = "bridge",
	[NETWORK_MACVLAN] = "macvlan",
	[NETWORK_IPVLAN] = "ipvlan",
};

const char *network_driver_name(enum network_driver driver)
{
	return driver_names[driver];
}

enum network_driver network_driver_from_name(const char *name)
{
	for (int i = NETWORK_BRIDGE; i <= NETWORK_IPVLAN; i++) {
		if (!strcmp(name, driver_names[i]))
			return (enum network_driver)i;
	}
	return NETWORK_DRIVER_NONE;
}

static bool is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

bool network_is_name(const char *name)
{
	size_t length = strlen(name);

	if (!is_alphanumeric(*name) || length > NETWORK_NAME_MAX)
		return false;
	for (size_t i = 1; i < length; i++) {
		if (!is_alphanumeric(name[i]) && !strchr("_.-", name[i]))
			return false;
	}
	return true;
}

/* Stricter than the kernel: what also needs no quoting in a rule. */
bool network_is_link_name(const char *name)
{
	size_t length = strlen(name);

	if (!is_alphanumeric(*name) || length >= NETWORK_LINK_MAX)
		return false;
	for (size_t i = 1; i < length; i++) {
		if (!is_alphanumeric(name[i]) && !strchr("_.-", name[i]))
			return false;
	}
	return true;
}

/* A link's name under KEY, which may be absent. */
static int read_link(const json_t *document, const char *key,
		     char out[NETWORK_LINK_MAX], struct error *err)
{
	const char *text = NULL;

	out[0] = '\0';
	if (jsonx_opt_string(document, key, NULL, &text, err) < 0)
		return -1;
	if (!text || !*text)
		return 0;
	if (!network_is_link_name(text))
		return error_set(err, ERROR_CORRUPT, "%s \"%s\" is no link",
				 key, text);
	memcpy(out, text, strlen(text) + 1);
	return 0;
}

static int read_prefix(const json_t *entry, const char *key,
		       struct ip_prefix *out, struct error *err)
{
	const char *text = NULL;

	*out = (struct ip_prefix){ { IP_NONE, { 0 } }, 0 };
	if (jsonx_opt_string(entry, key, NULL, &text, err) < 0)
		return -1;
	return text && *text ? ip_prefix_parse(text, out, err) : 0;
}

static int read_subnet(const json_t *entry, struct network_subnet *out,
		       struct error *err)
{
	const char *gateway = NULL;

	*out = (struct network_subnet){ 0 };
	if (read_prefix(entry, "Subnet", &out->subnet, err) < 0 ||
	    read_prefix(entry, "IPRange", &out->range, err) < 0 ||
	    jsonx_opt_string(entry, "Gateway", NULL, &gateway, err) < 0)
		return -1;
	if (out->subnet.address.family == IP_NONE)
		return error_set(err, ERROR_CORRUPT, "a subnet is missing");
	out->auxiliary = json_object_get(entry, "AuxiliaryAddresses");
	return gateway && *gateway
		       ? ip_address_parse(gateway, &out->gateway, err)
		       : 0;
}

static int read_subnets(const json_t *document, struct network *out,
			struct error *err)
{
	json_t *list = NULL;
	const json_t *entry;
	size_t index;

	if (jsonx_opt_array(document, "Subnets", &list, err) < 0)
		return -1;
	json_array_foreach(list, index, entry)
	{
		if (index >= NETWORK_SUBNETS_MAX)
			return error_set(err, ERROR_TOO_LARGE,
					 "more than %d subnets",
					 NETWORK_SUBNETS_MAX);
		if (read_subnet(entry, &out->subnets[index], err) < 0)
			return -1;
		out->subnet_count++;
	}
	return 0;
}

static int read_flags(const json_t *document, struct network *out,
		      struct error *err)
{
	int64_t mtu = NETWORK_MTU_DEFAULT;
	const char *mode = NULL;

	if (jsonx_opt_bool(document, "Internal", &out->is_internal, err) < 0 ||
	    jsonx_opt_bool(document, "EnableIPv6", &out->has_ipv6, err) < 0 ||
	    jsonx_opt_bool(document, "NoMasquerade", &out->has_no_masquerade,
			   err) < 0 ||
	    jsonx_opt_bool(document, "NoTalk", &out->has_no_talk, err) < 0 ||
	    jsonx_opt_bool(document, "Dns", &out->has_dns, err) < 0 ||
	    jsonx_opt_integer(document, "MTU", 68, 65535, &mtu, err) < 0 ||
	    jsonx_opt_string(document, "Mode", NULL, &mode, err) < 0)
		return -1;
	out->mtu = (unsigned)mtu;
	if (mode && strlen(mode) < sizeof(out->mode))
		memcpy(out->mode, mode, strlen(mode) + 1);
	return 0;
}

static int read_names(const json_t *document, struct network *out,
		      struct error *err)
{
	const char *name = NULL;
	const char *id = NULL;
	const char *driver = NULL;

	if (jsonx_string(document, "Name", &name, err) < 0 ||
	    jsonx_string(document, "Id", &id, err) < 0 ||
	    jsonx_string(document, "Driver", &driver, err) < 0)
		return -1;
	out->driver = network_driver_from_name(driver);
	if (!network_is_name(name) || strlen(id) != NETWORK_ID_DIGITS ||
	    out->driver == NETWORK_DRIVER_NONE)
		return error_set(err, ERROR_CORRUPT,
				 "its name, id or driver is wrong");
	out->name = xstrdup(name);
	memcpy(out->id, id, sizeof(out->id));
	out->is_default = !strcmp(name, "bridge");
	return 0;
}

int network_parse(json_t *document, struct network *out, struct error *err)
{
	*out = (struct network)NETWORK_INIT;
	out->document = json_incref(document);
	if (read_names(document, out, err) < 0 ||
	    read_link(document, "Link", out->link, err) < 0 ||
	    read_link(document, "Parent", out->parent, err) < 0 ||
	    read_flags(document, out, err) < 0 ||
	    read_subnets(document, out, err) < 0) {
		if (err->kind != ERROR_CORRUPT)
			err->kind = ERROR_CORRUPT;
		network_release(out);
		return -1;
	}
	return 0;
}

void network_release(struct network *network)
{
	free(network->name);
	json_decref(network->document);
	*network = (struct network)NETWORK_INIT;
}

void network_own_parent(const char *id, char out[NETWORK_LINK_MAX])
{
	(void)snprintf(out, NETWORK_LINK_MAX, "dm-%.8s", id);
}

bool network_split_vlan(const char *link, char parent_out[NETWORK_LINK_MAX],
			uint16_t *vlan_out)
{
	const char *dot = strrchr(link, '.');
	unsigned long vlan;

	if (!dot || dot == link || strspn(dot + 1, "0123456789") == 0 ||
	    strspn(dot + 1, "0123456789") != strlen(dot + 1) ||
	    strlen(link) >= NETWORK_LINK_MAX)
		return false;
	vlan = strtoul(dot + 1, NULL, 10);
	if (vlan < 1 || vlan > VLAN_MAX)
		return false;
	(void)snprintf(parent_out, NETWORK_LINK_MAX, "%.*s", (int)(dot - link),
		       link);
	*vlan_out = (uint16_t)vlan;
	return true;
}

const struct network_subnet *network_subnet_of(const struct network *network,
					       enum ip_family family)
{
	for (size_t i = 0; i < network->subnet_count; i++) {
		if (network->subnets[i].subnet.address.family == family)
			return &network->subnets[i];
	}
	return NULL;
}
