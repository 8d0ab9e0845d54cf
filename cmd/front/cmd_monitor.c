/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl monitor: what run, start and restart execute; nobody types it. */
#include <fcntl.h>
#include <sys/stat.h>

#include "cmd/front/front_commands.h"
#include "runtime/engine/container_monitor.h"
#include "runtime/self_protect.h"
#include "runtime/userns_enter.h"

/* The first client's socket is where standard input would be. */
static int take_socket(struct error *err)
{
	struct stat st;
	int fd;

	if (fstat(STDIN_FILENO, &st) < 0 || !S_ISSOCK(st.st_mode))
		return error_set(err, ERROR_INVALID,
				 "monitor is for imgctl itself: use run or "
				 "start");
	fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? error_sys(err, errno, "keep a socket") : fd;
}

int cmd_monitor(struct command_call *call, struct error *err)
{
	struct store *store;
	int fd;

	self_protect_arrive();
	fd = take_socket(err);
	if (fd < 0)
		return -1;
	if (context_store(call->context, &store, err) < 0) {
		(void)close(fd); /* the error is told on standard error */
		return -1;
	}
	/* later commands join the namespace of whoever lives on in it */
	if (call->context->is_rootless && userns_note(store->run_fd, err) < 0) {
		(void)close(fd); /* the error is told on standard error */
		return -1;
	}
	container_monitor(store, fd);
	return 0;
}
