/* SPDX-License-Identifier: Apache-2.0 */
/* Agents for keys. */
#include "cmd/front/key_agent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/proc.h"
#include "base/strbuf.h"

enum { KEY_MAX = 64 << 10, SAID_MAX = 64 << 10 };

/* As this process's descriptor shows it: the real path may be too long. */
static char *short_path(const struct build_place *place, const char *name)
{
	return xasprintf("/proc/%d/fd/%d/%s", (int)getpid(), place->secret_fd,
			 name);
}

/*
 * In the child. Debian's ssh-agent is a set-group-id program, for which the
 * kernel forgets the signal of a parent that dies; without new privileges it
 * does not.
 */
static _Noreturn void become_agent(const char *socket, int output, pid_t parent)
{
	char *const argv[] = { (char *)(uintptr_t) "ssh-agent",
			       (char *)(uintptr_t) "-D",
			       (char *)(uintptr_t) "-a",
			       (char *)(uintptr_t)socket, NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || setsid() < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(output, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent)
		_exit(125);
	(void)execvp(argv[0], argv); /* returns only when it failed */
	_exit(127);
}

/* It says where it listens once it does. */
static int await_agent(int fd, struct error *err)
{
	char text[64];
	ssize_t got;

	do {
		got = read(fd, text, sizeof(text));
	} while (got < 0 && errno == EINTR);
	if (got > 0)
		return 0;
	return error_set(err, ERROR_NOT_FOUND,
			 "ssh-agent does not start: is OpenSSH's client "
			 "installed?");
}

static int start_agent(const char *socket, struct key_agent *out,
		       struct error *err)
{
	autoclose int said = -1;
	autoclose int output = -1;
	pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_sys(err, errno, "make a pipe");
	said = ends[0];
	output = ends[1];
	out->pid = fork();
	if (out->pid == 0)
		become_agent(socket, output, parent);
	if (out->pid < 0) {
		out->pid = 0;
		return error_sys(err, errno, "start ssh-agent");
	}
	cleanup_close(&output);
	return await_agent(said, err);
}

static int read_key(const char *path, struct strbuf *out, struct error *err)
{
	autoclose int fd = open(path,
				O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_sys(err, errno, "open %s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERROR_INVALID, "%s is no file", path);
	return fs_read_fd(fd, KEY_MAX, out, err);
}

/* The last line of what ssh-add says is why. */
static int refuse(const char *path, const struct strbuf *said,
		  struct error *err)
{
	size_t length = said->length;
	const char *line;

	while (length && said->text[length - 1] == '\n')
		length--;
	line = length ? memrchr(said->text, '\n', length) : NULL;
	line = line ? line + 1 : said->text;
	return error_set(err, ERROR_INVALID, "%s is no key for an agent: %.*s",
			 path, (int)(said->text + length - line), line);
}

/* By standard input: the file's mode and owner are the caller's business. */
static int add_key(const char *socket, const char *path, struct error *err)
{
	autoclean(strbuf_release) struct strbuf key = STRBUF_LIMIT(KEY_MAX);
	autoclean(strbuf_release) struct strbuf said = STRBUF_LIMIT(SAID_MAX);
	autofree char *agent = xasprintf("SSH_AUTH_SOCK=%s", socket);
	char *const argv[] = { (char *)(uintptr_t) "ssh-add",
			       (char *)(uintptr_t) "-q",
			       (char *)(uintptr_t) "-", NULL };
	/* a passphrase is asked for by a program that has no answer */
	char *const env[] = { agent,
			      (char *)(uintptr_t) "SSH_ASKPASS=/bin/false",
			      (char *)(uintptr_t) "SSH_ASKPASS_REQUIRE=force",
			      NULL };
	struct proc_capture run = {
		.argv = argv,
		.env = env,
		.diagnostics = &said,
	};
	int result;

	if (read_key(path, &key, err) < 0)
		return -1;
	run.input = key.text;
	run.input_length = key.length;
	result = proc_run(&run, err);
	explicit_bzero(key.text, key.length);
	if (result < 0)
		return error_wrap(err, "ssh-add");
	return run.status ? refuse(path, &said, err) : 0;
}

int key_agent_start(const struct build_place *place, const char *name,
		    const struct strvec *paths, struct key_agent *out,
		    struct error *err)
{
	autofree char *socket = short_path(place, name);

	if (start_agent(socket, out, err) < 0)
		return -1;
	for (size_t i = 0; i < paths->count; i++)
		if (add_key(socket, paths->items[i], err) < 0)
			return -1;
	out->socket = xasprintf("%s/%s", place->secret_path, name);
	return 0;
}

void key_agent_stop(struct key_agent *agent)
{
	if (agent->pid > 0) {
		(void)kill(agent->pid, SIGTERM); /* it may be gone */
		while (waitpid(agent->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	free(agent->socket);
	*agent = (struct key_agent)KEY_AGENT_INIT;
}
