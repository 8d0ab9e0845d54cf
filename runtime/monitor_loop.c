/* SPDX-License-Identifier: Apache-2.0 */
/* The monitor's event loop. */
#include "runtime/monitor_loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "runtime/memory_slim.h"

/*
 * The most that is read of a stream after the end. Pipes hold 64 KiB, 1 MiB
 * when asked to; more can only come from a process that is not the container's
 * and will not stop.
 */
enum { MONITOR_LAST_WORDS = 4 << 20 };

/* After so long without anything to do, memory is given back. */
enum { MONITOR_SETTLED_MS = 1000 };

static void send_signal(const struct monitor_streams *streams, int number)
{
	/* it may have ended just now */
	if (syscall(SYS_pidfd_send_signal, streams->pidfd, number, NULL, 0) < 0)
		errno = 0;
}

static void drop_client(struct monitor_streams *streams,
			struct monitor_client *client)
{
	bool mattered = client->is_first && !client->is_leaving &&
			!streams->monitor->lives_on;

	(void)close(client->fd); /* a socket */
	attach_queue_release(&client->queue);
	*client = (struct monitor_client){ .fd = -1 };
	if (!mattered || streams->pidfd < 0)
		return;
	/* its terminal is gone: ask as a terminal would, then insist */
	streams->is_orphaned = true;
	streams->stays_down = true;
	send_signal(streams, SIGHUP);
	send_signal(streams, SIGTERM);
	send_signal(streams, SIGCONT);
	streams->kill_at = clock_monotonic() +
			   streams->monitor->stop_timeout_ms * INT64_C(1000000);
}

/* Sends, now or when the client reads again. */
static void give(struct monitor_streams *streams, struct monitor_client *client,
		 enum attach_kind kind, const void *data, size_t length)
{
	if (attach_queue_send(&client->queue, client->fd, kind, data, length) <
	    0)
		drop_client(streams, client);
}

static void flush_client(struct monitor_streams *streams,
			 struct monitor_client *client)
{
	if (attach_queue_flush(&client->queue, client->fd) < 0)
		drop_client(streams, client);
}

static bool has_pending(const struct monitor_streams *streams)
{
	for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++) {
		if (streams->clients[i].fd >= 0 &&
		    streams->clients[i].queue.first)
			return true;
	}
	return false;
}

/* The same of those that hold the container up. */
static bool is_held_up(const struct monitor_streams *streams)
{
	for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++) {
		if (streams->clients[i].fd >= 0 &&
		    !streams->clients[i].is_leaving &&
		    streams->clients[i].queue.first)
			return true;
	}
	return false;
}

/* Stream 0 is output (or the terminal), 1 is errors. */
static void deliver(struct monitor_streams *streams, int stream,
		    const void *data, size_t length)
{
	enum attach_kind kind = stream ? ATTACH_ERRORS : ATTACH_OUTPUT;
	unsigned want = stream ? ATTACH_WANTS_ERRORS : ATTACH_WANTS_OUTPUT;

	streams->monitor->log(streams->monitor->context, stream + 1, data,
			      length);
	for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++) {
		struct monitor_client *client = &streams->clients[i];

		if (client->fd >= 0 && client->wants & want &&
		    !client->is_leaving)
			give(streams, client, kind, data, length);
	}
}

/* Reads once from the container; the bytes there were, 0 for none now. */
static size_t pump_output(struct monitor_streams *streams, int stream)
{
	int *fd = &streams->output_fds[stream];
	ssize_t got = read(*fd, streams->message->data, ATTACH_DATA_MAX);

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (got <= 0) {
		/* a terminal whose last user is gone answers EIO */
		if (*fd != streams->input_fd)
			(void)close(*fd); /* a pipe */
		*fd = -1;
		return 0;
	}
	deliver(streams, stream, streams->message->data, (size_t)got);
	return (size_t)got;
}

static void close_input(struct monitor_streams *streams)
{
	if (streams->input_fd >= 0 && !streams->monitor->is_tty)
		(void)close(streams->input_fd); /* a pipe */
	streams->input_fd = -1;
}

/* Whoever waits to send more may. */
static void tell_taken(struct monitor_streams *streams)
{
	for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++) {
		struct monitor_client *client = &streams->clients[i];

		if (client->fd < 0 || !client->is_owed)
			continue;
		client->is_owed = false;
		give(streams, client, ATTACH_TAKEN, NULL, 0);
	}
}

