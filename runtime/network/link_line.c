/* SPDX-License-Identifier: Apache-2.0 */
/* A socket of libnl's. */
#include "runtime/network/link_line.h"

#include <netlink/netlink.h>

int link_line_open(struct link_line *out, struct error *err)
{
	int code;

	out->socket = nl_socket_alloc();
	if (!out->socket)
		return error_sys(err, ENOMEM, "open a line to the kernel");
	code = nl_connect(out->socket, NETLINK_ROUTE);
	if (code < 0) {
		link_line_close(out);
		return error_set(err, ERROR_SYSTEM,
				 "open a line to the kernel: %s",
				 nl_geterror(code));
	}
	return 0;
}

void link_line_close(struct link_line *line)
{
	if (line->socket)
		nl_socket_free(line->socket);
	line->socket = NULL;
}
