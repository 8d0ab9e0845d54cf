/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl logs */
#include <signal.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "cmd/front/container_entry.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/log_details.h"
#include "cmd/front/log_show.h"
#include "cmd/front/shape.h"
#include "cmd/timestamp.h"
#include "cmd/units.h"
#include "cmd/verb.h"
#include "runtime/engine/container_attach.h"

struct logs_options {
	bool has_details;
	bool is_followed;
	bool has_time;
	const char *since;
	const char *until;
	const char *tail;
};

static const struct option_spec logs_option_table[] = {
	{ "details", 0, OPTION_BOOL, OPTION_AT(logs_options, has_details),
	  .help = "Show extra details provided to logs" },
	{ "follow", 'f', OPTION_BOOL, OPTION_AT(logs_options, is_followed),
	  .help = "Follow log output" },
	{ "since", 0, OPTION_STRING, OPTION_AT(logs_options, since),
	  .help = "Show logs since timestamp (e.g. \"2013-01-02T13:23:37Z\") "
		  "or relative (e.g. \"42m\" for 42 minutes)" },
	{ "tail", 'n', OPTION_STRING, OPTION_AT(logs_options, tail),
	  .help = "Number of lines to show from the end of the logs",
	  .fallback = "all" },
	{ "timestamps", 't', OPTION_BOOL, OPTION_AT(logs_options, has_time),
	  .help = "Show timestamps" },
	{ "until", 0, OPTION_STRING, OPTION_AT(logs_options, until),
	  .help = "Show logs before a timestamp (e.g. "
		  "\"2013-01-02T13:23:37Z\") or relative (e.g. \"42m\" for "
		  "42 minutes)" },
	{ 0 },
};

static const struct usage logs_usage = {
	.arguments = "CONTAINER",
	.summary = "Fetch the logs of a container",
	.aliases = "imgctl container logs, imgctl logs",
	.options = logs_option_table,
	.least = 1,
	.most = 1,
	.complete = OPTION_COMPLETE_CONTAINER,
};

/* One reading of one container's log. */
struct logs {
	struct store *store;
	struct container_entry entry;
	struct log_show show;
};

static void logs_release(struct logs *logs)
{
	container_entry_release(&logs->entry);
	log_show_release(&logs->show);
}
DEFINE_CLEANUP(struct logs, logs_release)

static int parse_time(const char *name, const char *text, int64_t now,
		      int64_t *out, struct error *err)
{
	if (!text || !*text)
		return 0;
	if (timestamp_parse(text, now, out, err) < 0)
		return error_wrap(err, "invalid value for \"%s\"", name);
	return 0;
}

/* As docker: what is no number of lines means all of them. */
static int64_t parse_tail(const char *text)
{
	struct error ignored = ERROR_INIT;
	int64_t lines = -1;

	if (!text)
		return -1;
	if (units_parse_integer(text, 0, INT64_MAX, &lines, &ignored) < 0) {
		error_release(&ignored);
		return -1;
	}
	return lines;
}

static int check_driver(const struct container *container, struct error *err)
{
	const json_t *config = json_object_get(container->host_config,
					       "LogConfig");

	if (strcmp(shape_text(config, "Type"), "none") != 0)
		return 0;
	return error_set(err, ERROR_UNSUPPORTED,
			 "configured logging driver does not support reading");
}

static void find_details(struct logs *logs)
{
	const struct container *container = &logs->entry.container;
	const json_t *log = json_object_get(container->host_config,
					    "LogConfig");

	log_details(container->config, json_object_get(log, "Config"),
		    &logs->show.details);
}

static int show_entry(void *context, const struct log_entry *entry,
		      struct error *err)
{
	struct logs *logs = context;

	return log_show_add(&logs->show, entry, err);
}

static bool has_ended(void *context)
{
	const struct logs *logs = context;
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;

	/* what cannot be read any more was removed */
	return container_state_load(logs->store, &logs->entry.container, &state,
				    &ignored) < 0 ||
	       (state.status != CONTAINER_RUNNING &&
		state.status != CONTAINER_PAUSED);
}

static int read_log(struct logs *logs, struct log_query *query,
		    struct error *err)
{
	autoclose int wake_fd = -1;

	/* the monitor tells us when the container has ended */
	if (query->is_followed &&
	    container_connect(logs->store, &logs->entry.container, 0, &wake_fd,
			      err) < 0) {
		if (err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
	}
	query->wake_fd = wake_fd;
	query->has_ended = has_ended;
	query->entry = show_entry;
	query->context = logs;
	if (log_read(logs->entry.container.folder_fd, query, err) < 0)
		return -1;
	return log_show_flush(&logs->show, err);
}

static int show_logs(struct command_call *call, const char *name,
		     const struct logs_options *options, struct error *err)
{
	autoclean(logs_release) struct logs logs = {
		.entry = { .container = CONTAINER_INIT },
		.show = LOG_SHOW_INIT,
	};
	struct log_query query = LOG_QUERY_INIT;
	int64_t now = clock_now();

	logs.show.has_time = options->has_time;
	logs.show.has_details = options->has_details;
	logs.show.is_eager = options->is_followed;
	query.tail = parse_tail(options->tail);
	query.is_followed = options->is_followed;
	if (parse_time("since", options->since, now, &query.since, err) < 0 ||
	    parse_time("until", options->until, now, &query.until, err) < 0 ||
	    context_store(call->context, &logs.store, err) < 0 ||
	    container_entry_find(logs.store, name, &logs.entry, err) < 0 ||
	    check_driver(&logs.entry.container, err) < 0)
		return -1;
	if (options->has_details)
		find_details(&logs);
	if (read_log(&logs, &query, err) == 0)
		return 0;
	if (err->sys != EPIPE)
		return -1;
	/* whoever read us has seen enough: end as the signal would end us */
	error_release(err);
	call->status = 128 + SIGPIPE;
	return 0;
}

int cmd_logs(struct command_call *call, struct error *err)
{
	struct logs_options options = { .tail = NULL };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &logs_usage,
		.target = &options,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	return show_logs(call, usage.result.operands[0], &options, err);
}
