/* SPDX-License-Identifier: Apache-2.0 */
/* Names of signals. */
#include "runtime/signals.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The kernel's range: the C library keeps the first two for itself. */
enum { SIGNALS_RTMIN = 34, SIGNALS_RTMAX = 64 };

static const struct {
	const char *name;
	int number;
} names[] = {
	{ "ABRT", SIGABRT },	 { "ALRM", SIGALRM },	{ "BUS", SIGBUS },
	{ "CHLD", SIGCHLD },	 { "CLD", SIGCHLD },	{ "CONT", SIGCONT },
	{ "FPE", SIGFPE },	 { "HUP", SIGHUP },	{ "ILL", SIGILL },
	{ "INT", SIGINT },	 { "IO", SIGIO },	{ "IOT", SIGABRT },
	{ "KILL", SIGKILL },	 { "PIPE", SIGPIPE },	{ "POLL", SIGPOLL },
	{ "PROF", SIGPROF },	 { "PWR", SIGPWR },	{ "QUIT", SIGQUIT },
	{ "SEGV", SIGSEGV },	 { "STKFLT", 16 },	{ "STOP", SIGSTOP },
	{ "SYS", SIGSYS },	 { "TERM", SIGTERM },	{ "TRAP", SIGTRAP },
	{ "TSTP", SIGTSTP },	 { "TTIN", SIGTTIN },	{ "TTOU", SIGTTOU },
	{ "URG", SIGURG },	 { "USR1", SIGUSR1 },	{ "USR2", SIGUSR2 },
	{ "VTALRM", SIGVTALRM }, { "WINCH", SIGWINCH }, { "XCPU", SIGXCPU },
	{ "XFSZ", SIGXFSZ },
};

/* "RTMIN", "RTMIN+3", "RTMAX-3"; 0 for anything else. */
static int real_time(const char *name)
{
	bool is_least = !strncasecmp(name, "RTMIN", 5);
	const char *rest = name + 5;
	long offset = 0;
	char *end;

	if (!is_least && strncasecmp(name, "RTMAX", 5) != 0)
		return 0;
	if (*rest) {
		if (*rest != (is_least ? '+' : '-') || rest[1] < '0' ||
		    rest[1] > '9')
			return 0;
		offset = strtol(rest + 1, &end, 10);
		if (*end || offset > SIGNALS_RTMAX - SIGNALS_RTMIN)
			return 0;
	}
	return (int)(is_least ? SIGNALS_RTMIN + offset
			      : SIGNALS_RTMAX - offset);
}

static int from_name(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcasecmp(name, names[i].name))
			return names[i].number;
	}
	return real_time(name);
}

static int from_number(const char *text)
{
	size_t length = strspn(text, "0123456789");
	long number;

	if (!length || text[length] || length > 3)
		return 0;
	number = strtol(text, NULL, 10);
	return number <= SIGNALS_RTMAX ? (int)number : 0;
}

int signals_from_name(const char *text, int *out, struct error *err)
{
	const char *name = strncasecmp(text, "SIG", 3) ? text : text + 3;

	*out = from_number(text);
	if (!*out)
		*out = from_name(name);
	if (!*out)
		return error_set(err, ERROR_INVALID, "invalid signal: %s",
				 text);
	return 0;
}
