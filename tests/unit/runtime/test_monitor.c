/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The monitor over a plain shell instead of a container, and its clients. The
 * callbacks run in the monitor's process, so what they see is put into shared
 * memory.
 */
#include "runtime/monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/strbuf.h"
#include "runtime/attach_client.h"
#include "runtime/attach_protocol.h"

enum { PATIENCE_MS = 20000 };

/* What the callbacks note down for the test. */
struct notes {
	volatile int ended, code, failed, finished;
	volatile int lives;	/* how often it is to be started; 0: once */
	volatile int64_t delay; /* before each time but the first */
	volatile int asked, stayed_down;
	volatile size_t logged[3];
};

struct fixture {
	struct notes *notes;
	struct monitor monitor;
	const char *script;
	int client;	 /* the first client's end */
	char socket[64]; /* path others connect to */
	struct attach_message message;
	struct strbuf output, errors;
	int exit_code; /* as told; -1: not yet */
};

static void run_shell(const char *script, const int fds[3])
{
	int null = open("/dev/null", O_RDWR);

	for (int i = 0; i < 3; i++)
		(void)dup2(fds[i] < 0 ? null : fds[i], i);
	(void)syscall(SYS_close_range, 3, ~0U, 0);
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)execl("/bin/sh", "sh", "-c", script, (char *)NULL);
	_exit(127);
}

/* A terminal for the shell: the master here, the peer as its streams. */
static int open_terminal(const struct monitor_stdio *stdio, int peers[3])
{
	struct winsize size = { .ws_row = stdio->rows,
				.ws_col = stdio->columns };
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	int peer;

	(void)unlockpt(master);
	peer = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	(void)ioctl(master, TIOCSWINSZ, &size);
	peers[0] = peers[1] = peers[2] = peer;
	return master;
}

static int start(void *context, const struct monitor_stdio *stdio,
		 struct monitor_started *out, struct error *err)
{
	struct fixture *f = context;
	int fds[3] = { stdio->fds[0], stdio->fds[1], stdio->fds[2] };

	if (!f->script)
		return error_set(err, ERROR_NOT_FOUND, "no such program");
	if (f->monitor.is_tty)
		out->console_fd = open_terminal(stdio, fds);
	out->pid = fork();
	if (out->pid == 0) {
		if (f->monitor.is_tty)
			(void)setsid();
		run_shell(f->script, fds);
	}
	if (f->monitor.is_tty)
		(void)close(fds[0]);
	out->pidfd = (int)syscall(SYS_pidfd_open, out->pid, 0);
	return out->pidfd < 0 ? error_sys(err, errno, "pidfd") : 0;
}

static void failed(void *context, const struct error *err)
{
	((struct fixture *)context)->notes->failed = (int)err->kind;
}

static void note_log(void *context, int stream, const void *data, size_t length)
{
	struct notes *notes = ((struct fixture *)context)->notes;

	(void)data;
	notes->logged[stream] += length;
}

static void ended(void *context, int exit_code, bool is_asked,
		  struct monitor_next *next)
{
	struct notes *notes = ((struct fixture *)context)->notes;

	notes->code = exit_code;
	notes->ended++;
	notes->asked = is_asked;
	next->is_started_again = !is_asked && notes->ended < notes->lives;
	next->delay = notes->delay;
}

static void stayed_down(void *context)
{
	((struct fixture *)context)->notes->stayed_down = 1;
}

