/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An ordinary user's command: which verbs need a user namespace, and becoming
 * its root before they begin (runtime/userns_enter.h). The folders stay those
 * that were settled for the user, for this process and those it starts.
 */
#ifndef CMD_ROOTLESS_H
#define CMD_ROOTLESS_H

#include <stdbool.h>

#include "cmd/context.h"

/*
 * Whether the verb PATH ("imgctl image ls") with ARGV has to be root of a
 * namespace when an ordinary user calls it: most touch files or processes of
 * the user's other ids.
 */
bool rootless_needs_namespace(const char *path, char *const *argv);

/*
 * Enter the namespace. DENIED when a folder of CONTEXT is not this user's,
 * UNSUPPORTED when this machine has no namespaces for users. Tells once per
 * boot what does not work here, on standard error.
 */
int rootless_enter(struct context *context, const char *path,
		   struct error *err) must_check;

#endif
