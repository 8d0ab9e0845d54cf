/* SPDX-License-Identifier: Apache-2.0 */
/* Users of networks. */
#include "cmd/front/network_use.h"

#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "cmd/front/shape.h"
#include "runtime/engine/container.h"
#include "runtime/engine/network_event.h"
#include "runtime/engine/network_folder.h"
#include "runtime/engine/network_join.h"
#include "runtime/engine/network_members.h"
#include "runtime/engine/network_program.h"

static int check_idle(const struct store *store, const struct network *network,
		      const struct network_members *members, struct error *err)
{
	autoclean(strbuf_release) struct strbuf names = STRBUF_INIT;
	const char *id;
	const json_t *ignored;

	json_object_foreach(members->list, id, ignored)
	{
		autoclean(container_release) struct container container =
			CONTAINER_INIT;
		struct error absent = ERROR_INIT;

		(void)ignored;
		if (container_load(store, id, &container, &absent) < 0)
			error_release(&absent);
		strbuf_addf(&names, "%sname:\"%s\" id:\"%.12s\"",
			    names.length ? ", " : "",
			    container.name ? container.name : "", id);
	}
	if (!names.length)
		return 0;
	return error_set(err, ERROR_BUSY,
			 "error while removing network: network %s has active "
			 "endpoints (%s)",
			 network->name, names.text);
}

/* Whether another network has the same parent. */
static int find_sharer(const struct store *store, const struct network *network,
		       bool *out, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;

	*out = false;
	if (network_folder_list(store, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count && !*out; i++) {
		autoclean(network_release) struct network other = NETWORK_INIT;

		if (network_folder_find(store, names.items[i], &other, err) < 0)
			return -1;
		*out = strcmp(other.id, network->id) != 0 &&
		       !strcmp(other.parent, network->parent);
	}
	return 0;
}

/* The parent that was made for NETWORK, if it is of a kind that is made. */
static int add_parent(const struct store *store, const struct network *network,
		      struct wiring *wiring, struct error *err)
{
	struct wiring_bridge *added;
	char own[NETWORK_LINK_MAX];
	uint16_t vlan;
	bool is_vlan = network_split_vlan(network->parent, own, &vlan);
	bool is_shared = false;

	if (is_vlan && find_sharer(store, network, &is_shared, err) < 0)
		return -1;
	network_own_parent(network->id, own);
	if (is_shared || (!is_vlan && strcmp(network->parent, own) != 0))
		return 0;
	added = wiring_add_bridge(wiring);
	memcpy(added->name, network->parent, sizeof(added->name));
	added->is_vlan = is_vlan;
	return 0;
}

/* What is not laid needs no taking away. */
static int take_down(const struct store *store, const struct network *network,
		     struct error *err)
{
	autoclean(wiring_release) struct wiring wiring = WIRING_INIT;

	network_join_bridge(network, &wiring);
	if (add_parent(store, network, &wiring, err) < 0)
		return -1;
	if (!wiring.bridge_count ||
	    network_program_run(store, "drop", &wiring, -1, err) == 0)
		return 0;
	if (err->kind != ERROR_UNSUPPORTED)
		return error_wrap(err, "network %s", network->name);
	error_release(err);
	return 0;
}

int network_use_remove(const struct store *store, const struct network *network,
		       struct error *err)
{
	autoclean(network_members_release) struct network_members members =
		NETWORK_MEMBERS_INIT;

	if (network_members_open(store, network->id, &members, err) < 0 ||
	    check_idle(store, network, &members, err) < 0 ||
	    take_down(store, network, err) < 0 ||
	    network_folder_forget(store, network, err) < 0)
		return -1;
	network_members_forget(store, network->id);
	network_event(store, network, "destroy", NULL);
	return 0;
}

int network_use_rest(const struct store *store, const struct network *network,
		     struct error *err)
{
	autoclean(network_members_release) struct network_members members =
		NETWORK_MEMBERS_INIT;

	if (network_members_open(store, network->id, &members, err) < 0)
		return -1;
	return json_object_size(members.list) ? 0
					      : take_down(store, network, err);
}

int network_use_find(const struct store *store, json_t **out, struct error *err)
{
	autoclean(strvec_release) struct strvec ids = STRVEC_INIT;

	*out = json_object();
	if (container_list(store, &ids, err) < 0)
		return -1;
	for (size_t i = 0; i < ids.count; i++) {
		autoclean(container_release) struct container container =
			CONTAINER_INIT;

		if (container_load(store, ids.items[i], &container, err) == 0) {
			(void)json_object_update(
				*out, json_object_get(container.document,
						      "networks"));
			continue;
		}
		if (err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
	}
	return 0;
}
