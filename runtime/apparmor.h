/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AppArmor, where the kernel confines by it: the profile that containers get
 * by default, and having the kernel know it. A profile is put on a process by
 * confine.h; here is only what root of the host does before.
 *
 * The default profile takes away what no container needs whatever its
 * capabilities are: mounting, writing to the kernel's files in /proc and /sys,
 * the kernel's crypto sockets, tracing or signalling processes outside.
 */
#ifndef RUNTIME_APPARMOR_H
#define RUNTIME_APPARMOR_H

#include <stdbool.h>

#include "base/error.h"

#define APPARMOR_DEFAULT "imgctl-default"
#define APPARMOR_UNCONFINED "unconfined"

/* Whether this host's kernel confines by AppArmor. */
bool apparmor_is_enabled(void);

/* Whether the default profile can be loaded here: AppArmor's parser is there.
 */
bool apparmor_can_load(void);

/* Have the kernel know the default profile, unless it does. */
int apparmor_load_default(struct error *err) must_check;

/* Whether LIST, the kernel's ("name (mode)" lines), has profile NAME. Pure. */
bool apparmor_list_has(const char *list, const char *name);

#endif
