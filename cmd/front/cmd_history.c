/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl history */
#include <string.h>

#include "base/clock.h"
#include "base/jsonx.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/history_rows.h"
#include "cmd/front/rows_print.h"
#include "cmd/verb.h"
#include "layers/image/image_find.h"

struct history_options {
	bool is_human;
	bool is_whole;
	bool is_quiet;
	const char *format;
};

static const struct option_spec history_option_table[] = {
	{ "format", 0, OPTION_STRING, OPTION_AT(history_options, format),
	  .help = VERB_FORMAT_LIST_HELP },
	{ "human", 'H', OPTION_BOOL, OPTION_AT(history_options, is_human),
	  .help = "Print sizes and dates in human readable format",
	  .fallback = "true" },
	{ "no-trunc", 0, OPTION_BOOL, OPTION_AT(history_options, is_whole),
	  .help = "Don't truncate output" },
	{ "quiet", 'q', OPTION_BOOL, OPTION_AT(history_options, is_quiet),
	  .help = "Only show image IDs" },
	{ 0 },
};

static const struct usage history_usage = {
	.arguments = "IMAGE",
	.summary = "Show the history of an image",
	.aliases = "imgctl image history, imgctl history",
	.options = history_option_table,
	.least = 1,
	.most = 1,
	.complete = OPTION_COMPLETE_IMAGE,
};

static const struct listing_column columns[] = {
	{ "ID", "IMAGE" },
	{ "CreatedSince", "CREATED" },
	{ "CreatedAt", "CREATED AT" },
	{ "CreatedBy", "CREATED BY" },
	{ "Size", "SIZE" },
	{ "Comment", "COMMENT" },
	{ NULL, NULL },
};

#define TABLE(time) \
	"table {{.ID}}\t{{." time "}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}"

static const struct listing human = {
	.type = "*history.historyContext",
	.columns = columns,
	.table = TABLE("CreatedSince"),
};

static const struct listing exact = {
	.type = "*history.historyContext",
	.columns = columns,
	.table = TABLE("CreatedAt"),
};

static int print_history(struct command_call *call, const char *name,
			 const struct history_options *options,
			 struct error *err)
{
	autoclean(image_match_release) struct image_match match =
		IMAGE_MATCH_INIT;
	autoclean(image_record_release) struct image_record record =
		IMAGE_RECORD_INIT;
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;
	autoclean(jsonx_free) json_t *rows = NULL;
	struct history_rows_options how = { options->is_whole,
					    options->is_human, clock_now() };
	const char *format = options->format ? options->format : "";
	struct store *store;

	if (options->is_quiet && (!*format || !strcmp(format, "table")))
		format = "{{.ID}}";
	if (context_store(call->context, &store, err) < 0 ||
	    image_find(store, name, &match, err) < 0 ||
	    image_record_load(store, &match.id, &record, err) < 0)
		return -1;
	rows = history_rows_make(&record, &how);
	if (rows_print(options->is_human ? &human : &exact, format, rows, &out,
		       err) < 0)
		return -1;
	return command_print(out.text, out.length, err);
}

int cmd_history(struct command_call *call, struct error *err)
{
	struct history_options options = { .is_human = true };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &history_usage,
		.target = &options,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	return print_history(call, usage.result.operands[0], &options, err);
}
