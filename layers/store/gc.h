/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Removing what nothing refers to any more. Roots are image records (with
 * their manifests, configs, layers and blobs), the targets of names,
 * containers, the build cache, and the leases of living processes; everything
 * else among blobs and layers goes. First a plan, then the removals. Needs no
 * free space on the disk.
 */
#ifndef LAYERS_GC_H
#define LAYERS_GC_H

#include <stdint.h>

#include "base/strvec.h"
#include "layers/store/store.h"

struct gc_plan {
	struct strvec blobs;  /* digests to remove */
	struct strvec layers; /* layer names to remove */
	uint64_t freed;	      /* bytes of blobs and of layers' files */
};

#define GC_PLAN_INIT                        \
	{                                   \
		STRVEC_INIT, STRVEC_INIT, 0 \
	}

/*
 * Find what can go among CANDIDATES (digests of blobs and names of layers, as
 * an image that was just removed had them), or everywhere when CANDIDATES is
 * NULL. Call with the store's lock held EXCLUSIVE.
 */
int gc_plan_make(struct store *store, const struct strvec *candidates,
		 struct gc_plan *out, struct error *err) must_check;

/* Remove what PLAN lists, still under the same lock. */
int gc_plan_execute(const struct store *store, const struct gc_plan *plan,
		    struct error *err) must_check;

/* Free a plan. */
void gc_plan_release(struct gc_plan *plan);
DEFINE_CLEANUP(struct gc_plan, gc_plan_release)

#endif
