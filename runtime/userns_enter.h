/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an ordinary user's command becomes root of a user namespace: id 0 is the
 * user, what follows are its subordinate ids (/etc/subuid, by newuidmap), or
 * nothing when it has none.
 *
 * Processes that talk to each other (a container, its monitor, a later `exec`)
 * have to be in one namespace, yet nobody stays behind to keep it: every
 * command notes itself in <run>/userns/, and the next one joins whoever is
 * alive there. Only when nobody is, a namespace is made. Call
 * userns_enter before there are threads, and userns_note again in each process
 * that lives on.
 *
 *   <run>/userns/<pid>-<namespace's inode>
 */
#ifndef RUNTIME_USERNS_ENTER_H
#define RUNTIME_USERNS_ENTER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/*
 * Become root of this user's namespace, in a new mount namespace; RUN_FD is
 * the open run folder. *NOTICE_OUT is what the user should know (newuidmap
 * failed, so only one id is mapped), to be freed, or NULL. UNSUPPORTED when
 * this machine does not let users make namespaces.
 */
int userns_enter(int run_fd, char **notice_out, struct error *err) must_check;

/* Note this process in the run folder RUN_FD as one that can be joined. */
int userns_note(int run_fd, struct error *err) must_check;

#endif
