/* SPDX-License-Identifier: Apache-2.0 */
/* hostname, hosts, resolv.conf and init of a container. */
#include "runtime/engine/container_files.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "runtime/engine/spec_request.h"

enum { RESOLV_LIMIT = 64 * 1024 };

/* cmake/container_init.S */
extern const char container_init_start[];
extern const char container_init_end[];

/* "name:address"; the address may hold colons itself. */
static void add_host(const char *entry, struct strbuf *out)
{
	size_t length = strcspn(entry, ":=");
	const char *address = entry + length + (entry[length] != '\0');
	size_t end = strlen(address);

	if (*address == '[' && end > 2 && address[end - 1] == ']')
		strbuf_addf(out, "%.*s\t%.*s\n", (int)end - 2, address + 1,
			    (int)length, entry);
	else
		strbuf_addf(out, "%s\t%.*s\n", address, (int)length, entry);
}

void container_files_hosts(const json_t *host_config, struct strbuf *out)
{
	const json_t *extra = json_object_get(host_config, "ExtraHosts");
	const json_t *entry;
	size_t index;

	strbuf_addstr(out, "127.0.0.1\tlocalhost\n"
			   "::1\tlocalhost ip6-localhost ip6-loopback\n"
			   "fe00::\tip6-localnet\n"
			   "ff00::\tip6-mcastprefix\n"
			   "ff02::1\tip6-allnodes\n"
			   "ff02::2\tip6-allrouters\n");
	json_array_foreach(extra, index, entry)
		add_host(json_string_value(entry), out);
}

static bool is_loopback(const char *line, size_t length)
{
	const char *address = line + strcspn(line, " \t");

	address += strspn(address, " \t");
	if (address >= line + length)
		return true;
	return !strncmp(address, "127.", 4) || !strncmp(address, "::1", 3);
}

/* Which list of HostConfig replaces lines that begin with KEYWORD. */
struct keyword {
	const char *word;
	const char *list;
	bool one_line; /* its values stand on one line */
};

static const struct keyword keywords[] = {
	{ "nameserver", "Dns", false },
	{ "search", "DnsSearch", true },
	{ "options", "DnsOptions", true },
};

static const struct keyword *keyword_of(const char *line)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
		size_t length = strlen(keywords[i].word);

		if (!strncmp(line, keywords[i].word, length) &&
		    (line[length] == ' ' || line[length] == '\t'))
			return &keywords[i];
	}
	return NULL;
}

static void keep_line(const json_t *host_config, const char *line,
		      size_t length, struct strbuf *out)
{
	const struct keyword *keyword = keyword_of(line);

	if (keyword &&
	    json_array_size(json_object_get(host_config, keyword->list)))
		return;
	if (keyword == &keywords[0] && is_loopback(line, length) &&
	    strcmp(spec_string(host_config, "NetworkMode"), "host") != 0)
		return;
	strbuf_add(out, line, length);
	strbuf_addch(out, '\n');
}

static void add_asked(const json_t *host_config, const struct keyword *keyword,
		      struct strbuf *out)
{
	const json_t *list = json_object_get(host_config, keyword->list);
	const json_t *first = json_array_get(list, 0);
	const json_t *value;
	size_t index;

	/* docker's word for no search domain at all, not even the host's */
	if (keyword->one_line && first &&
	    !strcmp(json_string_value(first), "."))
		return;
	json_array_foreach(list, index, value)
	{
		if (!index || !keyword->one_line)
			strbuf_addstr(out, keyword->word);
		strbuf_addf(out, " %s", json_string_value(value));
		if (!keyword->one_line)
			strbuf_addch(out, '\n');
	}
	if (keyword->one_line && json_array_size(list))
		strbuf_addch(out, '\n');
}

void container_files_resolv(const json_t *host_config, const char *text,
			    struct strbuf *out)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		if (length && text[0] != '#' && text[0] != ';')
			keep_line(host_config, text, length, out);
		text += length + (text[length] == '\n');
	}
	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++)
		add_asked(host_config, &keywords[i], out);
}

