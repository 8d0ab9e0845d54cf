/* SPDX-License-Identifier: Apache-2.0 */
/* Changing a hosts file in place. */
#include "runtime/engine/container_hosts.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"

enum { HOSTS_MAX = 1 << 20 };

/* -1 with *err empty: there is nothing to change. */
static int open_hosts(const struct store *store, const char *id, int flags,
		      struct error *err)
{
	autofree char *path = xasprintf("containers/%s/hosts", id);
	autoclose int fd = openat(store->run_fd, path,
				  flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat status;

	if (fd < 0 && errno == ENOENT)
		return -1;
	if (fd < 0 || fstat(fd, &status) < 0)
		return error_sys(err, errno, "open hosts of container %s", id);
	if (!S_ISREG(status.st_mode) || status.st_size > HOSTS_MAX)
		return -1;
	return TAKE_FD(fd);
}

void container_hosts_line(const struct ip_address *address,
			  const struct strvec *names, struct strbuf *out)
{
	char text[IP_TEXT_MAX];

	if (address->family == IP_NONE || !names->count)
		return;
	ip_address_format(address, text);
	strbuf_addf(out, "%s\t", text);
	for (size_t i = 0; i < names->count; i++)
		strbuf_addf(out, "%s%s", i ? " " : "", names->items[i]);
	strbuf_addch(out, '\n');
}

int container_hosts_add(const struct store *store, const char *id,
			const struct ip_address *address,
			const struct strvec *names, struct error *err)
{
	autoclose int fd = open_hosts(store, id, O_WRONLY | O_APPEND, err);
	autoclean(strbuf_release) struct strbuf line = STRBUF_INIT;

	if (fd < 0)
		return err->kind == ERROR_NONE ? 0 : -1;
	container_hosts_line(address, names, &line);
	if (!line.length)
		return 0;
	if (fs_write_all(fd, line.text, line.length, err) < 0)
		return error_wrap(err, "hosts of container %s", id);
	return 0;
}

void container_hosts_filter(const char *text, const char *address,
			    struct strbuf *out)
{
	size_t length = strlen(address);

	while (*text) {
		size_t line = strcspn(text, "\n");

		line += text[line] == '\n';
		if (strncmp(text, address, length) != 0 || text[length] != '\t')
			strbuf_add(out, text, line);
		text += line;
	}
}

int container_hosts_drop(const struct store *store, const char *id,
			 const struct ip_address *address, struct error *err)
{
	autoclose int fd = open_hosts(store, id, O_RDWR, err);
	autoclean(strbuf_release) struct strbuf text = STRBUF_LIMIT(HOSTS_MAX);
	autoclean(strbuf_release) struct strbuf kept = STRBUF_LIMIT(HOSTS_MAX);
	char own[IP_TEXT_MAX];

	if (fd < 0)
		return err->kind == ERROR_NONE ? 0 : -1;
	if (address->family == IP_NONE)
		return 0;
	ip_address_format(address, own);
	if (fs_read_fd(fd, HOSTS_MAX, &text, err) < 0)
		return -1;
	if (!text.length)
		return 0;
	container_hosts_filter(text.text, own, &kept);
	if (kept.length == text.length)
		return 0;
	if (fs_pwrite_all(fd, kept.length ? kept.text : "", kept.length, 0,
			  err) < 0)
		return error_wrap(err, "hosts of container %s", id);
	if (ftruncate(fd, (off_t)kept.length) < 0)
		return error_sys(err, errno, "hosts of container %s", id);
	return 0;
}
