/* SPDX-License-Identifier: Apache-2.0 */
/* Logs of builds. */
#include "builder/build_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/clock.h"
#include "base/fs.h"

#define LOGS "cache/logs"

int build_log_list(const struct store *store, struct strvec *out,
		   struct error *err)
{
	return store_list(store, LOGS, out, err);
}

/* The oldest make room. */
static void rotate(const struct store *store)
{
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	if (build_log_list(store, &names, &ignored) < 0)
		return;
	for (size_t i = 0; i + BUILD_LOGS_KEPT < names.count; i++) {
		autofree char *path = xasprintf(LOGS "/%s", names.items[i]);

		if (fs_remove_tree(store->root_fd, path, &ignored) < 0)
			error_release(&ignored); /* next time */
	}
}

static void begin(struct build_log *log)
{
	char time[CLOCK_TEXT_MAX];

	if (log->name)
		return;
	rotate(log->store);
	clock_format(clock_now(), time);
	log->name = xasprintf("%.19sZ-%d", time, (int)getpid());
}

int build_log_open(struct build_log *log, unsigned number, const char *step)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autofree char *path = NULL;
	autofree char *file = xasprintf("%u.log", number);
	autofree char *name = xasprintf("%u.name", number);
	autoclose int folder = -1;

	begin(log);
	path = xasprintf(LOGS "/%s", log->name);
	if (store_folder(log->store, path, &folder, &ignored) < 0 ||
	    atomicfile_put(folder, name, step, strlen(step), 0, &ignored) < 0)
		return -1;
	return openat(folder, file,
		      O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		      0600);
}

static int open_build(const struct store *store, const char *build, int *out,
		      struct error *err)
{
	autofree char *path = xasprintf(LOGS "/%s", build);

	if (!*build || *build == '.' || strchr(build, '/'))
		return error_set(err, ERROR_NOT_FOUND, "no build %s has logs",
				 build);
	*out = openat(store->root_fd, path,
		      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*out < 0 && errno == ENOENT)
		return error_set(err, ERROR_NOT_FOUND, "no build %s has logs",
				 build);
	return *out < 0 ? error_sys(err, errno, "open %s", build) : 0;
}

static int compare(const void *a, const void *b)
{
	long left = strtol(*(char *const *)a, NULL, 10);
	long right = strtol(*(char *const *)b, NULL, 10);

	return left < right ? -1 : left > right;
}

int build_log_steps(const struct store *store, const char *build,
		    struct strvec *out, struct error *err)
{
	autofree char *path = xasprintf(LOGS "/%s", build);
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	autoclose int folder = -1;

	if (open_build(store, build, &folder, err) < 0 ||
	    store_list(store, path, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
		const char *end = strstr(names.items[i], ".name");

		if (!end || fs_read_file(folder, names.items[i], 1 << 20, &text,
					 err) < 0) {
			error_release(err);
			continue;
		}
		strvec_addf(out, "%.*s %s", (int)(end - names.items[i]),
			    names.items[i], text.text);
	}
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items), compare);
	return 0;
}

int build_log_read(const struct store *store, const char *build,
		   unsigned number, int *fd_out, struct error *err)
{
	autofree char *file = xasprintf("%u.log", number);
	autoclose int folder = -1;

	if (open_build(store, build, &folder, err) < 0)
		return -1;
	*fd_out = openat(folder, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd_out < 0)
		return error_set(err, ERROR_NOT_FOUND,
				 "build %s has no step %u", build, number);
	return 0;
}

void build_log_release(struct build_log *log)
{
	free(log->name);
	*log = (struct build_log)BUILD_LOG_INIT;
}