/* Writes what waits for the container; keeps what it does not take. */
static void flush_input(struct monitor_streams *streams)
{
	struct monitor_input *input = &streams->input;

	while (input->length && streams->input_fd >= 0) {
		ssize_t done = write(streams->input_fd, input->data,
				     input->length);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && errno == EAGAIN)
			return;
		if (done < 0) { /* nobody reads it any more */
			close_input(streams);
			break;
		}
		input->length -= (size_t)done;
		memmove(input->data, input->data + done, input->length);
	}
	input->length = 0;
	free(input->data);
	input->data = NULL;
	if (streams->end_input)
		close_input(streams);
	tell_taken(streams);
}

/* Input nobody can take any more is taken, too: the client goes on. */
static void take_input(struct monitor_streams *streams,
		       struct monitor_client *client,
		       const struct attach_message *message)
{
	struct monitor_input *input = &streams->input;

	client->is_owed = true;
	if (streams->input_fd >= 0 && message->length) {
		input->data = xreallocarray(input->data,
					    input->length + message->length, 1);
		memcpy(input->data + input->length, message->data,
		       message->length);
		input->length += message->length;
	}
	flush_input(streams);
}

static void end_input(struct monitor_streams *streams)
{
	if (!streams->monitor->stdin_once)
		return;
	streams->end_input = true;
	if (!streams->input.data)
		close_input(streams);
}

static void resize(const struct monitor_streams *streams,
		   const struct attach_message *message)
{
	struct winsize size = { 0 };
	uint16_t sides[2];

	memcpy(sides, message->data, sizeof(sides));
	size.ws_row = sides[0];
	size.ws_col = sides[1];
	/* a container that has ended has no terminal to resize */
	if (streams->monitor->is_tty &&
	    ioctl(streams->output_fds[0], TIOCSWINSZ, &size) < 0)
		errno = 0;
}

static void detach(struct monitor_client *client)
{
	client->is_first = false; /* its going does not matter any more */
}

static void wake(const struct monitor_streams *streams)
{
	if (streams->monitor->wake)
		streams->monitor->wake(streams->monitor->context);
}

static void handle(struct monitor_streams *streams,
		   struct monitor_client *client,
		   const struct attach_message *message)
{
	switch (message->kind) {
	case ATTACH_HELLO:
		client->wants = message->data[0];
		break;
	case ATTACH_INPUT:
		if (client->wants & ATTACH_WANTS_INPUT)
			take_input(streams, client, message);
		break;
	case ATTACH_INPUT_END:
		if (client->wants & ATTACH_WANTS_INPUT)
			end_input(streams);
		break;
	case ATTACH_RESIZE:
		resize(streams, message);
		break;
	case ATTACH_SIGNAL:
		send_signal(streams, message->data[0]);
		break;
	case ATTACH_DETACH:
		detach(client);
		break;
	case ATTACH_STAY_DOWN:
		streams->stays_down = true;
		break;
	case ATTACH_LOOK:
		wake(streams);
		break;
	case ATTACH_NONE:
	case ATTACH_STARTED:
	case ATTACH_FAILED:
	case ATTACH_OUTPUT:
	case ATTACH_ERRORS:
	case ATTACH_EXITED:
	case ATTACH_TAKEN:
		break; /* not a client's to say */
	}
}

/* Takes one message; false when there is none. */
static bool hear_client(struct monitor_streams *streams,
			struct monitor_client *client)
{
	int got = attach_receive(client->fd, streams->message);

	if (got < 0 && errno == EAGAIN)
		return false;
	if (got <= 0)
		drop_client(streams, client);
	else
		handle(streams, client, streams->message);
	return got > 0;
}

/* Takes in one who wants to talk; false when there is none. */
static bool accept_client(struct monitor_streams *streams)
{
	int fd = accept4(streams->listen_fd, NULL, NULL,
			 SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return false; /* or it went away again */
	for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++) {
		if (streams->clients[i].fd >= 0)
			continue;
		streams->clients[i] = (struct monitor_client){ .fd = fd };
		if (attach_send(fd, ATTACH_STARTED, NULL, 0) < 0)
			drop_client(streams, &streams->clients[i]);
		return true;
	}
	(void)close(fd); /* no room */
	return true;
}

