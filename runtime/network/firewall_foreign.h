/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forward chains of others, as libnftables' JSON shows them
 * (libnftables-json(5)). A packet has to pass every chain of a hook, so that
 * one whose policy is to drop, or that ends by refusing, keeps our containers
 * from the world. Only for those is a rule of ours put at their head, marked by
 * its comment and taken back later. Pure.
 */
#ifndef RUNTIME_NETWORK_FIREWALL_FOREIGN_H
#define RUNTIME_NETWORK_FIREWALL_FOREIGN_H

#include <jansson.h>
#include <stdbool.h>

#include "base/strbuf.h"
#include "base/strvec.h"

/*
 * Append "FAMILY TABLE CHAIN", quoted for a command, of each forward chain in
 * the answer to `list chains` (NULL: none) that is not ours.
 */
void firewall_foreign_chains(const json_t *chains, struct strvec *out);

/*
 * Append the commands that let link NAME through those of CHAINS (an array of
 * answers to `list chain`) that refuse something and do not let it through yet.
 * Whether there are any that refuse.
 */
bool firewall_foreign_pass(const json_t *chains, const char *name,
			   struct strbuf *out);

/* Append the commands that take such rules for NAME back. */
void firewall_foreign_unpass(const json_t *chains, const char *name,
			     struct strbuf *out);

#endif
