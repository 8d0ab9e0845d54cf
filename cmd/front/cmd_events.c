/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl events */
#include <string.h>

#include "base/clock.h"
#include "base/jsonx.h"
#include "base/term.h"
#include "cmd/front/event_show.h"
#include "cmd/front/front_commands.h"
#include "cmd/timestamp.h"
#include "cmd/tmpl/tmpl.h"
#include "cmd/verb.h"
#include "layers/store/event_journal.h"

struct events_options {
	const char *format, *since, *until;
	struct filter filter;
};

static const struct option_spec events_option_table[] = {
	{ "filter", 'f', OPTION_CUSTOM, OPTION_AT(events_options, filter),
	  .help = "Filter output based on conditions provided",
	  .placeholder = "filter", .set = filter_set },
	{ "format", 0, OPTION_STRING, OPTION_AT(events_options, format),
	  .help = VERB_FORMAT_HELP },
	{ "since", 0, OPTION_STRING, OPTION_AT(events_options, since),
	  .help = "Show all events created since timestamp" },
	{ "until", 0, OPTION_STRING, OPTION_AT(events_options, until),
	  .help = "Stream events until this timestamp" },
	{ 0 },
};

static const struct usage events_usage = {
	.arguments = "",
	.summary = "Get real time events",
	.aliases = "imgctl system events, imgctl events",
	.options = events_option_table,
	.least = 0,
	.most = 0,
};

/* One showing of events. */
struct showing {
	struct events_options options;
	struct tmpl *tmpl; /* NULL: lines, or JSON */
	bool is_json;
};

static void showing_release(struct showing *showing)
{
	filter_release(&showing->options.filter);
	tmpl_free(showing->tmpl);
}
DEFINE_CLEANUP(struct showing, showing_release)

static int show_formatted(const struct showing *showing, const json_t *event,
			  struct strbuf *out, struct error *err)
{
	static const struct tmpl_options options = {
		.type = "*events.Message",
	};
	autoclean(jsonx_free) json_t *message = event_show_message(event);

	if (showing->is_json)
		jsonx_format(message, out);
	else if (tmpl_execute_with(showing->tmpl, &options, message, out, err) <
		 0)
		return -1;
	strbuf_addch(out, '\n');
	return 0;
}

/* Each event at once: somebody waits for it. */
static int show(void *context, const json_t *event, struct error *err)
{
	const struct showing *showing = context;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf line = STRBUF_INIT;

	if (!event_show_is_wanted(&showing->options.filter, event))
		return 0;
	if (showing->is_json || showing->tmpl) {
		if (show_formatted(showing, event, &text, err) < 0)
			return -1;
		return command_print(text.text, text.length, err);
	}
	event_show_line(event, &text);
	term_sanitize(text.text, text.length - 1, &line);
	strbuf_addch(&line, '\n');
	return command_print(line.text, line.length, err);
}

static int prepare(struct showing *showing, struct event_query *query,
		   struct error *err)
{
	const struct events_options *options = &showing->options;
	const char *format = options->format ? options->format : "";
	int64_t now = clock_now();

	showing->is_json = !strcmp(format, "json");
	if (*format && !showing->is_json &&
	    tmpl_parse(format, &showing->tmpl, err) < 0)
		return error_wrap(err, "template parsing error");
	/* without a beginning it is what comes from now on */
	query->since = now;
	if (options->since && *options->since &&
	    timestamp_parse(options->since, now, &query->since, err) < 0)
		return error_wrap(err, "invalid value for \"since\"");
	if (options->until && *options->until &&
	    timestamp_parse(options->until, now, &query->until, err) < 0)
		return error_wrap(err, "invalid value for \"until\"");
	if (query->until && query->until < query->since && options->since)
		return error_set(err, ERROR_INVALID,
				 "`since` cannot be after `until`");
	return event_show_check(&options->filter, err);
}

int cmd_events(struct command_call *call, struct error *err)
{
	autoclean(showing_release) struct showing showing = {
		.options = { .filter = FILTER_INIT },
	};
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &events_usage,
		.target = &showing.options,
	};
	struct event_query query = { .event = show, .context = &showing };
	struct store *store = NULL;
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	if (prepare(&showing, &query, err) < 0 ||
	    context_store(call->context, &store, err) < 0)
		return -1;
	return event_read(store, &query, err);
}