/* What the loop waits for; each slot knows whose it is by its place. */
enum slot {
	SLOT_PID = 0,
	SLOT_LISTEN,
	SLOT_OUTPUT,
	SLOT_ERRORS,
	SLOT_INPUT,
	SLOT_WAKE,
	SLOT_OTHER,
	SLOT_CLIENTS,
	SLOT_COUNT = SLOT_CLIENTS + MONITOR_CLIENTS_MAX,
};

static void set_slot(struct pollfd *slot, int fd, int events)
{
	slot->fd = events ? fd : -1;
	slot->events = (short)events;
	slot->revents = 0;
}

static void plan_client(const struct monitor_client *client,
			struct pollfd *slot)
{
	int events = POLLIN | POLLHUP;

	if (client->queue.first)
		events |= POLLOUT;
	set_slot(slot, client->fd, client->fd >= 0 ? events : 0);
}

static void plan_slots(const struct monitor_streams *streams,
		       struct pollfd slots[SLOT_COUNT])
{
	int output = is_held_up(streams) ? 0 : POLLIN;

	set_slot(&slots[SLOT_PID], streams->pidfd, POLLIN);
	set_slot(&slots[SLOT_LISTEN], streams->listen_fd, POLLIN);
	set_slot(&slots[SLOT_OUTPUT], streams->output_fds[0], output);
	set_slot(&slots[SLOT_ERRORS], streams->output_fds[1], output);
	set_slot(&slots[SLOT_INPUT], streams->input_fd,
		 streams->input.data ? POLLOUT : 0);
	for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++)
		plan_client(&streams->clients[i], &slots[SLOT_CLIENTS + i]);
}

/* Lets go of a client that has everything. */
static void let_go(struct monitor_streams *streams,
		   struct monitor_client *client)
{
	if (client->fd >= 0 && !client->queue.first)
		drop_client(streams, client);
}

static void serve_clients(struct monitor_streams *streams,
			  const struct pollfd *slots)
{
	for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++) {
		struct monitor_client *client = &streams->clients[i];

		if (client->fd < 0 || client->fd != slots[i].fd)
			continue;
		if (slots[i].revents & POLLOUT)
			flush_client(streams, client);
		if (client->is_leaving)
			let_go(streams, client);
		if (client->fd >= 0 &&
		    slots[i].revents & (POLLIN | POLLHUP | POLLERR))
			(void)hear_client(streams, client); /* one a turn */
	}
}

/* For poll: milliseconds until a monotonic time; -1 when that is 0. */
static int time_until(int64_t at)
{
	int64_t left;

	if (!at)
		return -1;
	left = (at - clock_monotonic()) / 1000000;
	return left < 0		      ? 0
	       : left > INT32_MAX / 2 ? INT32_MAX / 2
				      : (int)left + 1;
}

/* The earlier of two times, of which 0 is none. */
static int64_t earlier(int64_t a, int64_t b)
{
	if (!a || !b)
		return a ? a : b;
	return a < b ? a : b;
}

static struct monitor_wake wake_of(const struct monitor_streams *streams)
{
	struct monitor_wake wanted = { -1, -1, 0 };

	if (streams->monitor->wake_when)
		streams->monitor->wake_when(streams->monitor->context, &wanted);
	return wanted;
}

static void serve(struct monitor_streams *streams, struct pollfd *slots)
{
	if (slots[SLOT_LISTEN].revents)
		(void)accept_client(streams); /* none is fine */
	if (slots[SLOT_OUTPUT].revents)
		(void)pump_output(streams, 0); /* it notes its end */
	if (slots[SLOT_ERRORS].revents && !is_held_up(streams))
		(void)pump_output(streams, 1);
	if (slots[SLOT_INPUT].revents)
		flush_input(streams);
	serve_clients(streams, slots + SLOT_CLIENTS);
	if (streams->kill_at && clock_monotonic() >= streams->kill_at) {
		send_signal(streams, SIGKILL);
		streams->kill_at = 0;
	}
}

/*
 * The first process is gone, and with its pid namespace every other; what is
 * left in the pipes is the last of the output. All of it goes into the log,
 * whoever is slow to read it: the end is not put off. A process outside that
 * namespace may hold a pipe open for ever, so what is not there now is not
 * waited for.
 */
static void drain(struct monitor_streams *streams)
{
	for (int stream = 0; stream < 2; stream++) {
		size_t total = 0, got = 1;

		while (streams->output_fds[stream] >= 0 && got &&
		       total < MONITOR_LAST_WORDS) {
			got = pump_output(streams, stream);
			total += got;
		}
	}
}

