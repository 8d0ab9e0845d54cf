/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is on a network now: <run>/networks/<id>.json, container ids to leases
 * (runtime/network/network_lease.h), with what was laid for each, below one
 * lock per network. A member whose monitor is gone is no member any more: what
 * it leased comes back to whoever opens the file next.
 */
#ifndef RUNTIME_NETWORK_MEMBERS_H
#define RUNTIME_NETWORK_MEMBERS_H

#include "base/lockfile.h"
#include "layers/store/store.h"
#include "runtime/network/wiring.h"

struct network_members {
	struct lockfile lock;
	int folder_fd;
	char id[NETWORK_ID_DIGITS + 1];
	json_t *list; /* an object by container id */
	json_t *dead; /* likewise: those that were dropped at opening */
};

#define NETWORK_MEMBERS_INIT                      \
	{                                         \
		LOCKFILE_INIT, -1, "", NULL, NULL \
	}

/* Lock and load the members of network ID, without the dead. */
int network_members_open(const struct store *store, const char *id,
			 struct network_members *out,
			 struct error *err) must_check;

/* Write them back. */
int network_members_save(const struct network_members *members,
			 struct error *err) must_check;

/* Unlock and free. */
void network_members_release(struct network_members *members);
DEFINE_CLEANUP(struct network_members, network_members_release)

/* Read them as they are, without the lock, the dead too; the caller's. */
int network_members_read(const struct store *store, const char *id,
			 json_t **out, struct error *err) must_check;

/* Note with member CONTAINER what was laid for it: WIRING's ends and ports. */
void network_members_note_wiring(struct network_members *members,
				 const char *container,
				 const struct wiring *wiring);

/* Append to OUT what was laid for every member of LIST. */
int network_members_add_wiring(const json_t *list, struct wiring *out,
			       struct error *err) must_check;

/* Forget the members of network ID. */
void network_members_forget(const struct store *store, const char *id);

#endif
