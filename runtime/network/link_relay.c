/* SPDX-License-Identifier: Apache-2.0 */
/* A rule and a table of one route, for either family. */
#include "runtime/network/link_relay.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>
#include <stdbool.h>
#include <sys/socket.h>

DEFINE_CLEANUP_PTR(struct rtnl_rule, rtnl_rule_put)
DEFINE_CLEANUP_PTR(struct rtnl_route, rtnl_route_put)
DEFINE_CLEANUP_PTR(struct nl_addr, nl_addr_put)

enum { LOOPBACK_INDEX = 1 }; /* in every network namespace */

/* A kernel without that family has no clients of it either. */
static bool is_fine(int code, int family)
{
	return code >= 0 || code == -NLE_EXIST ||
	       (family == AF_INET6 &&
		(code == -NLE_AF_NOSUPPORT || code == -NLE_OPNOTSUPP));
}

static int add_rule(struct link_line *line, int family, int mark)
{
	autoclean(rtnl_rule_put) struct rtnl_rule *rule = rtnl_rule_alloc();

	if (!rule)
		return -NLE_NOMEM;
	rtnl_rule_set_family(rule, family);
	rtnl_rule_set_mark(rule, (uint32_t)mark);
	rtnl_rule_set_table(rule, (uint32_t)mark);
	rtnl_rule_set_action(rule, FR_ACT_TO_TBL);
	return rtnl_rule_add(line->socket, rule, NLM_F_CREATE | NLM_F_EXCL);
}

static int add_route(struct link_line *line, int family, int mark)
{
	autoclean(rtnl_route_put) struct rtnl_route *route = rtnl_route_alloc();
	static const unsigned char zero[16];
	autoclean(nl_addr_put) struct nl_addr *to =
		nl_addr_build(family, zero, family == AF_INET ? 4 : 16);
	struct rtnl_nexthop *hop = rtnl_route_nh_alloc();

	if (!route || !to || !hop)
		return -NLE_NOMEM;
	nl_addr_set_prefixlen(to, 0);
	(void)rtnl_route_set_dst(route, to);
	(void)rtnl_route_set_type(route, RTN_LOCAL);
	rtnl_route_set_scope(route, RT_SCOPE_HOST);
	rtnl_route_set_table(route, (uint32_t)mark);
	rtnl_route_nh_set_ifindex(hop, LOOPBACK_INDEX);
	rtnl_route_add_nexthop(route, hop); /* the route's by now */
	return rtnl_route_add(line->socket, route, NLM_F_CREATE | NLM_F_EXCL);
}

int link_relay_route(struct link_line *line, int mark, struct error *err)
{
	static const int families[] = { AF_INET, AF_INET6 };

	for (int i = 0; i < 2; i++) {
		int code = add_rule(line, families[i], mark);

		if (is_fine(code, families[i]))
			code = add_route(line, families[i], mark);
		if (!is_fine(code, families[i]))
			return error_set(err, ERROR_SYSTEM,
					 "route what relays are answered: %s",
					 nl_geterror(code));
	}
	return 0;
}
