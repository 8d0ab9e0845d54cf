/* SPDX-License-Identifier: Apache-2.0 */
/* A container's isolation as a document. */
#include "runtime/engine/isolation.h"

#include <fcntl.h>
#include <inttypes.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/fs.h"
#include "base/jsonx.h"
#include "base/mountinfo.h"
#include "base/utf8.h"
#include "runtime/caps.h"
#include "runtime/engine/container_process.h"
#include "runtime/engine/isolation_group.h"
#include "runtime/engine/spec_request.h"
#include "runtime/engine/start_plan.h"
#include "runtime/process_status.h"
#include "runtime/seccomp/seccomp_count.h"

enum {
	ISOLATION_FILE_MAX = 1 << 20,
	ISOLATION_MOUNTS_MAX = 16 << 20,
};

static const char *const namespaces[ISOLATION_NAMESPACES] = {
	"user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time",
};

/* A container that runs, held. */
struct subject {
	const struct store *store;
	const struct container *container;
	const struct isolation_host *host;
	int process; /* its folder in /proc */
};

static uint64_t inode_of(int process, const char *name)
{
	char path[24];
	struct stat st;

	(void)snprintf(path, sizeof(path), "ns/%s", name);
	return fstatat(process, path, &st, 0) == 0 ? st.st_ino : 0;
}

void isolation_note_host(struct isolation_host *out)
{
	autoclose int self = open("/proc/self",
				  O_PATH | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; i < ISOLATION_NAMESPACES; i++)
		out->inodes[i] = self < 0 ? 0 : inode_of(self, namespaces[i]);
}

/* Mounts of the container may be called anything; JSON is UTF-8. */
static json_t *text_value(const char *text)
{
	autoclean(strbuf_release) struct strbuf safe = STRBUF_INIT;

	if (utf8_is_valid(text, strlen(text)))
		return json_string(text);
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte < 0x80)
			strbuf_addch(&safe, *text);
		else
			strbuf_addf(&safe, "\\%03o", byte);
	}
	return json_string(safe.text);
}

static void set(json_t *object, const char *key, json_t *value)
{
	(void)json_object_set_new(object, key, value);
}

static json_t *describe_namespaces(const struct subject *subject)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ISOLATION_NAMESPACES; i++) {
		uint64_t host = subject->host->inodes[i];
		uint64_t own = inode_of(subject->process, namespaces[i]);

		if (!own)
			continue; /* a kernel without this kind */
		(void)json_array_append_new(
			list,
			json_pack("{s:s,s:I,s:I,s:b}", "Name", namespaces[i],
				  "Host", (json_int_t)host, "Container",
				  (json_int_t)own, "IsShared", host == own));
	}
	return list;
}

json_t *isolation_parse_map(const char *text)
{
	json_t *list = json_array();
	uint32_t inside, outside, size;
	int length;

	while (sscanf(text, " %" SCNu32 " %" SCNu32 " %" SCNu32 "%n", &inside,
		      &outside, &size, &length) == 3) {
		(void)json_array_append_new(
			list, json_pack("{s:I,s:I,s:I}", "Container",
					(json_int_t)inside, "Host",
					(json_int_t)outside, "Size",
					(json_int_t)size));
		text += length;
	}
	return list;
}

/* "unlimited" or a number; -1 stands for no limit. */
static json_t *limit_value(const char *text)
{
	uint64_t number;

	if (sscanf(text, "%" SCNu64, &number) != 1 || number > INT64_MAX)
		return json_integer(-1);
	return json_integer((json_int_t)number);
}

/*
 * "Max open files            1024                 4096                 files":
 * columns of 26, 21 and 21.
 */
json_t *isolation_parse_limits(const char *text)
{
	enum { SOFT_AT = 26, HARD_AT = 47 };
	json_t *list = json_array();

	while (*text) {
		const char *end = strchrnul(text, '\n');
		size_t name = SOFT_AT;

		if (end - text > HARD_AT && !strncmp(text, "Max ", 4)) {
			while (text[name - 1] == ' ')
				name--;
			(void)json_array_append_new(
				list,
				json_pack("{s:o,s:o,s:o}", "Name",
					  json_stringn(text + 4, name - 4),
					  "Soft", limit_value(text + SOFT_AT),
					  "Hard", limit_value(text + HARD_AT)));
		}
		text = *end ? end + 1 : end;
	}
	return list;
}

