/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl oci events */
#include <poll.h>

#include "base/clock.h"
#include "base/jsonx.h"
#include "cmd/command.h"
#include "cmd/front/oci/oci_command.h"
#include "runtime/oci/oci_container.h"
#include "runtime/oci/oci_events.h"

enum { OOM_LOOK_MS = 200 }; /* between looks at the counter */

struct events_options {
	bool stats;
	int64_t interval; /* nanoseconds */
};

static const struct option_spec events_table[] = {
	{ "interval", 0, OPTION_DURATION, OPTION_AT(events_options, interval),
	  .help = "Time between two statistics", .fallback = "5s" },
	{ "stats", 0, OPTION_BOOL, OPTION_AT(events_options, stats),
	  .help = "Print the statistics once" },
	{ 0 },
};

static const struct usage events_usage = {
	.arguments = "CONTAINER",
	.summary = "Print what a container uses, and when it runs out of "
		   "memory",
	.options = events_table,
	.least = 1,
	.most = 1,
};

static int print(json_t *event, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	jsonx_format(event, &text);
	json_decref(event);
	strbuf_addch(&text, '\n');
	return command_print(text.text, text.length, err);
}

/* What is printed of the counters, and the memory failures seen so far. */
struct watch {
	const char *id;
	const struct cgroup *group;
	uint64_t oom_kills;
};

static int print_stats(struct watch *watch, struct error *err)
{
	autoclean(cgroup_stats_release) struct cgroup_stats stats = { 0 };

	cgroup_stats_read(watch->group, &stats);
	return print(oci_events_stats(watch->id, &stats), err);
}

static uint64_t count_kills(const struct watch *watch)
{
	autoclean(cgroup_stats_release) struct cgroup_stats stats = { 0 };

	cgroup_stats_read(watch->group, &stats);
	return stats.oom_kills == CGROUP_NO_NUMBER ? 0 : stats.oom_kills;
}

static int look_for_oom(struct watch *watch, struct error *err)
{
	uint64_t kills = count_kills(watch);

	if (kills <= watch->oom_kills)
		return 0;
	watch->oom_kills = kills;
	return print(oci_events_oom(watch->id), err);
}

/* Until the container ends. */
static int follow(struct watch *watch, int pidfd, int64_t interval,
		  struct error *err)
{
	struct pollfd slot = { pidfd, POLLIN, 0 };
	int64_t next = clock_monotonic() + interval;

	watch->oom_kills = count_kills(watch);
	for (;;) {
		int64_t now = clock_monotonic();
		int64_t left_ms = (next - now) / (CLOCK_SECOND / 1000) + 1;
		int wait_ms = left_ms < OOM_LOOK_MS ? (int)left_ms
						    : OOM_LOOK_MS;

		if (poll(&slot, 1, wait_ms > 0 ? wait_ms : 0) < 0 &&
		    errno != EINTR)
			return error_sys(err, errno, "wait for the container");
		if (look_for_oom(watch, err) < 0)
			return -1;
		if (slot.revents)
			return 0;
		if (clock_monotonic() < next)
			continue;
		next += interval;
		if (print_stats(watch, err) < 0)
			return -1;
	}
}

static int open_watched(const struct oci_container *container,
			struct cgroup **group_out, int *pidfd_out,
			struct error *err)
{
	if (oci_container_process(container, pidfd_out, err) < 0)
		return -1;
	return oci_container_group(container, group_out, err);
}

int cmd_oci_events(struct oci_call *call, struct error *err)
{
	struct events_options options = { .interval = 5 * CLOCK_SECOND };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &events_usage,
		.target = &options,
	};
	autoclean(oci_container_release) struct oci_container container =
		OCI_CONTAINER_INIT;
	autoclean(cgroup_close) struct cgroup *group = NULL;
	struct watch watch = { 0 };
	autoclose int pidfd = -1;
	bool done;

	if (oci_command_parse(call, &usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	if (options.interval <= 0)
		return error_set(err, ERROR_INVALID,
				 "duration interval must be greater than 0");
	if (oci_container_open(call->root, usage.result.operands[0], false,
			       &container, err) < 0 ||
	    open_watched(&container, &group, &pidfd, err) < 0)
		return -1;
	watch.id = container.state.id;
	watch.group = group;
	return options.stats ? print_stats(&watch, err)
			     : follow(&watch, pidfd, options.interval, err);
}
