/* SPDX-License-Identifier: Apache-2.0 */
/* From a draft to a script. */
#include "runtime/engine/container_explain.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "runtime/engine/container_files.h"
#include "runtime/engine/container_hostroot.h"
#include "runtime/engine/container_ids.h"
#include "runtime/engine/container_network.h"
#include "runtime/engine/container_pasta.h"
#include "runtime/engine/container_rootfs.h"
#include "runtime/engine/container_state.h"
#include "runtime/engine/spec_request.h"
#include "runtime/engine/start_plan.h"
#include "runtime/engine/uplink.h"
#include "runtime/explain/explain.h"

enum { TEXT_COUNT = 3, FILE_COUNT = TEXT_COUNT + 1 };

/* What the explanation refers to. */
struct material {
	char *state; /* the folder that the plans name */
	int rootfs;
	struct strvec lowers;
	struct strvec paths; /* of volumes */
	struct explain_volume *volumes;
	size_t volume_count;
	struct container_texts texts;
	struct explain_file files[FILE_COUNT];
	size_t file_count;
	struct cgroup_host host;
	struct id_maps ids;
	struct start_plan plan;
	struct init_plan init;
	struct wiring wiring;
	struct strvec pasta; /* its words */
};

#define MATERIAL_INIT                                                      \
	{                                                                  \
		.rootfs = -1, .lowers = STRVEC_INIT, .paths = STRVEC_INIT, \
		.texts = CONTAINER_TEXTS_INIT, .host = CGROUP_HOST_INIT,   \
		.plan = START_PLAN_INIT, .init = INIT_PLAN_INIT,           \
		.wiring = WIRING_INIT, .pasta = STRVEC_INIT                \
	}

static void material_release(struct material *material)
{
	strvec_release(&material->pasta);
	wiring_release(&material->wiring);
	id_maps_release(&material->ids);
	init_plan_release(&material->init);
	start_plan_release(&material->plan);
	cgroup_host_release(&material->host);
	container_texts_release(&material->texts);
	free(material->volumes);
	strvec_release(&material->paths);
	strvec_release(&material->lowers);
	cleanup_close(&material->rootfs);
	free(material->state);
}
DEFINE_CLEANUP(struct material, material_release)

/* Volumes that are not there get a folder below the script's own. */
static void place_volumes(struct material *material, json_t *mounts)
{
	json_t *mount;
	size_t index;

	material->volumes = xcalloc(json_array_size(mounts) + 1,
				    sizeof(*material->volumes));
	json_array_foreach(mounts, index, mount)
	{
		bool is_filled =
			!json_is_true(json_object_get(mount, "NoCopy"));
		autofree char *path = NULL;

		if (!json_is_true(json_object_get(mount, "IsPlanned")))
			continue;
		path = xasprintf("%s/volume-%zu", material->state, index);
		(void)json_object_set_new(mount, "Source", json_string(path));
		strvec_add(&material->paths, path);
		material->volumes[material->volume_count++].destination =
			is_filled ? spec_string(mount, "Destination") : NULL;
	}
	for (size_t i = 0; i < material->volume_count; i++)
		material->volumes[i].path = material->paths.items[i];
}

static void add_file(struct material *material, const char *name,
		     const void *data, size_t length, bool is_program)
{
	material->files[material->file_count++] =
		(struct explain_file){ name, data, length, is_program };
}

static void gather_files(struct material *material,
			 const struct container *container)
{
	const struct container_texts *texts = &material->texts;
	size_t length;
	const void *init = container_files_init(&length);

	add_file(material, "hostname", texts->hostname.text,
		 texts->hostname.length, false);
	add_file(material, "hosts", texts->hosts.text, texts->hosts.length,
		 false);
	add_file(material, "resolv.conf", texts->resolv.text,
		 texts->resolv.length, false);
	if (spec_has_init(container->host_config))
		add_file(material, "docker-init", init, length, true);
}

static int make_plan(const struct store *store,
		     const struct container *container,
		     struct material *material, struct error *err)
{
	struct start_plan_request request = {
		.container = container,
		.mounts = json_object_get(container->document, "mounts"),
		.ids = &material->ids,
		.rootfs_fd = material->rootfs,
		.use = START_PLAN_SHOW,
	};

	return start_plan_make(store, &request, &material->plan, err);
}

/* Its links and rules, and the names it is known by; else pasta's words. */
static int gather_network(const struct store *store,
			  const struct container *container,
			  struct material *material, struct error *err)
{
	autoclean(port_hold_release) struct port_hold hold = PORT_HOLD_INIT;
	autoclean(container_ports_release) struct container_ports ports =
		CONTAINER_PORTS_INIT;

	if (container_network_is_asked(container))
		return container_network_look(store, container,
					      &material->wiring,
					      &material->texts.hosts, err);
	if (!container_pasta_is_asked(container))
		return 0;
	if (container_ports_take(container, &hold, &ports, err) < 0)
		return -1;
	uplink_words(&ports, &material->pasta);
	return 0;
}

static int gather(const struct store *store, struct container *container,
		  struct material *material, struct error *err)
{
	struct init_plan_place place = { -1, container->id, NULL };

	if (json_object_get(container->document, CONTAINER_SIZE_LIMIT))
		return error_set(err, ERROR_UNSUPPORTED,
				 "--storage-opt size: a limit of the file "
				 "system cannot be explained as a script");
	material->state = container_state_path(store, container->id);
	place_volumes(material, json_object_get(container->document, "mounts"));
	container_files_texts(container, &material->texts);
	if (gather_network(store, container, material, err) < 0)
		return -1;
	gather_files(material, container);
	if (container_ids_settle(store, container, true, err) < 0 ||
	    container_ids_read(container, &material->ids, err) < 0 ||
	    container_rootfs_look(store, container, &material->rootfs,
				  &material->lowers, err) < 0 ||
	    make_plan(store, container, material, err) < 0 ||
	    init_plan_make(&material->plan.spec, &place, &material->init, err) <
		    0)
		return -1;
	return cgroup_host_read(&material->host, err);
}

int container_explain(const struct store *store, struct container *container,
		      const char *command, struct strbuf *out,
		      struct error *err)
{
	autoclean(material_release) struct material material = MATERIAL_INIT;
	struct explain explain = { .command = command, .id = container->id };

	if (gather(store, container, &material, err) < 0)
		return -1;
	explain.state = material.state;
	explain.init = &material.init;
	explain.host = &material.host;
	explain.limits = &material.plan.limits;
	explain.cgroup_path = material.plan.cgroup_path;
	explain.filter = material.plan.has_filter ? &material.plan.filter
						  : NULL;
	explain.lowers = &material.lowers;
	if (!material.lowers.count)
		explain.root = container_hostroot_path(container);
	explain.uids = &material.ids.uids;
	explain.gids = &material.ids.gids;
	explain.files = material.files;
	explain.file_count = material.file_count;
	explain.volumes = material.volumes;
	explain.volume_count = material.volume_count;
	explain.has_stdin =
		json_is_true(json_object_get(container->config, "OpenStdin"));
	explain.wiring = &material.wiring;
	explain.pasta = material.pasta.count ? &material.pasta : NULL;
	return explain_script(&explain, out, err);
}
