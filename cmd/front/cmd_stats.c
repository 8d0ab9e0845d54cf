/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl stats */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/jsonx.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/rows_print.h"
#include "cmd/front/user_config.h"
#include "cmd/units.h"
#include "cmd/verb.h"
#include "runtime/engine/container_use.h"

struct stats_options {
	bool is_all;
	const char *format;
	bool is_once;
	bool is_whole;
};

static const struct option_spec stats_option_table[] = {
	{ "all", 'a', OPTION_BOOL, OPTION_AT(stats_options, is_all),
	  .help = "Show all containers (default shows just running)" },
	{ "format", 0, OPTION_STRING, OPTION_AT(stats_options, format),
	  .help = VERB_FORMAT_LIST_HELP },
	{ "no-stream", 0, OPTION_BOOL, OPTION_AT(stats_options, is_once),
	  .help = "Disable streaming stats and only pull the first result" },
	{ "no-trunc", 0, OPTION_BOOL, OPTION_AT(stats_options, is_whole),
	  .help = "Do not truncate output" },
	{ 0 },
};

static const struct usage stats_usage = {
	.arguments = "[CONTAINER...]",
	.summary = "Display a live stream of container(s) resource usage "
		   "statistics",
	.aliases = "imgctl container stats, imgctl stats",
	.options = stats_option_table,
	.least = 0,
	.most = -1,
	.complete = OPTION_COMPLETE_RUNNING,
};

static const struct listing_column columns[] = {
	{ "BlockIO", "BLOCK I/O" },   { "CPUPerc", "CPU %" },
	{ "Container", "CONTAINER" }, { "ID", "CONTAINER ID" },
	{ "MemPerc", "MEM %" },	      { "MemUsage", "MEM USAGE / LIMIT" },
	{ "Name", "NAME" },	      { "NetIO", "NET I/O" },
	{ "PIDs", "PIDS" },	      { NULL, NULL },
};

static const struct listing listing = {
	.type = "*container.statsContext",
	.columns = columns,
	.table = "table {{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t"
		 "{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}",
};

/* One container that is shown. */
struct watched {
	struct container container;
	const char *asked; /* as the user wrote it, or its name */
	struct container_use before, now;
};

struct watch {
	const struct stats_options *options;
	struct store *store;
	struct watched *items;
	size_t count;
};

static void watch_clear(struct watch *watch)
{
	for (size_t i = 0; i < watch->count; i++)
		container_release(&watch->items[i].container);
	free(watch->items);
	watch->items = NULL;
	watch->count = 0;
}
DEFINE_CLEANUP(struct watch, watch_clear)

static void add(struct watch *watch, struct container *container,
		const char *asked)
{
	watch->items = xreallocarray(watch->items, watch->count + 1,
				     sizeof(*watch->items));
	watch->items[watch->count++] = (struct watched){
		.container = *container,
		.asked = asked ? asked : container->name,
	};
	*container = (struct container)CONTAINER_INIT;
}

static int add_named(struct watch *watch, char *const *names, struct error *err)
{
	for (; *names; names++) {
		autoclean(container_release) struct container container =
			CONTAINER_INIT;

		if (container_find(watch->store, *names, &container, err) < 0)
			return -1;
		add(watch, &container, *names);
	}
	return 0;
}

