/* SPDX-License-Identifier: Apache-2.0 */
/* A link of one VLAN, known again by its alias. */
#include "runtime/network/link_vlan.h"

#include <linux/if.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <netlink/route/link/vlan.h>
#include <string.h>

DEFINE_CLEANUP_PTR(struct rtnl_link, rtnl_link_put)

static const char mark[] = "imgctl";

static struct rtnl_link *find(struct link_line *line, const char *name)
{
	struct rtnl_link *link = NULL;

	return rtnl_link_get_kernel(line->socket, 0, name, &link) < 0 ? NULL
								      : link;
}

static int add(struct link_line *line, const char *name, int base,
	       uint16_t vlan)
{
	autoclean(rtnl_link_put) struct rtnl_link *link =
		rtnl_link_vlan_alloc();

	if (!link)
		return -NLE_NOMEM;
	rtnl_link_set_name(link, name);
	rtnl_link_set_link(link, base);
	rtnl_link_set_flags(link, IFF_UP);
	if (rtnl_link_vlan_set_id(link, vlan) < 0)
		return -NLE_INVAL;
	return rtnl_link_add(line->socket, link, NLM_F_CREATE | NLM_F_EXCL);
}

/* Apart: a link that is being made takes no alias from the kernel. */
static int set_mark(struct link_line *line, const char *name)
{
	autoclean(rtnl_link_put) struct rtnl_link *link = find(line, name);
	autoclean(rtnl_link_put) struct rtnl_link *change = rtnl_link_alloc();

	if (!link || !change)
		return -NLE_NODEV;
	rtnl_link_set_ifalias(change, mark);
	return rtnl_link_change(line->socket, link, change, 0);
}

int link_vlan_make(struct link_line *line, const char *name, const char *base,
		   uint16_t vlan, struct error *err)
{
	autoclean(rtnl_link_put) struct rtnl_link *parent = find(line, base);
	int code;

	if (!parent)
		return error_set(err, ERROR_NOT_FOUND,
				 "network link %s is not there", base);
	code = add(line, name, rtnl_link_get_ifindex(parent), vlan);
	if (code >= 0)
		code = set_mark(line, name);
	/* another start may be faster */
	if (code >= 0 || code == -NLE_EXIST)
		return 0;
	return error_set(
		err, code == -NLE_OPNOTSUPP ? ERROR_UNSUPPORTED : ERROR_SYSTEM,
		"make the link %s: %s", name, nl_geterror(code));
}

int link_vlan_remove(struct link_line *line, const char *name,
		     struct error *err)
{
	autoclean(rtnl_link_put) struct rtnl_link *link = find(line, name);
	const char *alias = link ? rtnl_link_get_ifalias(link) : NULL;
	int code;

	if (!alias || strcmp(alias, mark) != 0)
		return 0;
	code = rtnl_link_delete(line->socket, link);
	return code < 0 && code != -NLE_NODEV
		       ? error_set(err, ERROR_SYSTEM, "remove %s: %s", name,
				   nl_geterror(code))
		       : 0;
}