/*
 * Whoever is at the door, and what was said by now: who wants the container to
 * stay down says so before ending it.
 */
static void hear_everybody(struct monitor_streams *streams)
{
	while (streams->listen_fd >= 0 && accept_client(streams))
		;
	for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++) {
		struct monitor_client *client = &streams->clients[i];

		while (client->fd >= 0 && !client->is_leaving &&
		       hear_client(streams, client))
			;
	}
}

static void plan_wake(const struct monitor_wake *wanted, struct pollfd *slots)
{
	set_slot(&slots[SLOT_WAKE], wanted->fd, wanted->fd < 0 ? 0 : POLLIN);
	set_slot(&slots[SLOT_OTHER], wanted->other,
		 wanted->other < 0 ? 0 : POLLIN);
}

static bool has_come(const struct monitor_wake *wanted,
		     const struct pollfd *slots)
{
	return slots[SLOT_WAKE].revents || slots[SLOT_OTHER].revents ||
	       (wanted->at && clock_monotonic() >= wanted->at);
}

/* Serves until the process has ended, or until UNTIL when there is none. */
static void serve_until(struct monitor_streams *streams, int64_t until)
{
	bool is_settled = false;

	for (;;) {
		struct pollfd slots[SLOT_COUNT];
		struct monitor_wake wanted = wake_of(streams);
		int64_t at = earlier(streams->kill_at, wanted.at);
		int timeout = time_until(earlier(at, until));
		int ready;

		if (!is_settled && timeout < 0)
			timeout = MONITOR_SETTLED_MS;
		plan_slots(streams, slots);
		plan_wake(&wanted, slots);
		ready = poll(slots, SLOT_COUNT, timeout);
		if (ready < 0)
			continue; /* a signal: nothing is ready */
		if (ready == 0 && !is_settled) {
			memory_slim();
			is_settled = true;
		}
		serve(streams, slots);
		if (has_come(&wanted, slots))
			wake(streams);
		if (slots[SLOT_PID].revents ||
		    (until &&
		     (streams->stays_down || clock_monotonic() >= until)))
			return;
	}
}

void monitor_loop_run(struct monitor_streams *streams)
{
	serve_until(streams, 0);
	drain(streams);
	hear_everybody(streams);
}

void monitor_loop_tell_exit(struct monitor_streams *streams, int exit_code,
			    bool is_last)
{
	int32_t code = exit_code;

	cleanup_close(&streams->pidfd); /* nobody is there to be signalled */
	streams->pidfd = -1;
	/* those at the door hear it too; later ones, that nobody is here */
	while (streams->listen_fd >= 0 && accept_client(streams))
		;
	if (is_last) {
		cleanup_close(&streams->listen_fd);
		streams->listen_fd = -1;
	}
	for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++) {
		struct monitor_client *client = &streams->clients[i];

		if (client->fd < 0 || client->is_leaving)
			continue;
		give(streams, client, ATTACH_EXITED, &code, sizeof(code));
		client->is_leaving = true;
		let_go(streams, client);
	}
}

void monitor_loop_close(struct monitor_streams *streams)
{
	bool is_console = streams->input_fd == streams->output_fds[0];

	cleanup_close(&streams->output_fds[0]);
	cleanup_close(&streams->output_fds[1]);
	if (!is_console)
		cleanup_close(&streams->input_fd);
	streams->input_fd = -1;
	streams->output_fds[0] = -1;
	streams->output_fds[1] = -1;
	free(streams->input.data);
	streams->input = (struct monitor_input){ NULL, 0 };
	streams->kill_at = 0;
}

bool monitor_loop_rest(struct monitor_streams *streams, int64_t delay)
{
	serve_until(streams, clock_monotonic() + delay);
	hear_everybody(streams);
	return !streams->stays_down;
}

void monitor_loop_linger(struct monitor_streams *streams)
{
	while (has_pending(streams)) {
		struct pollfd slots[MONITOR_CLIENTS_MAX];

		for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++)
			set_slot(&slots[i], streams->clients[i].fd, POLLOUT);
		if (poll(slots, MONITOR_CLIENTS_MAX, -1) < 0)
			continue; /* a signal */
		for (size_t i = 0; i < MONITOR_CLIENTS_MAX; i++) {
			if (slots[i].fd < 0 || !slots[i].revents)
				continue;
			flush_client(streams, &streams->clients[i]);
			let_go(streams, &streams->clients[i]);
		}
	}
}