static void finish(void *context)
{
	((struct fixture *)context)->notes->finished = 1;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->notes = mmap(NULL, sizeof(*f->notes), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(f->notes != MAP_FAILED);
	f->output = (struct strbuf)STRBUF_INIT;
	f->errors = (struct strbuf)STRBUF_INIT;
	f->exit_code = -1;
	f->client = -1;
	f->monitor = (struct monitor){
		.name = "test-monitor",
		.stop_timeout_ms = 200,
		.listen_fd = -1,
		.context = f,
		.start = start,
		.failed = failed,
		.log = note_log,
		.ended = ended,
		.stayed_down = stayed_down,
		.finish = finish,
	};
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	if (f->client >= 0)
		(void)close(f->client);
	if (f->monitor.listen_fd >= 0)
		(void)close(f->monitor.listen_fd);
	if (*f->socket)
		(void)unlink(f->socket);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
	(void)munmap(f->notes, sizeof(*f->notes));
	strbuf_release(&f->output);
	strbuf_release(&f->errors);
	free(f);
	return 0;
}

static void spawn(struct fixture *f, const char *script)
{
	struct error err = ERROR_INIT;

	f->script = script;
	if (monitor_spawn(&f->monitor, &f->client, &err) < 0)
		fail_msg("%s", err.msg);
}

static void wait_started(struct fixture *f)
{
	struct error err = ERROR_INIT;

	if (attach_client_wait(f->client, &err) < 0)
		fail_msg("%s", err.msg);
}

/* Receive one message from FD, or fail the test; 0 at the end. */
static int hear(struct fixture *f, int fd)
{
	struct pollfd slot = { fd, POLLIN, 0 };

	assert_int_equal(poll(&slot, 1, PATIENCE_MS), 1);
	return attach_receive(fd, &f->message);
}

/* Take everything until the exit code. */
static void hear_all(struct fixture *f, int fd)
{
	int32_t code;

	while (hear(f, fd) > 0) {
		const struct attach_message *it = &f->message;

		if (it->kind == ATTACH_OUTPUT)
			strbuf_add(&f->output, it->data, it->length);
		if (it->kind == ATTACH_ERRORS)
			strbuf_add(&f->errors, it->data, it->length);
		if (it->kind == ATTACH_EXITED) {
			memcpy(&code, it->data, sizeof(code));
			f->exit_code = code;
		}
	}
}

/* Wait for a note; a test that waits in vain fails. */
static void wait_note(const volatile int *note)
{
	for (int i = 0; i < PATIENCE_MS && !*note; i++)
		(void)poll(NULL, 0, 1);
	assert_true(*note);
}

static void test_monitor__carries_output_and_exit_code(void **state)
{
	struct fixture *f = *state;

	spawn(f, "echo out; echo err >&2; exit 7");
	wait_started(f);
	hear_all(f, f->client);
	assert_string_equal(f->output.text, "out\n");
	assert_string_equal(f->errors.text, "err\n");
	assert_int_equal(f->exit_code, 7);
	assert_true(f->notes->ended); /* recorded before it was told */
	assert_int_equal(f->notes->logged[1], 4);
	assert_int_equal(f->notes->logged[2], 4);
	wait_note(&f->notes->finished);
}

static void test_monitor__a_signal_is_128_and_more(void **state)
{
	struct fixture *f = *state;

	spawn(f, "kill -9 $$");
	wait_started(f);
	hear_all(f, f->client);
	assert_int_equal(f->exit_code, 137);
}

static void test_monitor__tells_why_it_did_not_start(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;

	spawn(f, NULL);
	assert_int_equal(attach_client_wait(f->client, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_string_equal(err.msg, "no such program");
	error_release(&err);
	wait_note(&f->notes->finished);
	assert_int_equal(f->notes->failed, ERROR_NOT_FOUND);
}

static void test_monitor__input_ends_with_the_clients(void **state)
{
	struct fixture *f = *state;

	f->monitor.has_stdin = true;
	f->monitor.stdin_once = true;
	spawn(f, "cat; echo end");
	wait_started(f);
	assert_int_equal(attach_send(f->client, ATTACH_INPUT, "hello\n", 6), 0);
	assert_int_equal(attach_send(f->client, ATTACH_INPUT_END, NULL, 0), 0);
	hear_all(f, f->client);
	assert_string_equal(f->output.text, "hello\nend\n");
}

static void test_monitor__without_input_there_is_none(void **state)
{
	struct fixture *f = *state;

	spawn(f, "cat; echo end");
	wait_started(f);
	hear_all(f, f->client);
	assert_string_equal(f->output.text, "end\n");
}

/* 100 kB fit into pipe and socket: nobody has to read for it to end. */
static void test_monitor__a_slow_client_does_not_put_off_the_end(void **state)
{
	struct fixture *f = *state;

	spawn(f, "head -c 100000 /dev/zero");
	wait_started(f);
	wait_note(&f->notes->ended);
	wait_note(&f->notes->finished);
	assert_int_equal(f->notes->logged[1], 100000);
	hear_all(f, f->client);
	assert_int_equal(f->output.length, 100000);
	assert_int_equal(f->exit_code, 0);
}

static void test_monitor__a_full_client_holds_the_container(void **state)
{
	struct fixture *f = *state;

	spawn(f, "head -c 20000000 /dev/zero");
	wait_started(f);
	assert_true(hear(f, f->client) > 0);
	assert_int_equal(f->message.kind, ATTACH_OUTPUT);
	assert_false(f->notes->ended);
	assert_true(f->notes->logged[1] < 2000000);
	f->output.length = 0;
	hear_all(f, f->client);
	assert_int_equal(f->notes->logged[1], 20000000);
	assert_int_equal(f->exit_code, 0);
}

static void test_monitor__without_its_client_it_is_asked_to_end(void **state)
{
	struct fixture *f = *state;

	spawn(f, "trap 'exit 3' TERM; trap '' HUP; echo; "
		 "while :; do sleep 0.05; done");
	wait_started(f);
	assert_true(hear(f, f->client) > 0);
	(void)close(f->client);
	f->client = -1;
	wait_note(&f->notes->ended);
	assert_int_equal(f->notes->code, 3);
}

static void test_monitor__and_then_made_to(void **state)
{
	struct fixture *f = *state;

	spawn(f, "trap '' TERM HUP; echo; while :; do sleep 0.05; done");
	wait_started(f);
	assert_true(hear(f, f->client) > 0);
	(void)close(f->client);
	f->client = -1;
	wait_note(&f->notes->ended);
	assert_int_equal(f->notes->code, 137);
}

static void listen_on(struct fixture *f)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(f->socket, sizeof(f->socket), "/tmp/test-monitor-%d",
		       (int)getpid());
	(void)unlink(f->socket);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s",
		       f->socket);
	f->monitor.listen_fd = socket(
		AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(f->monitor.listen_fd,
			      (const struct sockaddr *)&address,
			      sizeof(address)),
			 0);
	assert_int_equal(listen(f->monitor.listen_fd, 8), 0);
}

static int connect_to(struct fixture *f, unsigned wants)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	unsigned char flags = (unsigned char)wants;

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s",
		       f->socket);
	assert_int_equal(
		connect(fd, (const struct sockaddr *)&address, sizeof(address)),
		0);
	assert_int_equal(attach_send(fd, ATTACH_HELLO, &flags, 1), 0);
	assert_true(hear(f, fd) > 0);
	assert_int_equal(f->message.kind, ATTACH_STARTED);
	return fd;
}

