/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a command and writes to the file OUT what it cost: wall seconds, CPU
 * seconds of it and the children it waited for, peak kilobytes of its largest
 * process, exit code. Small and static, since a child's peak begins with the
 * size of whoever started it, which rules out doing this from Python.
 *
 * Usage: measure OUT LOG COMMAND [ARGUMENT...]
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time); /* cannot fail */
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	double started;
	FILE *out;
	pid_t child;
	int status;
	int log;

	if (argc < 4)
		return 2;
	out = fopen(argv[1], "we");
	log = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (!out || log < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
		return 2;
	started = now();
	if (posix_spawnp(&child, argv[3], NULL, NULL, argv + 3, environ))
		return 2;
	if (wait4(child, &status, 0, &usage) < 0)
		return 2;
	(void)fprintf(out, "%.6f %.6f %ld %d\n", now() - started,
		      seconds(usage.ru_utime) + seconds(usage.ru_stime),
		      usage.ru_maxrss,
		      WIFEXITED(status) ? WEXITSTATUS(status)
					: 128 + WTERMSIG(status));
	return fclose(out) ? 2 : 0;
}
