/* SPDX-License-Identifier: Apache-2.0 */
/* A container's life begins: mounts, specification, group, launch, log. */
#include "runtime/engine/container_life.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/clock.h"
#include "base/jsonx.h"
#include "base/userns.h"
#include "runtime/cgroup/cgroup_apply.h"
#include "runtime/cgroup/cgroup_create.h"
#include "runtime/cgroup/cgroup_delegation.h"
#include "runtime/console.h"
#include "runtime/engine/container_event.h"
#include "runtime/engine/container_files.h"
#include "runtime/engine/container_health.h"
#include "runtime/engine/container_hooks.h"
#include "runtime/engine/container_ids.h"
#include "runtime/engine/container_network.h"
#include "runtime/engine/container_pasta.h"
#include "runtime/engine/container_rootfs.h"
#include "runtime/engine/container_sources.h"
#include "runtime/engine/container_state.h"
#include "runtime/engine/container_volumes.h"
#include "runtime/engine/spec_request.h"
#include "runtime/engine/start_plan.h"
#include "runtime/engine/uplink.h"
#include "runtime/engine/volume_hold.h"
#include "runtime/launch.h"
#include "runtime/logs/log_writer.h"
#include "runtime/monitor.h"
#include "runtime/network_ahead.h"

/* A start on its way, for what is done while the child mounts. */
struct starting {
	struct container_life *life;
	const struct start_plan *plan;
};

/* Writes the specification beside the state, for exec and for people. */
static int keep_spec(const struct container_life *life, const json_t *document,
		     struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	jsonx_format(document, &text);
	return atomicfile_put(life->lock.folder_fd, "config.json", text.text,
			      text.length, 0, err);
}

/*
 * v1 groups are joined while the child mounts: the kernel makes us wait. A
 * network of a user namespace is laid now that there is one.
 */
static int join_groups(void *context, pid_t pid, struct error *err)
{
	const struct starting *starting = context;
	struct container_life *life = starting->life;
	struct cgroup *cgroup = life->cgroup;

	if (life->network.is_late &&
	    container_network_lay(life->store, &life->network, pid, err) < 0)
		return -1;
	return cgroup && cgroup_has_to_add(cgroup)
		       ? cgroup_add(cgroup, pid, err)
		       : 0;
}

static int open_log(struct container_life *life, struct error *err)
{
	const json_t *config = json_object_get(life->container->host_config,
					       "LogConfig");
	struct log_options options = LOG_OPTIONS_INIT;

	if (log_options_parse(spec_string(config, "Type"),
			      json_object_get(config, "Config"), &options,
			      err) < 0)
		return -1;
	return log_writer_open(life->container->folder_fd, &options, &life->log,
			       err);
}

/*
 * Whoever lets go of a mount namespace last takes it down, and waits for the
 * kernel's grace period. Held here, that is not the dying container's part,
 * whose end a client waits for, but comes after the client is told.
 */
static void hold_mounts(struct container_life *life, pid_t pid)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)pid);
	life->mounts_fd = open(path, O_RDONLY | O_CLOEXEC);
}

static int start_pasta(struct container_life *life, pid_t pid,
		       struct error *err)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	return uplink_start(&life->pasta_ports, life->lock.folder_fd, path,
			    &life->pasta, err);
}

/* What only has to be there when the program runs. */
static int accompany(void *context, pid_t pid, struct error *err)
{
	const struct starting *starting = context;
	struct container_life *life = starting->life;
	const struct start_plan *plan = starting->plan;

	hold_mounts(life, pid);
	if ((life->cgroup &&
	     cgroup_guard_devices(life->cgroup, &plan->limits, pid, err) < 0) ||
	    keep_spec(life, plan->document, err) < 0)
		return -1;
	if (container_pasta_is_asked(life->container) &&
	    start_pasta(life, pid, err) < 0)
		return -1;
	if (container_network_publish(&life->network, life->lock.folder_fd,
				      err) < 0)
		return -1;
	return open_log(life, err);
}

static int launch(struct container_life *life, const struct start_plan *plan,
		  int rootfs_fd, int network_fd,
		  const struct monitor_stdio *stdio, struct launched *out,
		  struct error *err)
{
	struct launch request = LAUNCH_INIT;
	struct starting starting = { life, plan };

	request.spec = &plan->spec;
	request.rootfs_fd = rootfs_fd;
	request.is_rootfs_ours = true;
	request.dies_with_parent = true;
	memcpy(request.stdio, stdio->fds, sizeof(request.stdio));
	request.cgroup_fd = life->cgroup ? cgroup_into_fd(life->cgroup) : -1;
	request.filter = plan->has_filter ? &plan->filter.program : NULL;
	request.filter_flags = plan->filter.flags;
	if (container_ids_give_streams(&life->ids, stdio->fds, err) < 0 ||
	    container_hooks_prepare(life->store, life->container->id,
				    &plan->spec, life->lock.folder_fd,
				    &life->hooks, err) < 0)
		return -1;
	request.prepare = join_groups;
	request.accompany = accompany;
	request.context = &starting;
	request.network_fd = network_fd;
	request.id = life->container->id;
	request.bundle = life->hooks.bundle;
	request.root_place = life->hooks.root;
	return launch_container(&request, out, err);
}