static void test_monitor__starts_it_again(void **state)
{
	struct fixture *f = *state;

	f->notes->lives = 3;
	f->notes->delay = 1000000;
	spawn(f, "echo out; exit 7");
	wait_started(f);
	hear_all(f, f->client); /* the first life only */
	assert_string_equal(f->output.text, "out\n");
	assert_int_equal(f->exit_code, 7);
	wait_note(&f->notes->finished);
	assert_int_equal(f->notes->ended, 3);
	assert_int_equal(f->notes->logged[1], 12);
	assert_false(f->notes->stayed_down);
}

static void test_monitor__it_stays_down_when_asked_to(void **state)
{
	struct fixture *f = *state;

	f->notes->lives = 2;
	spawn(f, "sleep 1000");
	wait_started(f);
	assert_int_equal(attach_send(f->client, ATTACH_STAY_DOWN, NULL, 0), 0);
	assert_int_equal(attach_send(f->client, ATTACH_SIGNAL, "\x09", 1), 0);
	hear_all(f, f->client);
	wait_note(&f->notes->finished);
	assert_int_equal(f->notes->ended, 1);
	assert_true(f->notes->asked);
}

static void test_monitor__its_rest_can_be_its_end(void **state)
{
	struct fixture *f = *state;
	int fd;

	f->notes->lives = 2;
	f->notes->delay = INT64_C(3600) * 1000000000;
	listen_on(f);
	spawn(f, "exit 4");
	wait_started(f);
	hear_all(f, f->client);
	assert_int_equal(f->exit_code, 4);
	assert_false(f->notes->finished);
	fd = connect_to(f, 0);
	assert_int_equal(attach_send(fd, ATTACH_STAY_DOWN, NULL, 0), 0);
	f->exit_code = -1;
	hear_all(f, fd);
	assert_int_equal(f->exit_code, 4);
	wait_note(&f->notes->finished);
	assert_true(f->notes->stayed_down);
	(void)close(fd);
}

