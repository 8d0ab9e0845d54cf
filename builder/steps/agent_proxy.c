/* SPDX-License-Identifier: Apache-2.0 */
/* Between a step and an ssh agent. */
#include "builder/steps/agent_proxy.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"

enum {
	TALKS_MAX = 32,	  /* connections at once; others wait */
	SEND_SECONDS = 5, /* who does not read is let go */
	CHUNK = 16 << 10,
};

/* One connection: the step's end and the agent's. */
struct talk {
	int ends[2];
	bool is_done[2]; /* that end says nothing more */
};

struct agent_proxy {
	pthread_t thread;
	int folder;
	int listener;
	int stop;
	char *name, *agent;
	struct talk talks[TALKS_MAX];
	size_t count;
};

static int new_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static bool set_address(struct sockaddr_un *address, const char *path)
{
	size_t length = strlen(path);

	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (length >= sizeof(address->sun_path))
		return false;
	memcpy(address->sun_path, path, length + 1);
	return true;
}

static int connect_agent(const char *path)
{
	struct sockaddr_un address;
	int fd = set_address(&address, path) ? new_socket() : -1;

	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address,
			       sizeof(address)) == 0)
		return fd;
	cleanup_close(&fd);
	return -1;
}

/* Where there is no agent any more the step sees its connection closed. */
static void accept_one(struct agent_proxy *proxy)
{
	const struct timeval wait = { SEND_SECONDS, 0 };
	autoclose int fd = accept4(proxy->listener, NULL, NULL, SOCK_CLOEXEC);
	autoclose int agent = fd >= 0 ? connect_agent(proxy->agent) : -1;

	if (fd < 0 || agent < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) < 0 ||
	    setsockopt(agent, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) < 0)
		return;
	proxy->talks[proxy->count++] = (struct talk){
		.ends = { TAKE_FD(fd), TAKE_FD(agent) },
	};
}

/*
 * Passes on what END has to say, or that it has nothing more to say. False
 * when the talk is over.
 */
static bool pass(struct talk *talk, int end)
{
	char chunk[CHUNK];
	ssize_t length = recv(talk->ends[end], chunk, sizeof(chunk), 0);
	ssize_t sent = 0;

	if (length < 0)
		return errno == EINTR;
	if (!length) {
		talk->is_done[end] = true;
		return !talk->is_done[!end] &&
		       shutdown(talk->ends[!end], SHUT_WR) == 0;
	}
	for (ssize_t at = 0; at < length; at += sent) {
		sent = send(talk->ends[!end], chunk + at, (size_t)(length - at),
			    MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
	}
	return true;
}

static void end_talk(struct agent_proxy *proxy, size_t index)
{
	cleanup_close(&proxy->talks[index].ends[0]);
	cleanup_close(&proxy->talks[index].ends[1]);
	proxy->talks[index] = proxy->talks[--proxy->count];
}

/* The slots of poll(2): stop, listener, then two for each talk. */
static size_t fill_slots(const struct agent_proxy *proxy, struct pollfd *slots)
{
	bool has_room = proxy->count < TALKS_MAX;

	slots[0] = (struct pollfd){ proxy->stop, POLLIN, 0 };
	slots[1] = (struct pollfd){ has_room ? proxy->listener : -1, POLLIN,
				    0 };
	for (size_t i = 0; i < proxy->count * 2; i++) {
		const struct talk *talk = &proxy->talks[i / 2];

		slots[2 + i] = (struct pollfd){
			talk->is_done[i % 2] ? -1 : talk->ends[i % 2], POLLIN, 0
		};
	}
	return 2 + proxy->count * 2;
}

static void *pass_on(void *context)
{
	struct agent_proxy *proxy = context;
	struct pollfd slots[2 + TALKS_MAX * 2];

	for (;;) {
		size_t count = fill_slots(proxy, slots);

		if (poll(slots, count, -1) < 0 && errno != EINTR)
			return NULL;
		if (slots[0].revents)
			return NULL;
		/* from the last on: ending one moves another to its place */
		for (size_t i = proxy->count; i > 0; i--) {
			const struct pollfd *own = &slots[2 * i];

			if ((own[0].revents &&
			     !pass(&proxy->talks[i - 1], 0)) ||
			    (own[1].revents && !pass(&proxy->talks[i - 1], 1)))
				end_talk(proxy, i - 1);
		}
		if (slots[1].revents)
			accept_one(proxy);
	}
}

/* The folder by its descriptor: its own path may be too long for a socket. */
static int listen_at(const struct agent_proxy_request *request, int fd,
		     struct error *err)
{
	autofree char *path = xasprintf("/proc/self/fd/%d/%s", request->folder,
					request->name);
	struct sockaddr_un address;

	if (!set_address(&address, path) || unlink(path) < 0)
		errno = 0; /* there is none yet */
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chown(path, request->uid, request->gid) < 0 ||
	    chmod(path, request->mode) < 0 || listen(fd, TALKS_MAX) < 0)
		return error_sys(err, errno, "offer the ssh agent");
	return 0;
}

int agent_proxy_new(const struct agent_proxy_request *request,
		    struct agent_proxy **out, struct error *err)
{
	autoclose int fd = new_socket();
	autoclose int stop = eventfd(0, EFD_CLOEXEC);
	struct agent_proxy *proxy;
	int failed;

	if (fd < 0 || stop < 0)
		return error_sys(err, errno, "offer the ssh agent");
	if (listen_at(request, fd, err) < 0)
		return -1;
	proxy = xcalloc(1, sizeof(*proxy));
	proxy->folder = request->folder;
	proxy->name = xstrdup(request->name);
	proxy->agent = xstrdup(request->agent);
	proxy->listener = TAKE_FD(fd);
	proxy->stop = TAKE_FD(stop);
	failed = pthread_create(&proxy->thread, NULL, pass_on, proxy);
	if (!failed) {
		*out = proxy;
		return 0;
	}
	proxy->thread = pthread_self(); /* there is none to wait for */
	agent_proxy_free(proxy);
	return error_sys(err, failed, "offer the ssh agent");
}

void agent_proxy_free(struct agent_proxy *proxy)
{
	const uint64_t one = 1;

	if (!proxy)
		return;
	if (!pthread_equal(proxy->thread, pthread_self()) &&
	    write(proxy->stop, &one, sizeof(one)) == sizeof(one))
		(void)pthread_join(proxy->thread, NULL); /* it ends */
	while (proxy->count)
		end_talk(proxy, proxy->count - 1);
	(void)unlinkat(proxy->folder, proxy->name, 0); /* the place goes too */
	cleanup_close(&proxy->listener);
	cleanup_close(&proxy->stop);
	free(proxy->name);
	free(proxy->agent);
	free(proxy);
}
