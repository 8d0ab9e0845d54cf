/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container's hooks, which only CDI specifications bring, find of it: a
 * bundle as the OCI has it, which is the run folder with config.json, and its
 * root at "rootfs" therein, in the container's mount namespace.
 *
 * container_hooks_prepare before each launch, container_hooks_stopped after
 * each end.
 */
#ifndef RUNTIME_CONTAINER_HOOKS_H
#define RUNTIME_CONTAINER_HOOKS_H

#include <stdbool.h>

#include "layers/store/store.h"
#include "runtime/spec/runtime_spec.h"

struct container_hooks {
	char *bundle; /* NULL: there are no hooks */
	char *root;   /* where the root is to be attached */
	bool has_poststop;
};

#define CONTAINER_HOOKS_INIT      \
	{                         \
		NULL, NULL, false \
	}

/* Make ready for SPEC's hooks of container ID, whose run folder is RUN_FD. */
int container_hooks_prepare(const struct store *store, const char *id,
			    const struct runtime_spec *spec, int run_fd,
			    struct container_hooks *out,
			    struct error *err) must_check;

/* Run the poststop hooks, if any. One that fails is only warned of. */
void container_hooks_stopped(const struct container_hooks *hooks,
			     const char *id, int run_fd);

/* Free the paths. */
void container_hooks_release(struct container_hooks *hooks);
DEFINE_CLEANUP(struct container_hooks, container_hooks_release)

#endif
