/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps the program's file out of a container's reach (CVE-2019-5736). The
 * process that becomes a container, or enters one, still is this program for a
 * moment: what runs there can get hold of its file through /proc/<pid>/exe, or
 * by having it executed once more, and write to it when it is free. So a verb
 * that starts such a process first executes itself again from an image that
 * nobody can write to: a read-only overlay of the program's folder, mounted
 * nowhere (0.3 ms), or a sealed copy in memory where overlays cannot be had
 * (1.1 ms for 2 MB).
 *
 * After it /proc/self/exe no longer names the installed program:
 * self_protect_path does.
 */
#ifndef RUNTIME_SELF_PROTECT_H
#define RUNTIME_SELF_PROTECT_H

#include <stdbool.h>

#include "base/error.h"

/* Whether this process runs from an image that cannot be written to. */
bool self_protect_is_done(void);

/*
 * Execute this program again, protected, with ARGV and this environment. Does
 * nothing when that is done already; otherwise it returns only to fail. Call it
 * before anything is opened that should not be opened twice.
 */
int self_protect_enter(char *const argv[], struct error *err) must_check;

/*
 * Execute this program anew, protected, with ARGV and this environment, as
 * what begins something of its own. Returns only to fail.
 */
int self_protect_execute(char *const argv[], struct error *err) must_check;

/* In the executed program: take over what the execution left open. */
void self_protect_arrive(void);

/*
 * The path of the installed program, "" when it cannot be told. The caller
 * frees it.
 */
char *self_protect_path(void) __attribute__((returns_nonnull));

#endif
