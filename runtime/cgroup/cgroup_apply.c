/* SPDX-License-Identifier: Apache-2.0 */
/* Gives a group its limits, and guards its devices. */
#include "runtime/cgroup/cgroup_apply.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "runtime/cgroup/cgroup_group.h"
#include "runtime/cgroup/cgroup_tree.h"
#include "runtime/cgroup/device_filter.h"

/* Write one planned value; *FOUND says whether the file was there. */
static int write_planned(const struct cgroup *cg,
			 const struct cgroup_write *write, bool *found,
			 struct error *err)
{
	const struct cgroup_group_directory *directory =
		cgroup_group_directory(cg, write->controller);

	*found = true;
	if (cgroup_tree_write(directory->fd, write->file, write->value) == 0)
		return 0;
	if (errno == ENOENT || errno == EACCES) {
		*found = faccessat(directory->fd, write->file, F_OK,
				   AT_EACCESS) == 0;
		if (!*found && write->mode != CGROUP_WRITE_MUST)
			return 0;
		if (!*found)
			return error_set(err, ERROR_UNSUPPORTED,
					 "%s is not available in %s",
					 write->file, directory->path);
	}
	return error_sys(err, errno, "set %s to \"%s\"", write->file,
			 write->value);
}

/*
 * Two files that bound each other (memory and memory+swap, cfs quota and a
 * parent's) refuse one order of the writes with EINVAL: what was refused is
 * tried once more at the end.
 */
int cgroup_apply_plan(const struct cgroup *cg, const struct cgroup_plan *plan,
		      struct error *err)
{
	bool found = true;
	size_t refused = plan->count;

	for (size_t i = 0; i < plan->count; i++) {
		const struct cgroup_write *write = &plan->writes[i];

		if (write->mode == CGROUP_WRITE_ELSE && found)
			continue;
		if (write_planned(cg, write, &found, err) == 0)
			continue;
		if (err->sys != EINVAL || refused != plan->count)
			return -1;
		refused = i;
		error_release(err);
	}
	if (refused != plan->count)
		return write_planned(cg, &plan->writes[refused], &found, err);
	return 0;
}

static int write_device_rule(const struct cgroup *cg,
			     const struct device_rule *rule, struct error *err)
{
	char line[DEVICE_RULE_MAX];

	device_rule_format(rule, line);
	return cgroup_write(cg, CGROUP_DEVICES,
			    rule->allow ? "devices.allow" : "devices.deny",
			    line, err);
}

static int write_device_rules(struct cgroup *cg,
			      const struct device_rules *rules,
			      struct error *err)
{
	if (cgroup_group_make_v1(cg, 1U << CGROUP_DEVICES, err) < 0 ||
	    cgroup_write(cg, CGROUP_DEVICES,
			 rules->allow_by_default ? "devices.allow"
						 : "devices.deny",
			 "a", err) < 0)
		return -1;
	for (size_t i = 0; i < rules->count; i++)
		if (write_device_rule(cg, &rules->exceptions[i], err) < 0)
			return -1;
	return 0;
}

static int guard_by_filter(const struct device_rules *rules, int group,
			   struct error *err)
{
	autoclean(device_filter_release) struct device_filter filter =
		DEVICE_FILTER_INIT;

	device_filter_assemble(rules, &filter);
	return device_filter_attach(&filter, group, err);
}

int cgroup_guard_devices(struct cgroup *cg, const struct cgroup_limits *limits,
			 pid_t pid, struct error *err)
{
	const struct device_rules *rules = &limits->devices;
	bool has_v1 = cgroup_host_is_v1(&cg->host, CGROUP_DEVICES);
	int group = cgroup_into_fd(cg);
	bool is_member;

	if (!limits->has_devices ||
	    (rules->allow_by_default && rules->count == 0))
		return 0; /* a group starts so */
	if (group >= 0) {
		if (guard_by_filter(rules, group, err) == 0)
			return 0;
		if (!has_v1)
			return -1;
		error_release(err);
	}
	if (!has_v1)
		return error_set(err, ERROR_UNSUPPORTED,
				 "device rules need a cgroup v2 tree or the "
				 "v1 \"devices\" controller");
	is_member = cg->directories[cgroup_host_slot(&cg->host, CGROUP_DEVICES)]
			    .fd >= 0;
	if (write_device_rules(cg, rules, err) < 0)
		return -1;
	return is_member ? 0 : cgroup_add(cg, pid, err);
}

/*
 * Move every process into the v1 groups. One that forks meanwhile leaves its
 * child behind, so go round until a pass finds nothing new.
 */
static int join_everyone(const struct cgroup *cg, int members,
			 struct error *err)
{
	size_t known = 0;

	for (int pass = 0; pass < 8; pass++) {
		autofree pid_t *pids = NULL;
		size_t count = 0;

		if (cgroup_tree_processes(members, &pids, &count) < 0)
			return error_sys(err, errno, "list cgroup %s",
					 cg->path);
		if (pass && count <= known)
			return 0;
		known = count;
		for (size_t i = 0; i < count; i++) {
			if (cgroup_add(cg, pids[i], err) == 0)
				continue;
			if (err->sys != ESRCH)
				return -1;
			error_release(err); /* it ended meanwhile */
		}
	}
	return 0;
}

/*
 * Have the v2 parents hand CONTROLLERS down: the group was made with what it
 * was limited by then.
 */
static void hand_down(const struct cgroup *cg, unsigned controllers)
{
	const struct cgroup_group_directory *directory =
		&cg->directories[CGROUP_CORE];
	struct cgroup_tree_chain chain = {
		.is_v2 = true,
		.controllers = cgroup_plan_unified(&cg->host, controllers),
	};
	autofree char *top_path = NULL;
	autoclose int top = -1;
	autoclose int group = -1;
	bool made;

	if (directory->fd < 0 || !chain.controllers)
		return;
	top_path = xstrndup(directory->path,
			    strlen(directory->path) - strlen(cg->path));
	top = open(top_path, O_DIRECTORY | O_PATH | O_CLOEXEC);
	chain.top = top;
	/* what is refused is missed, and named, when its file is written */
	if (top >= 0)
		group = cgroup_tree_make(&chain, cg->path, &made);
}

int cgroup_set(struct cgroup *cg, const struct cgroup_limits *limits,
	       struct error *err)
{
	autoclean(cgroup_plan_release) struct cgroup_plan plan =
		CGROUP_PLAN_INIT;
	autoclose int members = cgroup_members_fd(cg, err);
	bool is_new = false;

	if (members < 0 ||
	    cgroup_plan_limits(&cg->host, limits, &plan, err) < 0)
		return -1;
	for (int i = CGROUP_MEMORY; i < CGROUP_CONTROLLER_COUNT; i++) {
		enum cgroup_controller it = (enum cgroup_controller)i;

		if ((plan.controllers & (1U << i)) &&
		    cgroup_host_is_v1(&cg->host, it))
			is_new = is_new ||
				 cgroup_group_directory(cg, it)->fd < 0;
	}
	cg->gives_realtime = limits->realtime_runtime != CGROUP_UNSET;
	hand_down(cg, plan.controllers);
	if (cgroup_group_make_v1(cg, plan.controllers, err) < 0 ||
	    cgroup_apply_plan(cg, &plan, err) < 0)
		return error_wrap(err, "cgroup %s", cg->path);
	return is_new ? join_everyone(cg, members, err) : 0;
}
