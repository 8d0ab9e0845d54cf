/* SPDX-License-Identifier: Apache-2.0 */
/* Starting pasta, or slirp4netns, as a child. */
#include "runtime/engine/uplink.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/log.h"
#include "runtime/engine/container_slirp.h"

enum {
	READY_WAIT_MS = 10000,
	MESSAGE_MAX = 4096,
	NAMESPACE_NUMBER = 200, /* above any that the monitor has */
};

static const char ready_name[] = "pasta";

void uplink_words(const struct container_ports *ports, struct strvec *out)
{
	static const char *const families[][2] = { { "tcp", "-t" },
						   { "udp", "-u" } };

	for (size_t i = 0; i < 2; i++) {
		size_t before = out->count;

		for (size_t j = 0; j < ports->count; j++) {
			const struct wiring_port *port = &ports->items[j];
			char host[IP_TEXT_MAX];

			if (strcmp(port->protocol, families[i][0]) != 0)
				continue;
			ip_address_format(&port->host, host);
			strvec_add(out, families[i][1]);
			strvec_addf(out, "%s%s%u:%u", host, *host ? "/" : "",
				    (unsigned)port->host_port,
				    (unsigned)port->port);
		}
		if (out->count == before) {
			strvec_add(out, families[i][1]);
			strvec_add(out, "none");
		}
	}
}

/* What pasta is started with. */
static void make_words(const struct container_ports *ports, const char *ready,
		       struct strvec *out)
{
	static const char *const fixed[] = {
		"pasta",       "--config-net", "--foreground", "--quiet",
		"--no-map-gw", "--tcp-ns",     "none",	       "--udp-ns",
		"none",	       "--ns-ifname",  "eth0",	       "--netns-only",
	};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
		strvec_add(out, fixed[i]);
	strvec_add(out, "--netns");
	strvec_addf(out, "/proc/self/fd/%d", NAMESPACE_NUMBER);
	strvec_add(out, "--pid");
	strvec_add(out, ready);
	uplink_words(ports, out);
}

/* The descriptors of the child. */
struct child {
	int namespace_fd, errors;
	struct strvec words;
};

static _Noreturn void become(const struct child *child)
{
	sigset_t none;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	/* both before the program starts: it makes no other rights of it */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
	    dup2(child->errors, 2) < 0 ||
	    dup2(child->namespace_fd, NAMESPACE_NUMBER) < 0)
		_exit(126);
	(void)execvp(child->words.items[0], child->words.items);
	_exit(errno == ENOENT ? 127 : 126);
}

/*
 * Waits for pasta's pid in the pipe at READY, or for its end. What it says
 * meanwhile goes to MESSAGE.
 */
static bool is_ready(int ready, int errors, struct strbuf *message)
{
	struct pollfd slots[] = { { ready, POLLIN, 0 }, { errors, POLLIN, 0 } };
	char data[MESSAGE_MAX];

	while (poll(slots, 2, READY_WAIT_MS) > 0) {
		ssize_t got;

		if (slots[0].revents & POLLIN)
			return true;
		if (!slots[1].revents)
			return false;
		got = read(errors, data, sizeof(data));
		if (got <= 0)
			return false; /* it has ended */
		if (message->length < MESSAGE_MAX)
			strbuf_add(message, data, (size_t)got);
	}
	return false;
}

/* The last line that is no complaint about a system log that is not there. */
static char *last_line(const char *text)
{
	char *found = NULL;

	while (text && *text) {
		size_t length = strcspn(text, "\n");

		if (length && strncmp(text, "Failed to send", 14) != 0) {
			free(found);
			found = xstrndup(text, length);
		}
		text += length + (text[length] == '\n');
	}
	return found;
}

static bool has_no_host_network(const char *message)
{
	return message && strstr(message, "External interface not usable");
}

static int explain(const struct container_ports *ports, int status,
		   const struct strbuf *message, struct error *err)
{
	autofree char *line = last_line(message->length ? message->text : NULL);

	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return error_set(err, ERROR_NOT_FOUND,
				 "pasta is not installed (Debian: passt)");
	if (has_no_host_network(message->length ? message->text : NULL) &&
	    !ports->count) {
		log_warn("network", "this host has no network to share");
		return 0;
	}
	return error_set(err, ERROR_SYSTEM, "pasta: %s",
			 line ? line : "ended without a word");
}

