/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names by DNS, for networks that were made with `--opt dns=aardvark`, where
 * aardvark-dns is installed: one process for all networks of a run folder,
 * which answers at their gateways. It reads one file for each of them:
 *
 *   <run>/networks/aardvark/<network's id>       lines of aardvark-dns(1)
 *   <run>/networks/aardvark/aardvark.pid         its own
 *
 * and ends when there is none left. Hosts files are kept all the same. Root's
 * networks only.
 */
#ifndef RUNTIME_NETWORK_DNS_H
#define RUNTIME_NETWORK_DNS_H

#include "base/strbuf.h"
#include "layers/store/store.h"
#include "runtime/network/network.h"

/*
 * Name NETWORK's gateway as the first server in container ID's resolv.conf,
 * which stands there already. Nothing when it was not asked for; when it was,
 * and there is no aardvark-dns, a warning says so.
 */
int network_dns_announce(const struct store *store,
			 const struct network *network, const char *id,
			 struct error *err) must_check;

/*
 * Have the names of NETWORK's members as they are now answered, once its bridge
 * has its address. Nothing when it was not asked for, or is not installed.
 */
int network_dns_serve(const struct store *store, const struct network *network,
		      struct error *err) must_check;

/* Append the file of NETWORK with MEMBERS to OUT; nothing without any. Pure. */
int network_dns_format(const struct network *network, const json_t *members,
		       struct strbuf *out, struct error *err) must_check;

/* Append TEXT, a resolv.conf, to OUT, with ADDRESS as its first server. Pure.
 */
void network_dns_resolv(const char *text, const char *address,
			struct strbuf *out);

#endif
