/* SPDX-License-Identifier: Apache-2.0 */
/* A child with a request at 0, a socket at 1 and a namespace at 3. */
#include "runtime/engine/network_program.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "base/userns.h"
#include "runtime/engine/network_home.h"
#include "runtime/self_protect.h"

enum { FD_REQUEST = 0, FD_REPLY = 1, FD_ERRORS = 2, FD_NAMESPACE = 3 };

/* cmake/network_program.S; absent from what is not a release */
extern const char network_program_start[] __attribute__((weak));
extern const char network_program_end_of_file[] __attribute__((weak));

/* The program's own file. */
static int open_program(struct error *err)
{
	autofree char *own = NULL;
	autofree char *path = NULL;
	const char *slash;
	autoclose int fd = -1;

	if (network_program_start) {
		fd = memfd_create("imgctl-network", MFD_CLOEXEC);
		if (fd < 0)
			return error_sys(err, errno,
					 "make room for imgctl-network");
		if (fs_write_all(
			    fd, network_program_start,
			    (size_t)((uintptr_t)network_program_end_of_file -
				     (uintptr_t)network_program_start),
			    err) < 0)
			return error_wrap(err, "unpack imgctl-network");
		return TAKE_FD(fd);
	}
	own = self_protect_path();
	slash = strrchr(own, '/');
	path = xasprintf("%.*simgctl-network",
			 slash ? (int)(slash - own) + 1 : 0, own);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_sys(err, errno, "open %s", path);
	return TAKE_FD(fd);
}

/* WIRING as a file to be read from its start. */
static int write_request(const struct wiring *wiring, struct error *err)
{
	autoclean(jsonx_free) json_t *document = wiring_format(wiring);
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclose int fd = memfd_create("network request", MFD_CLOEXEC);

	jsonx_format(document, &text);
	if (fd < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return error_sys(err, errno, "make a network request");
	if (fs_pwrite_all(fd, text.text, text.length, 0, err) < 0)
		return error_wrap(err, "write a network request");
	return TAKE_FD(fd);
}

/* What the child is started with. */
struct start {
	const char *verb;
	int program, request, reply, namespace_fd;
	int home_fd;	  /* where the bridges lie; -1: here */
	const char *word; /* a name to be looked up; or NULL */
};

/* Puts descriptor FROM to NUMBER, out of the way of the others. */
static bool put(int from, int number)
{
	return dup2(from, number) == number;
}

static _Noreturn void become(const struct start *start)
{
	char *const argv[] = {
		(char *)(uintptr_t) "imgctl-network",
		(char *)(uintptr_t)start->verb,
		start->namespace_fd >= 0 ? (char *)(uintptr_t) "given"
					 : (char *)(uintptr_t)start->word,
		NULL,
	};
	/* above all numbers that are put */
	int program = fcntl(start->program, F_DUPFD_CLOEXEC, 10);
	int request = fcntl(start->request, F_DUPFD_CLOEXEC, 10);
	int reply = fcntl(start->reply, F_DUPFD_CLOEXEC, 10);
	int given = start->namespace_fd < 0
			    ? -1
			    : fcntl(start->namespace_fd, F_DUPFD_CLOEXEC, 10);
	sigset_t none;
	int null;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (start->home_fd >= 0 && setns(start->home_fd, CLONE_NEWNET) < 0)
		_exit(127);
	if (program < 0 || !put(request, FD_REQUEST) || !put(reply, FD_REPLY) ||
	    (given >= 0 && !put(given, FD_NAMESPACE)))
		_exit(127);
	/* a log that somebody holds open must not be held by it, too */
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null < 0 || !put(null, FD_ERRORS))
		_exit(127);
	(void)fexecve(program, argv, environ);
	_exit(127);
}

static int begin_at(const struct start *what, const struct wiring *wiring,
		    struct network_program *out, struct error *err)
{
	struct start start = *what;
	autoclose int program = open_program(err);
	autoclose int request = -1;
	autoclose int theirs = -1;
	int pair[2];