static int open_ready(int run_fd, char path[64], struct error *err)
{
	autoclose int fd = -1;

	if (unlinkat(run_fd, ready_name, 0) < 0 && errno != ENOENT)
		return error_sys(err, errno, "remove pasta's pipe");
	if (mkfifoat(run_fd, ready_name, 0600) < 0)
		return error_sys(err, errno, "make pasta's pipe");
	/* for writing as well, so that it does not end before it began */
	fd = openat(run_fd, ready_name, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return error_sys(err, errno, "open pasta's pipe");
	(void)snprintf(path, 64, "/proc/self/fd/%d", fd);
	return TAKE_FD(fd);
}

static int launch(const struct container_ports *ports, int ready,
		  const char *path, int namespace_fd,
		  struct container_uplink *out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf message = STRBUF_INIT;
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;
	struct child child = { namespace_fd, -1, STRVEC_INIT };
	int pipe_fds[2];
	int status = 0;
	bool works;

	make_words(ports, path, &words);
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return error_sys(err, errno, "make a pipe");
	child.errors = pipe_fds[1];
	child.words = words;
	out->pid = fork();
	if (out->pid == 0)
		become(&child);
	(void)close(pipe_fds[1]);
	works = out->pid > 0 && is_ready(ready, pipe_fds[0], &message);
	(void)close(pipe_fds[0]);
	if (works)
		return 0;
	if (out->pid < 0)
		return error_sys(err, errno, "start pasta");
	(void)kill(out->pid, SIGKILL);
	(void)waitpid(out->pid, &status, 0);
	out->pid = 0;
	return explain(ports, status, &message, err);
}

/* Neither program goes without a tunnel; not every machine lets users have one.
 */
static int check_tunnel(const struct container_ports *ports, bool *is_usable,
			struct error *err)
{
	*is_usable = access("/dev/net/tun", R_OK | W_OK) == 0;
	if (*is_usable)
		return 0;
	if (ports->count)
		return error_sys(err, errno,
				 "ports are published through /dev/net/tun, "
				 "which this user cannot open");
	log_warn("network",
		 "this user cannot open /dev/net/tun: the container is alone");
	return 0;
}

int uplink_start(const struct container_ports *ports, int run_fd,
		 const char *network, struct container_uplink *out,
		 struct error *err)
{
	bool is_usable;
	char path[64];
	autoclose int ready = -1;
	autoclose int namespace_fd = -1;

	*out = (struct container_uplink)CONTAINER_UPLINK_INIT;
	if (check_tunnel(ports, &is_usable, err) < 0)
		return -1;
	if (!is_usable)
		return 0;
	namespace_fd = open(network, O_RDONLY | O_CLOEXEC);
	if (namespace_fd < 0)
		return error_sys(err, errno, "open the container's network");
	ready = open_ready(run_fd, path, err);
	if (ready < 0)
		return -1;
	/* its own copy is opened by its path, while we hold ours */
	if (fcntl(ready, F_SETFD, 0) < 0)
		return error_sys(err, errno, "hand on pasta's pipe");
	if (launch(ports, ready, path, namespace_fd, out, err) == 0)
		return 0;
	if (err->kind != ERROR_NOT_FOUND)
		return -1;
	error_release(err);
	if (container_slirp_start(ports, network, out, err) == 0)
		return 0;
	if (err->kind != ERROR_NOT_FOUND || ports->count)
		return -1;
	/* alone, as with --network none: `system doctor` says what is missing
	 */
	log_warn_error("network", err, "the container is alone");
	return 0;
}

void uplink_stop(struct container_uplink *pasta)
{
	cleanup_close(&pasta->exit_fd);
	if (pasta->pid > 0) {
		(void)kill(pasta->pid, SIGKILL);
		while (waitpid(pasta->pid, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	pasta->pid = 0;
}
