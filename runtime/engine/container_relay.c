/* SPDX-License-Identifier: Apache-2.0 */
/* From held sockets to a child that listens at them. */
#include "runtime/engine/container_relay.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/descriptors.h"
#include "base/jsonx.h"
#include "runtime/engine/container_network_record.h"
#include "runtime/network/port_relay.h"
#include "runtime/network/relay_loop.h"

enum { KEPT_BESIDES = 2, BACKLOG = 4096 };

static void take_own(int fd, struct ip_address *address, uint16_t *port)
{
	union relay_address own;
	socklen_t length = sizeof(own);

	*address = (struct ip_address){ IP_NONE, { 0 } };
	*port = 0;
	if (getsockname(fd, &own.any, &length) < 0)
		return;
	if (own.any.sa_family == AF_INET) {
		address->family = IP_V4;
		memcpy(address->bytes, &own.v4.sin_addr, 4);
		*port = ntohs(own.v4.sin_port);
	} else if (own.any.sa_family == AF_INET6) {
		address->family = IP_V6;
		memcpy(address->bytes, &own.v6.sin6_addr, 16);
		*port = ntohs(own.v6.sin6_port);
	}
}

static const char *protocol_of(int fd)
{
	int number = 0;
	socklen_t length = sizeof(number);

	if (getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &number, &length) < 0)
		return "";
	return number == IPPROTO_TCP   ? "tcp"
	       : number == IPPROTO_UDP ? "udp"
				       : "";
}

/* The port that the socket FD holds; NULL: none that can be carried. */
static const struct wiring_port *find_port(const struct container_ports *ports,
					   int fd,
					   const struct ip_address *address,
					   uint16_t number)
{
	const char *protocol = protocol_of(fd);

	for (size_t i = 0; i < ports->count; i++) {
		const struct wiring_port *port = &ports->items[i];

		if (port->host_port == number &&
		    !strcmp(port->protocol, protocol) &&
		    (port->host.family == IP_NONE ||
		     ip_address_is_equal(&port->host, address)))
			return port;
	}
	return NULL;
}

static const struct ip_address *choose_target(const struct wiring_end *end,
					      enum ip_family family)
{
	const struct ip_address *own = &end->ipv4.address;
	const struct ip_address *other = &end->ipv6.address;

	if (family == IP_V6) {
		own = &end->ipv6.address;
		other = &end->ipv4.address;
	}
	return own->family != IP_NONE ? own : other;
}

void container_relay_ends(const struct container_relay_plan *plan,
			  struct relay_ports *out)
{
	*out = (struct relay_ports)RELAY_PORTS_INIT;
	out->ends = xcalloc(plan->hold->count + 1, sizeof(*out->ends));
	for (size_t i = 0; i < plan->hold->count; i++) {
		int fd = plan->hold->fds[i];
		struct ip_address address;
		uint16_t number;
		const struct wiring_port *port;
		const struct ip_address *to;

		take_own(fd, &address, &number);
		port = find_port(plan->ports, fd, &address, number);
		to = choose_target(plan->end, address.family);
		if (!port || to->family == IP_NONE ||
		    (plan->home_fd < 0 && address.family == IP_V4))
			continue;
		out->ends[out->count++] = (struct relay_end){
			.fd = fd,
			.is_datagram = !strcmp(port->protocol, "udp"),
			.to = *to,
			.port = port->port,
		};
	}
}

/* Whether the record in the run folder still gives the container an address. */
struct watch {
	int run_fd;
	struct stat seen; /* the record that ANSWER is of */
	struct ip_address asked;
	bool answer;
};

static bool has_address(const json_t *record, const char *text)
{
	const json_t *networks = json_object_get(record, "Networks");
	const char *name;
	const json_t *endpoint;

	json_object_foreach((json_t *)(uintptr_t)networks, name, endpoint)
	{
		const char *v4 = json_string_value(
			json_object_get(endpoint, "IPAddress"));
		const char *v6 = json_string_value(
			json_object_get(endpoint, "GlobalIPv6Address"));

		(void)name;
		if ((v4 && !strcmp(v4, text)) || (v6 && !strcmp(v6, text)))
			return true;
	}
	return false;
}

/* `network disconnect` gives an address to whoever comes next. */
static bool is_current(void *context, const struct ip_address *to)
{
	struct watch *watch = context;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(jsonx_free) json_t *record = NULL;
	char text[IP_TEXT_MAX];
	struct stat st;

	if (fstatat(watch->run_fd, CONTAINER_NETWORK_RECORD, &st, 0) < 0)
		return false;
	if (watch->seen.st_ino == st.st_ino &&
	    watch->seen.st_mtim.tv_nsec == st.st_mtim.tv_nsec &&
	    ip_address_is_equal(&watch->asked, to))
		return watch->answer;
	ip_address_format(to, text);
	watch->answer = jsonx_read(watch->run_fd, CONTAINER_NETWORK_RECORD,
				   CONTAINER_NETWORK_RECORD_MAX, &record,
				   &ignored) == 0 &&
			has_address(record, text);
	watch->seen = st;
	watch->asked = *to;
	return watch->answer;
}

