/* SPDX-License-Identifier: Apache-2.0 */
/* A ready pipe, an exit pipe, and ports by a socket in its own protocol. */
#include "runtime/engine/container_slirp.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/jsonx.h"

enum { READY_WAIT_MS = 10000, READY_NUMBER = 9, EXIT_NUMBER = 10 };

struct line {
	int ready[2], leave[2];
	char folder[32]; /* nobody else can put anything there */
	char socket[64];
};

static _Noreturn void become(const struct line *line, const char *network)
{
	char *const words[] = {
		(char *)(uintptr_t) "slirp4netns",
		(char *)(uintptr_t) "--configure",
		(char *)(uintptr_t) "--mtu=65520",
		(char *)(uintptr_t) "--disable-host-loopback",
		(char *)(uintptr_t) "--ready-fd=9",
		(char *)(uintptr_t) "--exit-fd=10",
		(char *)(uintptr_t) "--api-socket",
		(char *)(uintptr_t)line->socket,
		(char *)(uintptr_t) "--netns-type=path",
		(char *)(uintptr_t)network,
		(char *)(uintptr_t) "eth0",
		NULL,
	};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int ready = fcntl(line->ready[1], F_DUPFD_CLOEXEC, 20);
	int leave = fcntl(line->leave[0], F_DUPFD_CLOEXEC, 20);
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	for (int i = 0; i < 3; i++)
		if (null < 0 || dup2(null, i) < 0)
			_exit(126);
	if (dup2(ready, READY_NUMBER) < 0 || dup2(leave, EXIT_NUMBER) < 0)
		_exit(126);
	(void)execvp(words[0], words);
	_exit(errno == ENOENT ? 127 : 126);
}

/* One request, one answer, one connection: that is its protocol. */
static int ask(const struct line *line, const struct wiring_port *port,
	       struct error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf answer = STRBUF_LIMIT(65536);
	char host[IP_TEXT_MAX] = "0.0.0.0";

	if (port->host.family == IP_V6)
		return error_set(err, ERROR_UNSUPPORTED,
				 "slirp4netns publishes no IPv6 ports: install "
				 "pasta (Debian: passt)");
	if (port->host.family == IP_V4)
		ip_address_format(&port->host, host);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s",
		       line->socket);
	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return error_sys(err, errno, "connect to slirp4netns");
	strbuf_addf(&text,
		    "{\"execute\":\"add_hostfwd\",\"arguments\":{\"proto\":"
		    "\"%s\",\"host_addr\":\"%s\",\"host_port\":%u,"
		    "\"guest_port\":%u}}",
		    port->protocol, host, (unsigned)port->host_port,
		    (unsigned)port->port);
	if (fs_write_all(fd, text.text, text.length, err) < 0)
		return -1;
	(void)shutdown(fd, SHUT_WR);
	if (fs_read_fd(fd, answer.limit, &answer, err) < 0)
		return -1;
	if (!answer.length || strstr(answer.text, "\"error\""))
		return error_set(err, ERROR_BUSY,
				 "slirp4netns did not publish port %u: %s",
				 (unsigned)port->host_port,
				 answer.length ? answer.text : "no answer");
	return 0;
}

static int wait_ready(const struct line *line, struct error *err)
{
	struct pollfd slot = { line->ready[0], POLLIN, 0 };
	char byte;

	if (poll(&slot, 1, READY_WAIT_MS) > 0 &&
	    read(line->ready[0], &byte, 1) == 1)
		return 0;
	return error_set(err, ERROR_SYSTEM, "slirp4netns did not get ready");
}

static int open_line(struct line *line, struct error *err)
{
	(void)snprintf(line->folder, sizeof(line->folder),
		       "/tmp/imgctl-slirp-XXXXXX");
	if (!mkdtemp(line->folder))
		return error_sys(err, errno, "make %s", line->folder);
	(void)snprintf(line->socket, sizeof(line->socket), "%s/api",
		       line->folder);
	if (pipe2(line->ready, O_CLOEXEC) < 0)
		return error_sys(err, errno, "make a pipe");
	if (pipe2(line->leave, O_CLOEXEC) < 0) {
		(void)close(line->ready[0]);
		(void)close(line->ready[1]);
		return error_sys(err, errno, "make a pipe");
	}
	return 0;
}

static int fail(struct container_uplink *out, struct error *err)
{
	int status = 0;

	cleanup_close(&out->exit_fd);
	(void)kill(out->pid, SIGKILL);
	(void)waitpid(out->pid, &status, 0);
	out->pid = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return error_set(err, ERROR_NOT_FOUND,
				 "neither pasta nor slirp4netns is installed "
				 "(Debian: passt); --network none goes "
				 "without");
	return -1;
}

int container_slirp_start(const struct container_ports *ports,
			  const char *network, struct container_uplink *out,
			  struct error *err)
{
	struct line line;
	int result;

	if (open_line(&line, err) < 0)
		return -1;
	out->pid = fork();
	if (out->pid == 0)
		become(&line, network);
	(void)close(line.ready[1]);
	(void)close(line.leave[0]);
	out->exit_fd = line.leave[1];
	result = out->pid < 0 ? error_sys(err, errno, "start slirp4netns")
			      : wait_ready(&line, err);
	for (size_t i = 0; result == 0 && i < ports->count; i++)
		result = ask(&line, &ports->items[i], err);
	(void)close(line.ready[0]);
	(void)unlink(line.socket);
	(void)rmdir(line.folder);
	return result == 0 || out->pid < 0 ? result : fail(out, err);
}
