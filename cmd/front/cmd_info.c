/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl info */
#include <fcntl.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/jsonx.h"
#include "cmd/front/container_entry.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/shape.h"
#include "cmd/tmpl/tmpl.h"
#include "cmd/units.h"
#include "cmd/verb.h"
#include "layers/store/image_record.h"
#include "runtime/apparmor.h"
#include "runtime/cgroup/cgroup_host.h"

enum { INFO_BAD_TEMPLATE = 64, OS_RELEASE_MAX = 64 << 10 };

struct info_options {
	const char *format;
};

static const struct option_spec info_option_table[] = {
	{ "format", 'f', OPTION_STRING, OPTION_AT(info_options, format),
	  .help = VERB_FORMAT_HELP },
	{ 0 },
};

static const struct usage info_usage = {
	.arguments = "",
	.summary = "Display system-wide information",
	.aliases = "imgctl system info, imgctl info",
	.options = info_option_table,
	.least = 0,
	.most = 0,
};

static void set_text(json_t *info, const char *key, const char *value)
{
	(void)json_object_set_new(info, key, json_string(value));
}

static void set_number(json_t *info, const char *key, json_int_t value)
{
	(void)json_object_set_new(info, key, json_integer(value));
}

/* PRETTY_NAME of os-release(5), without its quotes. */
static void set_system(json_t *info)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(OS_RELEASE_MAX);
	autoclean(error_release) struct error ignored = ERROR_INIT;
	const char *at = NULL;
	size_t length = 0;

	if (fs_read_file(AT_FDCWD, "/etc/os-release", OS_RELEASE_MAX, &text,
			 &ignored) == 0)
		at = strstr(text.text, "PRETTY_NAME=");
	if (at) {
		at += strlen("PRETTY_NAME=");
		at += *at == '"';
		length = strcspn(at, "\"\n");
	}
	(void)json_object_set_new(info, "OperatingSystem",
				  at ? json_stringn(at, length)
				     : json_string("Linux"));
}

static int set_machine(json_t *info, struct error *err)
{
	autoclean(cgroup_host_release) struct cgroup_host cgroups =
		CGROUP_HOST_INIT;
	struct utsname host;
	struct sysinfo memory;

	if (uname(&host) < 0 || sysinfo(&memory) < 0)
		return error_sys(err, errno, "ask about the machine");
	if (cgroup_host_read(&cgroups, err) < 0)
		return -1;
	set_text(info, "KernelVersion", host.release);
	set_system(info);
	set_text(info, "OSType", "linux");
	set_text(info, "Architecture", host.machine);
	set_text(info, "Name", host.nodename);
	set_number(info, "NCPU", sysconf(_SC_NPROCESSORS_ONLN));
	set_number(info, "MemTotal",
		   (json_int_t)memory.totalram * memory.mem_unit);
	set_text(info, "CgroupDriver",
		 cgroups.mode == CGROUP_MODE_NONE ? "none" : "cgroupfs");
	set_text(info, "CgroupVersion",
		 cgroups.mode == CGROUP_MODE_UNIFIED ? "2" : "1");
	return 0;
}

static int set_counts(const struct store *store, json_t *info,
		      struct error *err)
{
	autoclean(
		container_entries_release) struct container_entries containers =
		CONTAINER_ENTRIES_INIT;
	autoclean(strvec_release) struct strvec images = STRVEC_INIT;
	json_int_t running = 0;
	json_int_t paused = 0;

	if (container_entries_load(store, &containers, err) < 0 ||
	    image_record_list(store, &images, err) < 0)
		return -1;
	for (size_t i = 0; i < containers.count; i++) {
		const struct container_entry *entry = &containers.items[i];

		paused += entry->state.status == CONTAINER_PAUSED;
		running += entry->state.status != CONTAINER_PAUSED &&
			   container_entry_is_running(entry);
	}
	set_number(info, "Containers", (json_int_t)containers.count);
	set_number(info, "ContainersRunning", running);
	set_number(info, "ContainersPaused", paused);
	set_number(info, "ContainersStopped",
		   (json_int_t)containers.count - running - paused);
	set_number(info, "Images", (json_int_t)images.count);
	return 0;
}

static void set_security(json_t *info, bool is_rootless)
{
	json_t *list = json_array();

	if (apparmor_is_enabled() && !is_rootless)
		(void)json_array_append_new(list, json_string("name=apparmor"));
	(void)json_array_append_new(
		list, json_string("name=seccomp,profile=builtin"));
	if (is_rootless)
		(void)json_array_append_new(list, json_string("name=rootless"));
	(void)json_array_append_new(list, json_string("name=cgroupns"));
	(void)json_object_set_new(info, "SecurityOptions", list);
}

