/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slices nest by their names: "a-b.slice" lies in "a.slice" (systemd.slice(5)).
 */
#include "runtime/oci/oci_scope.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/proc.h"
#include "base/strbuf.h"
#include "runtime/cgroup/cgroup_plan.h"

enum {
	SCOPE_TIMEOUT_MS = 30000,
	SCOPE_PAUSE_MS = 2,
	MEMBERSHIP_MAX = 1 << 16,
};

static const char manager[] = "org.freedesktop.systemd1";
static const char slice_ending[] = ".slice";

static bool ends_in(const char *text, const char *ending)
{
	size_t length = strlen(text);
	size_t wanted = strlen(ending);

	return length > wanted && strcmp(text + length - wanted, ending) == 0;
}

/* "a-b.slice" becomes "a.slice/a-b.slice". */
static int expand_slice(const char *slice, struct strbuf *out,
			struct error *err)
{
	size_t stem = strlen(slice) - strlen(slice_ending);

	if (!ends_in(slice, slice_ending) || strchr(slice, '/') ||
	    *slice == '-' || strstr(slice, "--"))
		return error_set(err, ERROR_INVALID,
				 "cgroupsPath: \"%s\" is not a slice", slice);
	for (size_t i = 1; i < stem; i++)
		if (slice[i] == '-')
			strbuf_addf(out, "%.*s%s/", (int)i, slice,
				    slice_ending);
	strbuf_addf(out, "%s/", slice);
	return 0;
}

int oci_scope_parse(const char *path, const char *id, char **unit_out,
		    char **group_out, struct error *err)
{
	autoclean(strbuf_release) struct strbuf group = STRBUF_INIT;
	autofree char *copy = xstrdup(path && *path ? path : "::");
	char *prefix = strchr(copy, ':');
	char *name = prefix ? strchr(prefix + 1, ':') : NULL;
	autofree char *unit = NULL;

	if (!name || strchr(name + 1, ':') || strchr(name + 1, '/') ||
	    strchr(prefix, '/'))
		return error_set(err, ERROR_INVALID,
				 "cgroupsPath: \"%s\" is not "
				 "slice:prefix:name",
				 path);
	*prefix++ = '\0';
	*name++ = '\0';
	if (!*name)
		unit = xasprintf("imgctl-%s.scope", id);
	else if (ends_in(name, slice_ending))
		return error_set(err, ERROR_INVALID,
				 "cgroupsPath: a container cannot be the slice "
				 "\"%s\"",
				 name);
	else
		unit = *prefix ? xasprintf("%s-%s.scope", prefix, name)
			       : xasprintf("%s.scope", name);
	if (expand_slice(*copy ? copy : "system.slice", &group, err) < 0)
		return -1;
	strbuf_addstr(&group, unit);
	*unit_out = TAKE_PTR(unit);
	*group_out = strbuf_steal(&group);
	return 0;
}

int oci_scope_plan(const char *path, struct oci_state *state, struct error *err)
{
	if (access("/run/systemd/system", F_OK) < 0)
		return error_set(err, ERROR_UNSUPPORTED,
				 "--systemd-cgroup: systemd does not run on "
				 "this host");
	return oci_scope_parse(path, state->id, &state->scope, &state->cgroup,
			       err);
}

/* The slice a unit's group lies in: the folder before the last. */
static char *slice_of(const char *group)
{
	const char *end = strrchr(group, '/');
	const char *start = memrchr(group, '/', (size_t)(end - group));

	start = start ? start + 1 : group;
	return xstrndup(start, (size_t)(end - start));
}

struct properties {
	struct strvec words;
	unsigned count;
};

static void add_number(struct properties *out, const char *name, uint64_t value)
{
	strvec_add(&out->words, name);
	strvec_add(&out->words, "t");
	strvec_addf(&out->words, "%llu", (unsigned long long)value);
	out->count++;
}

