/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process is about to need: blobs, layers and volumes that removal
 * leaves alone while the process lives. The file is locked for the holder's
 * lifetime, so that a killed holder's lease is known to be over.
 *
 *   leases/<pid>-<random>   "blob <digest>", "layer <name>" and
 *                           "volume <name>" lines
 *
 * Take it under the store's lock (SHARED), before looking at what is here.
 */
#ifndef LAYERS_LEASE_H
#define LAYERS_LEASE_H

#include "base/strvec.h"
#include "layers/store/store.h"

struct lease {
	const struct store *store; /* borrowed */
	char *name;		   /* below leases/ */
	int fd;
};

#define LEASE_INIT             \
	{                      \
		NULL, NULL, -1 \
	}

/* Begin an empty lease. */
int lease_open(const struct store *store, struct lease *out,
	       struct error *err) must_check;

/* Add a blob's digest, a layer's or a volume's name; KIND says which. */
int lease_add(struct lease *lease, const char *kind, const char *name,
	      struct error *err) must_check;

/* End it. */
void lease_release(struct lease *lease);
DEFINE_CLEANUP(struct lease, lease_release)

/*
 * Append the lines of every lease whose holder lives to OUT, and remove the
 * others. Call it with the store's lock held EXCLUSIVE.
 */
int lease_collect(const struct store *store, struct strvec *out,
		  struct error *err) must_check;

#endif
