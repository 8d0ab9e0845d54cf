/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the container's terminal. */
#include "runtime/console.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "base/fs.h"
#include "runtime/target.h"

/* Whether FD is the multiplexer of a devpts: char 5:2. */
static bool is_multiplexer(int fd)
{
	struct statfs fs;
	struct stat st;

	return fstatfs(fd, &fs) == 0 && fs.f_type == DEVPTS_SUPER_MAGIC &&
	       fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
	       st.st_rdev == makedev(5, 2);
}

static int open_pair(int root, struct console *out)
{
	int unlock = 0;

	out->master = fs_open_raw(root, "dev/pts/ptmx", FS_NO_LINKS,
				  O_RDWR | O_NOCTTY, 0);
	if (out->master < 0)
		return -1;
	if (!is_multiplexer(out->master)) {
		errno = ENODEV;
		return -1;
	}
	if (ioctl(out->master, TIOCSPTLCK, &unlock) < 0)
		return -1;
	out->slave = ioctl(out->master, TIOCGPTPEER,
			   O_RDWR | O_NOCTTY | O_CLOEXEC);
	return out->slave < 0 ? -1 : 0;
}

void console_take_size(int terminal, struct runtime_process *process)
{
	struct winsize size;

	if (ioctl(terminal, TIOCGWINSZ, &size) == 0)
		console_give_size(process, size.ws_row, size.ws_col);
}

void console_give_size(struct runtime_process *process, uint16_t rows,
		       uint16_t columns)
{
	if (!process->terminal || process->console_height.is_set ||
	    process->console_width.is_set || !rows || !columns)
		return;
	process->console_height = (struct runtime_number){ true, rows };
	process->console_width = (struct runtime_number){ true, columns };
}

int console_open(int root, const struct runtime_process *process,
		 struct console *out, struct stage_failure *fail)
{
	struct winsize size = {
		.ws_row = (unsigned short)process->console_height.value,
		.ws_col = (unsigned short)process->console_width.value,
	};

	if (open_pair(root, out) < 0)
		return stage_fail(fail, STAGE_CONSOLE, NULL);
	if ((size.ws_row || size.ws_col) &&
	    ioctl(out->slave, TIOCSWINSZ, &size) < 0)
		return stage_fail(fail, STAGE_CONSOLE, NULL);
	/* the group stays tty's, as devpts has set it */
	if (process->uid && fchown(out->slave, process->uid, (gid_t)-1) < 0)
		return stage_fail(fail, STAGE_CONSOLE, NULL);
	return 0;
}

int console_bind(int root, const struct console *console,
		 struct stage_failure *fail)
{
	autoclose int tree = open_tree(console->slave, "",
				       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
					       AT_EMPTY_PATH);
	autoclose int target = target_open(root, "dev/console", false, true);

	if (tree < 0 || target < 0 || target_attach(tree, target) < 0)
		return stage_fail(fail, STAGE_CONSOLE, "/dev/console");
	return 0;
}
