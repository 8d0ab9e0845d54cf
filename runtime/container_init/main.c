/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first process of a container run with --init: starts the program, hands
 * it every signal, reaps what is left to it, and ends as the program ends.
 * Without a C library: it costs a few pages, and needs nothing of the image.
 *
 *   docker-init -- PROGRAM [ARGUMENT...]
 *
 * As docker's own, it puts the program into a process group of its own, in the
 * terminal's foreground if there is one: the keys' signals reach the program
 * and not the init too, which would hand them on once more.
 */
#include "runtime/container_init/init_system.h"

enum { INIT_PATH_MAX = 4096, INIT_DENIED = 126, INIT_ABSENT = 127 };

_Noreturn void init_begin(char **stack);

static long call(long number, long a, long b, long c, long d)
{
	return init_call(number, a, b, c, d);
}

static size_t length_of(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

static int has_prefix(const char *text, const char *prefix)
{
	for (; *prefix; prefix++, text++) {
		if (*text != *prefix)
			return 0;
	}
	return 1;
}

static int has_slash(const char *text)
{
	for (; *text; text++) {
		if (*text == '/')
			return 1;
	}
	return 0;
}

static void say(const char *text)
{
	/* nobody to tell that nobody can be told */
	(void)call(INIT_WRITE, 2, (long)text, (long)length_of(text), 0);
}

static _Noreturn void leave(int code)
{
	for (;;)
		(void)call(INIT_EXIT_GROUP, code, 0, 0, 0);
}

static const char *search_path(char *const *env)
{
	for (; *env; env++) {
		if (has_prefix(*env, "PATH="))
			return *env + 5;
	}
	return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

/* FOLDER (LENGTH bytes), a slash, NAME; too long a path is no path. */
static int join(const char *folder, size_t length, const char *name, char *out)
{
	size_t rest = length_of(name);

	if (length + rest + 2 > INIT_PATH_MAX)
		return 0;
	for (size_t i = 0; i < length; i++)
		out[i] = folder[i];
	out[length] = '/';
	for (size_t i = 0; i <= rest; i++)
		out[length + 1 + i] = name[i];
	return 1;
}

/* Executes the first NAME in PATH that can be; returns why none could. */
static long search(const char *path, char *const *argv, char *const *env)
{
	char full[INIT_PATH_MAX];
	long reason = -INIT_ENOENT;

	while (*path) {
		size_t length = 0;
		long result;

		while (path[length] && path[length] != ':')
			length++;
		if (length && join(path, length, argv[0], full)) {
			result = call(INIT_EXECVE, (long)full, (long)argv,
				      (long)env, 0);
			if (result != -INIT_ENOENT && result != -INIT_ENOTDIR)
				reason = result;
		}
		path += length + (path[length] == ':');
	}
	return reason;
}

static const char *explain(long reason)
{
	if (reason == -INIT_ENOENT)
		return "No such file or directory";
	if (reason == -INIT_EACCES)
		return "Permission denied";
	return "it cannot be executed";
}

static _Noreturn void execute(char *const *argv, char *const *env)
{
	long reason;

	if (has_slash(argv[0]))
		reason = call(INIT_EXECVE, (long)argv[0], (long)argv, (long)env,
			      0);
	else
		reason = search(search_path(env), argv, env);
	say("docker-init: exec ");
	say(argv[0]);
	say(" failed: ");
	say(explain(reason));
	say("\n");
	leave(reason == -INIT_ENOENT ? INIT_ABSENT : INIT_DENIED);
}

/* In the child; every signal is still blocked, SIGTTOU among them. */
static _Noreturn void become(const uint64_t *mask, char *const *argv,
			     char *const *env)
{
	int group = (int)call(INIT_GETPID, 0, 0, 0, 0);

	/* without a terminal there is nothing to take the foreground of */
	(void)call(INIT_SETPGID, 0, 0, 0, 0);
	(void)call(INIT_IOCTL, 0, INIT_TIOCSPGRP, (long)&group, 0);
	(void)call(INIT_RT_SIGPROCMASK, INIT_SIG_SETMASK, (long)mask, 0,
		   sizeof(*mask));
	execute(argv, env);
}

static int code_of(int status)
{
	int signal = status & 0x7f;

	return signal ? 128 + signal : (status >> 8) & 0xff;
}

/* Reaps whoever has ended; leaves when the program has. */
static void reap(long program)
{
	for (;;) {
		int status = 0;
		long pid = call(INIT_WAIT4, -1, (long)&status, INIT_WNOHANG, 0);

		if (pid <= 0)
			return;
		if (pid == program)
			leave(code_of(status));
	}
}

static _Noreturn void serve(long program, uint64_t awaited)
{
	for (;;) {
		long signal = call(INIT_RT_SIGTIMEDWAIT, (long)&awaited, 0, 0,
				   sizeof(awaited));

		if (signal > 0 && signal != INIT_SIGCHLD)
			(void)call(INIT_KILL, program, signal, 0, 0);
		reap(program);
	}
}

_Noreturn void init_begin(char **stack)
{
	size_t argc = (size_t)stack[0];
	char **argv = stack + 1;
	char **env = argv + argc + 1;
	uint64_t blocked = ~(uint64_t)INIT_FAULTS;
	uint64_t before = 0;
	long program;

	if (argc < 3 || !has_prefix(argv[1], "--") || argv[1][2]) {
		say("usage: docker-init -- PROGRAM [ARGUMENT...]\n");
		leave(1);
	}
	(void)call(INIT_RT_SIGPROCMASK, INIT_SIG_BLOCK, (long)&blocked,
		   (long)&before, sizeof(before));
	program = call(INIT_CLONE, INIT_SIGCHLD, 0, 0, 0);
	if (program < 0) {
		say("docker-init: no process could be started\n");
		leave(1);
	}
	if (!program)
		become(&before, argv + 2, env);
	serve(program, blocked & ~(uint64_t)INIT_TERMINAL);
}