static void test_monitor__lives_on_after_a_detach(void **state)
{
	struct fixture *f = *state;
	unsigned char number = SIGTERM;
	int other;

	listen_on(f);
	spawn(f, "trap 'echo bye; exit 4' TERM; echo; "
		 "while :; do sleep 0.05; done");
	wait_started(f);
	assert_true(hear(f, f->client) > 0);
	assert_int_equal(attach_send(f->client, ATTACH_DETACH, NULL, 0), 0);
	(void)close(f->client);
	f->client = -1;
	other = connect_to(f, ATTACH_WANTS_OUTPUT);
	assert_false(f->notes->ended);
	assert_int_equal(attach_send(other, ATTACH_SIGNAL, &number, 1), 0);
	hear_all(f, other);
	assert_string_equal(f->output.text, "bye\n");
	assert_int_equal(f->exit_code, 4);
	(void)close(other);
}

static void test_monitor__several_clients_hear_the_same(void **state)
{
	struct fixture *f = *state;
	int others[2];

	listen_on(f);
	f->monitor.has_stdin = true;
	spawn(f, "read line; echo both");
	wait_started(f);
	for (int i = 0; i < 2; i++)
		others[i] = connect_to(f, ATTACH_WANTS_OUTPUT);
	assert_int_equal(attach_send(f->client, ATTACH_INPUT, "\n", 1), 0);
	for (int i = 0; i < 2; i++) {
		strbuf_truncate(&f->output, 0);
		f->exit_code = -1;
		hear_all(f, others[i]);
		assert_string_equal(f->output.text, "both\n");
		assert_int_equal(f->exit_code, 0);
		(void)close(others[i]);
	}
	hear_all(f, f->client);
}

/* Nobody reads the input; a signal must not have to wait behind it. */
static void test_monitor__signals_pass_input_by(void **state)
{
	struct fixture *f = *state;
	static unsigned char chunk[ATTACH_DATA_MAX];
	unsigned char number = SIGINT;

	f->monitor.has_stdin = true;
	spawn(f, "trap 'exit 5' INT; echo; while :; do sleep 0.05; done");
	wait_started(f);
	assert_true(hear(f, f->client) > 0);
	for (int i = 0; i < 2; i++) { /* as much as a pipe holds */
		assert_int_equal(attach_send(f->client, ATTACH_INPUT, chunk,
					     sizeof(chunk)),
				 0);
		assert_true(hear(f, f->client) > 0);
		assert_int_equal(f->message.kind, ATTACH_TAKEN);
	}
	assert_int_equal(
		attach_send(f->client, ATTACH_INPUT, chunk, sizeof(chunk)), 0);
	assert_int_equal(attach_send(f->client, ATTACH_SIGNAL, &number, 1), 0);
	hear_all(f, f->client);
	assert_int_equal(f->exit_code, 5);
}

static void test_monitor__a_terminal_has_its_size_and_echo(void **state)
{
	struct fixture *f = *state;
	uint16_t sides[2] = { 30, 120 };

	f->monitor.is_tty = true;
	f->monitor.has_stdin = true;
	f->monitor.rows = 24;
	f->monitor.columns = 80;
	spawn(f, "stty size; read line; stty size; exit 2");
	wait_started(f);
	while (!strchr(f->output.text, '\n')) {
		assert_true(hear(f, f->client) > 0);
		strbuf_add(&f->output, f->message.data, f->message.length);
	}
	assert_int_equal(
		attach_send(f->client, ATTACH_RESIZE, sides, sizeof(sides)), 0);
	assert_int_equal(attach_send(f->client, ATTACH_INPUT, "x\n", 2), 0);
	hear_all(f, f->client);
	assert_string_equal(f->output.text, "24 80\r\nx\r\n30 120\r\n");
	assert_int_equal(f->exit_code, 2);
}

static void test_monitor__holds_nothing_of_its_callers(void **state)
{
	struct fixture *f = *state;
	struct pollfd slot = { .events = POLLIN };
	int ends[2];
	char byte;

	f->monitor.lives_on = true;
	assert_int_equal(pipe(ends), 0); /* not close-on-exec */
	spawn(f, "while :; do sleep 0.05; done");
	wait_started(f);
	(void)close(ends[1]);
	slot.fd = ends[0];
	assert_int_equal(poll(&slot, 1, PATIENCE_MS), 1);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	(void)close(ends[0]);
	assert_false(f->notes->ended);
	byte = SIGKILL;
	assert_int_equal(attach_send(f->client, ATTACH_SIGNAL, &byte, 1), 0);
	wait_note(&f->notes->ended);
}

