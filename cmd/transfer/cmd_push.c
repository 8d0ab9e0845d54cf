/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl push */
#include "base/alloc.h"
#include "base/strbuf.h"
#include "cmd/transfer/client_setup.h"
#include "cmd/transfer/transfer_commands.h"
#include "cmd/transfer/transfer_progress.h"
#include "cmd/verb.h"
#include "layers/image/image_push.h"
#include "layers/store/names.h"

struct push_options {
	bool is_all, is_quiet;
	const char *progress;
};

static const struct option_spec push_options_table[] = {
	{ "all-tags", 'a', OPTION_BOOL, OPTION_AT(push_options, is_all),
	  .help = "Push all tags of an image to the repository" },
	{ "progress", 0, OPTION_STRING, OPTION_AT(push_options, progress),
	  .help = "Set type of progress output (auto, plain, tty, json, quiet)",
	  .fallback = "auto", .choices = "auto|plain|tty|json|quiet" },
	{ "quiet", 'q', OPTION_BOOL, OPTION_AT(push_options, is_quiet),
	  .help = "Suppress verbose output" },
	{ 0 },
};

static const struct usage push_usage = {
	.arguments = "NAME[:TAG]",
	.summary = "Upload an image to a registry",
	.aliases = "imgctl image push, imgctl push",
	.options = push_options_table,
	.least = 1,
	.most = 1,
	.complete = OPTION_COMPLETE_IMAGE,
};

struct push_call {
	struct context *context;
	struct push_options options;
	struct client_setup setup;
	struct progress *progress;
	struct store *store;
};

static void push_call_release(struct push_call *push)
{
	client_setup_release(&push->setup);
	progress_free(push->progress);
}
DEFINE_CLEANUP(struct push_call, push_call_release)

static int push_tag(struct push_call *push, const struct reference *reference,
		    struct error *err)
{
	struct image_push request = {
		.store = push->store,
		.client_options = &push->setup.options,
		.reference = reference,
		.events = { transfer_progress_receive_push, push->progress },
	};
	autofree char *line = NULL;
	struct image_pushed pushed;

	if (image_push(&request, &pushed, err) < 0)
		return -1;
	progress_finish(push->progress);
	line = xasprintf("%s: digest: %s size: %llu", reference->tag,
			 pushed.digest.text, (unsigned long long)pushed.size);
	progress_line(push->progress, line);
	return 0;
}

static int push_all(struct push_call *push, const struct reference *repository,
		    struct error *err)
{
	autoclean(strvec_release) struct strvec tags = STRVEC_INIT;
	autofree char *name = reference_familiar_name(repository);

	if (names_tags(push->store, repository, &tags, err) < 0)
		return -1;
	if (!tags.count)
		return error_set(err, ERROR_NOT_FOUND,
				 "An image does not exist locally with the "
				 "tag: %s",
				 name);
	for (size_t i = 0; i < tags.count; i++) {
		autoclean(reference_release) struct reference reference =
			REFERENCE_INIT;

		reference_copy(repository, &reference);
		reference.tag = xstrdup(tags.items[i]);
		if (push_tag(push, &reference, err) < 0)
			return -1;
	}
	return 0;
}

static int prepare(struct push_call *push, const struct reference *reference,
		   struct error *err)
{
	enum progress_mode mode = PROGRESS_AUTO;
	autofree char *line = NULL;

	if (push->options.progress &&
	    progress_mode_from_name(push->options.progress, &mode, err) < 0)
		return -1;
	if (push->options.is_quiet)
		mode = PROGRESS_QUIET;
	if (context_store(push->context, &push->store, err) < 0 ||
	    client_setup_init(push->context, &push->setup, err) < 0)
		return -1;
	push->progress = progress_new(mode, STDOUT_FILENO);
	push->setup.options.notice = transfer_progress_notice;
	push->setup.options.notice_context = push->progress;
	line = xasprintf("The push refers to repository [%s/%s]",
			 reference->domain, reference->path);
	progress_line(push->progress, line);
	return 0;
}

static int push_named(struct push_call *push, struct reference *reference,
		      struct error *err)
{
	autofree char *line = NULL;

	if (!reference->tag) {
		reference_default_tag(reference);
		line = xasprintf("Using default tag: %s", reference->tag);
		progress_line(push->progress, line);
	}
	return push_tag(push, reference, err);
}

static int run_push(struct push_call *push, const char *text, struct error *err)
{
	autoclean(reference_release) struct reference reference =
		REFERENCE_INIT;
	autofree char *line = NULL;

	if (reference_parse(text, &reference, err) < 0)
		return -1;
	if (reference.digest)
		return error_set(err, ERROR_INVALID,
				 "cannot push a digest reference");
	if (push->options.is_all && reference.tag)
		return error_set(err, ERROR_INVALID,
				 "tag can't be used with --all-tags/-a");
	if (prepare(push, &reference, err) < 0)
		return -1;
	if (push->options.is_all) {
		if (push_all(push, &reference, err) < 0)
			return -1;
	} else if (push_named(push, &reference, err) < 0) {
		return -1;
	}
	if (!push->options.is_quiet)
		return 0;
	line = reference_format(&reference);
	return command_print_line(line, err);
}

int cmd_push(struct command_call *call, struct error *err)
{
	autoclean(push_call_release) struct push_call push = {
		.context = call->context,
	};
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &push_usage,
		.target = &push.options,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	return run_push(&push, usage.result.operands[0], err);
}
