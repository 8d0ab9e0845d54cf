/* SPDX-License-Identifier: Apache-2.0 */
/* A child that stands in a namespace while its maps are read. */
#include "runtime/userns_maps.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/idranges.h"

enum { MAP_FILE_MAX = 64 << 10 };

static int read_map(pid_t child, const char *name, struct runtime_id_maps *out,
		    struct error *err)
{
	autoclean(idranges_release) struct idranges ranges = IDRANGES_INIT;
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(MAP_FILE_MAX);
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)child, name);
	if (fs_read_file(AT_FDCWD, path, MAP_FILE_MAX, &text, err) < 0)
		return -1;
	if (text.length)
		idranges_parse_map(text.text, &ranges);
	out->items = xcalloc(ranges.count + 1, sizeof(*out->items));
	for (size_t i = 0; i < ranges.count; i++)
		out->items[out->count++] = (struct runtime_id_map){
			ranges.items[i].inside,
			ranges.items[i].outside,
			ranges.items[i].count,
		};
	return 0;
}

/* Tells its errno, 0 when it is there, and stays. */
static _Noreturn void stand(int namespace_fd, int line)
{
	int result;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	result = setns(namespace_fd, CLONE_NEWUSER) < 0 ? errno : 0;
	if (write(line, &result, sizeof(result)) < 0)
		_exit(1);
	for (;;)
		(void)pause(); /* until killed */
}

static int wait_for(int line, const char *path, struct error *err)
{
	int result = 0;

	if (read(line, &result, sizeof(result)) != sizeof(result))
		return error_set(err, ERROR_SYSTEM, "look into %s: no answer",
				 path);
	if (result)
		return error_sys(err, result, "enter the user namespace %s",
				 path);
	return 0;
}

static int open_namespace(const char *path, int *out, struct error *err)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return error_sys(err, errno, "open user namespace %s", path);
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWUSER)
		return error_set(err, ERROR_INVALID,
				 "%s is not a user namespace", path);
	*out = TAKE_FD(fd);
	return 0;
}

int userns_maps_of(const char *path, struct runtime_id_maps *uids,
		   struct runtime_id_maps *gids, struct error *err)
{
	autoclose int namespace_fd = -1;
	autoclose int ours = -1;
	int lines[2];
	int result;
	pid_t child;

	if (open_namespace(path, &namespace_fd, err) < 0)
		return -1;
	if (pipe2(lines, O_CLOEXEC) < 0)
		return error_sys(err, errno, "make a pipe");
	ours = lines[0];
	child = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	if (!child)
		stand(namespace_fd, lines[1]);
	(void)close(lines[1]); /* the child's */
	if (child < 0)
		return error_sys(err, errno, "start a child");
	result = wait_for(ours, path, err) < 0 ||
				 read_map(child, "uid_map", uids, err) < 0 ||
				 read_map(child, "gid_map", gids, err) < 0
			 ? -1
			 : 0;
	(void)kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		continue;
	return result;
}
