/* SPDX-License-Identifier: Apache-2.0 */
/* Users of networks. */
#include "cmd/front/network_use.h"

#include <poll.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/jsonx.h"
#include "cmd/front/shape.h"
#include "runtime/engine/container_state.h"
#include "runtime/engine/network_event.h"
#include "runtime/engine/network_folder.h"
#include "runtime/engine/network_join.h"
#include "runtime/engine/network_members.h"
#include "runtime/engine/network_program.h"

enum { USE_PATIENCE_MS = 30000, USE_PAUSE_MS = 5 };

/* Whether its monitor is about to begin, or to take it off its networks. */
static bool is_on_its_way(const struct store *store, const char *id)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	/* one that is damaged stays; nothing says that it will go */
	if (container_load(store, id, &container, &ignored) < 0 ||
	    container_state_load(store, &container, &state, &ignored) < 0)
		return ignored.kind == ERROR_NOT_FOUND;
	return !container_status_is_running(state.status);
}

static bool is_settled(const struct store *store,
		       const struct network_members *members)
{
	const char *id;
	const json_t *ignored;

	json_object_foreach(members->list, id, ignored)
	{
		(void)ignored;
		if (is_on_its_way(store, id))
			return false;
	}
	return true;
}

/*
 * Open the members of network ID once nobody is coming or going: whoever saw a
 * container end does not find it on a network any more. Half a minute is as
 * long as anybody takes for that.
 */
static int open_settled(const struct store *store, const char *id,
			struct network_members *out, struct error *err)
{
	int64_t deadline = clock_monotonic() +
			   USE_PATIENCE_MS * (CLOCK_SECOND / 1000);

	for (;;) {
		if (network_members_open(store, id, out, err) < 0)
			return -1;
		if (is_settled(store, out) || clock_monotonic() > deadline)
			return 0;
		network_members_release(out);
		if (poll(NULL, 0, USE_PAUSE_MS) < 0)
			continue; /* a signal: look again */
	}
}

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

	if (open_settled(store, network->id, &members, err) < 0 ||
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

	if (open_settled(store, network->id, &members, err) < 0)
		return -1;
	return json_object_size(members.list) ? 0
					      : take_down(store, network, err);
}
