/* SPDX-License-Identifier: Apache-2.0 */
/*
 * imgctl-network: lays and takes away a container's links and firewall rules.
 * It is not for people: the engine starts it, with what is to be done as a
 * document (runtime/network/wiring.h) at descriptor 0, a socket for the answer
 * at 1 and, when the second argument is "given", the container's network
 * namespace at 3. It also looks up names of servers, for which a program has to
 * be linked with the libraries of the host.
 */
#include <fcntl.h>
#include <netdb.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fs.h"
#include "base/jsonx.h"
#include "runtime/network/firewall.h"
#include "runtime/network/link.h"
#include "runtime/network/link_relay.h"
#include "runtime/network/link_sysctl.h"
#include "runtime/network/link_vlan.h"
#include "runtime/network/relay_ports.h"
#include "runtime/network/wiring_reply.h"

enum {
	REQUEST_FD = 0,
	REPLY_FD = 1,
	NAMESPACE_FD = 3,
	REQUEST_MAX = 64 << 20,
};

/* What one call works with. */
struct work {
	struct wiring wiring;
	int namespace_fd; /* the container's, or -1 */
	bool is_given;	  /* it was there before */
	bool has_rules;	  /* ends and ports were let in */
	bool has_passed;  /* firewalls of others let it through */
	size_t made;	  /* ends that have their links */
	/* left open by what takes rules out: closing waits for the kernel */
	struct firewall firewall;
	const char *name; /* to be looked up, or "" */
	char address[IP_TEXT_MAX];
};

static int read_request(struct work *work, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(REQUEST_MAX);
	autoclean(jsonx_free) json_t *document = NULL;

	if (fs_read_fd(REQUEST_FD, REQUEST_MAX, &text, err) < 0 ||
	    jsonx_parse(text.text, text.length, "network request", &document,
			err) < 0)
		return -1;
	return wiring_parse(document, &work->wiring, err);
}

static int open_own(struct error *err)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? error_sys(err, errno, "open the network namespace")
		      : fd;
}

/* The given namespace, or a new one; this process stays in its own. */
static int get_namespace(struct work *work, struct error *err)
{
	autoclose int own = -1;

	if (work->is_given) {
		work->namespace_fd = fcntl(NAMESPACE_FD, F_DUPFD_CLOEXEC, 4);
		return work->namespace_fd < 0
			       ? error_sys(err, errno, "take the namespace")
			       : 0;
	}
	own = open_own(err);
	if (own < 0)
		return -1;
	if (unshare(CLONE_NEWNET) < 0)
		return error_sys(err, errno, "make a network namespace");
	work->namespace_fd = open_own(err);
	if (work->namespace_fd < 0)
		return -1;
	if (setns(own, CLONE_NEWNET) < 0)
		return error_sys(err, errno, "return to the own namespace");
	return 0;
}

static bool needs_rules(const struct wiring *wiring)
{
	return wiring->bridge_count || wiring->port_count;
}

/* CORRUPT: the rules are gone, and the caller is to call `rebuild`. */
static int let_in(struct work *work, struct error *err)
{
	autoclean(firewall_close) struct firewall firewall = { .lock_fd = -1 };

	if (!needs_rules(&work->wiring))
		return 0;
	if (firewall_open(&firewall, err) < 0)
		return -1;
	if (!firewall_knows(&firewall, &work->wiring))
		return error_set(err, ERROR_CORRUPT, "the rules are gone");
	if (firewall_add(&firewall, &work->wiring, err) < 0) {
		if (firewall_is_whole(&firewall))
			return -1;
		error_release(err);
		return error_set(err, ERROR_CORRUPT, "the rules are old");
	}
	work->has_rules = true;
	return firewall_pass(&firewall, &work->wiring, &work->has_passed, err);
}

static int lay_outside(struct work *work, struct error *err)
{
	autoclean(link_line_close) struct link_line line = LINK_LINE_INIT;

	if (link_line_open(&line, err) < 0)
		return -1;
	for (size_t i = 0; i < work->wiring.bridge_count; i++) {
		if (link_ensure_bridge(&line, &work->wiring.bridges[i], err) <
		    0)
			return -1;
	}
	for (; work->made < work->wiring.end_count; work->made++) {
		if (link_make_end(&line, &work->wiring.ends[work->made],
				  work->namespace_fd, err) < 0)
			return -1;
	}
	/* ports lead to the first */
	if (work->wiring.port_count && work->wiring.end_count)
		return link_allow_hairpin(&line, work->wiring.ends, err);
	return 0;
}

/* Once there, this process stays there. */
static int lay_inside(struct work *work, struct error *err)
{
	autoclean(link_line_close) struct link_line line = LINK_LINE_INIT;

	if (setns(work->namespace_fd, CLONE_NEWNET) < 0)
		return error_sys(err, errno, "enter the container's network");
	if (link_line_open(&line, err) < 0)
		return -1;
	if (!work->is_given && link_raise_loopback(&line, err) < 0)
		return -1;
	for (size_t i = 0; i < work->wiring.end_count; i++) {
		if (link_set_up(&line, &work->wiring.ends[i], err) < 0)
			return -1;
	}
	return 0;
}

static void remove_outer(const struct work *work, size_t count)
{
	autoclean(link_line_close) struct link_line line = LINK_LINE_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (link_line_open(&line, &ignored) < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		/* it goes with the namespace otherwise */
		if (*work->wiring.ends[i].outer &&
		    link_remove(&line, work->wiring.ends[i].outer, &ignored) <
			    0)
			error_release(&ignored);
	}
}

