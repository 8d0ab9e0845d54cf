/* SPDX-License-Identifier: Apache-2.0 */
/* The plan of a control group as writes of a shell. */
#include "runtime/explain/explain_group.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "runtime/cgroup/cgroup_plan.h"
#include "runtime/cgroup/device_filter.h"
#include "runtime/explain/explain_text.h"

/* Where groups are made on CONTROLLER's hierarchy; the caller frees it. */
static char *top_of(const struct explain *explain,
		    enum cgroup_controller controller)
{
	const struct cgroup_place *place = &explain->host->places[controller];

	if (access(place->mount, W_OK) == 0 || !strcmp(place->own, "/"))
		return xstrdup(place->mount);
	return xasprintf("%s%s", place->mount, place->own);
}

static char *directory_of(const struct explain *explain,
			  enum cgroup_controller controller)
{
	autofree char *top =
		top_of(explain, cgroup_host_slot(explain->host, controller));

	return xasprintf("%s/%s", top,
			 explain->cgroup_path +
				 strspn(explain->cgroup_path, "/"));
}

/* The container's id is a variable of the script. */
static void add_path(const struct explain *explain, const char *path,
		     struct strbuf *out)
{
	const char *id = strstr(path, explain->id);
	autofree char *before = id ? xstrndup(path, (size_t)(id - path)) : NULL;

	if (!id) {
		explain_add_word(path, out);
		return;
	}
	explain_add_word(before, out);
	strbuf_addstr(out, "\"$ID\"");
	id += strlen(explain->id);
	if (*id)
		explain_add_word(id, out);
}

/* On v2 every group above has to hand the controllers down. */
static void hand_down(const struct explain *explain, unsigned controllers,
		      struct strbuf *out)
{
	autofree char *top = top_of(explain, CGROUP_CORE);
	autofree char *path = directory_of(explain, CGROUP_CORE);
	size_t length = strlen(top);

	if (!controllers)
		return;
	explain_add_reason("Let the groups on the way have the controllers of "
			   "these limits.",
			   out);
	for (;;) {
		autofree char *parent = xstrndup(path, length);

		for (int i = CGROUP_MEMORY; i < CGROUP_CONTROLLER_COUNT; i++) {
			enum cgroup_controller it = (enum cgroup_controller)i;

			if (!(controllers & (1U << i)))
				continue;
			strbuf_addf(out, "hand_down %s ",
				    it == CGROUP_IO
					    ? "io"
					    : cgroup_controller_name(it));
			add_path(explain, parent, out);
			strbuf_addch(out, '\n');
		}
		if (!strchr(path + length + 1, '/'))
			return;
		length += strcspn(path + length + 1, "/") + 1;
	}
}

static void make_directory(const struct explain *explain,
			   enum cgroup_controller slot, struct strbuf *out)
{
	autofree char *path = directory_of(explain, slot);
	bool has_cpuset = cgroup_host_is_v1(explain->host, CGROUP_CPUSET) &&
			  cgroup_host_slot(explain->host, CGROUP_CPUSET) ==
				  slot;

	strbuf_addstr(out, has_cpuset ? "group_with_cpus " : "group ");
	add_path(explain, path, out);
	strbuf_addch(out, '\n');
}

static void make_directories(const struct explain *explain, unsigned wanted,
			     struct strbuf *out)
{
	const struct cgroup_host *host = explain->host;
	unsigned made = 0;

	if (host->places[CGROUP_CORE].home == CGROUP_HOME_V2) {
		explain_add_reason(
			"The control group: what is frozen, counted and killed "
			"as a whole.",
			out);
		make_directory(explain, CGROUP_CORE, out);
		hand_down(explain, cgroup_plan_unified(host, wanted), out);
	}
	for (int i = CGROUP_MEMORY; i < CGROUP_CONTROLLER_COUNT; i++) {
		enum cgroup_controller it = (enum cgroup_controller)i;
		enum cgroup_controller slot;

		if (!(wanted & (1U << i)) || !cgroup_host_is_v1(host, it))
			continue;
		slot = cgroup_host_slot(host, it);
		if (made & (1U << slot))
			continue;
		if (!made)
			explain_add_reason("Groups on the v1 hierarchies that "
					   "a limit needs.",
					   out);
		made |= 1U << slot;
		make_directory(explain, slot, out);
	}
}

static void add_file(const struct explain *explain,
		     const struct cgroup_write *write, struct strbuf *out)
{
	autofree char *directory = directory_of(explain, write->controller);
	autofree char *path = xasprintf("%s/%s", directory, write->file);

	add_path(explain, path, out);
}

/* A write of the kind ELSE is for when those before it found no file. */
static void add_write(const struct explain *explain,
		      const struct cgroup_plan *plan, size_t index,
		      struct strbuf *out)
{
	const struct cgroup_write *write = &plan->writes[index];

	for (size_t i = index;
	     i > 0 && plan->writes[i].mode == CGROUP_WRITE_ELSE; i--) {
		strbuf_addstr(out, "[ -e ");
		add_file(explain, &plan->writes[i - 1], out);
		strbuf_addstr(out, " ] || ");
	}
	if (write->mode != CGROUP_WRITE_MUST) {
		strbuf_addstr(out, "[ ! -e ");
		add_file(explain, write, out);
		strbuf_addstr(out, " ] || ");
	}
	strbuf_addstr(out, "limit ");
	add_file(explain, write, out);
	strbuf_addch(out, ' ');
	explain_add_word(write->value, out);
	strbuf_addch(out, '\n');
}

