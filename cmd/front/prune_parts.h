/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prunes of containers, volumes and images without their options: each
 * lives with its verb (cmd_container_prune.c and so on), and `system prune`
 * calls them one after the other.
 */
#ifndef CMD_PRUNE_PARTS_H
#define CMD_PRUNE_PARTS_H

#include "base/strbuf.h"
#include "cmd/filter.h"
#include "layers/image/image_prune.h"

/* What went: docker's lines, each with a newline, and bytes. */
struct prune_yield {
	struct strbuf lines;
	uint64_t freed;
};

#define PRUNE_YIELD_INIT                         \
	{                                        \
		.lines = STRBUF_INIT, .freed = 0 \
	}

/* Remove the containers that do not run and that GIVEN lets through. */
int prune_containers(const struct store *store, const struct filter *given,
		     struct prune_yield *out, struct error *err) must_check;

/* Remove the volumes that nothing uses; anonymous ones, or IS_ALL. */
int prune_volumes(const struct store *store, const struct filter *given,
		  bool is_all, struct prune_yield *out,
		  struct error *err) must_check;

/* Remove the networks that no container names. */
int prune_networks(const struct store *store, const struct filter *given,
		   struct prune_yield *out, struct error *err) must_check;

/* Read what of GIVEN narrows a prune of images. */
int prune_images_filter(const struct filter *given,
			struct image_prune_filter *out,
			struct error *err) must_check;

/* Remove the images that WANTED takes. */
int prune_images(struct store *store, const struct image_prune_filter *wanted,
		 struct prune_yield *out, struct error *err) must_check;

#endif
