/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look at all of them first, here and there; then one after the other. What the
 * kernel takes off a link that changes its namespace, its addresses, is kept
 * and put back.
 */
#include "runtime/net_devices.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "runtime/route_socket.h"

/* Marks of an address that somebody chose, and the kernel does not set. */
enum {
	CHOSEN_FLAGS = IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR |
		       IFA_F_NOPREFIXROUTE
};

struct bytes {
	char data[16];
	size_t length; /* 0: none */
};

struct address {
	struct ifaddrmsg head;
	struct bytes local, address, broadcast;
	uint32_t flags;
};

struct link {
	int index;
	struct address *addresses;
	size_t address_count;
};

static void link_release(struct link *link)
{
	free(link->addresses);
}
DEFINE_CLEANUP(struct link, link_release)

/* The two ends of a move. */
struct sockets {
	int here, there;
};

static void sockets_close(struct sockets *sockets)
{
	cleanup_close(&sockets->here);
	cleanup_close(&sockets->there);
}
DEFINE_CLEANUP(struct sockets, sockets_close)

static void take_index(void *context, const struct nlmsghdr *message)
{
	const struct ifinfomsg *info = route_message_data(message);
	int *index = context;

	if (message->nlmsg_type == RTM_NEWLINK &&
	    message->nlmsg_len >= NLMSG_LENGTH(sizeof(*info)))
		*index = info->ifi_index;
}

/* 0 when there is no link called NAME. */
static int find_link(int socket, const char *name, int *out, struct error *err)
{
	const struct ifinfomsg any = { .ifi_family = AF_UNSPEC };
	struct route_request request;

	*out = 0;
	route_request_init(&request, RTM_GETLINK, 0, &any, sizeof(any));
	route_request_add(&request, IFLA_IFNAME, name, strlen(name) + 1);
	if (route_socket_ask(socket, &request, take_index, out, err) == 0)
		return 0;
	if (err->sys != ENODEV)
		return -1;
	error_release(err);
	return 0;
}

static void take_bytes(const char *data, size_t length, struct bytes *out)
{
	if (length > sizeof(out->data))
		return;
	memcpy(out->data, data, length);
	out->length = length;
}

static void take_attribute(unsigned type, const char *data, size_t length,
			   struct address *out)
{
	if (type == IFA_LOCAL)
		take_bytes(data, length, &out->local);
	else if (type == IFA_ADDRESS)
		take_bytes(data, length, &out->address);
	else if (type == IFA_BROADCAST)
		take_bytes(data, length, &out->broadcast);
	else if (type == IFA_FLAGS && length == sizeof(out->flags))
		memcpy(&out->flags, data, length);
}

static void read_address(const struct nlmsghdr *message, struct address *out)
{
	const char *data = route_message_data(message);
	size_t length = message->nlmsg_len - NLMSG_HDRLEN;
	size_t at = NLMSG_ALIGN(sizeof(out->head));
	struct rtattr head;

	memcpy(&out->head, data, sizeof(out->head));
	out->flags = out->head.ifa_flags;
	while (at + sizeof(head) <= length) {
		memcpy(&head, data + at, sizeof(head));
		if (head.rta_len < sizeof(head) || head.rta_len > length - at)
			break;
		take_attribute(head.rta_type, data + at + RTA_LENGTH(0),
			       head.rta_len - RTA_LENGTH(0), out);
		at += RTA_ALIGN(head.rta_len);
	}
}

/* One with a life of its own belongs to whoever renews it, and stays behind. */
static void take_address(void *context, const struct nlmsghdr *message)
{
	struct link *link = context;
	struct address address = { 0 };

	if (message->nlmsg_type != RTM_NEWADDR ||
	    message->nlmsg_len < NLMSG_LENGTH(sizeof(address.head)))
		return;
	read_address(message, &address);
	if ((int)address.head.ifa_index != link->index ||
	    address.head.ifa_scope != RT_SCOPE_UNIVERSE ||
	    !(address.flags & IFA_F_PERMANENT))
		return;
	link->addresses = xreallocarray(link->addresses,
					link->address_count + 1,
					sizeof(*link->addresses));
	link->addresses[link->address_count++] = address;
}

static int look(int here, const struct runtime_net_device *device,
		struct link *out, struct error *err)
{
	const struct ifaddrmsg any = { .ifa_family = AF_UNSPEC };
	struct route_request request;

	if (find_link(here, device->host, &out->index, err) < 0)
		return -1;
	if (!out->index)
		return error_set(err, ERROR_NOT_FOUND,
				 "there is no such network device");
	route_request_init(&request, RTM_GETADDR, NLM_F_DUMP, &any,
			   sizeof(any));
	return route_socket_ask(here, &request, take_address, out, err);
}

/* "eth%d": the first number that is free. */
static int choose_name(int there, const char *template, char out[IF_NAMESIZE],
		       struct error *err)
{
	const char *percent = strchr(template, '%');
	int index = 1;