static void add_limits(const struct explain *explain,
		       const struct cgroup_plan *plan, struct strbuf *out)
{
	if (!plan->count)
		return;
	explain_add_reason("The limits, in force before anything runs in the "
			   "group.",
			   out);
	for (size_t i = 0; i < plan->count; i++)
		add_write(explain, plan, i, out);
	explain_add_reason("Limits that bound each other refuse one order of "
			   "writing them: once more.",
			   out);
	strbuf_addstr(out, "[ -z \"$refused\" ] || printf '%s' \"$value\" "
			   ">\"$refused\"\n");
}

/* bpf(2): BPF_PROG_LOAD, BPF_PROG_ATTACH as linux/bpf.h numbers them. */
static void add_filter(const struct explain *explain, struct strbuf *out)
{
	autoclean(device_filter_release) struct device_filter filter =
		DEVICE_FILTER_INIT;
	autofree char *path = directory_of(explain, CGROUP_CORE);

	device_filter_assemble(&explain->limits->devices, &filter);
	explain_add_reason("A program for the kernel decides which devices "
			   "may be opened or made; no tool attaches one,\n# so "
			   "perl calls bpf(2): load it, then attach it to the "
			   "group.",
			   out);
	strbuf_addstr(out, "base64 -d >\"$STATE/devices.bpf\" <<'END'\n");
	explain_add_base64(filter.code, filter.count * sizeof(*filter.code),
			   out);
	strbuf_addf(out,
		    "END\nperl -e '\n"
		    "open(F, \"<\", $ARGV[0]) && opendir(D, $ARGV[1]) or die "
		    "\"$!\\n\";\n"
		    "undef $/; $code = <F>; $license = \"Apache-2.0\\0\";\n"
		    "$load = pack(\"LL QQ x96\", %d, length($code) / 8, "
		    "unpack(\"Q\", pack(\"P\", $code)), unpack(\"Q\", "
		    "pack(\"P\", $license)));\n"
		    "($program = syscall(%d, %d, $load, length $load)) >= 0 or "
		    "die \"load the device program: $!\\n\";\n"
		    "$attach = pack(\"LLLL x104\", fileno(D), $program, %d, "
		    "%d);\n"
		    "syscall(%d, %d, $attach, length $attach) >= 0 or die "
		    "\"attach the device program: $!\\n\";\n"
		    "' \"$STATE/devices.bpf\" ",
		    BPF_PROG_TYPE_CGROUP_DEVICE, SYS_bpf, BPF_PROG_LOAD,
		    BPF_CGROUP_DEVICE, BPF_F_ALLOW_MULTI, SYS_bpf,
		    BPF_PROG_ATTACH);
	add_path(explain, path, out);
	strbuf_addch(out, '\n');
}

static void add_rules(const struct explain *explain, struct strbuf *out)
{
	const struct device_rules *rules = &explain->limits->devices;
	autofree char *path = directory_of(explain, CGROUP_DEVICES);

	explain_add_reason("Which devices may be opened or made.", out);
	strbuf_addstr(out, "echo a >");
	add_path(explain, path, out);
	strbuf_addf(out, "/devices.%s\n",
		    rules->allow_by_default ? "allow" : "deny");
	for (size_t i = 0; i < rules->count; i++) {
		char line[DEVICE_RULE_MAX];

		device_rule_format(&rules->exceptions[i], line);
		strbuf_addf(out, "echo '%s' >", line);
		add_path(explain, path, out);
		strbuf_addf(out, "/devices.%s\n",
			    rules->exceptions[i].allow ? "allow" : "deny");
	}
}

/* As cgroup_guard_devices: the v2 tree first. */
static void guard_devices(const struct explain *explain, struct strbuf *out)
{
	const struct device_rules *rules = &explain->limits->devices;

	if (!explain->limits->has_devices ||
	    (rules->allow_by_default && !rules->count))
		return;
	if (explain->host->places[CGROUP_CORE].home == CGROUP_HOME_V2)
		add_filter(explain, out);
	else if (cgroup_host_is_v1(explain->host, CGROUP_DEVICES))
		add_rules(explain, out);
}

int explain_group_make(const struct explain *explain, struct strbuf *out,
		       struct error *err)
{
	autoclean(cgroup_plan_release) struct cgroup_plan plan =
		CGROUP_PLAN_INIT;

	if (cgroup_plan_limits(explain->host, explain->limits, &plan, err) < 0)
		return -1;
	make_directories(
		explain,
		cgroup_plan_wanted(explain->host, explain->limits, &plan), out);
	add_limits(explain, &plan, out);
	guard_devices(explain, out);
	return 0;
}

void explain_group_join(struct strbuf *out)
{
	explain_add_reason("Enter the control groups, before a namespace takes "
			   "this one for their root.",
			   out);
	strbuf_addstr(out, "IFS=$LF\nfor group in $GROUPS_MADE; do\n"
			   "\techo 0 >\"$group/cgroup.procs\"\ndone\n"
			   "unset IFS\n");
}