json_t *isolation_name_capabilities(uint64_t caps)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < 64; i++) {
		char number[24];

		if (!(caps & CAPS_BIT(i)))
			continue;
		(void)snprintf(number, sizeof(number), "CAP_%u", i);
		(void)json_array_append_new(
			list,
			json_string(caps_name(i) ? caps_name(i) : number));
	}
	return list;
}

static json_t *describe_sets(const struct process_status *status)
{
	return json_pack(
		"{s:o,s:o,s:o,s:o,s:o}", "Effective",
		isolation_name_capabilities(status->effective), "Permitted",
		isolation_name_capabilities(status->permitted), "Inheritable",
		isolation_name_capabilities(status->inheritable), "Bounding",
		isolation_name_capabilities(status->bounding), "Ambient",
		isolation_name_capabilities(status->ambient));
}

static json_t *describe_user(const struct process_status *status)
{
	json_t *groups = json_array();

	for (size_t i = 0; i < status->group_count; i++)
		(void)json_array_append_new(groups,
					    json_integer(status->groups[i]));
	return json_pack("{s:I,s:I,s:o}", "Uid", (json_int_t)status->uids[1],
			 "Gid", (json_int_t)status->gids[1], "Groups", groups);
}

/* The mode is the kernel's word, the numbers are the filter's. */
static int describe_filter(const struct subject *subject,
			   const struct process_status *status, json_t **out,
			   struct error *err)
{
	static const char *const modes[] = { "disabled", "strict", "filter" };
	autoclean(seccomp_profile_release) struct seccomp_profile profile =
		SECCOMP_PROFILE_INIT;
	struct seccomp_count count = { 0 };
	bool is_filtered;

	if (start_plan_profile(subject->container->host_config, &profile,
			       &is_filtered, err) < 0)
		return -1;
	if (is_filtered && status->seccomp == SECCOMP_MODE_FILTER)
		seccomp_count_calls(&profile, seccomp_arch_native(), &count);
	*out = json_pack(
		"{s:s,s:i,s:i,s:i,s:i,s:i}", "Mode",
		status->seccomp < 3 ? modes[status->seccomp] : "unknown",
		"Filters", (int)status->filters, "Known", (int)count.known,
		"Allowed", (int)count.allowed, "Conditional",
		(int)count.conditional, "Blocked", (int)count.blocked);
	return 0;
}

static int read_text(const struct subject *subject, const char *name,
		     struct strbuf *out, struct error *err)
{
	strbuf_truncate(out, 0);
	return fs_read_file(subject->process, name, out->limit, out, err);
}

static int describe_rights(const struct subject *subject, json_t *out,
			   struct error *err)
{
	autoclean(process_status_release) struct process_status status =
		PROCESS_STATUS_INIT;
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(ISOLATION_FILE_MAX);
	json_t *filter = NULL;

	if (read_text(subject, "status", &text, err) < 0 ||
	    process_status_parse(text.text, &status, err) < 0 ||
	    describe_filter(subject, &status, &filter, err) < 0)
		return -1;
	set(out, "User", describe_user(&status));
	set(out, "Capabilities", describe_sets(&status));
	set(out, "NoNewPrivileges", json_boolean(status.has_no_new_privs));
	set(out, "Seccomp", filter);
	return 0;
}

/* AppArmor's own file, or the one that any security module may use. */
static json_t *describe_label(const struct subject *subject)
{
	static const char *const files[] = { "attr/apparmor/current",
					     "attr/current" };

	for (size_t i = 0; i < 2; i++) {
		autoclean(strbuf_release) struct strbuf text =
			STRBUF_LIMIT(4096);
		autoclean(error_release) struct error ignored = ERROR_INIT;

		if (read_text(subject, files[i], &text, &ignored) < 0) {
			error_release(&ignored);
			continue;
		}
		text.text[strcspn(text.text, "\n")] = '\0';
		if (*text.text)
			return text_value(text.text);
	}
	return json_string("");
}