/* What strangers send is handled with no rights but to take their address. */
static int drop_rights(bool keeps_source)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	uint32_t kept = keeps_source ? 1U << CAP_NET_ADMIN |
					       1U << CAP_NET_BIND_SERVICE
				     : 0;
	struct __user_cap_data_struct data[2] = { { kept, kept, 0 },
						  { 0, 0, 0 } };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(SYS_capset, &header, data);
}

static void strip(const struct relay_ports *relay, int run_fd)
{
	int *kept = xcalloc(relay->count + KEPT_BESIDES, sizeof(*kept));
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	for (size_t i = 0; i < relay->count; i++)
		kept[i] = relay->ends[i].fd;
	kept[relay->count] = run_fd;
	for (int i = 0; i < 3; i++)
		if (null < 0 || dup2(null, i) < 0)
			_exit(1);
	descriptors_close_others(kept, relay->count + 1);
	free(kept);
	for (int i = 1; i < NSIG; i++)
		(void)signal(i, SIG_DFL); /* some cannot be changed */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)prctl(PR_SET_NAME, "imgctl-relay", 0, 0, 0);
}

static _Noreturn void carry(const struct container_relay_plan *plan,
			    struct relay_ports *relay, pid_t parent)
{
	struct watch watch = { .run_fd = plan->run_fd };

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (plan->home_fd >= 0 && setns(plan->home_fd, CLONE_NEWNET) < 0)
		_exit(1);
	strip(relay, plan->run_fd);
	relay->keeps_source = plan->home_fd >= 0;
	if (drop_rights(relay->keeps_source) < 0 || getppid() != parent)
		_exit(1);
	relay->is_current = is_current;
	/* cppcheck-suppress autoVariables ; nothing here returns */
	relay->context = &watch;
	port_relay_run(relay);
	_exit(1);
}

static int listen_all(const struct relay_ports *relay, struct error *err)
{
	int one = 1;

	for (size_t i = 0; i < relay->count; i++) {
		const struct relay_end *end = &relay->ends[i];
		struct ip_address address;
		uint16_t port;

		if (end->is_datagram)
			continue;
		/* connections that linger leave the port to the next one */
		(void)setsockopt(end->fd, SOL_SOCKET, SO_REUSEADDR, &one,
				 sizeof(one));
		if (listen(end->fd, BACKLOG) == 0)
			continue;
		take_own(end->fd, &address, &port);
		return error_set(err, ERROR_BUSY,
				 "Bind for port %u failed: port is already "
				 "allocated",
				 (unsigned)port);
	}
	return 0;
}

static int check_protocols(const struct container_ports *ports,
			   struct error *err)
{
	for (size_t i = 0; i < ports->count; i++)
		if (!strcmp(ports->items[i].protocol, "sctp"))
			return error_set(err, ERROR_UNSUPPORTED,
					 "an ordinary user's ports are of tcp "
					 "and udp");
	return 0;
}

int container_relay_start(const struct container_relay_plan *plan, pid_t *out,
			  struct error *err)
{
	autoclean(relay_ports_release) struct relay_ports relay =
		RELAY_PORTS_INIT;
	pid_t own = getpid();

	*out = 0;
	if (plan->home_fd >= 0 && check_protocols(plan->ports, err) < 0)
		return -1;
	container_relay_ends(plan, &relay);
	if (!relay.count)
		return 0;
	if (listen_all(&relay, err) < 0)
		return -1;
	*out = fork();
	if (*out == 0)
		carry(plan, &relay, own);
	if (*out < 0) {
		*out = 0;
		return error_sys(err, errno, "start to carry ports");
	}
	return 0;
}

int container_relay_watch(const struct container_relay_plan *plan)
{
	autoclean(relay_ports_release) struct relay_ports relay =
		RELAY_PORTS_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	struct epoll_event event = { .events = EPOLLIN };
	autoclose int fd = -1;

	container_relay_ends(plan, &relay);
	if (!relay.count || listen_all(&relay, &ignored) < 0)
		return -1;
	fd = epoll_create1(EPOLL_CLOEXEC);
	for (size_t i = 0; fd >= 0 && i < relay.count; i++) {
		if (epoll_ctl(fd, EPOLL_CTL_ADD, relay.ends[i].fd, &event) < 0)
			return -1;
	}
	return TAKE_FD(fd);
}

void container_relay_stop(pid_t *relay)
{
	if (*relay > 0) {
		(void)kill(*relay, SIGKILL);
		while (waitpid(*relay, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	*relay = 0;
}
