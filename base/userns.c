/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at the own user namespace. */
#include "base/userns.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/idranges.h"

/* PROC_USER_INIT_INO: the kernel gives the first namespace this number. */
enum { USERNS_INITIAL = 0xEFFFFFFDU };

bool userns_is_initial(void)
{
	struct stat st;

	/* without /proc or namespaces there is only one */
	return stat("/proc/self/ns/user", &st) < 0 ||
	       st.st_ino == USERNS_INITIAL;
}

bool userns_has_groups(void)
{
	autoclose int fd = open("/proc/self/setgroups", O_RDONLY | O_CLOEXEC);
	char word[8] = "";

	return fd < 0 || read(fd, word, sizeof(word) - 1) <= 0 ||
	       strncmp(word, "deny", 4) != 0;
}

bool userns_is_single(void)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(idranges_release) struct idranges map = IDRANGES_INIT;

	return idranges_read_map(false, &map, &ignored) == 0 &&
	       idranges_total(&map) == 1;
}
