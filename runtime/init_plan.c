/* SPDX-License-Identifier: Apache-2.0 */
/* Gathering a container's plans. */
#include "runtime/init_plan.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/userns.h"

/* What would be silently missing is refused instead. */
static int check_support(const struct runtime_spec *spec, struct error *err)
{
	if (!spec->has_process)
		return error_set(err, ERROR_INVALID,
				 "the configuration has no process");
	if (spec->mount_label && *spec->mount_label)
		return error_set(err, ERROR_UNSUPPORTED,
				 "mountLabel: SELinux labels on mounts are not "
				 "supported");
	if (spec->intel_rdt.is_set)
		return error_set(err, ERROR_UNSUPPORTED,
				 "intelRdt: resource control groups are not "
				 "supported");
	return 0;
}

int init_plan_make(const struct runtime_spec *spec,
		   const struct init_plan_place *place, struct init_plan *out,
		   struct error *err)
{
	const struct runtime_namespace *spaces = spec->namespaces;

	*out = (struct init_plan)INIT_PLAN_INIT;
	if (check_support(spec, err) < 0)
		return -1;
	out->spec = spec;
	out->waits_for_maps = namespace_is_new(spec, RUNTIME_NAMESPACE_USER);
	out->cgroups = (struct cgroup_view){
		.is_unified = cgroup_view_is_unified(),
		.has_namespace = spaces[RUNTIME_NAMESPACE_CGROUP].is_asked,
		.id = place->id,
	};
	if (place->id)
		out->keyring = xasprintf("_ses.%s", place->id);
	hook_state_make(spec, place->id, place->bundle, &out->hooks);
	devices_plan(spec, &out->devices);
	if (namespaces_plan(spec, place->network_fd, &out->namespaces, err) <
		    0 ||
	    mount_plan_make(spec, &out->mounts, err) < 0 ||
	    sysctl_plan_make(spec, &out->sysctls, err) < 0 ||
	    confine_plan_make(&spec->process,
			      spaces[RUNTIME_NAMESPACE_USER].is_asked ||
				      !userns_is_initial(),
			      &out->confine, err) < 0)
		return -1;
	/* execCPUAffinity is for processes that join later only */
	CPU_ZERO(&out->confine.first_cpus);
	CPU_ZERO(&out->confine.cpus);
	out->confine.personality = spec->personality;
	out->confine.memory_policy = spec->memory_policy;
	out->confine.makes_workdir = true;
	return 0;
}

void init_plan_release(struct init_plan *plan)
{
	namespace_plan_release(&plan->namespaces);
	mount_plan_release(&plan->mounts);
	device_plan_release(&plan->devices);
	sysctl_plan_release(&plan->sysctls);
	confine_plan_release(&plan->confine);
	hook_state_release(&plan->hooks);
	free(plan->keyring);
	if (plan->root >= 0)
		(void)close(plan->root);
	if (plan->control >= 0)
		(void)close(plan->control);
}
