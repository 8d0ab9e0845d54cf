/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl load */
#include "base/alloc.h"
#include "cmd/progress.h"
#include "cmd/transfer/input_file.h"
#include "cmd/transfer/transfer_commands.h"
#include "cmd/units.h"
#include "cmd/verb.h"
#include "layers/image/image_load.h"

struct load_options {
	const char *input;
	const char *platform;
	bool is_quiet, wait_for_disk;
};

static const struct option_spec load_options_table[] = {
	{ "input", 'i', OPTION_STRING, OPTION_AT(load_options, input),
	  .help = "Read from tar archive file, instead of STDIN",
	  .complete = OPTION_COMPLETE_FILE },
	{ "platform", 0, OPTION_STRING, OPTION_AT(load_options, platform),
	  .help = "Load only the image for the given platform" },
	{ "quiet", 'q', OPTION_BOOL, OPTION_AT(load_options, is_quiet),
	  .help = "Suppress the load output" },
	{ "sync", 0, OPTION_BOOL, OPTION_AT(load_options, wait_for_disk),
	  .help = "Return only when everything is flushed to disk" },
	{ 0 },
};

static const struct usage load_usage = {
	.arguments = "",
	.summary = "Load an image from a tar archive or STDIN",
	.aliases = "imgctl image load, imgctl load",
	.options = load_options_table,
};

/* Only extraction takes time, and only a terminal wants to watch it. */
static void receive(void *context, const struct image_event *event)
{
	autofree char *id = NULL;

	if (event->kind != IMAGE_EVENT_EXTRACTING || !event->blob)
		return;
	id = units_short_id(event->blob->text);
	progress_event(context, id, "Loading layer", event->current,
		       event->total);
}

static void format_result(const struct image_load_result *result,
			  struct strbuf *out)
{
	for (size_t i = 0; i < result->count; i++) {
		const struct image_loaded *item = &result->items[i];

		if (item->replaced.algorithm != DIGEST_NONE)
			strbuf_addf(out,
				    "The image %s already exists, renaming "
				    "the old one with ID %s to empty string\n",
				    item->name, item->replaced.text);
		if (item->name)
			strbuf_addf(out, "Loaded image: %s\n", item->name);
		else
			strbuf_addf(out, "Loaded image ID: %s\n",
				    item->id.text);
	}
}

static int load(const struct load_options *options, struct image_load *request,
		struct error *err)
{
	autoclean(image_load_result_release) struct image_load_result result =
		IMAGE_LOAD_RESULT_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct progress *progress = progress_new(
		!options->is_quiet && isatty(STDOUT_FILENO) ? PROGRESS_TTY
							    : PROGRESS_QUIET,
		STDOUT_FILENO);
	int loaded;

	request->events = (struct image_events){ receive, progress };
	loaded = image_load(request, &result, err);
	progress_free(progress);
	if (loaded < 0)
		return -1;
	format_result(&result, &text);
	return command_print(text.text, text.length, err);
}

static int run_load(struct command_call *call,
		    const struct load_options *options, struct error *err)
{
	autoclean(input_file_release) struct input_file in = INPUT_FILE_INIT;
	autoclean(platform_release) struct platform platform = PLATFORM_INIT;
	struct unpack_source source = input_file_source(&in);
	struct image_load request = {
		.limits = UNPACK_LIMITS_DEFAULT,
		.wait_for_disk = options->wait_for_disk,
	};

	if (options->platform &&
	    platform_parse(options->platform, &platform, err) < 0)
		return -1;
	if (input_file_open(&in, options->input, err) < 0 ||
	    context_store(call->context, &request.store, err) < 0)
		return -1;
	request.platform = options->platform ? &platform : NULL;
	request.source = in.is_folder ? NULL : &source;
	request.folder = in.fd;
	return load(options, &request, err);
}

int cmd_load(struct command_call *call, struct error *err)
{
	struct load_options options = { 0 };
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &load_usage,
		.target = &options,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	return run_load(call, &options, err);
}