/* systemd's "infinity" is the greatest number, as which -1 arrives. */
static void add_limit(struct properties *out, const char *name, int64_t value)
{
	if (value > 0 || value == CGROUP_UNLIMITED)
		add_number(out, name, (uint64_t)value);
}

static void add_swap(struct properties *out, const struct cgroup_limits *limits)
{
	int64_t swap = limits->memory_swap;

	if (swap > 0 && limits->memory > 0)
		swap -= limits->memory;
	if (swap >= 0 || swap == CGROUP_UNLIMITED)
		add_number(out, "MemorySwapMax", (uint64_t)swap);
}

static void add_limits(struct properties *out,
		       const struct cgroup_limits *limits)
{
	add_limit(out, "MemoryMax", limits->memory);
	add_limit(out, "MemoryLow", limits->memory_reservation);
	add_swap(out, limits);
	if (limits->cpu_shares)
		add_number(out, "CPUWeight",
			   cgroup_cpu_weight(limits->cpu_shares));
	if (limits->cpu_quota > 0)
		add_number(out, "CPUQuotaPerSecUSec",
			   (uint64_t)limits->cpu_quota * 1000000 /
				   (limits->cpu_period ? limits->cpu_period
						       : 100000));
	else
		add_limit(out, "CPUQuotaPerSecUSec", limits->cpu_quota);
	if (limits->cpu_period)
		add_number(out, "CPUQuotaPeriodUSec", limits->cpu_period);
	add_limit(out, "TasksMax", limits->pids);
}

static void add_switch(struct properties *out, const char *name)
{
	strvec_add(&out->words, name);
	strvec_add(&out->words, "b");
	strvec_add(&out->words, "true");
	out->count++;
}

static void add_text(struct properties *out, const char *name,
		     const char *value)
{
	strvec_add(&out->words, name);
	strvec_add(&out->words, "s");
	strvec_add(&out->words, value);
	out->count++;
}

/* The words that call METHOD of systemd with arguments of TYPES. */
static void add_call(struct strvec *out, const char *method, const char *types)
{
	static const char *const call[] = {
		"busctl",
		"--quiet",
		"call",
		manager,
		"/org/freedesktop/systemd1",
		"org.freedesktop.systemd1.Manager"
	};

	for (size_t i = 0; i < sizeof(call) / sizeof(call[0]); i++)
		strvec_add(out, call[i]);
	strvec_add(out, method);
	strvec_add(out, types);
}

static void add_properties(struct strvec *out, struct properties *properties)
{
	strvec_addf(out, "%u", properties->count);
	strvec_extend(out, properties->words.items, properties->words.count);
	strvec_release(&properties->words);
}

void oci_scope_request(const struct oci_state *state,
		       const struct cgroup_limits *limits, pid_t pid,
		       struct strvec *out)
{
	struct properties properties = { STRVEC_INIT, 0 };
	autofree char *slice = slice_of(state->cgroup);
	autofree char *what = xasprintf("imgctl container %s", state->id);

	add_text(&properties, "Description", what);
	add_text(&properties, "Slice", slice);
	add_switch(&properties, "Delegate");
	add_switch(&properties, "MemoryAccounting");
	add_switch(&properties, "CPUAccounting");
	add_switch(&properties, "TasksAccounting");
	strvec_add(&properties.words, "PIDs");
	strvec_add(&properties.words, "au");
	strvec_add(&properties.words, "1");
	strvec_addf(&properties.words, "%d", (int)pid);
	properties.count++;
	add_limits(&properties, limits);
	add_call(out, "StartTransientUnit", "ssa(sv)a(sa(sv))");
	strvec_add(out, state->scope);
	strvec_add(out, "replace");
	add_properties(out, &properties);
	strvec_add(out, "0");
}

bool oci_scope_change(const struct oci_state *state,
		      const struct cgroup_limits *limits, struct strvec *out)
{
	struct properties properties = { STRVEC_INIT, 0 };

	add_limits(&properties, limits);
	if (!properties.count)
		return false;
	add_call(out, "SetUnitProperties", "sba(sv)");
	strvec_add(out, state->scope);
	strvec_add(out, "true"); /* until the scope ends */
	add_properties(out, &properties);
	return true;
}

