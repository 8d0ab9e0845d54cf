/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process that keeps an ordinary user's network (network_home.h): it makes
 * the namespace, has it forward as a host does, and holds the way out of it, a
 * pasta or slirp4netns of its own. The first container that is on a network
 * starts it, as nobody's child; it ends with the last one. Of one that was
 * killed, as by the end of a service that started it, the monitors' next one
 * takes the namespace over, as long as anybody holds it.
 */
#ifndef RUNTIME_NETWORK_KEEPER_H
#define RUNTIME_NETWORK_KEEPER_H

#include "runtime/engine/network_home.h"

/*
 * Have a part in the network of this user's containers until
 * network_home_leave; the first one makes it. For root, whose bridges are the
 * host's, nothing is done.
 */
int network_keeper_join(const struct store *store, struct network_home *out,
			struct error *err) must_check;

/*
 * The keeper is gone while HOME's containers are not: another one takes over
 * what this process holds, unless somebody else's has already. Where keepers
 * end as soon as they begin, it is left at that.
 */
int network_keeper_mend(const struct store *store, struct network_home *home,
			struct error *err) must_check;

#endif