static int check_line(const char *what, const json_t *value, struct error *err)
{
	const char *text = json_string_value(value);

	for (const char *at = text ? text : ""; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return error_set(err, ERROR_INVALID,
					 "%s has a control character", what);
	return 0;
}

/* A line feed in a name would add lines of the image's or the caller's own. */
static int check(const json_t *config, const json_t *host_config,
		 struct error *err)
{
	static const char *const lists[][2] = {
		{ "ExtraHosts", "extra host" },
		{ "Dns", "name server" },
		{ "DnsSearch", "search domain" },
		{ "DnsOptions", "resolver option" },
	};
	const json_t *value;
	size_t index;

	if (check_line("hostname", json_object_get(config, "Hostname"), err) <
		    0 ||
	    check_line("domainname", json_object_get(config, "Domainname"),
		       err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		json_array_foreach(json_object_get(host_config, lists[i][0]),
				   index, value)
		{
			if (check_line(lists[i][1], value, err) < 0)
				return -1;
		}
	return 0;
}

/* With MODE whatever the umask: any user of the container reads them. */
static int open_file(int folder_fd, const char *name, mode_t mode, int *fd_out,
		     struct error *err)
{
	*fd_out = openat(folder_fd, name,
			 O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			 mode);
	if (*fd_out < 0 || fchmod(*fd_out, mode) < 0)
		return error_sys(err, errno, "make %s", name);
	return 0;
}

static int write_file(int folder_fd, const char *name,
		      const struct strbuf *text, struct error *err)
{
	autoclose int fd = -1;

	if (open_file(folder_fd, name, 0644, &fd, err) < 0)
		return -1;
	return fs_write_all(fd, text->text, text->length, err);
}

const void *container_files_init(size_t *length_out)
{
	*length_out = (size_t)((uintptr_t)container_init_end -
			       (uintptr_t)container_init_start);
	return container_init_start;
}

/*
 * One copy for each container: a shared one would let whoever gets to write to
 * it reach the others.
 */
static int write_init(const struct container *container, struct error *err)
{
	autoclose int fd = -1;
	const void *bytes;
	size_t length;

	if (!spec_has_init(container->host_config))
		return 0;
	/* a new file: the old one may be running still */
	if (unlinkat(container->folder_fd, "docker-init", 0) < 0 &&
	    errno != ENOENT)
		return error_sys(err, errno, "remove docker-init");
	if (open_file(container->folder_fd, "docker-init", 0755, &fd, err) < 0)
		return -1;
	bytes = container_files_init(&length);
	return fs_write_all(fd, bytes, length, err);
}

void container_files_texts(const struct container *container,
			   struct container_texts *out)
{
	autoclean(strbuf_release) struct strbuf host =
		STRBUF_LIMIT(RESOLV_LIMIT);
	autoclean(error_release) struct error absent = ERROR_INIT;

	strbuf_addf(&out->hostname, "%s\n",
		    spec_string(container->config, "Hostname"));
	container_files_hosts(container->host_config, &out->hosts);
	/* a host without one resolves nothing; neither does the container */
	if (fs_read_file(AT_FDCWD, "/etc/resolv.conf", RESOLV_LIMIT, &host,
			 &absent) < 0)
		error_release(&absent);
	container_files_resolv(container->host_config, host.text, &out->resolv);
}

void container_texts_release(struct container_texts *texts)
{
	strbuf_release(&texts->hostname);
	strbuf_release(&texts->hosts);
	strbuf_release(&texts->resolv);
}

int container_files_give(int run_fd, const struct id_maps *ids,
			 struct error *err)
{
	static const char *const names[] = { "hostname", "hosts",
					     "resolv.conf" };
	uint32_t uid;
	uint32_t gid;

	if (!id_maps_outside(&ids->uids, 0, &uid) ||
	    !id_maps_outside(&ids->gids, 0, &gid))
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (fchownat(run_fd, names[i], uid, gid, AT_SYMLINK_NOFOLLOW) <
		    0)
			return error_sys(err, errno, "give away %s", names[i]);
	return 0;
}

int container_files_write(const struct container *container, int run_fd,
			  struct error *err)
{
	autoclean(container_texts_release) struct container_texts texts =
		CONTAINER_TEXTS_INIT;

	if (check(container->config, container->host_config, err) < 0)
		return -1;
	container_files_texts(container, &texts);
	if (write_file(run_fd, "hostname", &texts.hostname, err) < 0 ||
	    write_file(run_fd, "hosts", &texts.hosts, err) < 0 ||
	    write_init(container, err) < 0)
		return -1;
	return write_file(run_fd, "resolv.conf", &texts.resolv, err);
}
