/* SPDX-License-Identifier: Apache-2.0 */
/* What each stage's failure is called. */
#include "runtime/stage.h"

#include <string.h>

static const char *const sentences[STAGE_COUNT] = {
	[STAGE_NONE] = "start the container",
	[STAGE_PARENT] = "wait for the parent process",
	[STAGE_NAMESPACE] = "enter namespace",
	[STAGE_BIRTH] = "start a process in the container",
	[STAGE_IDENTITY] = "become root of the user namespace",
	[STAGE_SESSION] = "start a session",
	[STAGE_HOSTNAME] = "set host name",
	[STAGE_SCORE] = "set the OOM score adjustment",
	[STAGE_PROPAGATION] = "cut off the host's mounts",
	[STAGE_ROOT] = "attach the root file system",
	[STAGE_MOUNT] = "mount",
	[STAGE_MOUNT_TARGET] = "open or make mount point",
	[STAGE_MOUNT_SOURCE] = "open mount source",
	[STAGE_MOUNT_IN_PROC] = "refuse to mount inside /proc:",
	[STAGE_MOUNT_OPTIONS] = "set the mount options of",
	[STAGE_DEVICE] = "make device",
	[STAGE_CONSOLE] = "make the terminal",
	[STAGE_SYSCTL] = "set kernel parameter",
	[STAGE_READONLY_PATH] = "make read-only",
	[STAGE_MASKED_PATH] = "mask",
	[STAGE_PIVOT] = "change the root",
	[STAGE_LOOPBACK] = "raise the loopback interface",
	[STAGE_STDIO] = "set up standard streams",
	[STAGE_RLIMIT] = "set resource limit",
	[STAGE_SCHEDULING] = "set scheduling",
	[STAGE_MEMORY] = "set the memory policy",
	[STAGE_WORKDIR] = "change to working directory",
	[STAGE_USER] = "change user and groups",
	[STAGE_CAPABILITIES] = "set capabilities",
	[STAGE_LABEL] = "set security label",
	[STAGE_SECCOMP] = "load the seccomp filter",
	[STAGE_HOOK] = "run hook",
	[STAGE_CREATE_HOOK] = "createContainer: run hook",
	[STAGE_START_HOOK] = "startContainer: run hook",
	[STAGE_LOOKUP] = "find",
	[STAGE_PROGRAM] = "execute",
};

int stage_fail(struct stage_failure *fail, enum stage stage, const char *path)
{
	fail->stage = stage;
	fail->sys = errno;
	fail->path = path;
	return -1;
}

static int explain_program(enum stage stage, int sys, const char *path,
			   struct error *err)
{
	/* a script's or a binary's interpreter can be what is missing */
	enum error_kind kind = sys == ENOENT ? ERROR_NOT_FOUND : ERROR_DENIED;

	if (stage == STAGE_LOOKUP && sys == ENOENT && !strchr(path, '/'))
		error_set(err, ERROR_NOT_FOUND,
			  "exec: \"%s\": executable file not found in $PATH",
			  path);
	else if (stage == STAGE_LOOKUP && sys == ENOENT)
		error_set(err, ERROR_NOT_FOUND,
			  "exec: \"%s\": stat %s: no such file or directory",
			  path, path);
	else if (sys == EACCES || sys == EPERM)
		error_set(err, kind, "exec: \"%s\": permission denied", path);
	else if (sys == EISDIR)
		error_set(err, kind, "exec: \"%s\": is a directory", path);
	else if (sys == ENOEXEC)
		error_set(err, kind, "exec: \"%s\": exec format error", path);
	else
		error_set(err, kind, "exec: \"%s\": %s", path,
			  sys == ENOENT ? "no such file or directory"
					: strerror(sys));
	err->sys = sys;
	return -1;
}

int stage_explain(enum stage stage, int sys, const char *path,
		  struct error *err)
{
	if (stage >= STAGE_COUNT)
		return error_set(err, ERROR_CORRUPT,
				 "the container's process sent nonsense");
	if (stage == STAGE_LOOKUP || stage == STAGE_PROGRAM)
		return explain_program(stage, sys, path, err);
	if (sys == ECANCELED) /* a hook's exit status, see there */
		return error_set(err, ERROR_SYSTEM, "%s %s: it did not succeed",
				 sentences[stage], path);
	if ((stage == STAGE_MOUNT || stage == STAGE_MOUNT_TARGET) &&
	    (sys == ENOTDIR || sys == EISDIR)) {
		error_set(err, ERROR_SYSTEM,
			  "%s %s: %s: are you trying to mount a directory onto "
			  "a file (or vice-versa)?",
			  sentences[stage], path,
			  sys == ENOTDIR ? "not a directory"
					 : "is a directory");
		err->sys = sys;
		return -1;
	}
	error_sys(err, sys, "%s%s%s", sentences[stage], *path ? " " : "", path);
	err->kind = ERROR_SYSTEM;
	return -1;
}
