/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a monitor leaves that was killed after the container it removes (--rm)
 * had gone from the store: a run folder, and maybe a control group. No name
 * leads there any more, so it is looked for.
 */
#ifndef RUNTIME_CONTAINER_SWEEP_H
#define RUNTIME_CONTAINER_SWEEP_H

#include "base/error.h"
#include "layers/store/store.h"

/*
 * Take away the run folders of containers that are not in STORE and that
 * nobody is busy with, and what runs in their groups. One that cannot go stays
 * for the next time.
 */
void container_sweep(const struct store *store);

#endif
