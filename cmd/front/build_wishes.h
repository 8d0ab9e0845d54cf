/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options of `build` that have a grammar of their own, read into what a build
 * request borrows.
 */
#ifndef CMD_BUILD_WISHES_H
#define CMD_BUILD_WISHES_H

#include "builder/build_request.h"
#include "cmd/front/build_input.h"
#include "cmd/front/build_options.h"
#include "cmd/front/key_agent.h"

struct build_wishes {
	struct pairs args, labels;
	struct build_secret *secrets;
	size_t secret_count;
	struct build_agent *agents;
	size_t agent_count;
	struct key_agent *key_agents; /* for keys, while the build runs */
	size_t key_agent_count;
	struct build_place agent_place; /* where their sockets lie */
	struct build_context *contexts;
	size_t context_count;
	struct strvec owned;	    /* texts that the others borrow */
	struct ignore *ignores;	    /* one for each context */
	struct build_place *places; /* likewise */
};

#define BUILD_WISHES_INIT                                             \
	{                                                             \
		.args = PAIRS_INIT, .labels = PAIRS_INIT,             \
		.owned = STRVEC_INIT, .agent_place = BUILD_PLACE_INIT \
	}

/*
 * Read --build-arg, --label, --secret, --ssh and --build-context. A build-arg
 * without a value has that of this process's variable. INVALID names the
 * option.
 */
int build_wishes_read(const struct build_options *options,
		      const struct build_input_request *input,
		      struct build_wishes *out, struct error *err) must_check;

/* Free all; what was brought here goes. */
void build_wishes_release(struct build_wishes *wishes);
DEFINE_CLEANUP(struct build_wishes, build_wishes_release)

#endif