	if (!percent) {
		(void)snprintf(out, IF_NAMESIZE, "%s", template); /* fits */
		if (find_link(there, template, &index, err) < 0)
			return -1;
		return index ? error_set(err, ERROR_EXISTS,
					 "the container has a network device "
					 "%s already",
					 template)
			     : 0;
	}
	for (unsigned number = 0; index; number++) {
		int length = snprintf(out, IF_NAMESIZE, "%.*s%u%s",
				      (int)(percent - template), template,
				      number, percent + 2);

		if (length >= IF_NAMESIZE)
			return error_set(err, ERROR_EXISTS,
					 "%s: all numbers are taken in the "
					 "container",
					 template);
		if (find_link(there, out, &index, err) < 0)
			return -1;
	}
	return 0;
}

static int change_namespace(int here, int index, int namespace_fd,
			    const char *name, struct error *err)
{
	const struct ifinfomsg info = { .ifi_family = AF_UNSPEC,
					.ifi_index = index };
	struct route_request request;

	route_request_init(&request, RTM_NEWLINK, 0, &info, sizeof(info));
	route_request_add(&request, IFLA_NET_NS_FD, &namespace_fd,
			  sizeof(namespace_fd));
	route_request_add(&request, IFLA_IFNAME, name, strlen(name) + 1);
	return route_socket_ask(here, &request, NULL, NULL, err);
}

static void add_bytes(struct route_request *request, uint16_t type,
		      const struct bytes *bytes)
{
	if (bytes->length)
		route_request_add(request, type, bytes->data, bytes->length);
}

static int add_address(int there, int index, const struct address *address,
		       struct error *err)
{
	const struct ifaddrmsg head = {
		.ifa_family = address->head.ifa_family,
		.ifa_prefixlen = address->head.ifa_prefixlen,
		.ifa_scope = address->head.ifa_scope,
		.ifa_index = (uint32_t)index,
	};
	uint32_t flags = address->flags & CHOSEN_FLAGS;
	struct route_request request;

	route_request_init(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL,
			   &head, sizeof(head));
	add_bytes(&request, IFA_LOCAL, &address->local);
	add_bytes(&request, IFA_ADDRESS, &address->address);
	add_bytes(&request, IFA_BROADCAST, &address->broadcast);
	route_request_add(&request, IFA_FLAGS, &flags, sizeof(flags));
	return route_socket_ask(there, &request, NULL, NULL, err);
}

static int raise_link(int there, int index, struct error *err)
{
	const struct ifinfomsg info = { .ifi_family = AF_UNSPEC,
					.ifi_index = index,
					.ifi_flags = IFF_UP,
					.ifi_change = IFF_UP };
	struct route_request request;

	route_request_init(&request, RTM_NEWLINK, 0, &info, sizeof(info));
	return route_socket_ask(there, &request, NULL, NULL, err);
}

static int move(const struct sockets *sockets, int namespace_fd,
		const struct runtime_net_device *device, struct error *err)
{
	autoclean(link_release) struct link link = { 0 };
	char name[IF_NAMESIZE];
	int index;

	if (look(sockets->here, device, &link, err) < 0 ||
	    choose_name(sockets->there, device->name, name, err) < 0)
		return -1;
	if (change_namespace(sockets->here, link.index, namespace_fd, name,
			     err) < 0)
		return error_wrap(err, "move it to the container");
	if (find_link(sockets->there, name, &index, err) < 0)
		return -1;
	for (size_t i = 0; i < link.address_count; i++)
		if (add_address(sockets->there, index, &link.addresses[i],
				err) < 0)
			return error_wrap(err, "give it its addresses back");
	if (raise_link(sockets->there, index, err) < 0)
		return error_wrap(err, "raise it");
	return 0;
}

static int check(const struct sockets *sockets,
		 const struct runtime_net_device *device, struct error *err)
{
	autoclean(link_release) struct link link = { 0 };
	char name[IF_NAMESIZE];

	if (look(sockets->here, device, &link, err) < 0)
		return -1;
	return choose_name(sockets->there, device->name, name, err);
}

int net_devices_move(const struct runtime_net_device *devices, size_t count,
		     int namespace_fd, struct error *err)
{
	autoclean(sockets_close) struct sockets sockets = { -1, -1 };

	if (route_socket_open(-1, &sockets.here, err) < 0 ||
	    route_socket_open(namespace_fd, &sockets.there, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (check(&sockets, &devices[i], err) < 0)
			return error_wrap(err, "netDevices: %s",
					  devices[i].host);
	for (size_t i = 0; i < count; i++)
		if (move(&sockets, namespace_fd, &devices[i], err) < 0)
			return error_wrap(err, "netDevices: %s",
					  devices[i].host);
	return 0;
}
