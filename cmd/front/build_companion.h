/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front program as a build's host: images are pulled and archives unpacked
 * by the companion, git trees fetched by git(1).
 */
#ifndef CMD_BUILD_COMPANION_H
#define CMD_BUILD_COMPANION_H

#include "builder/build_host.h"
#include "cmd/context.h"

/* The table over CONTEXT, which must outlive it. */
struct build_host build_companion_host(struct context *context);

#endif