/* One that goes meanwhile is passed over. */
static int add_one(struct watch *watch, const char *id, struct error *err)
{
	autoclean(container_release) struct container container =
		CONTAINER_INIT;
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;

	if (container_load(watch->store, id, &container, err) < 0 ||
	    container_state_load(watch->store, &container, &state, err) < 0) {
		if (err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
		return 0;
	}
	if (state.pid || watch->options->is_all)
		add(watch, &container, NULL);
	return 0;
}

static int find(struct watch *watch, char *const *names, struct error *err)
{
	autoclean(strvec_release) struct strvec ids = STRVEC_INIT;

	if (*names)
		return add_named(watch, names, err);
	if (container_list(watch->store, &ids, err) < 0)
		return -1;
	strvec_sort(&ids);
	for (size_t i = 0; i < ids.count; i++)
		if (add_one(watch, ids.items[i], err) < 0)
			return -1;
	return 0;
}

static void sample(struct watch *watch)
{
	for (size_t i = 0; i < watch->count; i++) {
		struct watched *it = &watch->items[i];
		autoclean(
			container_state_release) struct container_state state =
			CONTAINER_STATE_INIT;
		autoclean(error_release) struct error gone = ERROR_INIT;

		it->before = it->now;
		if (container_state_load(watch->store, &it->container, &state,
					 &gone) < 0)
			error_release(&gone); /* shown as one that ended */
		container_use_read(&state, &it->now);
	}
}

static double cpu_share(const struct watched *it)
{
	double passed = (double)(it->now.at - it->before.at);

	if (passed <= 0 || it->now.cpu < it->before.cpu)
		return 0; /* it began anew */
	return (double)(it->now.cpu - it->before.cpu) / passed * 100;
}

/* "1.5MiB / 64MiB" or "12kB / 3kB" */
static json_t *pair(void (*format)(double, char *), uint64_t first,
		    uint64_t second)
{
	char one[UNITS_TEXT_MAX];
	char two[UNITS_TEXT_MAX];
	autofree char *text = NULL;

	format((double)first, one);
	format((double)second, two);
	text = xasprintf("%s / %s", one, two);
	return json_string(text);
}

static json_t *percent(double value)
{
	autofree char *text = xasprintf("%.2f%%", value);

	return json_string(text);
}

static json_t *count(uint64_t value)
{
	autofree char *text = xasprintf("%llu", (unsigned long long)value);

	return json_string(text);
}

static json_t *make_row(const struct watch *watch, const struct watched *it)
{
	const struct container_use *now = &it->now;
	autofree char *cut = units_short_id(it->container.id);
	json_t *row = json_object();
	double share = now->memory_limit
			       ? (double)now->memory /
					 (double)now->memory_limit * 100
			       : 0;

	(void)json_object_set_new(
		row, "BlockIO",
		pair(units_format_size3, now->read, now->written));
	(void)json_object_set_new(row, "CPUPerc", percent(cpu_share(it)));
	(void)json_object_set_new(row, "Container", json_string(it->asked));
	(void)json_object_set_new(
		row, "ID",
		json_string(watch->options->is_whole ? it->container.id : cut));
	(void)json_object_set_new(row, "MemPerc", percent(share));
	(void)json_object_set_new(
		row, "MemUsage",
		pair(units_format_binary, now->memory, now->memory_limit));
	(void)json_object_set_new(row, "Name", json_string(it->container.name));
	(void)json_object_set_new(
		row, "NetIO",
		pair(units_format_size3, now->received, now->sent));
	(void)json_object_set_new(row, "PIDs", count(now->pids));
	return row;
}

/* On a terminal each picture takes the last one's place. */
static int show(const struct watch *watch, const char *format, bool redraws,
		struct error *err)
{
	autoclean(jsonx_free) json_t *rows = json_array();
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < watch->count; i++)
		(void)json_array_append_new(rows,
					    make_row(watch, &watch->items[i]));
	if (rows_print(&listing, format, rows, &out, err) < 0)
		return -1;
	if (redraws && command_print_control("\033[H\033[J", err) < 0)
		return -1;
	return command_print(out.text, out.length, err);
}

static void wait_a_second(void)
{
	const struct timespec second = { .tv_sec = 1 };

	(void)nanosleep(&second, NULL); /* a signal ends the program */
}

static int run(struct command_call *call, const struct stats_options *options,
	       char *const *names, struct error *err)
{
	autoclean(watch_clear) struct watch watch = { .options = options };
	autofree char *format = options->format && *options->format
					? xstrdup(options->format)
					: user_config_text(call->context,
							   "statsFormat");
	bool redraws = !options->is_once && isatty(STDOUT_FILENO);

	if (context_store(call->context, &watch.store, err) < 0)
		return -1;
	do {
		if (!watch.count || !*names) {
			watch_clear(&watch);
			if (find(&watch, names, err) < 0)
				return -1;
			sample(&watch);
		}
		wait_a_second(); /* of which the processors' share is told */
		sample(&watch);
		if (show(&watch, format, redraws, err) < 0)
			return -1;
	} while (!options->is_once);
	return 0;
}

int cmd_stats(struct command_call *call, struct error *err)
{
	struct stats_options options = { 0 };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &stats_usage,
		.target = &options,
	};
	bool done;

	if (verb_parse(call, &usage, &done, err) < 0)
		return -1;
	return done ? 0 : run(call, &options, usage.result.operands, err);
}
