/* SPDX-License-Identifier: Apache-2.0 */
/* Working out a start: user, namespaces to join, specification, filter. */
#include "runtime/engine/start_plan.h"

#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/fsids.h"
#include "base/jsonx.h"
#include "base/userdb.h"
#include "base/userns.h"
#include "layers/store/container_folder.h"
#include "runtime/caps.h"
#include "runtime/cdi/cdi_registry.h"
#include "runtime/cgroup/cgroup_delegation.h"
#include "runtime/engine/container_profile.h"
#include "runtime/engine/container_state.h"
#include "runtime/engine/container_volumes.h"
#include "runtime/engine/device_requests.h"
#include "runtime/engine/shm_join.h"
#include "runtime/engine/spec_generate.h"
#include "runtime/seccomp/seccomp_cache.h"
#include "runtime/seccomp/seccomp_default.h"

/* Namespaces of other containers to join; NULL: none. */
struct joins {
	char *network, *ipc, *pid, *user;
	pid_t ipc_pid; /* whose /dev/shm goes with the ipc namespace */
	char *shm;     /* that, as a mount's source */
};

static void joins_release(struct joins *joins)
{
	free(joins->network);
	free(joins->ipc);
	free(joins->pid);
	free(joins->user);
	free(joins->shm);
}
DEFINE_CLEANUP(struct joins, joins_release)

/* "container:ID" as the path of that container's namespace. */
static int find_join(const struct store *store, const char *mode,
		     const char *kind, char **out, pid_t *pid_out,
		     struct error *err)
{
	autoclean(container_release) struct container other = CONTAINER_INIT;
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;

	if (strncmp(mode, "container:", 10) != 0)
		return 0;
	if (container_find(store, mode + 10, &other, err) < 0 ||
	    container_state_load(store, &other, &state, err) < 0)
		return -1;
	if (!state.pid)
		return error_set(err, ERROR_BUSY,
				 "cannot join the %s namespace of container "
				 "%s: it is not running",
				 kind, mode + 10);
	*out = xasprintf("/proc/%d/ns/%s", (int)state.pid, kind);
	*pid_out = state.pid;
	return 0;
}

static int find_joins(const struct store *store, const json_t *host,
		      struct joins *out, struct error *err)
{
	pid_t pid;

	if (find_join(store, spec_string(host, "NetworkMode"), "net",
		      &out->network, &pid, err) < 0 ||
	    find_join(store, spec_string(host, "IpcMode"), "ipc", &out->ipc,
		      &out->ipc_pid, err) < 0)
		return -1;
	if (find_join(store, spec_string(host, "PidMode"), "pid", &out->pid,
		      &pid, err) < 0)
		return -1;
	if (!strncmp(spec_string(host, "UsernsMode"), "ns:", 3)) {
		out->user = xstrdup(spec_string(host, "UsernsMode") + 3);
		return 0;
	}
	return find_join(store, spec_string(host, "UsernsMode"), "user",
			 &out->user, &pid, err);
}

/* A descriptor means something in this process only; a path everywhere. */
static int join_shm(struct joins *joins, enum start_plan_use use,
		    struct start_plan *plan, struct error *err)
{
	if (!joins->ipc_pid)
		return 0;
	if (use == START_PLAN_SHOW) {
		joins->shm = xasprintf("/proc/%d/root/dev/shm",
				       (int)joins->ipc_pid);
		return 0;
	}
	if (shm_join_open(joins->ipc_pid, &plan->shm_fd, err) < 0)
		return error_wrap(err, "join the ipc namespace");
	joins->shm = xasprintf("/proc/self/fd/%d", plan->shm_fd);
	return 0;
}

static int find_user(const struct container *container, int rootfs_fd,
		     struct userdb_identity *out, struct error *err)
{
	autoclean(strvec_release) struct strvec groups = STRVEC_INIT;

	if (userdb_resolve(rootfs_fd, spec_string(container->config, "User"),
			   out, err) < 0 ||
	    jsonx_opt_strings(container->host_config, "GroupAdd", &groups,
			      err) < 0)
		return -1;
	return userdb_add_groups(rootfs_fd, &groups, out, err);
}

