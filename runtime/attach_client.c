/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal's side of a container. */
#include "runtime/attach_client.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/alloc.h"
#include "runtime/attach_protocol.h"
#include "runtime/attach_queue.h"
#include "runtime/detach_keys.h"

/* docker's rule: so many of them, and the command gives up. */
enum { ATTACH_FORCE_SIGNALS = 3 };

struct talk {
	const struct attach_client *client;
	struct attach_message *message;
	struct detach_keys keys;
	struct termios saved; /* to be put back when is_raw */
	bool is_raw;
	int signal_fd;
	bool input_open;
	bool is_awaiting; /* TAKEN, for the input that is under way */
	struct attach_queue queue;
	unsigned insisted;  /* SIGINT and SIGTERM seen */
	unsigned terminals; /* bit N: standard stream N was one at first */
	struct attach_outcome *outcome;
};

/* Blocks for one message; the socket stays as it is. */
static int receive_blocking(int fd, struct attach_message *message)
{
	for (;;) {
		struct pollfd slot = { fd, POLLIN, 0 };
		int got = attach_receive(fd, message);

		if (got >= 0 || errno != EAGAIN)
			return got;
		if (poll(&slot, 1, -1) < 0 && errno != EINTR)
			return -1;
	}
}

int attach_client_wait(int fd, struct error *err)
{
	autofree struct attach_message *message = xmalloc(sizeof(*message));
	int got = receive_blocking(fd, message);

	if (got > 0 && message->kind == ATTACH_STARTED)
		return 0;
	if (got > 0 && message->kind == ATTACH_FAILED)
		return error_set(err, (enum error_kind)message->data[0], "%.*s",
				 (int)message->length - 1,
				 (const char *)message->data + 1);
	return error_set(err, ERROR_SYSTEM,
			 "the container's monitor died while starting it");
}

void attach_client_size(uint16_t *rows, uint16_t *columns)
{
	struct winsize size = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		size = (struct winsize){ 0 };
	*rows = size.ws_row;
	*columns = size.ws_col;
}

/* Says something to the monitor; that it is gone is noticed when receiving. */
static void say(struct talk *talk, enum attach_kind kind, const void *data,
		size_t length)
{
	if (attach_queue_send(&talk->queue, talk->client->fd, kind, data,
			      length) < 0)
		attach_queue_release(&talk->queue);
}

static void send_size(struct talk *talk)
{
	uint16_t sides[2];

	attach_client_size(&sides[0], &sides[1]);
	if (sides[0])
		say(talk, ATTACH_RESIZE, sides, sizeof(sides));
}

static void make_raw(struct talk *talk)
{
	struct termios raw;

	if (!talk->client->is_tty || !talk->client->has_stdin ||
	    tcgetattr(STDIN_FILENO, &talk->saved) < 0)
		return;
	raw = talk->saved;
	cfmakeraw(&raw);
	talk->is_raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

static void restore(const struct talk *talk)
{
	/* a terminal that went away needs no restoring */
	if (talk->is_raw && tcsetattr(STDIN_FILENO, TCSANOW, &talk->saved) < 0)
		errno = 0;
}

/* Signals that are the command's own affair, or cannot be taken. */
static bool is_own(int number)
{
	static const int own[] = { SIGCHLD, SIGPIPE, SIGURG,  SIGKILL,
				   SIGSTOP, SIGSEGV, SIGBUS,  SIGFPE,
				   SIGILL,  SIGTTIN, SIGTTOU, SIGTSTP };

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++) {
		if (number == own[i])
			return true;
	}
	return false;
}

/* nohup's way to be kept from hearing of the terminal's end. */
static bool is_hangup_ignored(void)
{
	struct sigaction action;

	return sigaction(SIGHUP, NULL, &action) == 0 &&
	       action.sa_handler == SIG_IGN;
}

static void note_terminals(struct talk *talk)
{
	for (int fd = 0; fd < 3; fd++) {
		if (isatty(fd))
			talk->terminals |= 1U << fd;
	}
}

/* Whether a terminal we had is one no more. */
static bool is_hung_up(const struct talk *talk)
{
	for (int fd = 0; fd < 3; fd++) {
		if (talk->terminals & 1U << fd && !isatty(fd))
			return true;
	}
	return false;
}

