/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking a network away: who is on it, and what of it the kernel has. `network
 * rm` and the prunes share it.
 */
#ifndef CMD_NETWORK_USE_H
#define CMD_NETWORK_USE_H

#include "layers/store/store.h"
#include "runtime/network/network.h"

/*
 * Remove NETWORK: its bridge, its rules, its document. BUSY, in docker's words,
 * while containers are on it.
 */
int network_use_remove(const struct store *store, const struct network *network,
		       struct error *err) must_check;

/*
 * Take what the kernel has of NETWORK away, unless containers are on it: the
 * next one to come lays it again.
 */
int network_use_rest(const struct store *store, const struct network *network,
		     struct error *err) must_check;

#endif
