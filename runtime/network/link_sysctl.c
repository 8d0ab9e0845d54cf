/* SPDX-License-Identifier: Apache-2.0 */
/* Writing below /proc/sys/net, which shows the namespace of who opens it. */
#include "runtime/network/link_sysctl.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/fs.h"

/* Nothing is written where it says so already: /proc/sys may be read-only. */
static int put(const char *path, const char *value, struct error *err)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	char now[16] = "";
	ssize_t got = fd < 0 ? -1 : read(fd, now, sizeof(now) - 1);

	/* a kernel without IPv6, for one */
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (got > 0 && strlen(value) == strcspn(now, "\n") &&
	    !strncmp(now, value, strlen(value)))
		return 0;
	cleanup_close(&fd);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return error_sys(err, errno, "open %s", path);
	if (fs_write_all(fd, value, strlen(value), err) < 0)
		return error_wrap(err, "set %s to %s", path, value);
	return 0;
}

static int put_for(const char *family, const char *link, const char *key,
		   const char *value, struct error *err)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s",
		       family, link, key);
	return put(path, value, err);
}

static bool is_on(const char *path)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	char now = '0';

	return fd >= 0 && read(fd, &now, 1) == 1 && now == '1';
}

bool link_sysctl_is_bridged(void)
{
	return is_on("/proc/sys/net/bridge/bridge-nf-call-iptables") ||
	       is_on("/proc/sys/net/bridge/bridge-nf-call-ip6tables");
}

int link_sysctl_bridge(const struct wiring_bridge *bridge, struct error *err)
{
	bool has_ipv6 = bridge->ipv6.address.family != IP_NONE;

	if (put("/proc/sys/net/ipv4/ip_forward", "1", err) < 0 ||
	    put_for("ipv4", bridge->name, "route_localnet", "1", err) < 0 ||
	    put_for("ipv6", bridge->name, "accept_ra", "0", err) < 0)
		return -1;
	if (!has_ipv6)
		return put_for("ipv6", bridge->name, "disable_ipv6", "1", err);
	return put("/proc/sys/net/ipv6/conf/all/forwarding", "1", err);
}

int link_sysctl_inner(const struct wiring_end *end, struct error *err)
{
	if (end->ipv6.address.family == IP_NONE)
		return put_for("ipv6", end->inner, "disable_ipv6", "1", err);
	if (put_for("ipv6", end->inner, "disable_ipv6", "0", err) < 0 ||
	    put_for("ipv6", end->inner, "autoconf", "0", err) < 0 ||
	    /* the address of its link is made of its MAC address */
	    put_for("ipv6", end->inner, "addr_gen_mode", "0", err) < 0)
		return -1;
	return put_for("ipv6", end->inner, "accept_ra", "0", err);
}

int link_sysctl_share(struct error *err)
{
	/* whose address answers go to is told by a mark, not by the way */
	if (put_for("ipv4", "all", "rp_filter", "0", err) < 0 ||
	    put_for("ipv4", "default", "rp_filter", "0", err) < 0)
		return -1;
	return put("/proc/sys/net/ipv4/ip_forward", "1", err);
}