static int open_signals(struct talk *talk, sigset_t *old, struct error *err)
{
	sigset_t set;

	(void)sigemptyset(&set); /* cannot fail */
	for (int number = 1; number < NSIG; number++) {
		if (!is_own(number) &&
		    !(number == SIGHUP && is_hangup_ignored()))
			(void)sigaddset(&set, number);
	}
	talk->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	/* a closed output must be an error, not our end: we have a terminal
	 * to restore */
	(void)sigaddset(&set, SIGPIPE);
	(void)sigprocmask(SIG_BLOCK, &set, old);
	if (talk->signal_fd < 0)
		return error_sys(err, errno, "watch for signals");
	return 0;
}

/* Unblocks signals again, less one that our own writing raised. */
static void restore_signals(const sigset_t *old)
{
	static const struct timespec now = { 0, 0 };
	sigset_t pipe_set;

	(void)sigemptyset(&pipe_set); /* cannot fail */
	(void)sigaddset(&pipe_set, SIGPIPE);
	(void)sigtimedwait(&pipe_set, NULL, &now); /* none is fine */
	(void)sigprocmask(SIG_SETMASK, old, NULL);
}

static void finish(struct talk *talk, enum attach_end end, int code)
{
	talk->outcome->end = end;
	talk->outcome->exit_code = code;
}

/*
 * The last thing said before leaving a container that goes on: it must get
 * there, or the monitor would take us for dead. Output is not wanted any more.
 */
static void say_goodbye(struct talk *talk)
{
	int fd = talk->client->fd;

	say(talk, ATTACH_DETACH, NULL, 0);
	while (talk->queue.first) {
		struct pollfd slot = { fd, POLLIN | POLLOUT, 0 };

		if (poll(&slot, 1, -1) < 0)
			continue; /* a signal of our own */
		if (slot.revents & POLLIN &&
		    attach_receive(fd, talk->message) == 0)
			return; /* it is gone */
		if (attach_queue_flush(&talk->queue, fd) < 0)
			return;
	}
}

/* Without a proxy a signal ends this command, and the container goes on. */
static void leave(struct talk *talk, int number)
{
	say_goodbye(talk);
	finish(talk, ATTACH_END_SIGNAL, 128 + number);
}

static void take_signal(struct talk *talk)
{
	struct signalfd_siginfo info;
	unsigned char number;

	if (read(talk->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	number = (unsigned char)info.ssi_signo;
	if (number == SIGWINCH) {
		send_size(talk);
		return;
	}
	/*
	 * A hang-up that somebody sent is for the program, which may be a
	 * server that reads its settings again. When it is the terminal's, we
	 * end with it, and the monitor sees to the container.
	 */
	if (number == SIGHUP && is_hung_up(talk)) {
		finish(talk, ATTACH_END_BROKEN, 128 + SIGHUP);
		return;
	}
	if (!talk->client->sig_proxy) {
		leave(talk, number);
		return;
	}
	if ((number == SIGINT || number == SIGTERM) &&
	    ++talk->insisted == ATTACH_FORCE_SIGNALS) {
		finish(talk, ATTACH_END_SIGNAL, 1);
		return;
	}
	say(talk, ATTACH_SIGNAL, &number, 1);
}

static void end_input(struct talk *talk)
{
	talk->input_open = false;
	say(talk, ATTACH_INPUT_END, NULL, 0);
}

static void take_input(struct talk *talk)
{
	unsigned char input[ATTACH_DATA_MAX - DETACH_KEYS_MAX];
	unsigned char *out = talk->message->data;
	ssize_t got = read(STDIN_FILENO, input, sizeof(input));
	bool detached;
	size_t length;

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got <= 0) {
		end_input(talk);
		return;
	}
	detached = detach_keys_pass(&talk->keys, input, (size_t)got, out,
				    &length);
	if (length) {
		say(talk, ATTACH_INPUT, out, length);
		talk->is_awaiting = true;
	}
	if (!detached)
		return;
	say_goodbye(talk);
	finish(talk, ATTACH_END_DETACHED, 0);
}

/*
 * How much FD takes at a time without making us wait: a pipe that poll calls
 * writable takes PIPE_BUF. Its flags are not ours to change: others have it.
 */
static size_t portion_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? ATTACH_DATA_MAX
							  : PIPE_BUF;
}

