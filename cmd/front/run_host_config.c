/* SPDX-License-Identifier: Apache-2.0 */
/* HostConfig: what the options ask of the machine. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "cmd/front/run_parts.h"
#include "cmd/units.h"
#include "runtime/logs/log_options.h"
#include "runtime/rlimits.h"

enum { SECCOMP_FILE_MAX = 4 << 20 };

static void set_text(json_t *object, const char *key, const char *value)
{
	(void)json_object_set_new(object, key, json_string(value ? value : ""));
}

static void set_bool(json_t *object, const char *key, bool value)
{
	(void)json_object_set_new(object, key, json_boolean(value));
}

/* A list option; docker shows null where none was given. */
static void set_list(json_t *object, const char *key, const struct strvec *list)
{
	(void)json_object_set_new(object, key,
				  list->count ? jsonx_from_strvec(list)
					      : json_null());
}

json_t *run_pairs(const struct strvec *items)
{
	json_t *map = json_object();

	for (size_t i = 0; i < items->count; i++) {
		const char *item = items->items[i];
		size_t length = strcspn(item, "=");
		autofree char *key = xstrndup(item, length);

		(void)json_object_set_new(
			map, key,
			json_string(item[length] ? item + length + 1 : ""));
	}
	return map;
}

/* "nofile=1024:2048" as {Name, Soft, Hard} */
static int add_ulimit(const char *text, json_t *list, struct error *err)
{
	char name[32] = "";
	long long soft = 0;
	long long hard = 0;
	int end = 0;
	int count = sscanf(text, "%31[a-z]=%lld%n", name, &soft, &end);
	int resource;

	hard = soft;
	if (count == 2 && text[end] == ':') {
		int more = 0;

		if (sscanf(text + end, ":%lld%n", &hard, &more) == 1)
			end += more;
	}
	if (count != 2 || text[end])
		return error_set(err, ERROR_INVALID,
				 "invalid ulimit argument: %s", text);
	if (!rlimits_from_name(name, &resource))
		return error_set(err, ERROR_INVALID, "invalid ulimit type: %s",
				 name);
	if (hard != -1 && (soft == -1 || soft > hard))
		return error_set(err, ERROR_INVALID,
				 "ulimit soft limit must be less than or equal "
				 "to hard limit: %lld > %lld",
				 soft, hard);
	(void)json_array_append_new(
		list, json_pack("{s:s,s:I,s:I}", "Name", name, "Soft",
				(json_int_t)soft, "Hard", (json_int_t)hard));
	return 0;
}

static int set_ulimits(const struct run_options *options, json_t *host,
		       struct error *err)
{
	json_t *list = json_array();

	(void)json_object_set_new(host, "Ulimits", list);
	for (size_t i = 0; i < options->ulimits.count; i++) {
		if (add_ulimit(options->ulimits.items[i], list, err) < 0)
			return -1;
	}
	return 0;
}

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++) {
		if (!strcmp(text, *words))
			return true;
	}
	return false;
}

/* A namespace mode: one of WORDS, or "container:ID" where ALLOWED. */
static int check_mode(const char *option, const char *name, const char *value,
		      const char *const *words, struct error *err)
{
	bool container = !strcmp(name, "IPC") || !strcmp(name, "PID");

	if (!value || !*value || is_one_of(value, words) ||
	    (container && !strncmp(value, "container:", 10) && value[10]))
		return 0;
	return error_set(err, ERROR_INVALID, "--%s: invalid %s mode: %s",
			 option, name, value);
}

static int set_namespaces(const struct run_options *options, json_t *host,
			  struct error *err)
{
	static const char *const ipc[] = { "none", "private", "shareable",
					   "host", NULL };
	static const char *const host_only[] = { "host", NULL };
	static const char *const cgroup[] = { "host", "private", NULL };

	if (check_mode("ipc", "IPC", options->ipc, ipc, err) < 0 ||
	    check_mode("pid", "PID", options->pid, host_only, err) < 0 ||
	    check_mode("uts", "UTS", options->uts, host_only, err) < 0 ||
	    check_mode("cgroupns", "CGROUP", options->cgroupns, cgroup, err) <
		    0)
		return -1;
	set_text(host, "IpcMode", options->ipc ? options->ipc : "private");
	set_text(host, "PidMode", options->pid);
	set_text(host, "UTSMode", options->uts);
	set_text(host, "CgroupnsMode", options->cgroupns);
	return run_userns(options, host, err);
}

