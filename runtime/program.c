/* SPDX-License-Identifier: Apache-2.0 */
/* Searches the container's PATH. */
#include "runtime/program.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static const char default_path[] =
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* The last PATH wins, as it does for getenv in a shell that exports it. */
static const char *find_path(const struct strvec *env)
{
	for (size_t i = env->count; i > 0; i--)
		if (strncmp(env->items[i - 1], "PATH=", 5) == 0)
			return env->items[i - 1] + 5;
	return default_path;
}

void program_candidates(const char *name, const struct strvec *env,
			struct strvec *out)
{
	const char *path = find_path(env);

	if (strchr(name, '/')) {
		strvec_add(out, name);
		return;
	}
	while (*path) {
		size_t length = strcspn(path, ":");

		/* a relative folder would depend on the working directory */
		if (length && *path == '/' && *name)
			strvec_addf(out, "%.*s/%s", (int)length, path, name);
		path += length + (path[length] == ':');
	}
}

/* 0, or why PATH cannot be executed. */
static int check(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOTDIR ? ENOENT : errno;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	return access(path, X_OK) < 0 ? errno : 0;
}

int program_find(const struct strvec *candidates, const char *name,
		 const char **out, struct stage_failure *fail)
{
	int reason = ENOENT;

	for (size_t i = 0; i < candidates->count; i++) {
		reason = check(candidates->items[i]);
		if (!reason) {
			*out = candidates->items[i];
			return 0;
		}
	}
	/* in a search, what cannot be executed is as good as absent */
	errno = strchr(name, '/') ? reason : ENOENT;
	return stage_fail(fail, STAGE_LOOKUP, name);
}
