/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of a script that builds the container's file system: its root, the
 * planned mounts, device nodes, covered paths. It calls the functions that
 * explain.c begins the script with ("folder", "place", "mnt", …).
 */
#ifndef RUNTIME_EXPLAIN_MOUNTS_H
#define RUNTIME_EXPLAIN_MOUNTS_H

#include "base/strbuf.h"
#include "runtime/explain/explain_plan.h"

/*
 * Append the mount of the root file system, and the filling of new volumes; in
 * a user namespace both are explain_userns.h's, and this takes what is there.
 */
int explain_mounts_root(const struct explain *explain, struct strbuf *out,
			struct error *err) must_check;

/* Append the mount of the root file system with the host's ids. */
int explain_mounts_plain_root(const struct explain *explain, struct strbuf *out,
			      struct error *err) must_check;

/* Append the making and filling of volumes that are not there. */
void explain_mounts_volumes(const struct explain *explain, struct strbuf *out);

/*
 * Append what the planned mount at INDEX, a bind, needs of the host while all
 * rights are there: its source, mounted aside with its attributes.
 */
void explain_mounts_stage(const struct explain *explain, size_t index,
			  struct strbuf *out);

/* Append the planned mounts, in their order. */
int explain_mounts_plan(const struct explain *explain, struct strbuf *out,
			struct error *err) must_check;

/* Append what is in /dev. */
void explain_mounts_devices(const struct explain *explain, struct strbuf *out);

/* Append read-only and masked paths, and a read-only root. */
void explain_mounts_protect(const struct explain *explain, struct strbuf *out);

#endif