/* docker makes a working directory that is not there, as root. */
static int make_working_dir(const struct start_plan_request *request,
			    struct error *err)
{
	const char *path = spec_string(request->container->config,
				       "WorkingDir");
	uint32_t uid = 0;
	uint32_t gid = 0;
	int result;

	if (!*path)
		return 0;
	/* where ids are mapped, only the container's root can make it */
	(void)id_maps_outside(&request->ids->uids, 0, &uid);
	(void)id_maps_outside(&request->ids->gids, 0, &gid);
	if ((uid || gid) && fsids_set(uid, gid) < 0)
		return error_sys(err, errno, "become the container's root");
	result = fs_make_dirs(request->rootfs_fd, path, FS_IN_ROOT, 0755, NULL,
			      err);
	if ((uid || gid) && fsids_set(geteuid(), getegid()) < 0)
		return error_sys(err, errno, "become root again");
	if (result < 0)
		return error_wrap(err, "working directory");
	return 0;
}

static char *make_cgroup_path(const struct container *container)
{
	const char *parent = spec_string(container->host_config,
					 "CgroupParent");
	autofree char *delegated = NULL;

	parent += strspn(parent, "/");
	if (*parent || userns_is_initial())
		return xasprintf("%s/%s", *parent ? parent : "imgctl",
				 container->id);
	delegated = cgroup_delegated_path();
	return xasprintf("%s%simgctl/%s", delegated, *delegated ? "/" : "",
			 container->id);
}

static int generate(const struct store *store,
		    const struct start_plan_request *asked,
		    const struct userdb_identity *user, struct start_plan *plan,
		    struct error *err)
{
	const struct container *container = asked->container;
	enum start_plan_use use = asked->use;
	autoclean(joins_release) struct joins joins = { NULL };
	autofree char *folder = container_folder_path(container->id);
	autofree char *files = container_state_path(store, container->id);
	autofree char *init = use == START_PLAN_SHOW
				      ? xasprintf("%s/docker-init", files)
				      : xasprintf("%s/%s/docker-init",
						  store->root, folder);
	struct spec_request request = {
		.container = container,
		.ids = asked->ids,
		.mounts = asked->mounts,
		.user = user,
		.files = files,
		.init = init,
		.cgroups_path = plan->cgroup_path,
		.apparmor = container_profile(container->host_config),
		.bounding = caps_bounding(),
		.is_rootless = !userns_is_initial(),
	};

	if (find_joins(store, container->host_config, &joins, err) < 0 ||
	    join_shm(&joins, use, plan, err) < 0)
		return -1;
	if (use == START_PLAN_RUN &&
	    container_profile_ready(request.apparmor, err) < 0)
		return -1;
	request.network_path = joins.network;
	request.ipc_path = joins.ipc;
	request.pid_path = joins.pid;
	request.user_path = joins.user;
	request.shm_source = joins.shm;
	if (spec_generate(&request, &plan->document, err) < 0 ||
	    device_requests_apply(container->host_config, cdi_folders,
				  plan->document, err) < 0)
		return -1;
	return runtime_spec_parse(plan->document, &plan->spec, err);
}

static int read_profile(const char *text, const struct seccomp_context *context,
			struct seccomp_profile *out, struct error *err)
{
	autoclean(jsonx_free) json_t *document = NULL;

	if (jsonx_parse(text, strlen(text), "seccomp profile", &document, err) <
		    0 ||
	    seccomp_profile_parse(document, context, out, err) < 0)
		return error_wrap(err, "seccomp profile");
	return 0;
}

static int build_profile(const struct seccomp_cache_key *key,
			 struct seccomp_profile *out, struct error *err)
{
	if (key->text)
		return read_profile(key->text, &key->context, out, err);
	seccomp_default(&key->context, out);
	return 0;
}

static int build_filter(const struct seccomp_cache_key *key,
			struct seccomp_filter *out, struct error *err)
{
	autoclean(seccomp_profile_release) struct seccomp_profile profile =
		SECCOMP_PROFILE_INIT;

	if (build_profile(key, &profile, err) < 0)
		return -1;
	return seccomp_filter_build(&profile, out, err);
}