/* In a child: be the whole client, with these streams. */
static void be_client(const struct fixture *f, int in, int out)
{
	struct attach_client client = {
		.fd = f->client,
		.has_stdin = f->monitor.has_stdin,
		.sig_proxy = true,
	};
	struct attach_outcome outcome;
	struct error err = ERROR_INIT;

	(void)dup2(in, STDIN_FILENO);
	(void)dup2(out, STDOUT_FILENO);
	if (attach_client_wait(f->client, &err) < 0 ||
	    attach_client_run(&client, &outcome, &err) < 0)
		_exit(99);
	_exit(outcome.exit_code);
}

static int wait_code(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Both ways full at once: whoever waits in a send would wait for ever. */
static void test_monitor__a_client_carries_megabytes_both_ways(void **state)
{
	struct fixture *f = *state;
	int in = memfd_create("in", MFD_CLOEXEC);
	int out = memfd_create("out", MFD_CLOEXEC);
	struct error err = ERROR_INIT;
	struct strbuf text = STRBUF_INIT, back = STRBUF_INIT;
	pid_t pid;

	for (int i = 0; i < 500000; i++)
		strbuf_addf(&text, "%d\n", i);
	assert_int_equal(fs_write_all(in, text.text, text.length, &err), 0);
	assert_int_equal(lseek(in, 0, SEEK_SET), 0);
	f->monitor.has_stdin = true;
	f->monitor.stdin_once = true;
	spawn(f, "cat; exit 6");
	pid = fork();
	if (pid == 0)
		be_client(f, in, out);
	(void)close(f->client);
	f->client = -1;
	assert_int_equal(wait_code(pid), 6);
	assert_int_equal(lseek(out, 0, SEEK_SET), 0);
	assert_int_equal(fs_read_fd(out, text.length + 1, &back, &err), 0);
	assert_int_equal(back.length, text.length);
	assert_memory_equal(back.text, text.text, text.length);
	(void)close(in);
	(void)close(out);
	strbuf_release(&text);
	strbuf_release(&back);
}

static void test_monitor__a_client_whose_reader_left_ends(void **state)
{
	struct fixture *f = *state;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int ends[2];
	pid_t pid;

	spawn(f, "trap '' PIPE HUP; while echo line; do :; done");
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		(void)close(ends[0]);
		be_client(f, null, ends[1]);
	}
	(void)close(f->client);
	f->client = -1;
	(void)close(ends[0]);
	(void)close(ends[1]);
	(void)close(null);
	assert_int_equal(wait_code(pid), 128 + SIGPIPE);
	wait_note(&f->notes->ended);
}

static void test_monitor__a_client_forwards_signals(void **state)
{
	struct fixture *f = *state;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int ends[2];
	char byte;
	pid_t pid;

	spawn(f, "trap 'exit 8' USR1; echo; while :; do sleep 0.05; done");
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0)
		be_client(f, null, ends[1]);
	(void)close(f->client);
	f->client = -1;
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(kill(pid, SIGUSR1), 0);
	assert_int_equal(wait_code(pid), 8);
	(void)close(ends[0]);
	(void)close(ends[1]);
	(void)close(null);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_monitor__carries_output_and_exit_code),
		TEST(test_monitor__a_signal_is_128_and_more),
		TEST(test_monitor__tells_why_it_did_not_start),
		TEST(test_monitor__input_ends_with_the_clients),
		TEST(test_monitor__without_input_there_is_none),
		TEST(test_monitor__a_slow_client_does_not_put_off_the_end),
		TEST(test_monitor__a_full_client_holds_the_container),
		TEST(test_monitor__without_its_client_it_is_asked_to_end),
		TEST(test_monitor__and_then_made_to),
		TEST(test_monitor__starts_it_again),
		TEST(test_monitor__it_stays_down_when_asked_to),
		TEST(test_monitor__its_rest_can_be_its_end),
		TEST(test_monitor__lives_on_after_a_detach),
		TEST(test_monitor__several_clients_hear_the_same),
		TEST(test_monitor__signals_pass_input_by),
		TEST(test_monitor__a_terminal_has_its_size_and_echo),
		TEST(test_monitor__holds_nothing_of_its_callers),
		TEST(test_monitor__a_client_carries_megabytes_both_ways),
		TEST(test_monitor__a_client_whose_reader_left_ends),
		TEST(test_monitor__a_client_forwards_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