static int describe_maps(const struct subject *subject, json_t *out,
			 struct error *err)
{
	static const char *const names[] = { "uid_map", "gid_map", "limits" };
	static const char *const keys[] = { "UserMap", "GroupMap", "Limits" };

	for (size_t i = 0; i < 3; i++) {
		autoclean(strbuf_release) struct strbuf text =
			STRBUF_LIMIT(ISOLATION_FILE_MAX);

		if (read_text(subject, names[i], &text, err) < 0)
			return -1;
		set(out, keys[i],
		    i < 2 ? isolation_parse_map(text.text)
			  : isolation_parse_limits(text.text));
	}
	return 0;
}

static json_t *describe_mount(const struct mountinfo_entry *mount)
{
	return json_pack(
		"{s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "Target",
		text_value(mount->target), "Type", text_value(mount->type),
		"Source", text_value(mount->source), "Root",
		text_value(mount->root), "Options", text_value(mount->options),
		"SuperOptions", text_value(mount->super_options), "Propagation",
		text_value(mount->optional));
}

static int describe_mounts(const struct subject *subject, json_t *out,
			   struct error *err)
{
	autoclean(mountinfo_release) struct mountinfo info = MOUNTINFO_INIT;
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(ISOLATION_MOUNTS_MAX);
	json_t *list;

	if (read_text(subject, "mountinfo", &text, err) < 0 ||
	    mountinfo_parse(text.text, text.length, &info, err) < 0)
		return -1;
	list = json_array();
	for (size_t i = 0; i < info.count; i++)
		(void)json_array_append_new(list,
					    describe_mount(&info.entries[i]));
	set(out, "Mounts", list);
	return 0;
}

/* The specification that the container was started by. */
static int describe_paths(const struct subject *subject, json_t *out,
			  struct error *err)
{
	autoclean(jsonx_free) json_t *spec = NULL;
	autoclose int folder = -1;
	const json_t *part;

	if (container_state_folder(subject->store, subject->container->id,
				   &folder, err) < 0 ||
	    jsonx_read(folder, "config.json", ISOLATION_MOUNTS_MAX, &spec,
		       err) < 0)
		return -1;
	part = json_object_get(spec, "linux");
	for (int i = 0; i < 2; i++) {
		json_t *list = json_object_get(part, i ? "readonlyPaths"
						       : "maskedPaths");

		set(out, i ? "ReadonlyPaths" : "MaskedPaths",
		    json_is_array(list) ? json_incref(list) : json_array());
	}
	return 0;
}

/* The folder is opened first, then known to be the right process's. */
static int hold(struct subject *subject, const struct container_state *state,
		struct error *err)
{
	autoclose int pidfd = -1;
	char path[32];

	if (!state->pid)
		return error_set(err, ERROR_BUSY, "container %s is not running",
				 subject->container->id);
	(void)snprintf(path, sizeof(path), "/proc/%d", (int)state->pid);
	subject->process = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (subject->process < 0)
		return error_set(err, ERROR_BUSY,
				 "the container has just ended");
	return container_process_open(state, &pidfd, err);
}

static int describe(const struct subject *subject,
		    const struct container_state *state, json_t *out,
		    struct error *err)
{
	set(out, "Id", json_string(subject->container->id));
	set(out, "Name", json_string(subject->container->name));
	set(out, "Pid", json_integer(state->pid));
	set(out, "Namespaces", describe_namespaces(subject));
	if (describe_maps(subject, out, err) < 0 ||
	    describe_rights(subject, out, err) < 0 ||
	    describe_mounts(subject, out, err) < 0 ||
	    describe_paths(subject, out, err) < 0)
		return -1;
	set(out, "Label", describe_label(subject));
	set(out, "Cgroup", isolation_describe_group(state->cgroup));
	return 0;
}

int isolation_describe(const struct store *store,
		       const struct container *container,
		       const struct isolation_host *host, json_t **out,
		       struct error *err)
{
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;
	autoclean(jsonx_free) json_t *document = json_object();
	struct subject subject = { store, container, host, -1 };
	int result = -1;

	if (container_state_load(store, container, &state, err) == 0 &&
	    hold(&subject, &state, err) == 0)
		result = describe(&subject, &state, document, err);
	cleanup_close(&subject.process);
	if (result == 0)
		*out = TAKE_PTR(document);
	return result;
}
