/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --cpuset-cpus and --cpuset-mems, compared with what this machine has. The
 * kernel would say no as well, but only when the container is there.
 */
#include <fcntl.h>

#include "base/fs.h"
#include "cmd/front/run_parts.h"
#include "runtime/affinity.h"

enum { ONLINE_MAX = 4096 };

struct wanted {
	const char *text;
	const char *word; /* docker's, in "Invalid value x for cpuset cpus" */
	const char *what;
	const char *online; /* a list of the kernel's */
};

/* What the kernel does not tell of is its affair. */
static int check(const struct wanted *wanted, struct error *err)
{
	autoclean(strbuf_release) struct strbuf online =
		STRBUF_LIMIT(ONLINE_MAX);
	autoclean(error_release) struct error ignored = ERROR_INIT;
	cpu_set_t asked, have, both;

	if (!wanted->text || !*wanted->text)
		return 0;
	if (affinity_parse(wanted->text, &asked, &ignored) < 0)
		return error_set(err, ERROR_INVALID,
				 "Invalid value %s for cpuset %s", wanted->text,
				 wanted->word);
	if (fs_read_file(AT_FDCWD, wanted->online, ONLINE_MAX, &online,
			 &ignored) < 0)
		return 0;
	if (online.length && online.text[online.length - 1] == '\n')
		strbuf_truncate(&online, online.length - 1);
	if (!online.length || affinity_parse(online.text, &have, &ignored) < 0)
		return 0;
	CPU_AND(&both, &asked, &have);
	if (CPU_EQUAL(&both, &asked))
		return 0;
	return error_set(err, ERROR_INVALID,
			 "Requested %s are not available - requested %s, "
			 "available: %s",
			 wanted->what, wanted->text, online.text);
}

int run_cpuset_check(const char *cpus, const char *mems, struct error *err)
{
	const struct wanted rows[] = {
		{ cpus, "cpus", "CPUs", "/sys/devices/system/cpu/online" },
		{ mems, "mems", "memory nodes",
		  "/sys/devices/system/node/online" },
	};

	if (check(&rows[0], err) < 0)
		return -1;
	return check(&rows[1], err);
}
