/* SPDX-License-Identifier: Apache-2.0 */
/* Writing for aardvark-dns, starting it, telling it. */
#include "runtime/engine/network_dns.h"

#include <ctype.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "base/lockfile.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/userns.h"
#include "runtime/engine/container_state.h"
#include "runtime/engine/network_members.h"
#include "runtime/network/network_lease.h"

enum {
	DNS_LOCK_WAIT_MS = 30000,
	DNS_START_MS = 10000,
	DNS_PID_MAX = 32,
	DNS_COMMAND_MAX = 4096,
	RESOLV_MAX = 1 << 20,
};

/* Where distributions put it; it is in no one's PATH. */
static const char *find_program(void)
{
	static const char *const places[] = {
		"/usr/lib/podman/aardvark-dns",
		"/usr/libexec/podman/aardvark-dns",
		"/usr/local/libexec/podman/aardvark-dns",
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

static bool is_asked(const struct network *network)
{
	return network->has_dns && network->driver == NETWORK_BRIDGE &&
	       userns_is_initial();
}

void network_dns_resolv(const char *text, const char *address,
			struct strbuf *out)
{
	static const char key[] = "nameserver";
	bool is_named = false;

	while (*text) {
		size_t line = strcspn(text, "\n");

		line += text[line] == '\n';
		if (!is_named && !strncmp(text, key, strlen(key))) {
			strbuf_addf(out, "%s %s\n", key, address);
			is_named = true;
		}
		strbuf_add(out, text, line);
		text += line;
	}
	if (!is_named)
		strbuf_addf(out, "%s %s\n", key, address);
}

/* In place: the file is bound into the container. */
static int put_server(int fd, const char *address, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(RESOLV_MAX);
	autoclean(strbuf_release) struct strbuf named =
		STRBUF_LIMIT(RESOLV_MAX);

	if (fs_read_fd(fd, RESOLV_MAX, &text, err) < 0)
		return -1;
	network_dns_resolv(text.length ? text.text : "", address, &named);
	return fs_pwrite_all(fd, named.text, named.length, 0, err);
}

int network_dns_announce(const struct store *store,
			 const struct network *network, const char *id,
			 struct error *err)
{
	autofree char *path = xasprintf("containers/%s/resolv.conf", id);
	const struct network_subnet *subnet = network_subnet_of(network, IP_V4);
	autoclose int fd = -1;
	char address[IP_TEXT_MAX];
	struct stat st;

	if (!is_asked(network))
		return 0;
	if (!find_program()) {
		log_warn("network",
			 "aardvark-dns is not installed: names of network %s "
			 "are found through /etc/hosts alone",
			 network->name);
		return 0;
	}
	if (!subnet)
		subnet = network_subnet_of(network, IP_V6);
	fd = openat(store->run_fd, path,
		    O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return 0; /* it has none of its own */
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_sys(err, errno, "open resolv.conf of %s", id);
	if (!subnet || subnet->gateway.family == IP_NONE ||
	    !S_ISREG(st.st_mode))
		return 0;
	ip_address_format(&subnet->gateway, address);
	if (put_server(fd, address, err) < 0)
		return error_wrap(err, "resolv.conf of container %s", id);
	return 0;
}

/* What fits between the commas of a line. */
static bool is_dns_name(const char *name)
{
	const char *at = name;

	while (isalnum((unsigned char)*at) || (*at && strchr("-._", *at)))
		at++;
	return *name && !*at;
}

static int add_member(const json_t *members, const char *id, struct strbuf *out,
		      struct error *err)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	struct network_lease lease;
	char ipv4[IP_TEXT_MAX];
	char ipv6[IP_TEXT_MAX];
	bool has_some = false;

	if (jsonx_opt_strings(json_object_get(members, id), "Names", &names,
			      err) < 0 ||
	    network_lease_find(members, id, &lease, err) < 0)
		return -1;
	ip_address_format(&lease.ipv4, ipv4);
	ip_address_format(&lease.ipv6, ipv6);
	for (size_t i = 0; i < names.count; i++) {
		if (!is_dns_name(names.items[i]))
			continue;
		if (!has_some)
			strbuf_addf(out, "%s %s %s ", id, ipv4, ipv6);
		strbuf_addf(out, "%s%s", has_some ? "," : "", names.items[i]);
		has_some = true;
	}
	if (has_some)
		strbuf_addch(out, '\n');
	return 0;
}

int network_dns_format(const struct network *network, const json_t *members,
		       struct strbuf *out, struct error *err)
{
	const char *id;
	const json_t *member;
	bool has_some = false;

	if (!json_object_size(members))
		return 0;
	for (size_t i = 0; i < network->subnet_count; i++) {
		const struct ip_address *gateway = &network->subnets[i].gateway;
		char text[IP_TEXT_MAX];

		if (gateway->family == IP_NONE)
			continue;
		ip_address_format(gateway, text);
		strbuf_addf(out, "%s%s", has_some ? "," : "", text);
		has_some = true;
	}
	strbuf_addch(out, '\n');
	json_object_foreach((json_t *)(uintptr_t)members, id, member)
	{
		(void)member;
		if (add_member(members, id, out, err) < 0)
			return -1;
	}
	return 0;
}

/* Members whose monitor is gone are none. */
static void drop_dead(const struct store *store, json_t *members)
{
	const char *id;
	const json_t *member;
	void *next;

	json_object_foreach_safe(members, next, id, member)
	{
		(void)member;
		if (!container_state_is_monitored(store, id))
			(void)json_object_del(members, id);
	}
}

/* *IS_WANTED_OUT: there is a file for NETWORK now. */
static int write_file(const struct store *store, const struct network *network,
		      int folder_fd, bool *is_wanted_out, struct error *err)
{
	autofree char *name = xasprintf("%s%s", network->id,
					network->is_internal ? "%int" : "");
	autoclean(jsonx_free) json_t *members = NULL;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	if (network_members_read(store, network->id, &members, err) < 0)
		return -1;
	drop_dead(store, members);
	if (network_dns_format(network, members, &text, err) < 0)
		return -1;
	*is_wanted_out = text.length != 0;
	if (text.length)
		return atomicfile_put(folder_fd, name, text.text, text.length,
				      0, err);
	if (unlinkat(folder_fd, name, 0) < 0 && errno != ENOENT)
		return error_sys(err, errno, "forget the names of %s",
				 network->name);
	return 0;
}

/* A pidfd of the one that serves FOLDER; -1: nobody does. */
static int open_server(int folder_fd, const char *folder)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(DNS_PID_MAX);
	autoclean(strbuf_release) struct strbuf command =
		STRBUF_LIMIT(DNS_COMMAND_MAX);
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autofree char *path = NULL;
	autoclose int pidfd = -1;
	long pid;

	if (fs_read_file(folder_fd, "aardvark.pid", DNS_PID_MAX, &text,
			 &ignored) < 0 ||
	    !text.length)
		return -1;
	pid = strtol(text.text, NULL, 10);
	pidfd = pid > 0 ? (int)syscall(SYS_pidfd_open, (pid_t)pid, 0) : -1;
	if (pidfd < 0)
		return -1;
	/* held first, then looked at: the number may be another's by now */
	path = xasprintf("/proc/%ld/cmdline", pid);
	if (fs_read_file(AT_FDCWD, path, DNS_COMMAND_MAX, &command, &ignored) <
		    0 ||
	    !command.length ||
	    !memmem(command.text, command.length, folder, strlen(folder)))
		return -1;
	return TAKE_FD(pidfd);
}

static int start_server(const char *program, char *folder, struct error *err)
{
	char *argv[] = {
		(char *)(uintptr_t)program,
		(char *)(uintptr_t) "--config",
		folder,
		(char *)(uintptr_t) "-p",
		(char *)(uintptr_t) "53",
		(char *)(uintptr_t) "run",
		NULL,
	};
	autoclean(strbuf_release) struct strbuf said =
		STRBUF_LIMIT(DNS_COMMAND_MAX);
	struct proc_capture run = {
		.argv = argv,
		.timeout_ms = DNS_START_MS,
		.diagnostics = &said,
	};

	if (proc_run(&run, err) < 0)
		return -1;
	if (run.status)
		return error_set(err, ERROR_SYSTEM, "aardvark-dns: %s",
				 said.length ? said.text : "cannot start");
	return 0;
}

static int open_folder(const struct store *store, int *out, struct error *err)
{
	if (mkdirat(store->run_fd, "networks/aardvark", 0700) < 0 &&
	    errno != EEXIST)
		return error_sys(err, errno, "make the folder of names");
	*out = openat(store->run_fd, "networks/aardvark",
		      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *out < 0 ? error_sys(err, errno, "open the folder of names") : 0;
}

int network_dns_serve(const struct store *store, const struct network *network,
		      struct error *err)
{
	autofree char *folder = xasprintf("%s/networks/aardvark", store->run);
	autoclean(lockfile_release) struct lockfile lock = LOCKFILE_INIT;
	const char *program = is_asked(network) ? find_program() : NULL;
	autoclose int folder_fd = -1;
	autoclose int server = -1;
	bool is_wanted = false;

	if (!program)
		return 0;
	/* what is read under it is written under it: the last one is right */
	if (open_folder(store, &folder_fd, err) < 0 ||
	    lockfile_acquire(&lock, store->run_fd, "networks/aardvark.lock",
			     LOCKFILE_EXCLUSIVE, DNS_LOCK_WAIT_MS, err) < 0 ||
	    write_file(store, network, folder_fd, &is_wanted, err) < 0)
		return -1;
	server = open_server(folder_fd, folder);
	if (server < 0)
		return is_wanted ? start_server(program, folder, err) : 0;
	if (syscall(SYS_pidfd_send_signal, server, SIGHUP, NULL, 0) < 0 &&
	    errno != ESRCH)
		return error_sys(err, errno, "tell aardvark-dns");
	return 0;
}
