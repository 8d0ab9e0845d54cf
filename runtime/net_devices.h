/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links of the host's that a container gets (`linux.netDevices`): each goes
 * into the container's network namespace, takes its name there and is raised
 * with the permanent addresses of global scope that it had; its MTU and
 * hardware address it keeps by itself. From then on it is the container's: when
 * the namespace ends, the kernel gives hardware back to the host and deletes
 * what is virtual.
 */
#ifndef RUNTIME_NET_DEVICES_H
#define RUNTIME_NET_DEVICES_H

#include <stddef.h>

#include "base/error.h"
#include "runtime/spec/runtime_net_device.h"

/*
 * Move COUNT DEVICES into NAMESPACE_FD. NOT_FOUND: there is none of that name;
 * EXISTS: the name is taken in the container. Nothing is moved unless all can
 * be, as far as it can be told before.
 */
int net_devices_move(const struct runtime_net_device *devices, size_t count,
		     int namespace_fd, struct error *err) must_check;

#endif
