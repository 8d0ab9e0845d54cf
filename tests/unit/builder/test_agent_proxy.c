/* SPDX-License-Identifier: Apache-2.0 */
/* A step's socket before an agent's: owners, bytes, ends. */
#include "builder/steps/agent_proxy.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/temp_folder.h"

#include <cmocka.h>

static struct sockaddr_un address_of(const struct temp_folder *folder,
				     const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s",
		       folder->path, name);
	return address;
}

/* What stands for an agent: the test itself accepts. */
static int listen_as_agent(const struct temp_folder *folder)
{
	struct sockaddr_un address = address_of(folder, "agent");
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	assert_int_equal(listen(fd, 4), 0);
	return fd;
}

static int connect_to(const struct temp_folder *folder, const char *name)
{
	struct sockaddr_un address = address_of(folder, name);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(
		connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* Nothing here waits for longer than a loaded machine needs. */
static int accept_in_time(int listener)
{
	struct pollfd slot = { listener, POLLIN, 0 };

	assert_int_equal(poll(&slot, 1, 60000), 1);
	return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

static void expect_text(int fd, const char *text)
{
	char got[64] = "";
	size_t length = 0;

	while (length < strlen(text)) {
		struct pollfd slot = { fd, POLLIN, 0 };
		ssize_t more;

		assert_int_equal(poll(&slot, 1, 60000), 1);
		more = read(fd, got + length, sizeof(got) - 1 - length);
		assert_true(more > 0);
		length += (size_t)more;
	}
	assert_string_equal(got, text);
}

static void expect_end(int fd)
{
	struct pollfd slot = { fd, POLLIN, 0 };
	char byte;

	assert_int_equal(poll(&slot, 1, 60000), 1);
	assert_true(read(fd, &byte, 1) <= 0);
}

static struct agent_proxy *offer(const struct temp_folder *folder, mode_t mode)
{
	autoclean(error_release) struct error err = ERROR_INIT;
	autofree char *agent = xasprintf("%s/agent", folder->path);
	const struct agent_proxy_request request = {
		.folder = folder->fd,
		.name = "own",
		.agent = agent,
		.uid = geteuid(),
		.gid = getegid(),
		.mode = mode,
	};
	struct agent_proxy *proxy = NULL;

	if (agent_proxy_new(&request, &proxy, &err) < 0)
		fail_msg("%s", err.msg);
	return proxy;
}

static void test_agent_proxy__passes_on_both_ways(void **state)
{
	const struct temp_folder *folder = *state;
	autoclose int agent = listen_as_agent(folder);
	struct agent_proxy *proxy = offer(folder, 0600);
	autoclose int one = connect_to(folder, "own");
	autoclose int two = connect_to(folder, "own");
	autoclose int first = accept_in_time(agent);
	autoclose int second = accept_in_time(agent);

	assert_int_equal(write(one, "question", 8), 8);
	assert_int_equal(write(two, "other", 5), 5);
	expect_text(first, "question");
	expect_text(second, "other");
	assert_int_equal(write(first, "answer", 6), 6);
	expect_text(one, "answer");
	/* one that only stops asking still gets its answer */
	assert_int_equal(shutdown(two, SHUT_WR), 0);
	expect_end(second);
	assert_int_equal(write(second, "late", 4), 4);
	expect_text(two, "late");
	agent_proxy_free(proxy);
	expect_end(one);
	expect_end(first);
}

static void test_agent_proxy__its_mode_is_its_own(void **state)
{
	const struct temp_folder *folder = *state;
	struct agent_proxy *proxy = offer(folder, 0640);
	struct stat st;

	assert_int_equal(fstatat(folder->fd, "own", &st, 0), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0640);
	agent_proxy_free(proxy);
	assert_false(fs_exists(folder->fd, "own"));
}

static void test_agent_proxy__without_an_agent_talks_end(void **state)
{
	const struct temp_folder *folder = *state;
	struct agent_proxy *proxy = offer(folder, 0600);
	autoclose int one = connect_to(folder, "own");

	expect_end(one);
	agent_proxy_free(proxy);
}

static void test_agent_proxy__an_old_socket_is_replaced(void **state)
{
	const struct temp_folder *folder = *state;
	struct agent_proxy *proxy;

	assert_int_equal(temp_folder_put(state, "own", ""), 0);
	proxy = offer(folder, 0600);
	assert_non_null(proxy);
	agent_proxy_free(proxy);
	agent_proxy_free(NULL);
}

int main(void)
{
#define PROXY_TEST(f) \
	cmocka_unit_test_setup_teardown(f, temp_folder_open, temp_folder_close)
	const struct CMUnitTest tests[] = {
		PROXY_TEST(test_agent_proxy__passes_on_both_ways),
		PROXY_TEST(test_agent_proxy__its_mode_is_its_own),
		PROXY_TEST(test_agent_proxy__without_an_agent_talks_end),
		PROXY_TEST(test_agent_proxy__an_old_socket_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
