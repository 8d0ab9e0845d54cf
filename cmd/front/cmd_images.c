/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl images */
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/jsonx.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/image_filter.h"
#include "cmd/front/image_rows.h"
#include "cmd/front/rows_print.h"
#include "cmd/front/user_config.h"
#include "cmd/verb.h"

struct images_options {
	bool is_all;
	bool has_digests;
	bool is_whole;
	bool is_quiet;
	const char *format;
	struct filter filter;
};

static const struct option_spec images_options[] = {
	{ "all", 'a', OPTION_BOOL, OPTION_AT(images_options, is_all),
	  .help = "Show all images (default hides intermediate images)" },
	{ "digests", 0, OPTION_BOOL, OPTION_AT(images_options, has_digests),
	  .help = "Show digests" },
	{ "filter", 'f', OPTION_CUSTOM, OPTION_AT(images_options, filter),
	  .help = "Filter output based on conditions provided",
	  .placeholder = "filter", .set = filter_set },
	{ "format", 0, OPTION_STRING, OPTION_AT(images_options, format),
	  .help = VERB_FORMAT_LIST_HELP },
	{ "no-trunc", 0, OPTION_BOOL, OPTION_AT(images_options, is_whole),
	  .help = "Don't truncate output" },
	{ "quiet", 'q', OPTION_BOOL, OPTION_AT(images_options, is_quiet),
	  .help = "Only show image IDs" },
	{ 0 },
};

static const struct usage images_usage = {
	.arguments = "[REPOSITORY[:TAG]]",
	.summary = "List images",
	.aliases = "imgctl image ls, imgctl image list, imgctl images",
	.options = images_options,
	.least = 0,
	.most = 1,
	.complete = OPTION_COMPLETE_IMAGE,
};

static const struct listing_column columns[] = {
	{ "Repository", "REPOSITORY" },
	{ "Tag", "TAG" },
	{ "Digest", "DIGEST" },
	{ "ID", "IMAGE ID" },
	{ "CreatedSince", "CREATED" },
	{ "CreatedAt", "CREATED AT" },
	{ "Size", "SIZE" },
	{ "Containers", "CONTAINERS" },
	{ "VirtualSize", "SIZE" },
	{ "SharedSize", "SHARED SIZE" },
	{ "UniqueSize", "UNIQUE SIZE" },
	{ NULL, NULL },
};

#define CREATED "{{if .CreatedSince}}{{.CreatedSince}}{{else}}N/A{{end}}"
#define TABLE_HEAD "table {{.Repository}}\t{{.Tag}}\t"
#define TABLE_TAIL "{{.ID}}\t" CREATED "\t{{.Size}}"
#define RAW_HEAD "repository: {{.Repository}}\ntag: {{.Tag}}\n"
#define RAW_TAIL                                          \
	"image_id: {{.ID}}\ncreated_at: {{.CreatedAt}}\n" \
	"virtual_size: {{.Size}}\n"

static const struct listing plain = {
	.type = "*formatter.imageContext",
	.columns = columns,
	.table = TABLE_HEAD TABLE_TAIL,
	.raw = RAW_HEAD RAW_TAIL,
};

static const struct listing with_digests = {
	.type = "*formatter.imageContext",
	.columns = columns,
	.table = TABLE_HEAD "{{.Digest}}\t" TABLE_TAIL,
	.raw = RAW_HEAD "digest: {{.Digest}}\n" RAW_TAIL,
};

static bool is(const char *format, const char *word)
{
	return !strcmp(format, word);
}

/* -q counts for the table and for raw; --digests adds a column to a table. */
static char *settle_format(const struct command_call *call,
			   const struct images_options *options)
{
	const char *format = options->format ? options->format : "";
	bool is_table = !*format || is(format, "table");

	if (options->is_quiet && is_table)
		return xstrdup("{{.ID}}");
	if (!*format)
		return user_config_text(call->context, "imagesFormat");
	if (options->is_quiet && is(format, "raw"))
		return xstrdup("image_id: {{.ID}}");
	if (options->has_digests && !is_table && !strncmp(format, "table", 5) &&
	    !strstr(format, "{{.Digest}}"))
		return xasprintf("%s\t{{.Digest}}", format);
	return xstrdup(format);
}

static int list_images(struct command_call *call,
		       const struct images_options *options, struct strbuf *out,
		       struct error *err)
{
	autoclean(image_entries_release) struct image_entries entries =
		IMAGE_ENTRIES_INIT;
	autoclean(jsonx_free) json_t *rows = NULL;
	autofree char *format = settle_format(call, options);
	struct image_rows_options how = {
		.has_digests = options->has_digests ||
			       (format && strstr(format, "{{.Digest}}")),
		.is_whole = options->is_whole,
		.now = clock_now(),
	};
	struct image_filter filter;
	struct store *store;

	if (context_store(call->context, &store, err) < 0 ||
	    image_filter_init(&filter, store, &options->filter, how.now, err) <
		    0 ||
	    image_entries_load(store, &entries, err) < 0)
		return -1;
	image_filter_apply(&filter, &entries);
	rows = image_rows_make(&entries, &how);
	return rows_print(options->has_digests ? &with_digests : &plain, format,
			  rows, out, err);
}

/* images REPOSITORY[:TAG] is a filter of its own. */
static int add_reference(char *const *operands, struct filter *filter,
			 struct error *err)
{
	autofree char *text = NULL;

	if (!*operands)
		return 0;
	text = xasprintf("reference=%s", *operands);
	return filter_set(filter, text, err);
}

static void images_options_release(struct images_options *options)
{
	filter_release(&options->filter);
}
DEFINE_CLEANUP(struct images_options, images_options_release)

int cmd_images(struct command_call *call, struct error *err)
{
	autoclean(images_options_release) struct images_options options = {
		.filter = FILTER_INIT
	};
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &images_usage,
		.target = &options,
	};
	autoclean(strbuf_release) struct strbuf out = STRBUF_INIT;
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	if (add_reference(usage.result.operands, &options.filter, err) < 0 ||
	    list_images(call, &options, &out, err) < 0)
		return -1;
	return command_print(out.text, out.length, err);
}
