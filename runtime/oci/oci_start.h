/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting a container that was made before, by another process: its first
 * process waits behind a socket in its folder and tells over the connection
 * when it cannot execute the program.
 */
#ifndef RUNTIME_OCI_START_H
#define RUNTIME_OCI_START_H

#include "base/error.h"

/*
 * Let the program of the container ID below ROOT begin, which waits for it, and
 * run the poststart hooks. INVALID when it has been started or has ended.
 */
int oci_start(const char *root, const char *id, struct error *err) must_check;

#endif
