/* SPDX-License-Identifier: Apache-2.0 */
/* The process itself: what it is, what it has and where it lives. */
#include "probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

void probe_say(const char *key, const char *format, ...)
{
	va_list arguments;

	printf("%s\t", key);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
}

const char *probe_errno(int errnum)
{
	const char *name = strerrorname_np(errnum);

	return errnum == 0 ? "ok" : name ? name : "?";
}

/* Each line of FILE that begins with one of WORDS, as it is. */
static void say_lines(const char *file, const char *const *words)
{
	FILE *stream = fopen(file, "re");
	char line[4096];

	while (stream && fgets(line, sizeof(line), stream)) {
		for (size_t i = 0; words[i]; i++) {
			size_t length = strlen(words[i]);

			line[strcspn(line, "\n")] = '\0';
			if (!strncmp(line, words[i], length) &&
			    line[length] == ':')
				probe_say(words[i], "%s",
					  line + length + 1 +
						  strspn(line + length + 1,
							 "\t "));
		}
	}
	if (stream)
		(void)fclose(stream);
}

static void say_file(const char *key, const char *file)
{
	FILE *stream = fopen(file, "re");
	char line[4096];

	if (!stream)
		probe_say(key, "%s", probe_errno(errno));
	while (stream && fgets(line, sizeof(line), stream)) {
		line[strcspn(line, "\n")] = '\0';
		for (char *c = line; *c; c++)
			if (*c == '\t')
				*c = ' ';
		probe_say(key, "%s", line);
	}
	if (stream)
		(void)fclose(stream);
}

static void say_links(const char *folder, const char *key)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char name[512], value[4096], whole[600];

	while (dir && (entry = readdir(dir))) {
		ssize_t length;

		if (entry->d_name[0] == '.' ||
		    atoi(entry->d_name) == dirfd(dir))
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", folder,
			       entry->d_name);
		(void)snprintf(whole, sizeof(whole), "%s.%s", key,
			       entry->d_name);
		length = readlink(name, value, sizeof(value) - 1);
		value[length < 0 ? 0 : length] = '\0';
		probe_say(whole, "%s", value);
	}
	if (dir)
		(void)closedir(dir);
}

static void probe_process(char **env)
{
	static const char *const words[] = {
		"Uid",	  "Gid",    "Groups",	  "CapInh",  "CapPrm", "CapEff",
		"CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", "Umask",  "SigBlk",
		"SigIgn", "SigPnd", "NSpid",	  NULL,
	};
	int signal = 0;
	struct stat root, above;

	say_lines("/proc/self/status", words);
	say_links("/proc/self/fd", "fd");
	say_links("/proc/self/ns", "ns");
	say_file("uid_map", "/proc/self/uid_map");
	say_file("cgroup", "/proc/self/cgroup");
	say_file("oom_score_adj", "/proc/self/oom_score_adj");
	say_file("mountinfo", "/proc/self/mountinfo");
	say_file("hostname", "/etc/hostname");
	say_file("hosts", "/etc/hosts");
	for (; *env; env++)
		probe_say("env", "%.*s", (int)strcspn(*env, "="), *env);
	(void)prctl(PR_GET_PDEATHSIG, &signal);
	probe_say("pdeathsig", "%d", signal);
	probe_say("dumpable", "%d", prctl(PR_GET_DUMPABLE));
	probe_say("session", "%s", getsid(0) == getpid() ? "own" : "another");
	if (stat("/", &root) == 0 && stat("/..", &above) == 0)
		probe_say("above-root", "%s",
			  root.st_ino == above.st_ino &&
					  root.st_dev == above.st_dev
				  ? "itself"
				  : "elsewhere");
}

static void probe_limits(void)
{
	static const struct {
		const char *key;
		int resource;
	} rows[] = {
		{ "limit.nofile", RLIMIT_NOFILE },
		{ "limit.core", RLIMIT_CORE },
		{ "limit.memlock", RLIMIT_MEMLOCK },
	};
	struct rlimit limit;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (getrlimit((__rlimit_resource_t)rows[i].resource, &limit) <
		    0)
			continue;
		probe_say(rows[i].key, "%lld %lld", (long long)limit.rlim_cur,
			  (long long)limit.rlim_max);
		if (limit.rlim_max == RLIM_INFINITY)
			continue;
		limit.rlim_max++;
		if (setrlimit((__rlimit_resource_t)rows[i].resource, &limit) <
		    0)
			probe_say("limit.raise", "%s", probe_errno(errno));
	}
}

static void probe_network(void)
{
	struct if_nameindex *all = if_nameindex();
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	FILE *sockets = fopen("/proc/net/unix", "re");
	char line[4096];
	int count = 0;

	for (size_t i = 0; all && all[i].if_index; i++) {
		struct ifreq request = { .ifr_flags = 0 };

		memccpy(request.ifr_name, all[i].if_name, 0, IFNAMSIZ);
		(void)ioctl(fd, SIOCGIFFLAGS, &request);
		probe_say("interface", "%s %s", all[i].if_name,
			  request.ifr_flags & IFF_UP ? "up" : "down");
	}
	while (sockets && fgets(line, sizeof(line), sockets))
		count += strchr(line, '@') != NULL;
	probe_say("abstract-sockets", "%s", count ? "some" : "none");
	say_file("sysctl.port_start",
		 "/proc/sys/net/ipv4/ip_unprivileged_port_start");
	say_file("sysctl.ping_group", "/proc/sys/net/ipv4/ping_group_range");
}

static void probe_terminal(void)
{
	char byte = 'x';
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);

	probe_say("tty", "%s", isatty(0) ? "yes" : "no");
	probe_say("tty.controlling", "%s",
		  tty < 0 ? probe_errno(errno) : "yes");
	if (!isatty(0))
		probe_say("tty.push", "%s",
			  ioctl(0, TIOCSTI, &byte) < 0 ? probe_errno(errno)
						       : "ok");
}

int main(int argc, char **argv, char **env)
{
	(void)argc;
	(void)argv;
	probe_process(env);
	probe_limits();
	probe_network();
	probe_terminal();
	probe_files();
	probe_calls();
	return fflush(stdout) == 0 ? 0 : 1;
}