static int note_running(struct container_life *life,
			const struct start_plan *plan, pid_t pid,
			struct error *err)
{
	container_state_release(&life->state);
	life->state = (struct container_state){
		.status = CONTAINER_RUNNING,
		.pid = pid,
		.monitor = getpid(),
		.started = clock_now(),
		.restarts = life->restarts.count,
		.cgroup = life->cgroup ? xstrdup(plan->cgroup_path) : NULL,
	};
	life->born = clock_monotonic();
	container_health_begin(&life->health, life->container,
			       &life->state.health);
	if (container_state_put(life->lock.folder_fd, &life->state, err) < 0 ||
	    container_state_put_start(life->container, life->state.started,
				      err) < 0)
		return -1;
	container_event(life->store, life->container, "start");
	return 0;
}

/*
 * A user that no group was delegated to goes without, unless a limit was asked
 * for. No user may filter devices, and none needs to: it makes no nodes.
 */
static int make_group(struct container_life *life, struct start_plan *plan,
		      struct error *err)
{
	bool is_initial = userns_is_initial();

	if (!is_initial)
		plan->limits.has_devices = false;
	if (container_state_note_group(life->lock.folder_fd, plan->cgroup_path,
				       err) < 0)
		return -1;
	if (cgroup_create(plan->cgroup_path, &plan->limits, &life->cgroup,
			  err) == 0)
		return 0;
	if (is_initial)
		return -1;
	if (cgroup_has_limits(&plan->limits))
		return error_wrap(err, "this user has no control group for the "
				       "limits that were asked for");
	error_release(err);
	return 0;
}

static int make_plan(const struct container_life *life, const json_t *mounts,
		     int rootfs_fd, struct start_plan *out, struct error *err)
{
	struct start_plan_request request = {
		.container = life->container,
		.mounts = mounts,
		.ids = &life->ids,
		.rootfs_fd = rootfs_fd,
		.use = START_PLAN_RUN,
	};

	return start_plan_make(life->store, &request, out, err);
}

/* Laid by another process while the rest is prepared. */
static int begin_network(struct container_life *life, struct error *err)
{
	if (container_pasta_is_asked(life->container))
		return container_pasta_prepare(life->container,
					       life->lock.folder_fd,
					       &life->pasta_ports, err);
	if (!container_network_is_asked(life->container))
		return 0;
	return container_network_begin(
		life->store, life->container, life->lock.folder_fd,
		life->ids.uids.count, &life->network, err);
}

/* Everything the program needs before there is one. */
static int prepare(struct container_life *life,
		   struct container_sources *sources, struct start_plan *plan,
		   int *rootfs_out, struct error *err)
{
	id_maps_release(&life->ids);
	if (container_ids_read(life->container, &life->ids, err) < 0 ||
	    container_files_write(life->container, life->lock.folder_fd, err) <
		    0 ||
	    container_files_give(life->lock.folder_fd, &life->ids, err) < 0 ||
	    begin_network(life, err) < 0 ||
	    container_rootfs_mount_mapped(life->store, life->container,
					  &life->ids, rootfs_out, err) < 0 ||
	    volume_hold_take(
		    life->store,
		    json_object_get(life->container->document, "mounts"),
		    &life->volumes, err) < 0 ||
	    container_sources_open(life->store, life->container, sources, err) <
		    0 ||
	    container_volumes_fill(life->container, sources->mounts, &life->ids,
				   *rootfs_out, err) < 0 ||
	    make_plan(life, sources->mounts, *rootfs_out, plan, err) < 0)
		return -1;
	return make_group(life, plan, err);
}

/* What the command made ahead, or -1; taken once. */
static int take_ahead(struct container_life *life)
{
	if (!life->gets_network)
		return -1;
	life->gets_network = false;
	return network_ahead_take(life->client_fd);
}

void container_life_drop_network(struct container_life *life)
{
	int fd = take_ahead(life);

	cleanup_close(&fd);
}

/* The namespace that the container gets, or -1 when the launch makes it. */
static int take_network(struct container_life *life, int *out,
			struct error *err)
{
	*out = -1;
	if (!life->network.joined.count || life->network.is_late) {
		*out = take_ahead(life);
		return 0;
	}
	return container_network_end(life->store, &life->network, out, err);
}

int container_life_begin(struct container_life *life,
			 const struct monitor_stdio *stdio,
			 struct launched *launched, struct error *err)
{
	autoclean(container_sources_release) struct container_sources sources =
		CONTAINER_SOURCES_INIT;
	autoclean(start_plan_release) struct start_plan plan = START_PLAN_INIT;
	autoclose int rootfs_fd = -1;
	autoclose int network_fd = -1;

	/* a user or a layer that is not found is no program that is not */
	if (prepare(life, &sources, &plan, &rootfs_fd, err) < 0)
		return launched_not_program(err);
	if (take_network(life, &network_fd, err) < 0)
		return launched_not_program(err);
	console_give_size(&plan.spec.process, stdio->rows, stdio->columns);
	if (launch(life, &plan, rootfs_fd, network_fd, stdio, launched, err) <
	    0)
		return -1;
	return note_running(life, &plan, launched->pid, err);
}