/* What scripts ask docker for and what is the same for everybody here. */
static void set_constants(json_t *info)
{
	(void)json_object_update_new(
		info,
		json_pack("{s:{s:[s],s:[s,s,s,s,s],s:n,s:[s,s,s]},"
			  "s:{s:{s:s},s:{s:s}},s:{s:s,s:b},s:b,s:b,s:b,s:[],"
			  "s:s,s:s}",
			  "Plugins", "Volume", "local", "Network", "bridge",
			  "host", "ipvlan", "macvlan", "null", "Authorization",
			  "Log", "json-file", "local", "none", "Runtimes",
			  "imgctl", "path", "imgctl", "imgctl-oci", "path",
			  "imgctl-oci", "Swarm", "LocalNodeState", "inactive",
			  "ControlAvailable", 0, "LiveRestoreEnabled", 1,
			  "Debug", 0, "ExperimentalBuild", 0, "Warnings",
			  "IndexServerAddress", "https://index.docker.io/v1/",
			  "InitBinary", "docker-init"));
}

static int make_document(struct command_call *call, json_t *info,
			 struct error *err)
{
	struct store *store;

	if (context_store(call->context, &store, err) < 0 ||
	    set_counts(store, info, err) < 0 || set_machine(info, err) < 0)
		return -1;
	set_text(info, "Driver", "overlay2");
	set_text(info, "LoggingDriver", "json-file");
	set_text(info, "ServerVersion", IMGCTL_VERSION);
	set_text(info, "DefaultRuntime", "imgctl");
	set_text(info, "DockerRootDir", store->root);
	set_security(info, call->context->is_rootless);
	set_constants(info);
	return 0;
}

static long long number(const json_t *info, const char *key)
{
	return (long long)json_integer_value(json_object_get(info, key));
}

static void format_text(const json_t *info, struct strbuf *out)
{
	static const struct {
		const char *label, *key;
	} rows[] = {
		{ "Server Version", "ServerVersion" },
		{ "Storage Driver", "Driver" },
		{ "Logging Driver", "LoggingDriver" },
		{ "Cgroup Driver", "CgroupDriver" },
		{ "Cgroup Version", "CgroupVersion" },
		{ "Default Runtime", "DefaultRuntime" },
		{ "Kernel Version", "KernelVersion" },
		{ "Operating System", "OperatingSystem" },
		{ "OSType", "OSType" },
		{ "Architecture", "Architecture" },
		{ "Name", "Name" },
		{ "Docker Root Dir", "DockerRootDir" },
	};
	char memory[UNITS_TEXT_MAX];

	strbuf_addf(out,
		    "Client:\n Version:    " IMGCTL_VERSION "\n\nServer:\n"
		    " Containers: %lld\n  Running: %lld\n  Paused: %lld\n"
		    "  Stopped: %lld\n Images: %lld\n",
		    number(info, "Containers"),
		    number(info, "ContainersRunning"),
		    number(info, "ContainersPaused"),
		    number(info, "ContainersStopped"), number(info, "Images"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		strbuf_addf(out, " %s: %s\n", rows[i].label,
			    shape_text(info, rows[i].key));
	units_format_binary((double)number(info, "MemTotal"), memory);
	strbuf_addf(out, " CPUs: %lld\n Total Memory: %s\n",
		    number(info, "NCPU"), memory);
}

static int format_template(const char *text, const json_t *info,
			   struct strbuf *out, int *status, struct error *err)
{
	static const struct tmpl_options options = { .type = "system.info" };
	autoclean(tmpl_free) struct tmpl *tmpl = NULL;

	if (tmpl_parse(text, &tmpl, err) < 0) {
		*status = INFO_BAD_TEMPLATE;
		return error_wrap(err, "template parsing error");
	}
	if (tmpl_execute_with(tmpl, &options, info, out, err) < 0)
		return -1;
	strbuf_addch(out, '\n');
	return 0;
}

int cmd_info(struct command_call *call, struct error *err)
{
	struct info_options options = { NULL };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &info_usage,
		.target = &options,
	};
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(jsonx_free) json_t *info = json_object();
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	if (make_document(call, info, err) < 0)
		return -1;
	if (!options.format || !*options.format)
		format_text(info, &text);
	else if (format_template(!strcmp(options.format, "json")
					 ? "{{json .}}"
					 : options.format,
				 info, &text, &call->status, err) < 0)
		return -1;
	return command_print(text.text, text.length, err);
}
