/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handing a descriptor over to somebody who listens at a path of the host: the
 * terminal's master to an engine (--console-socket), the seccomp listener to an
 * agent (runtime-spec 1.2, "Seccomp", the container process state).
 */
#ifndef RUNTIME_OCI_SOCKET_H
#define RUNTIME_OCI_SOCKET_H

#include <stddef.h>

#include "base/error.h"
#include "runtime/oci/oci_config.h"
#include "runtime/oci/oci_state.h"

/*
 * Connect to the stream socket PATH and send the LENGTH bytes of DATA with FD
 * beside them. FD stays the caller's.
 */
int oci_socket_send(const char *path, const void *data, size_t length, int fd,
		    struct error *err) must_check;

/*
 * Send LISTENER, of process PID, to the listener of CONFIG with what the
 * specification wants to be told.
 */
int oci_socket_listener(const struct oci_config *config,
			const struct oci_state *state, pid_t pid, int listener,
			struct error *err) must_check;

#endif
