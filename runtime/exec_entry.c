/* SPDX-License-Identifier: Apache-2.0 */
/* Outside, birth, inside. */
#include "runtime/exec_entry.h"

#include <fcntl.h>
#include <sched.h>

#include "runtime/child.h"
#include "runtime/console.h"
#include "runtime/control.h"
#include "runtime/rootfs.h"
#include "runtime/session.h"

/* How far the way has been gone. */
struct steps {
	int joined; /* CLONE_NEW… */
	bool has_streams;
};

static int join(const struct exec_entry *entry, struct steps *steps, int flags,
		struct stage_failure *fail)
{
	/* a pidfd stands for all namespaces of its process at once */
	if (flags && setns(entry->target_pidfd, flags) < 0)
		return stage_fail(fail, STAGE_NAMESPACE, "of the container");
	steps->joined |= flags;
	return 0;
}

static int open_console(const struct exec_entry *entry, int root,
			struct console *console, struct stage_failure *fail)
{
	if (console_open(root, entry->confine.process, console, fail) < 0)
		return -1;
	if (control_send(entry->control, CONTROL_CONSOLE, 0, console->master) <
	    0)
		return stage_fail(fail, STAGE_CONSOLE, NULL);
	(void)close(console->master); /* the parent has it now */
	return 0;
}

/* A stream that was not given is the container's own null device. */
static int choose_streams(const struct exec_entry *entry, int root,
			  int streams[3], struct stage_failure *fail)
{
	bool is_terminal = entry->confine.process->terminal;
	struct console console = CONSOLE_INIT;
	int null_device = -1;

	if (is_terminal && open_console(entry, root, &console, fail) < 0)
		return -1;
	for (int i = 0; i < 3; i++) {
		streams[i] = is_terminal ? console.slave : entry->stdio[i];
		if (streams[i] >= 0)
			continue;
		if (null_device < 0)
			null_device = rootfs_open_null(root);
		if (null_device < 0)
			return stage_fail(fail, STAGE_STDIO, "/dev/null");
		streams[i] = null_device;
	}
	return 0;
}

/* In the container's root: from here on 0, 1 and 2 are the container's. */
static int set_streams(const struct exec_entry *entry, struct steps *steps,
		       struct stage_failure *fail)
{
	const struct runtime_process *process = entry->confine.process;
	autoclose int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int streams[3];

	if (root < 0)
		return stage_fail(fail, STAGE_ROOT, NULL);
	if (choose_streams(entry, root, streams, fail) < 0 ||
	    session_set_streams(streams, process->terminal, process->uid,
				fail) < 0)
		return -1;
	steps->has_streams = true;
	return 0;
}

/*
 * What is the host's, and what its files are needed for. The label counts for
 * the next program only, and is handed down to children: so it is told now,
 * and no file of the host's /proc has to be kept.
 */
static int leave_host(const struct exec_entry *entry,
		      struct stage_failure *fail)
{
	const int kept[] = { entry->control,   entry->target_pidfd,
			     entry->cgroup_fd, entry->stdio[0],
			     entry->stdio[1],  entry->stdio[2] };
	autoclose int label = -1;

	session_close_others(3 + (int)entry->confine.preserved, kept,
			     sizeof(kept) / sizeof(*kept));
	if (session_bind_life(fail) < 0 || session_hide(fail) < 0 ||
	    confine_early(&entry->confine, &label, fail) < 0)
		return -1;
	return label < 0 ? 0 : confine_label(&entry->confine, label, fail);
}

/* What the next step is, for the one that was born and for the other. */
static int bear(struct exec_entry *entry, const struct steps *steps,
		struct stage_failure *fail)
{
	bool is_set = steps->has_streams; /* then these are 0, 1 and 2 */
	const int kept[] = { entry->control,
			     entry->target_pidfd,
			     entry->cgroup_fd,
			     is_set ? -1 : entry->stdio[0],
			     is_set ? -1 : entry->stdio[1],
			     is_set ? -1 : entry->stdio[2] };
	pid_t pid;

	session_close_others(3 + (int)entry->confine.preserved, kept,
			     sizeof(kept) / sizeof(*kept));
	pid = child_bear_sibling(entry->cgroup_fd, &entry->born);
	if (pid < 0)
		return stage_fail(fail, STAGE_BIRTH, NULL);
	if (pid > 0)
		return 0;
	if (entry->cgroup_fd >= 0)
		(void)close(entry->cgroup_fd); /* a mount of its own */
	return session_bind_life(fail);
}

static int cross(struct exec_entry *entry, struct steps *steps,
		 struct stage_failure *fail)
{
	int flags = CLONE_NEWPID;

	if (!(entry->flags & CLONE_NEWUSER))
		flags |= entry->flags & ~(CLONE_NEWCGROUP | CLONE_NEWTIME);
	if (join(entry, steps, flags, fail) < 0)
		return -1;
	if (!(entry->flags & CLONE_NEWUSER) &&
	    set_streams(entry, steps, fail) < 0)
		return -1;
	return bear(entry, steps, fail);
}

static int wait_for_parent(const struct exec_entry *entry,
			   struct stage_failure *fail)
{
	struct control_message message;

	if (!entry->waits_for_parent)
		return 0;
	if (control_expect(entry->control, CONTROL_PREPARED, &message) < 0)
		return stage_fail(fail, STAGE_PARENT, NULL);
	return 0;
}

static int arrive(const struct exec_entry *entry, struct steps *steps,
		  struct stage_failure *fail)
{
	struct confine_files files = { -1, entry->control };

	if (join(entry, steps, entry->flags & ~steps->joined, fail) < 0 ||
	    session_enter(entry->keyring, entry->joins_keyring, fail) < 0)
		return -1;
	if (!steps->has_streams && set_streams(entry, steps, fail) < 0)
		return -1;
	if (entry->confine.process->terminal && session_take_terminal(fail) < 0)
		return -1;
	if (wait_for_parent(entry, fail) < 0)
		return -1;
	return confine_and_execute(&entry->confine, &files, fail);
}

static int enter(struct exec_entry *entry, struct stage_failure *fail)
{
	struct steps steps = { 0, false };

	if (leave_host(entry, fail) < 0)
		return -1;
	if (entry->is_born && cross(entry, &steps, fail) < 0)
		return -1;
	if (entry->is_born && entry->born)
		return 0; /* outside; inside it is a copy from before */
	return arrive(entry, &steps, fail);
}

int exec_entry_run(void *entry)
{
	const struct exec_entry *with_line = entry;
	struct stage_failure fail = { STAGE_NONE, 0, NULL };

	if (enter(entry, &fail) == 0)
		return 0;
	control_report(with_line->control, &fail);
	return 127;
}
