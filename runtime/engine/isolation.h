/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What keeps a container that runs apart from its host, as the kernel has it
 * now: a document made of the first process's folder in /proc, of the control
 * group's files and, for what the kernel does not tell (the system calls that
 * are blocked, the paths that are covered), of what this program started the
 * container by. Nothing in it is remembered from a flag of the command line.
 *
 * Members: Id, Name, Pid, Namespaces [{Name, Host, Container, IsShared}], User
 * {Uid, Gid, Groups}, UserMap and GroupMap [{Container, Host, Size}],
 * Capabilities {Effective, Permitted, Inheritable, Bounding, Ambient},
 * NoNewPrivileges, Seccomp {Mode, Filters, Known, Allowed, Conditional,
 * Blocked}, Label, Limits [{Name, Soft, Hard}], Cgroup (isolation_group.h),
 * Mounts [{Target, Type, Source, Root, Options, SuperOptions, Propagation}],
 * MaskedPaths, ReadonlyPaths.
 */
#ifndef RUNTIME_ISOLATION_H
#define RUNTIME_ISOLATION_H

#include <stdint.h>

#include "runtime/engine/container_state.h"

enum { ISOLATION_NAMESPACES = 8 };

/* Inodes of the host's namespaces, in this module's order; 0: unknown. */
struct isolation_host {
	uint64_t inodes[ISOLATION_NAMESPACES];
};

/* Note the namespaces this process is in as the host's. */
void isolation_note_host(struct isolation_host *out);

/*
 * The document of CONTAINER in STORE (a new reference). BUSY when it does not
 * run.
 */
int isolation_describe(const struct store *store,
		       const struct container *container,
		       const struct isolation_host *host, json_t **out,
		       struct error *err) must_check;

/*
 * The ranges of an id map's TEXT (user_namespaces(7)) as a new array; lines
 * that make no sense end it. Pure.
 */
json_t *isolation_parse_map(const char *text);

/* The limits in TEXT, a process's /proc "limits", as a new array. Pure. */
json_t *isolation_parse_limits(const char *text);

/* The names of the capabilities in SET as a new array. Pure. */
json_t *isolation_name_capabilities(uint64_t set);

#endif
