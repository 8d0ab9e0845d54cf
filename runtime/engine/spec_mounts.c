/* SPDX-License-Identifier: Apache-2.0 */
/* The mounts of a specification: docker's defaults and what was asked for. */
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "runtime/engine/container_files.h"
#include "runtime/engine/spec_parts.h"

enum { SHM_DEFAULT = 64 << 20 };

static void add_mount(json_t *mounts, const char *destination, const char *type,
		      const char *source, json_t *options)
{
	(void)json_array_append_new(
		mounts,
		json_pack("{s:s,s:s,s:s,s:o}", "destination", destination,
			  "type", type, "source", source, "options", options));
}

static bool is_privileged(const struct spec_request *request)
{
	return json_is_true(
		json_object_get(request->container->host_config, "Privileged"));
}

/*
 * A sysfs shows the network it is mounted in, and only that network's root may
 * mount one: with the host's, an ordinary user gets to see the host's.
 */
static void add_sysfs(const struct spec_request *request, json_t *mounts,
		      const char *write)
{
	bool makes_network =
		spec_makes_network(request->container->host_config);
	bool is_foreign = request->ids->uids.count
				  ? !makes_network && !request->user_path
				  : request->is_rootless && !makes_network &&
					    !request->network_path;

	if (is_foreign)
		add_mount(
			mounts, "/sys", "bind", "/sys",
			spec_list((const char *[]){ "rbind", "nosuid", "noexec",
						    "nodev", "rro", NULL }));
	else
		add_mount(mounts, "/sys", "sysfs", "sysfs",
			  spec_list((const char *[]){ "nosuid", "noexec",
						      "nodev", write, NULL }));
}

/* Terminals are group 5's where there is such a group. */
static bool has_terminal_group(const struct spec_request *request)
{
	uint32_t ignored;

	if (!request->ids->gids.count)
		return !request->is_rootless;
	return id_maps_outside(&request->ids->gids, 5, &ignored);
}

/* security.md 4.4: docker's table. */
static void add_kernel_mounts(const struct spec_request *request,
			      json_t *mounts)
{
	bool open = is_privileged(request);
	const char *write = open ? "rw" : "ro";

	add_mount(mounts, "/proc", "proc", "proc",
		  spec_list((const char *[]){ "nosuid", "noexec", "nodev",
					      NULL }));
	add_mount(
		mounts, "/dev", "tmpfs", "tmpfs",
		spec_list((const char *[]){ "nosuid", "strictatime", "mode=755",
					    "size=65536k", NULL }));
	add_mount(
		mounts, "/dev/pts", "devpts", "devpts",
		spec_list((const char *[]){
			"nosuid", "noexec", "newinstance", "ptmxmode=0666",
			"mode=0620",
			has_terminal_group(request) ? "gid=5" : NULL, NULL }));
	add_sysfs(request, mounts, write);
	add_mount(mounts, "/sys/fs/cgroup", "cgroup", "cgroup",
		  spec_list((const char *[]){ "nosuid", "noexec", "nodev",
					      "relatime", write, NULL }));
}

static void add_ipc_mounts(const struct spec_request *request, json_t *mounts)
{
	const json_t *host = request->container->host_config;
	json_int_t size = spec_integer(host, "ShmSize");
	autofree char *limit =
		xasprintf("size=%lld", (long long)(size ? size : SHM_DEFAULT));

	add_mount(mounts, "/dev/mqueue", "mqueue", "mqueue",
		  spec_list((const char *[]){ "nosuid", "noexec", "nodev",
					      NULL }));
	if (!strcmp(spec_string(host, "IpcMode"), "host") ||
	    request->shm_source) {
		const char *source = request->shm_source ? request->shm_source
							 : "/dev/shm";

		add_mount(
			mounts, "/dev/shm", "bind", source,
			spec_list((const char *[]){ "rbind", "nosuid", "noexec",
						    "nodev", NULL }));
		return;
	}
	if (strcmp(spec_string(host, "IpcMode"), "none") != 0)
		add_mount(mounts, "/dev/shm", "tmpfs", "shm",
			  spec_list((const char *[]){ "nosuid", "noexec",
						      "nodev", "mode=1777",
						      limit, NULL }));
}

