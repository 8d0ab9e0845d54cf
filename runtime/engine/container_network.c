/* SPDX-License-Identifier: Apache-2.0 */
/* Joining all networks of a container, and leaving them. */
#include "runtime/engine/container_network.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/jsonx.h"
#include "base/log.h"
#include "runtime/engine/container_hosts.h"
#include "runtime/engine/container_relay.h"
#include "runtime/engine/network_dns.h"
#include "runtime/engine/network_folder.h"
#include "runtime/engine/network_join.h"
#include "runtime/engine/network_keeper.h"
#include "runtime/engine/network_members.h"
#include "runtime/engine/spec_request.h"

bool container_network_is_asked(const struct container *container)
{
	const char *mode = spec_string(container->host_config, "NetworkMode");

	return *mode && strcmp(mode, "none") != 0 &&
	       strcmp(mode, "host") != 0 && strcmp(mode, "pasta") != 0 &&
	       !strchr(mode, ':');
}

/* One that begins, with what its parts need in common. */
struct beginning {
	const struct store *store;
	const struct container *container;
	struct container_network *out;
	json_t *endpoints;    /* by network */
	struct strbuf *hosts; /* only looked at: lines of its hosts file */
};

static int join_network(struct beginning *at, const struct network *network,
			const struct network_joining *joining,
			struct error *err)
{
	json_t *endpoint = NULL;
	int result;

	if (at->hosts)
		return network_join_look(at->store, network, joining,
					 &at->out->wiring, at->hosts, err);
	result = network_join(at->store, network, joining, &at->out->wiring,
			      &endpoint, err);
	if (endpoint)
		(void)json_object_set_new(at->endpoints, network->name,
					  endpoint);
	at->out->has_dns |= network->has_dns;
	return result < 0 ? -1
			  : network_dns_announce(at->store, network,
						 at->container->id, err);
}

static int join(struct beginning *at, const char *name, const json_t *settings,
		struct error *err)
{
	autoclean(network_release) struct network network = NETWORK_INIT;
	bool is_first = at->out->joined.count == 0;
	struct network_joining joining = {
		.container = at->container,
		.settings = settings,
		.number = (unsigned)at->out->joined.count,
		.has_gateway = is_first,
		.ports = at->out->published.items,
		.port_count = is_first ? at->out->published.count : 0,
	};
	int result =
		at->hosts ? network_folder_look(at->store, name, &network, err)
			  : network_folder_find(at->store, name, &network, err);

	if (result < 0 || join_network(at, &network, &joining, err) < 0)
		return -1;
	strvec_add(&at->out->joined, network.name);
	return 0;
}

/* The network of NetworkMode first: its gateway is the container's. */
static int join_all(struct beginning *at, struct error *err)
{
	const char *mode = spec_string(at->container->host_config,
				       "NetworkMode");
	const json_t *wanted = json_object_get(at->container->document,
					       "networks");
	const char *name;
	const json_t *settings;

	/* `network disconnect` may have taken it off */
	if ((!wanted || json_object_get(wanted, mode)) &&
	    join(at, mode, json_object_get(wanted, mode), err) < 0)
		return -1;
	json_object_foreach((json_t *)(uintptr_t)wanted, name, settings)
	{
		if (strcmp(name, mode) != 0 &&
		    join(at, name, settings, err) < 0)
			return -1;
	}
	return 0;
}

static int write_record(const struct beginning *at, int run_fd,
			struct error *err)
{
	autoclean(jsonx_free) json_t *record = json_pack(
		"{s:O,s:o}", "Networks", at->endpoints, "Ports",
		container_ports_describe(at->container, &at->out->published));
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	jsonx_format(record, &text);
	return atomicfile_put(run_fd, CONTAINER_NETWORK_RECORD, text.text,
			      text.length, 0, err);
}

/* --add-host NAME:host-gateway: the default bridge's own address. */
static int add_host_gateway(const struct beginning *at, struct error *err)
{
	const json_t *list = json_object_get(at->container->host_config,
					     "ExtraHosts");
	const struct wiring_bridge *bridge = at->out->wiring.bridges;
	const json_t *entry;
	size_t index;

	json_array_foreach(list, index, entry)
	{
		const char *text = json_string_value(entry);
		size_t length = strcspn(text, ":=");
		autoclean(strvec_release) struct strvec names = STRVEC_INIT;

		if (!text[length] ||
		    strcmp(text + length + 1, "host-gateway") != 0 ||
		    !at->out->wiring.bridge_count)
			continue;
		strvec_addf(&names, "%.*s", (int)length, text);
		if (at->hosts)
			container_hosts_line(&bridge->ipv4.address, &names,
					     at->hosts);
		else if (container_hosts_add(at->store, at->container->id,
					     &bridge->ipv4.address, &names,
					     err) < 0)
			return -1;
	}
	return 0;
}

static int begin(struct beginning *at, int run_fd, struct error *err)
{
	if (container_ports_take(at->container, &at->out->ports,
				 &at->out->published, err) < 0 ||
	    join_all(at, err) < 0 || add_host_gateway(at, err) < 0 ||
	    write_record(at, run_fd, err) < 0)
		return -1;
	if (at->out->is_late)
		return 0;
	return network_program_begin(at->store, "attach", &at->out->wiring, -1,
				     &at->out->program, err);
}

