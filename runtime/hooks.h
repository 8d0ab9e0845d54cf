/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that a specification wants run along a container's life
 * (runtime-spec 1.2, "POSIX-platform Hooks"). Each gets the container's state
 * as JSON on its standard input and exactly its own arguments and environment;
 * one that fails or takes longer than its timeout fails the whole.
 *
 * The state is prepared but for the process id, so that hooks can be run in
 * the container's first process too, which allocates nothing.
 */
#ifndef RUNTIME_HOOKS_H
#define RUNTIME_HOOKS_H

#include <sys/types.h>

#include "base/error.h"
#include "runtime/spec/runtime_spec.h"
#include "runtime/stage.h"

struct hook_state {
	char *text; /* the state up to the process id */
};

#define HOOK_STATE_INIT \
	{               \
		NULL    \
	}

/* Prepare the state of the container ID in BUNDLE; the caller releases it. */
void hook_state_make(const struct runtime_spec *spec, const char *id,
		     const char *bundle, struct hook_state *out);

/* Free the text. */
void hook_state_release(struct hook_state *state);
DEFINE_CLEANUP(struct hook_state, hook_state_release)

/*
 * Run the hooks of KIND in order; PID is the container's process as the host
 * sees it. Stops at the first that fails (STAGE_HOOK).
 */
int hooks_run(const struct runtime_spec *spec, enum runtime_hook_kind kind,
	      const struct hook_state *state, pid_t pid,
	      struct stage_failure *fail);

#endif