static void add_files(const struct spec_request *request, json_t *mounts)
{
	static const char *const names[] = { "resolv.conf", "hostname",
					     "hosts" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		autofree char *path = xasprintf("/etc/%s", names[i]);
		autofree char *source = xasprintf("%s/%s", request->files,
						  names[i]);

		add_mount(mounts, path, "bind", source,
			  spec_list((const char *[]){ "rbind", "rprivate",
						      NULL }));
	}
}

static void add_init(const struct spec_request *request, json_t *mounts)
{
	if (!spec_has_init(request->container->host_config))
		return;
	add_mount(mounts, CONTAINER_INIT_PATH, "bind", request->init,
		  spec_list((const char *[]){ "bind", "ro", NULL }));
}

static void split_options(const char *text, json_t *options)
{
	while (*text) {
		size_t length = strcspn(text, ",");

		if (length)
			(void)json_array_append_new(options,
						    json_stringn(text, length));
		text += length + (text[length] == ',');
	}
}

/* Mode words that concern volumes' making and labels, not the mount. */
static bool is_mount_word(const char *word)
{
	static const char *const others[] = {
		"z",	     "Z",	   "nocopy", "U",    "cached",
		"delegated", "consistent", "copy",   "idmap"
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (!strcmp(word, others[i]))
			return false;
	}
	return true;
}

static bool has_word(const json_t *words, const char *const *wanted)
{
	const json_t *word;
	size_t index;

	json_array_foreach(words, index, word)
	{
		for (size_t i = 0; wanted[i]; i++) {
			if (!strcmp(json_string_value(word), wanted[i]))
				return true;
		}
	}
	return false;
}

static bool is_set(const json_t *mount, const char *key)
{
	return json_is_true(json_object_get(mount, key));
}

/* The words of a mode that are the kernel's business. */
static json_t *mode_options(const char *mode)
{
	json_t *words = json_array();

	split_options(mode, words);
	for (size_t i = json_array_size(words); i > 0; i--) {
		if (!is_mount_word(
			    json_string_value(json_array_get(words, i - 1))))
			(void)json_array_remove(words, i - 1); /* in range */
	}
	return words;
}

static void add_word(json_t *options, const char *word)
{
	(void)json_array_append_new(options, json_string(word));
}

/* As the container's files: without a user namespace that is refused. */
static void map_ids(const struct spec_request *request, json_t *mount)
{
	add_word(json_object_get(mount, "options"), "idmap");
	if (!request->ids->uids.count)
		return;
	(void)json_object_set_new(mount, "uidMappings",
				  id_maps_oci(&request->ids->uids));
	(void)json_object_set_new(mount, "gidMappings",
				  id_maps_oci(&request->ids->gids));
}

/* docker's Mounts entry of a bind or a volume. */
static void add_bind(const struct spec_request *request, const json_t *mount,
		     json_t *mounts)
{
	static const char *const propagations[] = { "private", "rprivate",
						    "slave",   "rslave",
						    "shared",  "rshared",
						    NULL };
	static const char *const binds[] = { "bind", "rbind", NULL };
	static const char *const below[] = { "rro", NULL };
	json_t *options = mode_options(spec_string(mount, "Mode"));
	const char *propagation = spec_string(mount, "Propagation");

	if (!has_word(options, binds))
		add_word(options,
			 is_set(mount, "NonRecursive") ? "bind" : "rbind");
	if (!has_word(options, propagations))
		add_word(options, *propagation ? propagation : "rprivate");
	/* read-only reaches what is mounted below, as docker has it since 25 */
	if (!is_set(mount, "RW") && !has_word(options, below))
		add_word(options,
			 is_set(mount, "ReadOnlyNonRecursive") ? "ro" : "rro");
	add_mount(mounts, spec_string(mount, "Destination"), "bind",
		  spec_string(mount, "Source"), options);
	if (is_set(mount, "IdMapped"))
		map_ids(request,
			json_array_get(mounts, json_array_size(mounts) - 1));
}

