/* SPDX-License-Identifier: Apache-2.0 */
/* Emulators. */
#include "builder/steps/binfmt.h"

#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"

enum { ENTRY_MAX = 4096 };

/* Go's names and qemu's, by which distributions register them. */
static const char *const names[][2] = {
	{ "386", "i386" },
	{ "amd64", "x86_64" },
	{ "arm", "arm" },
	{ "arm64", "aarch64" },
	{ "loong64", "loongarch64" },
	{ "mips64le", "mips64el" },
	{ "ppc64le", "ppc64le" },
	{ "riscv64", "riscv64" },
	{ "s390x", "s390x" },
};

static bool is_enabled(const char *path)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(ENTRY_MAX);
	autoclean(error_release) struct error ignored = ERROR_INIT;

	return fs_read_file(AT_FDCWD, path, ENTRY_MAX, &text, &ignored) == 0 &&
	       !strncmp(text.text, "enabled", 7);
}

bool binfmt_has(const char *architecture)
{
#if defined(__x86_64__)
	/* a 64-bit processor runs these by itself */
	if (!strcmp(architecture, "386"))
		return true;
#endif
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		autofree char *path = NULL;

		if (strcmp(names[i][0], architecture) != 0)
			continue;
		path = xasprintf("/proc/sys/fs/binfmt_misc/qemu-%s",
				 names[i][1]);
		return is_enabled(path);
	}
	return false;
}
