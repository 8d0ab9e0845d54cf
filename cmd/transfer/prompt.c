/* SPDX-License-Identifier: Apache-2.0 */
/* Questions on the terminal. */
#include "cmd/transfer/prompt.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"

enum { LINE_MAX_BYTES = 4096 }; /* a terminal's longest line, and its end */

/* What would end the process and leave the terminal as it is. */
static void list_deadly(sigset_t *out)
{
	static const int deadly[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

	(void)sigemptyset(out); /* cannot fail, like those below */
	for (size_t i = 0; i < sizeof(deadly) / sizeof(*deadly); i++)
		(void)sigaddset(out, deadly[i]);
}

/* One line, or 0 bytes when a signal waits on SIGNALS; it is left there. */
static int read_line(int signals, char *line, size_t *length, struct error *err)
{
	struct pollfd ends[] = { { .fd = signals, .events = POLLIN },
				 { .fd = STDIN_FILENO, .events = POLLIN } };
	ssize_t got;

	*length = 0;
	do {
		if (poll(ends, 2, -1) < 0 && errno != EINTR)
			return error_sys(err, errno, "wait for an answer");
	} while (!ends[0].revents && !ends[1].revents);
	if (ends[0].revents)
		return 0;
	got = read(STDIN_FILENO, line, LINE_MAX_BYTES);
	if (got < 0)
		return error_sys(err, errno, "read the answer");
	*length = (size_t)got;
	return 0;
}

/* Ask TEXT while the terminal has SETTINGS. */
static int ask_with(const struct termios *settings, const char *text,
		    char *line, size_t *length, struct error *err)
{
	autoclose int signals = -1;
	sigset_t deadly;
	sigset_t before;
	struct termios saved;
	int result;

	if (tcgetattr(STDIN_FILENO, &saved) < 0)
		return error_sys(err, errno, "terminal");
	list_deadly(&deadly);
	signals = signalfd(-1, &deadly, SFD_CLOEXEC);
	if (signals < 0)
		return error_sys(err, errno, "signalfd");
	(void)sigprocmask(SIG_BLOCK, &deadly, &before);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, settings); /* best effort */
	/* a lost prompt is not fatal */
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		errno = 0;
	result = read_line(signals, line, length, err);
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
	/* the signal that ended the question takes effect here */
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return result;
}

int prompt_ask(const char *text, bool is_secret, char **out, struct error *err)
{
	struct termios settings;
	char line[LINE_MAX_BYTES];
	size_t length = 0;
	int result;

	if (!isatty(STDIN_FILENO))
		return error_set(err, ERROR_INVALID,
				 "cannot perform an interactive login from a "
				 "non TTY device");
	if (tcgetattr(STDIN_FILENO, &settings) < 0)
		return error_sys(err, errno, "terminal");
	if (is_secret) {
		settings.c_lflag &= ~(tcflag_t)ECHO;
		settings.c_lflag |= ECHONL; /* the end of the line is seen */
	}
	result = ask_with(&settings, text, line, &length, err);
	if (result == 0 && length == 0)
		result = error_set(err, ERROR_INTERRUPTED, "nothing was typed");
	if (result == 0) {
		size_t end = 0;

		while (end < length && !strchr("\r\n", line[end]))
			end++;
		*out = xstrndup(line, end);
	}
	explicit_bzero(line, sizeof(line));
	return result;
}