	if (program < 0)
		return -1;
	request = write_request(wiring, err);
	if (request < 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_sys(err, errno, "open a line to imgctl-network");
	out->socket = pair[0];
	theirs = pair[1];
	start.program = program;
	start.request = request;
	start.reply = theirs;
	out->pid = fork();
	if (out->pid < 0) {
		out->pid = 0;
		network_program_release(out);
		return error_sys(err, errno, "start imgctl-network");
	}
	if (out->pid == 0)
		become(&start);
	return 0;
}

/* Whether VERB only takes away, of which there is nothing where nobody is. */
static bool is_taking_away(const char *verb)
{
	return strcmp(verb, "attach") != 0 && strcmp(verb, "rebuild") != 0;
}

int network_program_begin(const struct store *store, const char *verb,
			  const struct wiring *wiring, int namespace_fd,
			  struct network_program *out, struct error *err)
{
	autoclose int home = -1;
	struct start start = { .verb = verb, .namespace_fd = namespace_fd };

	*out = (struct network_program)NETWORK_PROGRAM_INIT;
	if (!userns_is_initial()) {
		home = network_home_find(store);
		if (home < 0 && is_taking_away(verb))
			return 0;
		if (home < 0)
			return error_set(err, ERROR_NOT_FOUND,
					 "the network of this user's "
					 "containers is gone");
	}
	start.home_fd = home;
	return begin_at(&start, wiring, out, err);
}

void network_program_release(struct network_program *program)
{
	cleanup_close(&program->socket);
	while (program->pid > 0 && waitpid(program->pid, NULL, 0) < 0 &&
	       errno == EINTR)
		continue;
	program->pid = 0;
}

int network_program_answer(struct network_program *program,
			   struct wiring_reply *out, struct error *err)
{
	*out = (struct wiring_reply)WIRING_REPLY_INIT;
	if (program->socket < 0)
		return 0; /* there was nothing to do */
	return wiring_reply_take(program->socket, out, err);
}

int network_program_end(struct network_program *program,
			struct wiring_reply *out, struct error *err)
{
	int result = network_program_answer(program, out, err);

	network_program_release(program);
	return result;
}

static int end(struct network_program *program, struct error *err)
{
	struct wiring_reply reply = WIRING_REPLY_INIT;
	int result = network_program_end(program, &reply, err);

	cleanup_close(&reply.namespace_fd);
	return result;
}

int network_program_run(const struct store *store, const char *verb,
			const struct wiring *wiring, int namespace_fd,
			struct error *err)
{
	autoclean(network_program_release) struct network_program program =
		NETWORK_PROGRAM_INIT;

	if (network_program_begin(store, verb, wiring, namespace_fd, &program,
				  err) < 0)
		return -1;
	return end(&program, err);
}

int network_program_run_at(int home_fd, const char *verb,
			   const struct wiring *wiring, struct error *err)
{
	autoclean(network_program_release) struct network_program program =
		NETWORK_PROGRAM_INIT;
	const struct start start = { .verb = verb,
				     .namespace_fd = -1,
				     .home_fd = home_fd };

	if (begin_at(&start, wiring, &program, err) < 0)
		return -1;
	return end(&program, err);
}

int network_program_resolve(const char *name, char out[IP_TEXT_MAX],
			    struct error *err)
{
	autoclean(network_program_release) struct network_program program =
		NETWORK_PROGRAM_INIT;
	autoclean(wiring_release) struct wiring nothing = WIRING_INIT;
	struct wiring_reply reply = WIRING_REPLY_INIT;
	const struct start start = { .verb = "resolve",
				     .namespace_fd = -1,
				     .home_fd = -1,
				     .word = name };

	if (begin_at(&start, &nothing, &program, err) < 0 ||
	    network_program_end(&program, &reply, err) < 0)
		return -1;
	memcpy(out, reply.address, IP_TEXT_MAX);
	return 0;
}