int container_network_begin(const struct store *store,
			    const struct container *container, int run_fd,
			    bool is_late, struct container_network *out,
			    struct error *err)
{
	struct beginning at = {
		.store = store,
		.container = container,
		.out = out,
		.endpoints = json_object(),
	};
	int result;

	container_network_rest(out);
	*out = (struct container_network)CONTAINER_NETWORK_INIT;
	out->is_late = is_late;
	result = network_keeper_join(store, &out->home, err) < 0
			 ? -1
			 : begin(&at, run_fd, err);
	json_decref(at.endpoints);
	if (result < 0)
		container_network_leave(store, container, out);
	return result;
}

static void release(struct container_network *network)
{
	network_program_release(&network->program);
	container_network_unpublish(network);
	container_ports_release(&network->published);
	wiring_release(&network->wiring);
	strvec_release(&network->joined);
	network_home_leave(&network->home);
	network->is_laid = false;
	network->has_passed = false;
}
DEFINE_CLEANUP(struct container_network, release)

int container_network_look(const struct store *store,
			   const struct container *container,
			   struct wiring *out, struct strbuf *hosts,
			   struct error *err)
{
	autoclean(release) struct container_network network =
		CONTAINER_NETWORK_INIT;
	struct beginning at = {
		.store = store,
		.container = container,
		.out = &network,
		.hosts = hosts,
	};

	if (container_ports_take(container, &network.ports, &network.published,
				 err) < 0 ||
	    join_all(&at, err) < 0 || add_host_gateway(&at, err) < 0)
		return -1;
	wiring_append(out, &network.wiring);
	return 0;
}

/* What was laid on NETWORK, for all its members. */
static int add_network(const struct store *store, const char *name,
		       struct wiring *out, struct error *err)
{
	autoclean(network_release) struct network network = NETWORK_INIT;
	autoclean(jsonx_free) json_t *list = NULL;

	if (network_folder_find(store, name, &network, err) < 0 ||
	    network_members_read(store, network.id, &list, err) < 0)
		return -1;
	network_join_bridge(&network, out);
	return network_members_add_wiring(list, out, err);
}

