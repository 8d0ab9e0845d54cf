/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle for hooks, and those that come last. */
#include "runtime/engine/container_hooks.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "base/log.h"
#include "runtime/engine/container_state.h"
#include "runtime/hooks.h"

enum { CONFIG_MAX = 64 << 20 };

int container_hooks_prepare(const struct store *store, const char *id,
			    const struct runtime_spec *spec, int run_fd,
			    struct container_hooks *out, struct error *err)
{
	size_t count = 0;

	container_hooks_release(out);
	for (unsigned i = 0; i < RUNTIME_HOOK_COUNT; i++)
		count += spec->hooks[i].count;
	if (!count)
		return 0;
	if (mkdirat(run_fd, "rootfs", 0700) < 0 && errno != EEXIST)
		return error_sys(err, errno, "make a folder for hooks");
	out->bundle = container_state_path(store, id);
	out->root = xasprintf("%s/rootfs", out->bundle);
	out->has_poststop = spec->hooks[RUNTIME_HOOK_POSTSTOP].count;
	return 0;
}

static int run_last(const struct container_hooks *hooks, const char *id,
		    int run_fd, struct error *err)
{
	autoclean(hook_state_release) struct hook_state state = HOOK_STATE_INIT;
	autoclean(runtime_spec_release) struct runtime_spec spec = { 0 };
	autoclean(jsonx_free) json_t *document = NULL;
	struct stage_failure fail = { STAGE_NONE, 0, NULL };

	if (jsonx_read(run_fd, "config.json", CONFIG_MAX, &document, err) < 0 ||
	    runtime_spec_parse(document, &spec, err) < 0)
		return -1;
	hook_state_make(&spec, id, hooks->bundle, &state);
	if (hooks_run(&spec, RUNTIME_HOOK_POSTSTOP, &state, 0, &fail) == 0)
		return 0;
	stage_explain(fail.stage, fail.sys, fail.path ? fail.path : "", err);
	return -1;
}

void container_hooks_stopped(const struct container_hooks *hooks,
			     const char *id, int run_fd)
{
	autoclean(error_release) struct error err = ERROR_INIT;

	if (hooks->has_poststop && run_last(hooks, id, run_fd, &err) < 0)
		log_warn_error("hooks", &err, "container %s", id);
}

void container_hooks_release(struct container_hooks *hooks)
{
	free(hooks->bundle);
	free(hooks->root);
	*hooks = (struct container_hooks)CONTAINER_HOOKS_INIT;
}