/* What decides about the filter; false when there is to be none. */
static int find_key(const json_t *host, struct seccomp_cache_key *key,
		    bool *is_filtered, struct error *err)
{
	const char *option = spec_security_option(host, "seccomp");
	uint64_t caps = 0;

	*is_filtered = false;
	if (json_is_true(json_object_get(host, "Privileged")) ||
	    (option && !strcmp(option, "unconfined")))
		return 0;
	if (spec_capabilities(host, caps_bounding(), &caps, err) < 0)
		return -1;
	seccomp_context_init(caps, &key->context);
	if (option && strcmp(option, "builtin") != 0)
		key->text = option;
	*is_filtered = true;
	return 0;
}

int start_plan_profile(const json_t *host, struct seccomp_profile *out,
		       bool *has_profile_out, struct error *err)
{
	struct seccomp_cache_key key = { NULL };

	if (find_key(host, &key, has_profile_out, err) < 0)
		return -1;
	return *has_profile_out ? build_profile(&key, out, err) : 0;
}

int start_plan_filter(const struct store *store, const json_t *host,
		      struct seccomp_filter *out, bool *has_filter_out,
		      struct error *err)
{
	struct seccomp_cache_key key = { NULL };

	if (find_key(host, &key, has_filter_out, err) < 0)
		return -1;
	if (!*has_filter_out)
		return 0;
	if (!seccomp_cache_find(store->run_fd, &key, out)) {
		if (build_filter(&key, out, err) < 0)
			return -1;
		seccomp_cache_keep(store->run_fd, &key, out);
	}
	if (out->wants_listener)
		return error_set(err, ERROR_UNSUPPORTED,
				 "seccomp profile: SCMP_ACT_NOTIFY needs "
				 "somebody who listens, and there is nobody");
	return 0;
}

/* As start_plan_filter, but the run folder stays as it is. */
static int show_filter(const json_t *host, struct start_plan *out,
		       struct error *err)
{
	autoclean(seccomp_profile_release) struct seccomp_profile profile =
		SECCOMP_PROFILE_INIT;

	if (start_plan_profile(host, &profile, &out->has_filter, err) < 0)
		return -1;
	return out->has_filter
		       ? seccomp_filter_build(&profile, &out->filter, err)
		       : 0;
}

/* By the ids that the container's user has outside. */
static int own_volumes(const struct start_plan_request *request,
		       const struct userdb_identity *user, struct error *err)
{
	struct userdb_identity outside = { .uid = user->uid, .gid = user->gid };

	if (request->ids->uids.count &&
	    (!id_maps_outside(&request->ids->uids, user->uid, &outside.uid) ||
	     !id_maps_outside(&request->ids->gids, user->gid, &outside.gid)))
		return error_set(err, ERROR_INVALID,
				 "user %u:%u is not mapped into the container",
				 user->uid, user->gid);
	return container_volumes_own(request->mounts, &outside, err);
}

int start_plan_make(const struct store *store,
		    const struct start_plan_request *request,
		    struct start_plan *out, struct error *err)
{
	const struct container *container = request->container;
	const json_t *host = container->host_config;
	int rootfs_fd = request->rootfs_fd;
	bool is_run = request->use == START_PLAN_RUN;
	autoclean(userdb_identity_release) struct userdb_identity user =
		USERDB_IDENTITY_INIT;
	int result;

	*out = (struct start_plan)START_PLAN_INIT;
	cgroup_limits_init(&out->limits);
	out->cgroup_path = make_cgroup_path(container);
	if (find_user(container, rootfs_fd, &user, err) < 0 ||
	    (is_run && make_working_dir(request, err) < 0) ||
	    (is_run && own_volumes(request, &user, err) < 0) ||
	    generate(store, request, &user, out, err) < 0)
		return -1;
	result = is_run ? start_plan_filter(store, host, &out->filter,
					    &out->has_filter, err)
			: show_filter(host, out, err);
	if (result < 0)
		return -1;
	return cgroup_limits_take(&out->spec.resources, &out->limits, err);
}

void start_plan_release(struct start_plan *plan)
{
	json_decref(plan->document);
	runtime_spec_release(&plan->spec);
	seccomp_filter_release(&plan->filter);
	cgroup_limits_release(&plan->limits);
	free(plan->cgroup_path);
	cleanup_close(&plan->shm_fd);
}