static int set_log(const struct run_options *options, json_t *host,
		   struct error *err)
{
	static const char *const drivers[] = { "json-file", "local", "none",
					       NULL };
	const char *driver = options->log_driver ? options->log_driver
						 : "json-file";
	autoclean(jsonx_free) json_t *config = run_pairs(&options->log_opts);
	struct log_options parsed;

	if (!is_one_of(driver, drivers))
		return error_set(err, ERROR_INVALID,
				 "error looking up logging plugin %s: plugin "
				 "\"%s\" not found; there are json-file, local "
				 "and none",
				 driver, driver);
	(void)json_object_set_new(
		host, "LogConfig",
		json_pack("{s:s,s:O}", "Type", driver, "Config", config));
	return log_options_parse(driver, config, &parsed, err);
}

/*
 * A profile is read now and kept with the container, so that it is the same
 * at every start, whatever becomes of the file.
 */
static int add_profile(const char *path, json_t *list, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(SECCOMP_FILE_MAX);
	autoclean(strbuf_release) struct strbuf option = STRBUF_INIT;
	autoclean(jsonx_free) json_t *profile = NULL;

	if (fs_read_file(AT_FDCWD, path, SECCOMP_FILE_MAX, &text, err) < 0)
		return error_wrap(err, "opening seccomp profile (%s) failed",
				  path);
	if (jsonx_parse(text.text, text.length, "seccomp profile", &profile,
			err) < 0)
		return error_wrap(err, "%s", path);
	strbuf_addstr(&option, "seccomp=");
	jsonx_format(profile, &option);
	(void)json_array_append_new(list, json_string(option.text));
	return 0;
}

/* podman's mask= and unmask= want paths, the latter also ALL. */
static bool are_paths(const char *key, const char *rest)
{
	bool is_mask = !strcmp(key, "mask");

	if (!is_mask && strcmp(key, "unmask") != 0)
		return true;
	if (*rest++ != '=')
		return false;
	if (!is_mask && !strcasecmp(rest, "all"))
		return true;
	while (*rest == '/') {
		rest += strcspn(rest, ":");
		if (!*rest)
			return true;
		rest++;
	}
	return false;
}

/* "no-new-privileges" alone, or with a truth behind it. */
static bool is_truth(const char *rest)
{
	static const char *const truths[] = { "true", "false", "1",    "0",
					      "t",    "f",     "T",    "F",
					      "TRUE", "FALSE", "True", "False",
					      NULL };

	return !*rest || is_one_of(rest + 1, truths);
}

static int add_security(const char *text, json_t *list, struct error *err)
{
	static const char *const known[] = {
		"no-new-privileges", "seccomp", "apparmor", "label",
		"systempaths",	     "mask",	"unmask",   NULL
	};
	static const char *const builtin[] = { "unconfined", "builtin", NULL };
	size_t length = strcspn(text, "=:");
	autofree char *key = xstrndup(text, length);

	if (!is_one_of(key, known) || !are_paths(key, text + length) ||
	    (!strcmp(key, "no-new-privileges") && !is_truth(text + length)))
		return error_set(err, ERROR_INVALID,
				 "invalid --security-opt: %s", text);
	if (!strcmp(key, "seccomp") && text[length] &&
	    !is_one_of(text + length + 1, builtin))
		return add_profile(text + length + 1, list, err);
	(void)json_array_append_new(list, json_string(text));
	return 0;
}

static int set_security(const struct run_options *options, json_t *host,
			struct error *err)
{
	json_t *list = json_array();

	(void)json_object_set_new(host, "SecurityOpt",
				  options->security.count ? list : json_null());
	for (size_t i = 0; i < options->security.count; i++) {
		if (add_security(options->security.items[i], list, err) < 0)
			return -1;
	}
	if (!options->security.count)
		json_decref(list);
	return 0;
}

