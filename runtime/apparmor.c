/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A profile is loaded by the parser that comes with AppArmor: the kernel takes
 * only what that compiles.
 */
#include "runtime/apparmor.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/proc.h"
#include "base/strbuf.h"

#define SECURITY_FOLDER "/sys/kernel/security/apparmor"

enum { LIST_MAX = 4 << 20, PARSER_TIMEOUT_MS = 60000 };

static const char parser[] = "/sbin/apparmor_parser";

/*
 * What is denied wins over what is allowed, so that "all but" is spelt letter
 * by letter: of /proc the folders of processes (self is a link to one) and
 * sys/kernel/shm*, of /sys fs/cgroup.
 */
static const char profile_text[] =
	"profile " APPARMOR_DEFAULT
	" flags=(attach_disconnected,mediate_deleted) {\n"
	"  file,\n"
	"  capability,\n"
	"  network,\n"
	"  deny network alg,\n"
	"  umount,\n"
	"  deny mount,\n"
	"  deny remount,\n"
	"  deny pivot_root,\n"
	"  signal (receive) peer=unconfined,\n"
	"  signal (send, receive) peer=" APPARMOR_DEFAULT ",\n"
	"  ptrace (trace, read, tracedby, readby) peer=" APPARMOR_DEFAULT ",\n"
	"  unix,\n"
	"  dbus,\n"
	"  deny /proc/* wkl,\n"
	"  deny /proc/[^0-9s]*/** wkl,\n"
	"  deny /proc/s[^y]*/** wkl,\n"
	"  deny /proc/sys/[^k]** wkl,\n"
	"  deny /proc/sys/k[^e]** wkl,\n"
	"  deny /proc/sys/kernel/[^s]** wkl,\n"
	"  deny /proc/sys/kernel/s[^h]** wkl,\n"
	"  deny /proc/sys/kernel/sh[^m]** wkl,\n"
	"  deny /proc/kcore rwklx,\n"
	"  deny /sys/[^f]** wkl,\n"
	"  deny /sys/f[^s]** wkl,\n"
	"  deny /sys/fs/[^c]** wkl,\n"
	"  deny /sys/fs/c[^g]** wkl,\n"
	"  deny /sys/fs/cg[^r]** wkl,\n"
	"  deny /sys/firmware/** rwklx,\n"
	"  deny /sys/devices/virtual/powercap/** rwklx,\n"
	"  deny /sys/kernel/security/** rwklx,\n"
	"}\n";

bool apparmor_is_enabled(void)
{
	autoclose int fd = open("/sys/module/apparmor/parameters/enabled",
				O_RDONLY | O_CLOEXEC);
	char answer = 'N';

	return fd >= 0 && read(fd, &answer, 1) == 1 && answer == 'Y' &&
	       access(SECURITY_FOLDER, F_OK) == 0;
}

bool apparmor_can_load(void)
{
	return access(parser, X_OK) == 0;
}

bool apparmor_list_has(const char *list, const char *name)
{
	size_t length = strlen(name);

	while (list && *list) {
		if (!strncmp(list, name, length) &&
		    !strncmp(list + length, " (", 2))
			return true;
		list = strchr(list, '\n');
		if (list)
			list++;
	}
	return false;
}

static int parse(struct error *err)
{
	autoclean(strbuf_release) struct strbuf out = STRBUF_LIMIT(1 << 16);
	autoclean(strbuf_release) struct strbuf said = STRBUF_LIMIT(1 << 16);
	char *const argv[] = { (char *)(uintptr_t)parser,
			       (char *)(uintptr_t) "--replace",
			       (char *)(uintptr_t) "--skip-cache", NULL };
	struct proc_capture request = {
		.argv = argv,
		.input = profile_text,
		.input_length = sizeof(profile_text) - 1,
		.timeout_ms = PARSER_TIMEOUT_MS,
		.out = &out,
		.diagnostics = &said,
	};

	if (proc_run(&request, err) < 0)
		return -1;
	if (!request.status)
		return 0;
	said.text[strcspn(said.text, "\n")] = '\0';
	return error_set(err, ERROR_SYSTEM, "%s", said.text);
}

int apparmor_load_default(struct error *err)
{
	autoclean(strbuf_release) struct strbuf list = STRBUF_LIMIT(LIST_MAX);

	if (fs_read_file(AT_FDCWD, SECURITY_FOLDER "/profiles", LIST_MAX, &list,
			 err) < 0)
		return error_wrap(err, "AppArmor's profiles");
	if (list.length && apparmor_list_has(list.text, APPARMOR_DEFAULT))
		return 0;
	if (parse(err) < 0)
		return error_wrap(err, "AppArmor profile " APPARMOR_DEFAULT);
	return 0;
}
