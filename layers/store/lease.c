/* SPDX-License-Identifier: Apache-2.0 */
/* Leases: files locked by those who need what they list. */
#include "layers/store/lease.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "base/fs.h"

enum { LEASE_FILE_LIMIT = 1 << 20 };

int lease_open(const struct store *store, struct lease *out, struct error *err)
{
	autoclose int folder = -1;
	uint64_t random = 0;

	if (store_folder(store, "leases", &folder, err) < 0)
		return -1;
	if (getrandom(&random, sizeof(random), 0) < 0)
		return error_sys(err, errno, "read random bytes");
	out->store = store;
	out->name = xasprintf("%d-%016llx", (int)getpid(),
			      (unsigned long long)random);
	out->fd = openat(folder, out->name,
			 O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC,
			 0600);
	if (out->fd < 0 || flock(out->fd, LOCK_EX) < 0)
		return error_sys(err, errno, "make lease");
	return 0;
}

int lease_add(struct lease *lease, const char *kind, const char *name,
	      struct error *err)
{
	autofree char *line = xasprintf("%s %s\n", kind, name);

	return fs_write_all(lease->fd, line, strlen(line), err);
}

void lease_release(struct lease *lease)
{
	if (lease->name) {
		autofree char *path = xasprintf("leases/%s", lease->name);

		if (unlinkat(lease->store->root_fd, path, 0) < 0)
			errno = 0; /* an unlocked lease is over anyway */
	}
	if (lease->fd >= 0)
		(void)close(lease->fd); /* closing is unlocking */
	free(lease->name);
	*lease = (struct lease)LEASE_INIT;
}

static void add_lines(const struct strbuf *text, struct strvec *out)
{
	const char *at = text->text;

	while (*at) {
		size_t length = strcspn(at, "\n");

		strvec_take(out, xstrndup(at, length));
		at += length + (at[length] == '\n');
	}
}

/* Reads one lease when its holder lives, removes it when not. */
static int collect_one(int folder, const char *name, struct strvec *out,
		       struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclose int fd = openat(folder, name,
				  O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return 0; /* ended just now */
	if (flock(fd, LOCK_SH | LOCK_NB) == 0) {
		if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
			return error_sys(err, errno, "remove lease %s", name);
		return 0;
	}
	if (fs_read_fd(fd, LEASE_FILE_LIMIT, &text, err) < 0)
		return error_wrap(err, "lease %s", name);
	add_lines(&text, out);
	return 0;
}

int lease_collect(const struct store *store, struct strvec *out,
		  struct error *err)
{
	struct dirent *entry;
	int result = 0;
	int fd = -1;
	DIR *dir;

	if (store_folder(store, "leases", &fd, err) < 0)
		return -1;
	dir = fdopendir(fd);
	if (!dir)
		return error_sys(err, errno, "read leases");
	while (result == 0 && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			result = collect_one(dirfd(dir), entry->d_name, out,
					     err);
	}
	(void)closedir(dir); /* only read */
	return result;
}