/* An IPv6 address may stand in brackets. */
static bool is_host_address(const char *text)
{
	size_t length = strlen(text);
	bool has_brackets = length > 2 && *text == '[' &&
			    text[length - 1] == ']';
	autofree char *bare = has_brackets ? xstrndup(text + 1, length - 2)
					   : xstrdup(text);
	unsigned char address[16];

	return !strcmp(text, "host-gateway") ||
	       inet_pton(AF_INET, bare, address) == 1 ||
	       inet_pton(AF_INET6, bare, address) == 1;
}

static int check_hosts(const struct run_options *options, struct error *err)
{
	for (size_t i = 0; i < options->add_hosts.count; i++) {
		const char *text = options->add_hosts.items[i];
		size_t length = strcspn(text, ":=");

		if (!length || !text[length] || !text[length + 1])
			return error_set(err, ERROR_INVALID,
					 "bad format for add-host: \"%s\"",
					 text);
		if (!is_host_address(text + length + 1))
			return error_set(err, ERROR_INVALID,
					 "invalid IP address in add-host: "
					 "\"%s\"",
					 text + length + 1);
	}
	return 0;
}

static void set_lists(const struct run_options *options, json_t *host)
{
	set_list(host, "CapAdd", &options->cap_add);
	set_list(host, "CapDrop", &options->cap_drop);
	set_list(host, "Dns", &options->dns);
	set_list(host, "DnsOptions", &options->dns_options);
	set_list(host, "DnsSearch", &options->dns_search);
	set_list(host, "ExtraHosts", &options->add_hosts);
	set_list(host, "GroupAdd", &options->group_add);
	set_list(host, "VolumesFrom", &options->volumes_from);
	set_list(host, "DeviceCgroupRules", &options->device_rules);
	(void)json_object_set_new(host, "Sysctls",
				  run_pairs(&options->sysctls));
	(void)json_object_set_new(host, "Annotations",
				  run_pairs(&options->annotations));
}

static int set_devices(const struct run_options *options, json_t *host,
		       struct error *err)
{
	json_t *devices = NULL;
	json_t *requests = NULL;
	int result = run_devices(options, &devices, err);

	(void)json_object_set_new(host, "Devices", devices);
	if (result < 0 || run_device_requests(options, &requests, err) < 0)
		return -1;
	if (requests)
		(void)json_object_set_new(host, "DeviceRequests", requests);
	return 0;
}

static int set_runtime(const struct run_options *options, json_t *host,
		       struct error *err)
{
	static const char *const own[] = { "imgctl", "imgctl-oci", "runc",
					   "io.containerd.runc.v2", NULL };
	const char *runtime = options->runtime ? options->runtime : "imgctl";
	const char *driver = options->volume_driver;

	if (!is_one_of(runtime, own))
		return error_set(err, ERROR_INVALID,
				 "unknown or invalid runtime name: %s",
				 runtime);
	if (driver && *driver && strcmp(driver, "local") != 0)
		return error_set(err, ERROR_NOT_FOUND,
				 "error looking up volume plugin %s: plugin "
				 "\"%s\" not found",
				 driver, driver);
	if (!options->is_trust_disabled)
		return error_set(err, ERROR_UNSUPPORTED,
				 "--disable-content-trust=false: there is no "
				 "trust data to verify images by");
	set_text(host, "Runtime", runtime);
	set_text(host, "VolumeDriver", driver);
	return 0;
}

int run_host_config(const struct run_options *options, json_t **out,
		    struct error *err)
{
	json_t *host = json_object();

	*out = host;
	if (run_resources(options, host, err) < 0 ||
	    set_namespaces(options, host, err) < 0 ||
	    set_ulimits(options, host, err) < 0 ||
	    set_log(options, host, err) < 0 ||
	    set_security(options, host, err) < 0 ||
	    check_hosts(options, err) < 0 ||
	    run_tmpfs(options, host, err) < 0 ||
	    run_restart(options, host, err) < 0 ||
	    set_devices(options, host, err) < 0 ||
	    set_runtime(options, host, err) < 0)
		return -1;
	set_lists(options, host);
	set_bool(host, "Privileged", options->is_privileged);
	set_bool(host, "ReadonlyRootfs", options->is_readonly);
	set_bool(host, "AutoRemove", options->is_removed);
	set_text(host, "ContainerIDFile", options->cidfile);
	set_text(host, "Isolation", "");
	if (options->has_init)
		set_bool(host, "Init", true);
	return 0;
}
