/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was asked for and will not be: limits that this kernel does not have,
 * and those that only CAP_SYS_RESOURCE may raise. The container is made all
 * the same, as docker does it, and the user is told.
 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/userns.h"
#include "cmd/front/run_mount_entry.h"
#include "cmd/front/run_parts.h"
#include "runtime/caps.h"
#include "runtime/cgroup/cgroup_host.h"
#include "runtime/rlimits.h"

/* A limit that needs a file of its controller. */
struct need {
	const char *key;  /* of HostConfig */
	json_int_t least; /* the least number that asks for it */
	enum cgroup_controller controller;
	const char *files[3];	/* on v1; any of them will do */
	const char *unified[3]; /* on v2 */
	const char *text;
};

static const struct need needs[] = {
	{ "MemorySwap",
	  1,
	  CGROUP_MEMORY,
	  { "memory.memsw.limit_in_bytes" },
	  { "memory.swap.max" },
	  "Your kernel does not support swap limit capabilities or the cgroup "
	  "is not mounted. Memory limited without swap." },
	{ "MemorySwappiness",
	  0,
	  CGROUP_MEMORY,
	  { "memory.swappiness" },
	  { 0 },
	  "Your kernel does not support memory swappiness capabilities or the "
	  "cgroup is not mounted. Memory swappiness discarded." },
	{ "OomKillDisable",
	  1,
	  CGROUP_MEMORY,
	  { "memory.oom_control" },
	  { 0 },
	  "Your kernel does not support OomKillDisable. OomKillDisable "
	  "discarded." },
	{ "BlkioWeight",
	  1,
	  CGROUP_IO,
	  { "blkio.weight", "blkio.bfq.weight" },
	  { "io.bfq.weight", "io.weight" },
	  "Your kernel does not support Block I/O weight or the cgroup is not "
	  "mounted. Weight discarded." },
	{ "BlkioWeightDevice",
	  1,
	  CGROUP_IO,
	  { "blkio.weight_device", "blkio.bfq.weight_device" },
	  { "io.bfq.weight" },
	  "Your kernel does not support Block I/O weight_device or the cgroup "
	  "is not mounted. Weight-device discarded." },
};

static bool is_asked(const json_t *value, json_int_t least)
{
	return json_is_true(value) || json_array_size(value) ||
	       (json_is_integer(value) && json_integer_value(value) >= least);
}

/* docker's "not asked for" of VALUE's kind. */
static json_t *nothing(const struct need *need, const json_t *value)
{
	if (json_is_boolean(value))
		return json_false();
	if (json_is_array(value))
		return json_array();
	if (!need->least)
		return json_null();
	return json_integer(need->controller == CGROUP_MEMORY ? -1 : 0);
}

static bool has_any(int folder, const char *name, const char *const files[3])
{
	for (size_t i = 0; i < 3 && files[i]; i++) {
		autofree char *path = xasprintf("%s/%s", name, files[i]);

		if (fs_exists(folder, path))
			return true;
	}
	return false;
}

/*
 * The top group lacks files that others have: any group below shows them, if
 * it has the controller, which has a file WITNESS there. Where none has, that
 * tells nothing, and it gets the benefit of the doubt.
 */
static bool has_below(const char *mount, const char *witness,
		      const char *const files[3])
{
	const char *const witnesses[3] = { witness, NULL, NULL };
	DIR *dir = opendir(mount);
	struct dirent *entry;
	bool is_silent = true;
	bool found = false;

	while (dir && !found && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
		    !has_any(dirfd(dir), entry->d_name, witnesses))
			continue;
		is_silent = false;
		found = has_any(dirfd(dir), entry->d_name, files);
	}
	if (dir)
		(void)closedir(dir); /* only read */
	return found || is_silent;
}

static bool is_supported(const struct cgroup_host *host,
			 const struct need *need)
{
	const struct cgroup_place *place = &host->places[need->controller];
	bool is_v2 = place->home == CGROUP_HOME_V2;
	const char *const *files = is_v2 ? need->unified : need->files;
	const char *witness = "cgroup.procs";

	if (place->home == CGROUP_HOME_NONE)
		return true; /* refused as a whole, by its controller's name */
	if (is_v2)
		witness = need->controller == CGROUP_MEMORY ? "memory.current"
							    : "io.stat";
	return files[0] && (has_any(AT_FDCWD, place->mount, files) ||
			    has_below(place->mount, witness, files));
}

static int check_needs(json_t *host, struct strvec *warnings, struct error *err)
{
	autoclean(cgroup_host_release) struct cgroup_host cgroups =
		CGROUP_HOST_INIT;
	bool is_read = false;

	for (size_t i = 0; i < sizeof(needs) / sizeof(*needs); i++) {
		const json_t *value = json_object_get(host, needs[i].key);

		if (!is_asked(value, needs[i].least))
			continue;
		if (!is_read && cgroup_host_read(&cgroups, err) < 0)
			return -1;
		is_read = true;
		if (is_supported(&cgroups, &needs[i]))
			continue;
		strvec_add(warnings, needs[i].text);
		(void)json_object_set_new(host, needs[i].key,
					  nothing(&needs[i], value));
	}
	return 0;
}

