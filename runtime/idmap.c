/* SPDX-License-Identifier: Apache-2.0 */
/* Writes uid_map and gid_map. */
#include "runtime/idmap.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/fs.h"
#include "base/proc.h"

/* 340 ranges of three numbers. */
enum { IDMAP_TEXT_LIMIT = 340 * 33, IDMAP_HELPER_TIMEOUT_MS = 10000 };

/* Append MAPS as the kernel reads them: "inside outside size" lines. */
static void format_maps(const struct runtime_id_maps *maps, struct strbuf *out)
{
	for (size_t i = 0; i < maps->count; i++)
		strbuf_addf(out, "%u %u %u\n", maps->items[i].container,
			    maps->items[i].host, maps->items[i].size);
}

static int write_file(pid_t pid, const char *name, const char *text,
		      struct error *err)
{
	char path[64];
	autoclose int fd = -1;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", pid,
		       name); /* short names only */
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return error_sys(err, errno, "open %s", path);
	/* the kernel takes a map in one write only */
	if (write(fd, text, strlen(text)) < 0)
		return error_sys(err, errno, "write %s", path);
	return 0;
}

/* newuidmap PID inside outside size […] */
static int run_helper(const char *program, pid_t pid,
		      const struct runtime_id_maps *maps, struct error *err)
{
	autoclean(strvec_release) struct strvec argv = STRVEC_INIT;
	autoclean(strbuf_release) struct strbuf says = STRBUF_LIMIT(4096);
	autoclean(strbuf_release) struct strbuf out = STRBUF_LIMIT(4096);
	struct proc_capture request = {
		.timeout_ms = IDMAP_HELPER_TIMEOUT_MS,
		.out = &out,
		.diagnostics = &says,
	};

	strvec_add(&argv, program);
	strvec_addf(&argv, "%d", pid);
	for (size_t i = 0; i < maps->count; i++) {
		strvec_addf(&argv, "%u", maps->items[i].container);
		strvec_addf(&argv, "%u", maps->items[i].host);
		strvec_addf(&argv, "%u", maps->items[i].size);
	}
	request.argv = strvec_array(&argv);
	if (proc_run(&request, err) < 0)
		return -1;
	if (request.status) {
		says.text[strcspn(says.text, "\n")] = '\0';
		return error_set(err, ERROR_DENIED, "%s: %s", program,
				 says.text);
	}
	return 0;
}

/* Whether an ordinary user may write this map without help. */
static bool is_own_id(const struct runtime_id_maps *maps, uint32_t id)
{
	return maps->count == 1 && maps->items[0].size == 1 &&
	       maps->items[0].host == id;
}

static int write_map(pid_t pid, const char *name,
		     const struct runtime_id_maps *maps, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(IDMAP_TEXT_LIMIT);

	format_maps(maps, &text);
	if (strbuf_check(&text, name, err) < 0)
		return -1;
	return write_file(pid, name, text.text, err);
}

int idmap_write(pid_t pid, const struct runtime_id_maps *uids,
		const struct runtime_id_maps *gids, struct error *err)
{
	bool is_root = geteuid() == 0;
	bool own_uid = is_own_id(uids, geteuid());
	bool own_gid = is_own_id(gids, getegid());

	if (!is_root && own_gid &&
	    write_file(pid, "setgroups", "deny", err) < 0)
		return -1;
	if ((is_root || own_gid ? write_map(pid, "gid_map", gids, err)
				: run_helper("newgidmap", pid, gids, err)) < 0)
		return -1;
	return is_root || own_uid ? write_map(pid, "uid_map", uids, err)
				  : run_helper("newuidmap", pid, uids, err);
}

/* Maps the namespace of CHILD and opens it. */
static int hold_namespace(pid_t child, const struct runtime_id_maps *uids,
			  const struct runtime_id_maps *gids, int *fd_out,
			  struct error *err)
{
	char path[64];
	int fd;

	if (idmap_write(child, uids, gids, err) < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/user",
		       child); /* 24 bytes at most */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_sys(err, errno, "open %s", path);
	*fd_out = fd;
	return 0;
}

int idmap_open(const struct runtime_id_maps *uids,
	       const struct runtime_id_maps *gids, int *fd_out,
	       struct error *err)
{
	long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL,
			     NULL, NULL);
	int result;

	if (child < 0)
		return error_sys(err, errno, "make a user namespace");
	if (!child) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		for (;;)
			(void)pause(); /* until killed below */
	}
	result = hold_namespace((pid_t)child, uids, gids, fd_out, err);
	(void)kill((pid_t)child, SIGKILL);
	while (waitpid((pid_t)child, NULL, 0) < 0 && errno == EINTR)
		;
	return result;
}