static int call_systemd(const struct strvec *argv, struct error *err)
{
	autoclean(strbuf_release) struct strbuf out = STRBUF_LIMIT(4096);
	autoclean(strbuf_release) struct strbuf said = STRBUF_LIMIT(4096);
	struct proc_capture request = {
		.argv = strvec_array(argv),
		.timeout_ms = SCOPE_TIMEOUT_MS,
		.out = &out,
		.diagnostics = &said,
	};

	if (proc_run(&request, err) < 0)
		return error_wrap(err, "busctl");
	if (!request.status)
		return 0;
	said.text[strcspn(said.text, "\n")] = '\0';
	return error_set(err, ERROR_SYSTEM, "systemd: %s", said.text);
}

/* systemd answers before it has done it: its job moves the process. */
static int wait_for_group(const struct oci_state *state, pid_t pid,
			  struct error *err)
{
	int64_t deadline = clock_monotonic() +
			   SCOPE_TIMEOUT_MS * (CLOCK_SECOND / 1000);
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	while (clock_monotonic() < deadline) {
		autoclean(strbuf_release) struct strbuf text =
			STRBUF_LIMIT(MEMBERSHIP_MAX);

		if (fs_read_file(AT_FDCWD, path, MEMBERSHIP_MAX, &text, err) <
		    0)
			return -1;
		if (strstr(text.text, state->cgroup))
			return 0;
		(void)poll(NULL, 0, SCOPE_PAUSE_MS); /* a pause */
	}
	return error_set(err, ERROR_SYSTEM,
			 "systemd did not start %s within %d seconds",
			 state->scope, SCOPE_TIMEOUT_MS / 1000);
}

/* Whether systemd did what METHOD asks with the unit; what it says is lost. */
static bool ask(const struct oci_state *state, const char *method,
		const char *mode)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	autoclean(strvec_release) struct strvec argv = STRVEC_INIT;

	add_call(&argv, method, mode ? "ss" : "s");
	strvec_add(&argv, state->scope);
	if (mode)
		strvec_add(&argv, mode);
	return call_systemd(&argv, &ignored) == 0;
}

/*
 * A group that goes while systemd still makes its scope is not noticed: the
 * scope would run for ever. It is waited for as its name may be wanted again.
 */
void oci_scope_stop(const struct oci_state *state)
{
	int64_t deadline = clock_monotonic() +
			   SCOPE_TIMEOUT_MS * (CLOCK_SECOND / 1000);

	if (!state->scope || !ask(state, "StopUnit", "replace"))
		return; /* it went with its processes */
	(void)ask(state, "ResetFailedUnit", NULL);
	while (ask(state, "GetUnit", NULL) && clock_monotonic() < deadline)
		(void)poll(NULL, 0, SCOPE_PAUSE_MS); /* a pause */
}

int oci_scope_start(const struct oci_state *state,
		    const struct cgroup_limits *limits, pid_t pid,
		    struct error *err)
{
	autoclean(strvec_release) struct strvec argv = STRVEC_INIT;

	oci_scope_request(state, limits, pid, &argv);
	if (call_systemd(&argv, err) < 0)
		return error_wrap(err, "scope %s", state->scope);
	if (wait_for_group(state, pid, err) == 0)
		return 0;
	oci_scope_stop(state);
	return error_wrap(err, "scope %s", state->scope);
}

int oci_scope_update(const struct oci_state *state,
		     const struct cgroup_limits *limits, struct error *err)
{
	autoclean(strvec_release) struct strvec argv = STRVEC_INIT;

	if (!state->scope || !oci_scope_change(state, limits, &argv))
		return 0;
	if (call_systemd(&argv, err) < 0)
		return error_wrap(err, "scope %s", state->scope);
	return 0;
}