/* What was laid goes; the error that is told is the first. */
static void undo(struct work *work, int own)
{
	autoclean(firewall_close) struct firewall firewall = { .lock_fd = -1 };
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (own < 0 || setns(own, CLONE_NEWNET) < 0)
		return;
	remove_outer(work, work->made);
	if (work->has_rules && firewall_open(&firewall, &ignored) == 0 &&
	    firewall_drop(&firewall, &work->wiring, &ignored) < 0)
		error_release(&ignored);
}

static int attach(struct work *work, struct error *err)
{
	autoclose int own = open_own(err);

	if (own < 0)
		return -1;
	if (let_in(work, err) == 0 && get_namespace(work, err) == 0 &&
	    lay_outside(work, err) == 0 && lay_inside(work, err) == 0)
		return 0;
	undo(work, own);
	return -1;
}

/*
 * The ends' rules go, and those by which named bridges pass other firewalls:
 * nobody is left on them. The links go with their namespace.
 */
static int forget(struct work *work, struct error *err)
{
	struct firewall *firewall = &work->firewall;

	if (firewall_open(firewall, err) < 0 ||
	    firewall_drop(firewall, &work->wiring, err) < 0)
		return -1;
	return firewall_unpass(firewall, &work->wiring, err);
}

/* The links of a namespace that lives on go, too. */
static int detach(struct work *work, struct error *err)
{
	remove_outer(work, work->wiring.end_count);
	return forget(work, err);
}

static int rebuild(struct work *work, struct error *err)
{
	if (firewall_open(&work->firewall, err) < 0)
		return -1;
	return firewall_rebuild(&work->firewall, &work->wiring, err);
}

/* The bridges themselves go. */
static int drop_bridges(struct work *work, struct error *err)
{
	struct firewall *firewall = &work->firewall;
	autoclean(link_line_close) struct link_line line = LINK_LINE_INIT;

	if (link_line_open(&line, err) < 0)
		return -1;
	for (size_t i = 0; i < work->wiring.bridge_count; i++) {
		const struct wiring_bridge *bridge = &work->wiring.bridges[i];

		if ((bridge->is_vlan
			     ? link_vlan_remove(&line, bridge->name, err)
			     : link_remove(&line, bridge->name, err)) < 0)
			return -1;
	}
	if (firewall_open(firewall, err) < 0 ||
	    firewall_unpass(firewall, &work->wiring, err) < 0)
		return -1;
	return firewall_drop_bridges(firewall, &work->wiring, err);
}

/* This namespace becomes one in which bridges lie (engine/network_keeper.h). */
static int share(struct work *work, struct error *err)
{
	autoclean(firewall_close) struct firewall firewall = { .lock_fd = -1 };
	autoclean(link_line_close) struct link_line line = LINK_LINE_INIT;

	(void)work; /* nothing is laid yet */
	if (link_sysctl_share(err) < 0 || link_line_open(&line, err) < 0 ||
	    link_relay_route(&line, RELAY_PORTS_MARK, err) < 0 ||
	    firewall_open(&firewall, err) < 0)
		return -1;
	return firewall_relay(&firewall, RELAY_PORTS_SENT_MARK,
			      RELAY_PORTS_MARK, err);
}

/* The first address of a server's, of IPv4 if it has one, as docker has it. */
static int resolve(struct work *work, struct error *err)
{
	static const int families[] = { AF_INET, AF_INET6 };
	int code = EAI_NONAME;

	for (size_t i = 0; i < 2 && code != 0; i++) {
		const struct addrinfo wish = { .ai_family = families[i],
					       .ai_socktype = SOCK_STREAM };
		struct addrinfo *list = NULL;

		code = getaddrinfo(work->name, NULL, &wish, &list);
		if (code == 0)
			code = getnameinfo(list->ai_addr, list->ai_addrlen,
					   work->address, IP_TEXT_MAX, NULL, 0,
					   NI_NUMERICHOST);
		if (list)
			freeaddrinfo(list);
	}
	return code == 0 ? 0
			 : error_set(err, ERROR_NOT_FOUND, "look up %s: %s",
				     work->name, gai_strerror(code));
}

static const struct {
	const char *name;
	int (*call)(struct work *work, struct error *err);
} verbs[] = {
	{ "attach", attach },	{ "forget", forget },	  { "detach", detach },
	{ "rebuild", rebuild }, { "drop", drop_bridges }, { "share", share },
	{ "resolve", resolve },
};

static int work_at(const char *verb, struct work *work, struct error *err)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		if (!strcmp(verb, verbs[i].name))
			return read_request(work, err) < 0
				       ? -1
				       : verbs[i].call(work, err);
	}
	return error_set(err, ERROR_INVALID,
			 "imgctl-network is started by imgctl");
}

int main(int argc, char **argv)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	struct work work = {
		.wiring = WIRING_INIT,
		.namespace_fd = -1,
		.firewall = { .lock_fd = -1 },
		.is_given = argc > 2 && !strcmp(argv[2], "given"),
		.name = argc > 2 ? argv[2] : "",
	};
	struct wiring_reply reply = WIRING_REPLY_INIT;
	int result = work_at(argc > 1 ? argv[1] : "", &work, &err);

	reply.has_passed = work.has_passed;
	memcpy(reply.address, work.address, sizeof(reply.address));
	if (!work.is_given)
		reply.namespace_fd = work.namespace_fd;
	wiring_reply_send(REPLY_FD, result < 0 ? &err : NULL, &reply);
	firewall_close(&work.firewall);
	wiring_release(&work.wiring);
	return result < 0;
}
