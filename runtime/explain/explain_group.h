/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control group's part of a script: making the group on the hierarchies it
 * needs, its limits, the device filter; and joining it.
 */
#ifndef RUNTIME_EXPLAIN_GROUP_H
#define RUNTIME_EXPLAIN_GROUP_H

#include "base/strbuf.h"
#include "runtime/explain/explain_plan.h"

/*
 * Append what is done on the host. The script's GROUPS becomes the list of the
 * directories, a line each.
 */
int explain_group_make(const struct explain *explain, struct strbuf *out,
		       struct error *err) must_check;

/* Append what the container's first process does to be in the group. */
void explain_group_join(struct strbuf *out);

#endif