static const char *format_limit(rlim_t value, char out[static 24])
{
	if (value == RLIM_INFINITY)
		return "unlimited";
	(void)snprintf(out, 24, "%llu", (unsigned long long)value);
	return out;
}

/* What launching does with it: runtime/confine.c. */
static void check_ulimit(const json_t *limit, struct strvec *warnings)
{
	const char *name = json_string_value(json_object_get(limit, "Name"));
	rlim_t hard =
		(rlim_t)json_integer_value(json_object_get(limit, "Hard"));
	struct rlimit now;
	char wanted[24];
	char kept[24];
	int resource;

	if (!name || !rlimits_from_name(name, &resource) ||
	    getrlimit((__rlimit_resource_t)resource, &now) < 0 ||
	    hard <= now.rlim_max)
		return;
	strvec_addf(warnings,
		    "ulimit %s: raising the hard limit to %s needs "
		    "CAP_SYS_RESOURCE. It stays at %s.",
		    name, format_limit(hard, wanted),
		    format_limit(now.rlim_max, kept));
}

/* How low one may go is known to the kernel only: it is asked by trying. */
static bool can_score(json_int_t score)
{
	static const char path[] = "/proc/self/oom_score_adj";
	autoclose int fd = open(path, O_RDWR | O_CLOEXEC);
	char before[16] = "";
	char wanted[24];
	bool can;

	if (fd < 0 || pread(fd, before, sizeof(before) - 1, 0) <= 0)
		return false;
	(void)snprintf(wanted, sizeof(wanted), "%lld", (long long)score);
	can = pwrite(fd, wanted, strlen(wanted), 0) > 0;
	/* back up is always allowed */
	if (can && pwrite(fd, before, strlen(before), 0) < 0)
		return false;
	return can;
}

static void check_raised(const json_t *host, struct strvec *warnings)
{
	const json_t *ulimits = json_object_get(host, "Ulimits");
	json_int_t score =
		json_integer_value(json_object_get(host, "OomScoreAdj"));
	const json_t *limit;
	size_t index;

	json_array_foreach(ulimits, index, limit) check_ulimit(limit, warnings);
	if (score < 0 && !can_score(score))
		strvec_addf(warnings,
			    "oom-score-adj: lowering the score to %lld needs "
			    "CAP_SYS_RESOURCE. It stays as it is.",
			    (long long)score);
}

/* In a user namespace the capability is not the one that counts. */
static bool may_raise(struct error *err)
{
	uint64_t caps = 0;

	if (!userns_is_initial() || caps_permitted(&caps, err) < 0) {
		error_release(err);
		return false;
	}
	return caps & CAPS_BIT(CAP_SYS_RESOURCE);
}

/* Labels of SELinux that were asked for. */
static void check_labels(const json_t *mounts, struct strvec *warnings)
{
	const json_t *mount;
	size_t index;

	json_array_foreach(mounts, index, mount)
	{
		const char *mode =
			json_string_value(json_object_get(mount, "Mode"));

		if (!mode || !run_mode_word(mode, RUN_MODE_LABEL))
			continue;
		strvec_addf(warnings,
			    "The mount options z and Z are ignored: %s.",
			    fs_exists(AT_FDCWD, "/sys/fs/selinux/enforce")
				    ? "files are not labelled"
				    : "SELinux is not enabled here");
		return;
	}
}

static void check_ports(const json_t *host, struct strvec *warnings)
{
	const char *mode =
		json_string_value(json_object_get(host, "NetworkMode"));

	if (mode && !strcmp(mode, "host") &&
	    json_object_size(json_object_get(host, "PortBindings")))
		strvec_add(warnings, "Published ports are discarded when using "
				     "host network mode");
}

int run_warnings(json_t *host, const json_t *mounts, struct strvec *warnings,
		 struct error *err)
{
	bool asks = json_array_size(json_object_get(host, "Ulimits")) ||
		    json_integer_value(json_object_get(host, "OomScoreAdj")) <
			    0;

	if (check_needs(host, warnings, err) < 0)
		return -1;
	if (json_is_true(json_object_get(host, "OomKillDisable")) &&
	    !json_integer_value(json_object_get(host, "Memory")))
		strvec_add(warnings,
			   "OOM killer is disabled for the container, but no "
			   "memory limit is set, this can result in the system "
			   "running out of resources.");
	if (asks && !may_raise(err))
		check_raised(host, warnings);
	check_labels(mounts, warnings);
	check_ports(host, warnings);
	return 0;
}
