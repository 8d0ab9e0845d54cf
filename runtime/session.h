/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every process entering a container does about itself, first or later:
 * dying with its parent while it is not the program yet, not being dumpable, a
 * session of its own (never the caller's terminal as its controlling one,
 * CVE-2017-5226), a session keyring, its standard streams, the loopback
 * interface of a new network. Safe in the child; allocates nothing.
 */
#ifndef RUNTIME_SESSION_H
#define RUNTIME_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "runtime/stage.h"

/* Die with the parent. */
int session_bind_life(struct stage_failure *fail);

/* Go on living when the parent ends. */
int session_release_life(struct stage_failure *fail);

/* Close every descriptor from FROM on but the COUNT ones in KEPT. */
void session_close_others(int from, const int *kept, size_t count);

/* Keep others from looking into this process (CVE-2016-9962). */
int session_hide(struct stage_failure *fail);

/*
 * Leave the caller's session, hide this process and, if JOINS, join the session
 * keyring KEYRING (NULL: a nameless one) of this user namespace.
 */
int session_enter(const char *keyring, bool joins, struct stage_failure *fail);

/*
 * Make STREAMS standard input, output and error. A pipe is handed to UID, so
 * that the program can open /dev/stdout again; what IS_TERMINAL is not.
 */
int session_set_streams(const int streams[3], bool is_terminal, uid_t uid,
			struct stage_failure *fail);

/* Make standard input this session's controlling terminal. */
int session_take_terminal(struct stage_failure *fail);

/* Raise lo in this network namespace. */
int session_raise_loopback(struct stage_failure *fail);

#endif
