/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes down how a container is made, as a POSIX shell script that makes it
 * with the usual tools: unshare, mount, pivot_root, setpriv and plain writes.
 * The steps and their values are those of the plans that launch.h and cgroup.h
 * carry out, in the same order, each with a line of reason.
 *
 * The script has three parts. The first runs on the host: it makes the control
 * group and calls unshare. The second is the container's first process while
 * the host's files are still there: it mounts, and ends in a chain of programs
 * that take rights away. The last is the same process as the container's user:
 * a shell that waits. Then the first part exchanges the root below it
 * (pivot_root(2) moves every process that stands in the old root), and the
 * shell, which needs no file of the host any more, executes the program.
 *
 * What no tool of Debian 12 can do (seccomp filter, device filter, session
 * keyring) is one call to the kernel each, by perl; the programs for the kernel
 * are in the script as base64. Bytes that others wrote (of an image above all)
 * are always quoted, and never stand at the beginning of a line.
 */
#ifndef RUNTIME_EXPLAIN_H
#define RUNTIME_EXPLAIN_H

#include "base/strbuf.h"
#include "runtime/explain/explain_plan.h"

/*
 * Append the script of EXPLAIN to OUT. UNSUPPORTED, with what it is, when
 * something cannot be done from a shell.
 */
int explain_script(const struct explain *explain, struct strbuf *out,
		   struct error *err) must_check;

#endif
