/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network of a script: what imgctl-network would lay, by ip(8), bridge(8)
 * and nft(8), from the same plan (runtime/network/wiring.h). The rules are the
 * very text that a run gives to nftables. The tables
 * stay, as after a run; the container's own goes with it, and a bridge that was
 * made for it, as the store need not know of that.
 */
#ifndef RUNTIME_EXPLAIN_NETWORK_H
#define RUNTIME_EXPLAIN_NETWORK_H

#include "base/strbuf.h"
#include "runtime/explain/explain_plan.h"

/* Whether there is anything to be laid. */
bool explain_network_is_asked(const struct explain *explain);

/*
 * Append the functions `lay`, for the first process's number, and `unlay`, for
 * the first part of the script; nothing when nothing is laid.
 */
void explain_network_functions(const struct explain *explain,
			       struct strbuf *out);

#endif