/* Waits until FD takes more; signals are not made to wait for it. */
static bool is_writable(struct talk *talk, int fd)
{
	struct pollfd slots[2] = {
		{ fd, POLLOUT, 0 },
		{ talk->signal_fd, POLLIN, 0 },
	};

	if (poll(slots, 2, -1) < 0)
		return false;
	if (slots[1].revents)
		take_signal(talk);
	return slots[0].revents != 0;
}

static void take_output(struct talk *talk, int fd)
{
	const unsigned char *data = talk->message->data;
	size_t left = talk->message->length;
	size_t portion = portion_of(fd);

	while (left && talk->outcome->end == ATTACH_END_NONE) {
		ssize_t done;

		if (!is_writable(talk, fd) ||
		    talk->outcome->end != ATTACH_END_NONE)
			continue;
		done = write(fd, data, left < portion ? left : portion);
		if (done < 0 && errno != EINTR && errno != EAGAIN)
			/* our reader is gone, and so are we; the monitor ends
			 * the container */
			finish(talk, ATTACH_END_BROKEN, 128 + SIGPIPE);
		if (done > 0) {
			data += done;
			left -= (size_t)done;
		}
	}
}

static void take_message(struct talk *talk)
{
	int got = attach_receive(talk->client->fd, talk->message);
	int32_t code = 0;

	if (got < 0 && errno == EAGAIN)
		return;
	if (got <= 0) {
		finish(talk, ATTACH_END_BROKEN, 255);
		return;
	}
	if (talk->message->kind == ATTACH_OUTPUT) {
		if (!talk->client->hides_output)
			take_output(talk, STDOUT_FILENO);
	} else if (talk->message->kind == ATTACH_ERRORS) {
		if (!talk->client->hides_errors)
			take_output(talk, STDERR_FILENO);
	} else if (talk->message->kind == ATTACH_TAKEN) {
		talk->is_awaiting = false;
	} else if (talk->message->kind == ATTACH_EXITED) {
		memcpy(&code, talk->message->data, sizeof(code));
		finish(talk, ATTACH_END_EXITED, code);
	}
}

/* Waits for whatever comes next: messages, signals, input. */
static int wait_next(const struct talk *talk, struct pollfd slots[static 3])
{
	bool hears_input = talk->input_open && !talk->is_awaiting &&
			   !talk->queue.first;

	slots[0] = (struct pollfd){ talk->client->fd, POLLIN, 0 };
	if (talk->queue.first)
		slots[0].events |= POLLOUT;
	slots[1] = (struct pollfd){ talk->signal_fd, POLLIN, 0 };
	slots[2] = (struct pollfd){ hears_input ? STDIN_FILENO : -1, POLLIN,
				    0 };
	return poll(slots, 3, -1);
}

static void carry(struct talk *talk)
{
	while (talk->outcome->end == ATTACH_END_NONE) {
		struct pollfd slots[3];

		if (wait_next(talk, slots) < 0)
			continue; /* a signal of our own */
		if (slots[1].revents)
			take_signal(talk);
		/* one that is gone is noticed when receiving */
		if (slots[0].revents & POLLOUT &&
		    attach_queue_flush(&talk->queue, talk->client->fd) < 0)
			attach_queue_release(&talk->queue);
		if (slots[0].revents & (POLLIN | POLLHUP | POLLERR) &&
		    talk->outcome->end == ATTACH_END_NONE)
			take_message(talk);
		if (slots[2].revents && talk->outcome->end == ATTACH_END_NONE)
			take_input(talk);
	}
}

int attach_client_run(const struct attach_client *client,
		      struct attach_outcome *out, struct error *err)
{
	autofree struct attach_message *message = xmalloc(sizeof(*message));
	struct talk talk = {
		.client = client,
		.message = message,
		.signal_fd = -1,
		.input_open = client->has_stdin,
		.outcome = out,
	};
	sigset_t old;

	*out = (struct attach_outcome){ ATTACH_END_NONE, 0 };
	if (detach_keys_parse(client->detach_keys, &talk.keys, err) < 0 ||
	    open_signals(&talk, &old, err) < 0)
		return -1;
	if (!client->is_tty)
		talk.keys.count = 0; /* only a terminal's keys are keys */
	note_terminals(&talk);
	make_raw(&talk);
	if (client->is_tty)
		send_size(&talk);
	carry(&talk);
	restore(&talk);
	attach_queue_release(&talk.queue);
	cleanup_close(&talk.signal_fd);
	restore_signals(&old);
	return 0;
}
