/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl pull */
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "cmd/transfer/client_setup.h"
#include "cmd/transfer/transfer_commands.h"
#include "cmd/transfer/transfer_progress.h"
#include "cmd/verb.h"
#include "layers/image/image_pull.h"
#include "registry/tags.h"

struct pull_options {
	bool is_all, is_quiet, wait_for_disk;
	const char *platform;
	const char *progress;
};

static const struct option_spec pull_options_table[] = {
	{ "all-tags", 'a', OPTION_BOOL, OPTION_AT(pull_options, is_all),
	  .help = "Download all tagged images in the repository" },
	{ "platform", 0, OPTION_STRING, OPTION_AT(pull_options, platform),
	  .help = "Set platform if server is multi-platform capable" },
	{ "progress", 0, OPTION_STRING, OPTION_AT(pull_options, progress),
	  .help = "Set type of progress output (auto, plain, tty, json, quiet)",
	  .fallback = "auto", .choices = "auto|plain|tty|json|quiet" },
	{ "quiet", 'q', OPTION_BOOL, OPTION_AT(pull_options, is_quiet),
	  .help = "Suppress verbose output" },
	{ "sync", 0, OPTION_BOOL, OPTION_AT(pull_options, wait_for_disk),
	  .help = "Return only when everything is flushed to disk" },
	{ 0 },
};

static const struct usage pull_usage = {
	.arguments = "NAME[:TAG|@DIGEST]",
	.summary = "Download an image from a registry",
	.aliases = "imgctl image pull, imgctl pull",
	.options = pull_options_table,
	.least = 1,
	.most = 1,
	.complete = OPTION_COMPLETE_IMAGE,
};

/* One call of the verb. */
struct pull_call {
	struct context *context;
	struct pull_options options;
	struct client_setup setup;
	struct progress *progress;
	struct platform platform;
	bool has_platform;
};

static void pull_call_release(struct pull_call *pull)
{
	client_setup_release(&pull->setup);
	progress_free(pull->progress);
	platform_release(&pull->platform);
}
DEFINE_CLEANUP(struct pull_call, pull_call_release)

/* Lines around the layers; -q leaves only the last one. */
__attribute__((format(printf, 2, 3))) static void say(
	const struct pull_call *pull, const char *format, ...)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	va_list arguments;

	if (pull->options.is_quiet)
		return;
	va_start(arguments, format);
	strbuf_addv(&text, format, arguments);
	va_end(arguments);
	progress_line(pull->progress, text.text);
}

static int pull_one(struct pull_call *pull, const struct reference *reference,
		    struct image_pulled *out, struct error *err)
{
	struct image_pull request = {
		.client_options = &pull->setup.options,
		.reference = reference,
		.platform = pull->has_platform ? &pull->platform : NULL,
		.events = { transfer_progress_receive, pull->progress },
		.limits = UNPACK_LIMITS_DEFAULT,
		.wait_for_disk = pull->options.wait_for_disk,
	};

	if (context_store(pull->context, &request.store, err) < 0)
		return -1;
	say(pull, "%s: Pulling from %s",
	    reference->tag ? reference->tag : reference->digest,
	    reference->path);
	return image_pull(&request, out, err);
}

static int pull_and_tell(struct pull_call *pull,
			 const struct reference *reference, struct error *err)
{
	autofree char *name = reference_familiar(reference);
	struct image_pulled pulled;

	if (pull_one(pull, reference, &pulled, err) < 0)
		return -1;
	progress_finish(pull->progress);
	say(pull, "Digest: %s", pulled.target.text);
	say(pull, "Status: %s for %s",
	    pulled.is_new ? "Downloaded newer image" : "Image is up to date",
	    name);
	return 0;
}

static int pull_all(struct pull_call *pull, const struct reference *repository,
		    struct error *err)
{
	autoclean(strvec_release) struct strvec tags = STRVEC_INIT;
	autoclean(client_close) struct client *client = NULL;

	if (client_open(&pull->setup.options, repository, CLIENT_PULL, &client,
			err) < 0 ||
	    tags_list(client, &tags, err) < 0)
		return -1;
	for (size_t i = 0; i < tags.count; i++) {
		autoclean(reference_release) struct reference reference =
			REFERENCE_INIT;

		reference_copy(repository, &reference);
		reference.tag = xstrdup(tags.items[i]);
		if (pull_and_tell(pull, &reference, err) < 0)
			return -1;
	}
	return 0;
}

static int pull_named(struct pull_call *pull, struct reference *reference,
		      struct error *err)
{
	if (pull->options.is_all) {
		if (reference->tag || reference->digest)
			return error_set(err, ERROR_INVALID,
					 "tag can't be used with "
					 "--all-tags/-a");
		return pull_all(pull, reference, err);
	}
	if (!reference->tag && !reference->digest) {
		reference_default_tag(reference);
		say(pull, "Using default tag: %s", reference->tag);
	}
	return pull_and_tell(pull, reference, err);
}

static int prepare(struct pull_call *pull, struct error *err)
{
	enum progress_mode mode = PROGRESS_AUTO;

	if (pull->options.progress &&
	    progress_mode_from_name(pull->options.progress, &mode, err) < 0)
		return -1;
	if (pull->options.is_quiet)
		mode = PROGRESS_QUIET;
	if (pull->options.platform &&
	    platform_parse(pull->options.platform, &pull->platform, err) < 0)
		return -1;
	pull->has_platform = pull->options.platform != NULL;
	if (client_setup_init(pull->context, &pull->setup, err) < 0)
		return -1;
	pull->progress = progress_new(mode, STDOUT_FILENO);
	pull->setup.options.notice = transfer_progress_notice;
	pull->setup.options.notice_context = pull->progress;
	return 0;
}

static int run_pull(struct pull_call *pull, const char *text, struct error *err)
{
	autoclean(reference_release) struct reference reference =
		REFERENCE_INIT;
	autofree char *name = NULL;

	if (reference_parse(text, &reference, err) < 0 ||
	    prepare(pull, err) < 0 || pull_named(pull, &reference, err) < 0)
		return -1;
	progress_free(TAKE_PTR(pull->progress)); /* flushes what it holds */
	name = reference_format(&reference);
	if (pull->options.progress && !strcmp(pull->options.progress, "json"))
		return 0;
	return command_print_line(name, err);
}

int cmd_pull(struct command_call *call, struct error *err)
{
	autoclean(pull_call_release) struct pull_call pull = {
		.context = call->context,
		.platform = PLATFORM_INIT,
	};
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &pull_usage,
		.target = &pull.options,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	return run_pull(&pull, usage.result.operands[0], err);
}