/* Puts all rules of this store in force again, after somebody flushed them. */
static int rebuild(const struct store *store, struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	autoclean(wiring_release) struct wiring all = WIRING_INIT;

	if (network_folder_list(store, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		if (add_network(store, names.items[i], &all, err) < 0)
			return -1;
	}
	return network_program_run(store, "rebuild", &all, -1, err);
}

static int finish(const struct store *store, struct container_network *network,
		  int namespace_fd, struct wiring_reply *out, struct error *err)
{
	if (network_program_end(&network->program, out, err) == 0)
		return 0;
	if (err->kind != ERROR_CORRUPT)
		return -1;
	/* the rules are gone: the first start of all, or somebody flushed */
	error_release(err);
	if (rebuild(store, err) < 0 ||
	    network_program_begin(store, "attach", &network->wiring,
				  namespace_fd, &network->program, err) < 0)
		return -1;
	return network_program_end(&network->program, out, err);
}

/* Bridges have their addresses by now, at which names are asked for. */
static void serve_names(const struct store *store,
			const struct container_network *network)
{
	for (size_t i = 0; network->has_dns && i < network->joined.count; i++) {
		autoclean(network_release) struct network one = NETWORK_INIT;
		struct error err = ERROR_INIT;

		if (network_folder_find(store, network->joined.items[i], &one,
					&err) < 0 ||
		    network_dns_serve(store, &one, &err) < 0)
			log_warn_error("network", &err, "names of network %s",
				       network->joined.items[i]);
	}
}

int container_network_end(const struct store *store,
			  struct container_network *network, int *namespace_out,
			  struct error *err)
{
	struct wiring_reply reply = WIRING_REPLY_INIT;

	if (finish(store, network, -1, &reply, err) < 0)
		return -1;
	network->is_laid = true;
	network->has_passed = reply.has_passed;
	serve_names(store, network);
	*namespace_out = reply.namespace_fd;
	return 0;
}

int container_network_lay(const struct store *store,
			  struct container_network *network, pid_t pid,
			  struct error *err)
{
	struct wiring_reply reply = WIRING_REPLY_INIT;
	autoclose int namespace_fd = -1;
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	namespace_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (namespace_fd < 0)
		return error_sys(err, errno, "open the container's network");
	if (network_program_begin(store, "attach", &network->wiring,
				  namespace_fd, &network->program, err) < 0 ||
	    finish(store, network, namespace_fd, &reply, err) < 0)
		return -1;
	cleanup_close(&reply.namespace_fd);
	network->is_laid = true;
	network->has_passed = reply.has_passed;
	serve_names(store, network);
	return 0;
}

int container_network_attach(const struct store *store,
			     const struct wiring *wiring, int namespace_fd,
			     struct error *err)
{
	if (network_program_run(store, "attach", wiring, namespace_fd, err) ==
	    0)
		return 0;
	if (err->kind != ERROR_CORRUPT)
		return -1;
	error_release(err);
	if (rebuild(store, err) < 0)
		return -1;
	return network_program_run(store, "attach", wiring, namespace_fd, err);
}

static struct container_relay_plan plan_relay(
	const struct container_network *network, int run_fd)
{
	return (struct container_relay_plan){
		.ports = &network->published,
		.hold = &network->ports,
		.end = network->wiring.ends,
		.home_fd = network->home.namespace_fd,
		.run_fd = run_fd,
	};
}

int container_network_publish(struct container_network *network, int run_fd,
			      struct error *err)
{
	const struct wiring *wiring = &network->wiring;
	const struct container_relay_plan plan = plan_relay(network, run_fd);

	/* an internal network publishes nothing */
	if (!plan.ports->count || !wiring->end_count ||
	    (wiring->bridge_count && wiring->bridges[0].is_internal))
		return 0;
	if (plan.home_fd >= 0)
		return container_relay_start(&plan, &network->relay, err);
	/* for root there are rules, for all but some clients of IPv6 */
	network->knock_fd = container_relay_watch(&plan);
	return 0;
}

int container_network_wait_fd(const struct container_network *network)
{
	return network->knock_fd >= 0 ? network->knock_fd
				      : network->home.keeper_fd;
}

static bool is_readable(int fd)
{
	struct pollfd slot = { fd, POLLIN, 0 };

	return fd >= 0 && poll(&slot, 1, 0) > 0;
}

void container_network_wake(const struct store *store,
			    struct container_network *network, int run_fd)
{
	const struct container_relay_plan plan = plan_relay(network, run_fd);
	struct error err = ERROR_INIT;

	if (is_readable(network->home.keeper_fd) &&
	    network_keeper_mend(store, &network->home, &err) < 0)
		log_warn_error("network", &err, "keep the network");
	if (!is_readable(network->knock_fd))
		return;
	cleanup_close(&network->knock_fd);
	if (container_relay_start(&plan, &network->relay, &err) < 0)
		log_warn_error("network", &err, "answer clients of IPv6");
}

void container_network_unpublish(struct container_network *network)
{
	cleanup_close(&network->knock_fd);
	container_relay_stop(&network->relay);
	port_hold_release(&network->ports);
}

static void leave(const struct store *store, const char *container,
		  const char *name, struct wiring *gone)
{
	autoclean(network_release) struct network network = NETWORK_INIT;
	struct error err = ERROR_INIT;
	bool is_idle = false;

	if (network_folder_find(store, name, &network, &err) < 0 ||
	    network_leave(store, &network, container, gone, &is_idle, &err) < 0)
		log_warn_error("network", &err, "leave network %s", name);
	else if (is_idle)
		network_join_bridge(&network, gone);
	if (network_dns_serve(store, &network, &err) < 0)
		log_warn_error("network", &err, "names of network %s", name);
}

/* `network connect` may have added some, `disconnect` taken some away. */
static void add_connected(const struct store *store, const char *container,
			  struct strvec *joined)
{
	autoclean(jsonx_free)
		json_t *record = container_network_read(store, container);
	const json_t *networks = json_object_get(record, "Networks");
	const char *name;
	const json_t *ignored;

	json_object_foreach((json_t *)(uintptr_t)networks, name, ignored)
	{
		bool is_listed = false;

		(void)ignored;
		for (size_t i = 0; i < joined->count; i++)
			is_listed = is_listed ||
				    !strcmp(joined->items[i], name);
		if (!is_listed)
			strvec_add(joined, name);
	}
}

void container_network_leave(const struct store *store,
			     const struct container *container,
			     struct container_network *network)
{
	autoclean(wiring_release) struct wiring gone = WIRING_INIT;
	struct network_program program = NETWORK_PROGRAM_INIT;
	struct wiring_reply reply;
	struct error err = ERROR_INIT;

	container_network_rest(network);
	add_connected(store, container->id, &network->joined);
	for (size_t i = 0; i < network->joined.count; i++)
		leave(store, container->id, network->joined.items[i], &gone);
	/* the links go with the namespace; the rules have to be taken out */
	if ((gone.bridge_count || gone.end_count || gone.port_count) &&
	    (network_program_begin(store, "forget", &gone, -1, &program, &err) <
		     0 ||
	     network_program_answer(&program, &reply, &err) < 0))
		log_warn_error("network", &err, "take rules out");
	release(network);
	network->program = program; /* which is on its way out */
}

void container_network_rest(struct container_network *network)
{
	network_program_release(&network->program);
}

json_t *container_network_read(const struct store *store, const char *id)
{
	autofree char *path = xasprintf("containers/%s/%s", id,
					CONTAINER_NETWORK_RECORD);
	autoclean(error_release) struct error ignored = ERROR_INIT;
	json_t *out = NULL;

	if (jsonx_read(store->run_fd, path, CONTAINER_NETWORK_RECORD_MAX, &out,
		       &ignored) < 0)
		return NULL;
	return out;
}