/* --tmpfs DEST[:OPTIONS] and --mount type=tmpfs: docker's default options. */
static void add_tmpfs(const char *destination, const char *options,
		      json_t *mounts)
{
	json_t *words = spec_list(
		(const char *[]){ "nosuid", "nodev", "noexec", NULL });

	split_options(options, words);
	add_mount(mounts, destination, "tmpfs", "tmpfs", words);
}

static void add_asked(const struct spec_request *request, const json_t *asked,
		      json_t *mounts)
{
	json_t *tmpfs = json_object_get(request->container->host_config,
					"Tmpfs");
	const json_t *mount;
	const char *destination;
	json_t *options;
	size_t index;

	json_array_foreach(asked, index, mount)
	{
		if (!strcmp(spec_string(mount, "Type"), "tmpfs"))
			add_tmpfs(spec_string(mount, "Destination"),
				  spec_string(mount, "Mode"), mounts);
		else
			add_bind(request, mount, mounts);
	}
	json_object_foreach(tmpfs, destination, options)
	{
		const char *text = json_string_value(options);

		add_tmpfs(destination, text ? text : "", mounts);
	}
}

static bool is_at(const json_t *mount, const char *path)
{
	return !strcmp(spec_string(mount, "destination"), path);
}

static bool has_mount_at(const json_t *mounts, const char *path)
{
	const json_t *mount;
	size_t index;

	json_array_foreach(mounts, index, mount)
	{
		if (is_at(mount, path))
			return true;
	}
	return false;
}

/*
 * What was asked for takes the place of a default at the same path; a /dev of
 * the user's that of all below /dev, too.
 */
static void drop_covered(const json_t *asked, json_t *defaults)
{
	bool own_dev = has_mount_at(asked, "/dev");

	for (size_t i = json_array_size(defaults); i > 0; i--) {
		const char *path = spec_string(json_array_get(defaults, i - 1),
					       "destination");

		if (has_mount_at(asked, path) ||
		    (own_dev && !strncmp(path, "/dev/", 5)))
			(void)json_array_remove(defaults, i - 1); /* in range */
	}
}

/* How many folders deep a destination lies. */
static size_t depth(const json_t *mount)
{
	const char *path = spec_string(mount, "destination");
	size_t count = 0;

	while (*path) {
		path += strspn(path, "/");
		count += *path != '\0';
		path += strcspn(path, "/");
	}
	return count;
}

/*
 * Adds ASKED to MOUNTS, outer folders before what lies in them: otherwise
 * `-v a:/x/y -v b:/x` would hide the first mount behind the second. Mounts of
 * the same depth keep their order.
 */
static void add_by_depth(const json_t *asked, json_t *mounts)
{
	size_t left = json_array_size(asked);

	for (size_t level = 0; left; level++) {
		size_t index;
		json_t *mount;

		json_array_foreach(asked, index, mount)
		{
			if (depth(mount) != level)
				continue;
			(void)json_array_append(mounts, mount);
			left--;
		}
	}
}

/* A read-only root makes the generated files read-only, too. */
static void protect_files(const struct spec_request *request, json_t *files)
{
	json_t *file;
	size_t index;

	if (!json_is_true(json_object_get(request->container->host_config,
					  "ReadonlyRootfs")))
		return;
	json_array_foreach(files, index, file)(void) json_array_append_new(
		json_object_get(file, "options"), json_string("ro"));
}

int spec_mounts(const struct spec_request *request, json_t **out,
		struct error *err)
{
	const json_t *asked = request->mounts;
	autoclean(jsonx_free) json_t *own = json_array();
	autoclean(jsonx_free) json_t *files = json_array();

	if (asked && !json_is_array(asked))
		return error_set(err, ERROR_CORRUPT, "mounts: not a list");
	*out = json_array();
	add_kernel_mounts(request, *out);
	add_ipc_mounts(request, *out);
	add_asked(request, asked, own);
	drop_covered(own, *out);
	add_files(request, files);
	drop_covered(own, files);
	protect_files(request, files);
	(void)json_array_extend(own, files);
	add_by_depth(own, *out);
	add_init(request, *out);
	return 0;
}
