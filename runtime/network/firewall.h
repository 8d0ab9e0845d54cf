/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Putting rules in force by libnftables, which is loaded when it is first
 * needed. Only imgctl-network uses this. Rules of others are left alone, but
 * for one: where a forward chain of theirs refuses what it does not know, our
 * bridges are let through at its head while containers are on them, since no
 * rule of ours could overrule it.
 */
#ifndef RUNTIME_NETWORK_FIREWALL_H
#define RUNTIME_NETWORK_FIREWALL_H

#include "base/strbuf.h"
#include "runtime/network/wiring.h"

struct nft_ctx;

struct firewall {
	void *library;
	struct nft_ctx *context;
	const struct firewall_calls *calls;
	int lock_fd;
};

/*
 * Load libnftables and take the namespace's lock for changing rules.
 * UNSUPPORTED when the library or the kernel's nf_tables is missing.
 */
int firewall_open(struct firewall *out, struct error *err) must_check;

/*
 * Let go of the lock and the library. After rules were taken out that waits for
 * the kernel, some 10 ms: say first that they are.
 */
void firewall_close(struct firewall *firewall);
DEFINE_CLEANUP(struct firewall, firewall_close)

/*
 * Whether all of WIRING's bridges are known. When not, somebody flushed the
 * rules, or there never were any.
 */
bool firewall_knows(struct firewall *firewall, const struct wiring *wiring);

/* Whether the tables are whole, and as this program makes them. */
bool firewall_is_whole(struct firewall *firewall);

/*
 * Make the tables and let everything in ALL into them, which is all that this
 * store has; what other stores have is asked for by them.
 */
int firewall_rebuild(struct firewall *firewall, const struct wiring *all,
		     struct error *err) must_check;

/* Let WIRING's ends and ports in. EXISTS when a port leads elsewhere already.
 */
int firewall_add(struct firewall *firewall, const struct wiring *wiring,
		 struct error *err) must_check;

/* Take WIRING's ends and ports out. */
int firewall_drop(struct firewall *firewall, const struct wiring *wiring,
		  struct error *err) must_check;

/* Take WIRING's bridges out. */
int firewall_drop_bridges(struct firewall *firewall,
			  const struct wiring *wiring,
			  struct error *err) must_check;

/*
 * Let WIRING's bridges through the forward chains of others. *HAS_PASSED: some
 * of those would refuse them otherwise.
 */
int firewall_pass(struct firewall *firewall, const struct wiring *wiring,
		  bool *has_passed, struct error *err) must_check;

/* Take back what firewall_pass did for WIRING's bridges. */
int firewall_unpass(struct firewall *firewall, const struct wiring *wiring,
		    struct error *err) must_check;

/* Have what answers the mark SENT bear the mark ANSWERED. */
int firewall_relay(struct firewall *firewall, int sent, int answered,
		   struct error *err) must_check;

#endif
