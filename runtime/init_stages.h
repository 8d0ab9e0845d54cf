/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container's first process, from its birth to the program: stages in a
 * fixed order, one function each. It works from a plan made by its parent,
 * allocates nothing, reports through the control line and never returns.
 *
 * The order, and why: the user namespace's ids first, as they decide about
 * every right; the host's mounts are cut off before anything is mounted;
 * mounts before devices and the terminal, which live on them; kernel parameters
 * before /proc/sys becomes read-only; covered paths before the root is changed,
 * as descriptors are named through the host's /proc; the streams before the
 * wait for a start, as an engine reads its creator's streams until nobody holds
 * them; and everything that needs a capability before confine takes them away.
 */
#ifndef RUNTIME_INIT_STAGES_H
#define RUNTIME_INIT_STAGES_H

#include "runtime/init_plan.h"

/* Go through the stages in this process, the new child. */
_Noreturn void init_run(const struct init_plan *plan);

#endif
