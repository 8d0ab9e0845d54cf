/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl lock */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "builder/lock/lock_names.h"
#include "cmd/front/build_input.h"
#include "cmd/front/build_lock.h"
#include "cmd/front/front_commands.h"
#include "cmd/verb.h"
#include "cmd/whole_file.h"
#include "registry/spec/platform.h"

struct lock_options {
	const char *file;
	struct strvec args;
	bool is_checked;
};

static void lock_options_release(struct lock_options *options)
{
	strvec_release(&options->args);
}

static const struct option_spec lock_option_table[] = {
	{ "build-arg", 0, OPTION_LIST, OPTION_AT(lock_options, args),
	  .help = "Set build-time variables" },
	{ "check", 0, OPTION_BOOL, OPTION_AT(lock_options, is_checked),
	  .help = "Say what has moved since, by HEAD requests only" },
	{ "file", 'f', OPTION_STRING, OPTION_AT(lock_options, file),
	  .help = "Name of the Dockerfile (default: PATH/Dockerfile)",
	  .complete = OPTION_COMPLETE_FILE },
	{ 0 },
};

static const struct usage lock_usage = {
	.arguments = "[PATH]",
	.summary = "Write down what the names in a Dockerfile mean now",
	.options = lock_option_table,
	.least = 0,
	.most = 1,
	.complete = OPTION_COMPLETE_DIRECTORY,
};

/* Everything one call owns. */
struct locking {
	struct lock_options options;
	struct build_input input;
	struct dockerfile file;
	struct lock_names names;
	struct lock_file lock;
	struct pairs args;
};

static void locking_release(struct locking *locking)
{
	lock_options_release(&locking->options);
	build_input_release(&locking->input);
	dockerfile_release(&locking->file);
	lock_names_release(&locking->names);
	lock_file_release(&locking->lock);
	pairs_release(&locking->args);
}
DEFINE_CLEANUP(struct locking, locking_release)

static void read_args(struct locking *locking)
{
	for (size_t i = 0; i < locking->options.args.count; i++) {
		const char *item = locking->options.args.items[i];
		size_t length = strcspn(item, "=");
		autofree char *name = xstrndup(item, length);
		const char *value = item[length] ? item + length + 1
						 : getenv(name);

		if (value)
			pairs_set(&locking->args, name, value);
	}
}

static int read_names(struct locking *locking, const char *path,
		      struct error *err)
{
	const struct build_input_request request = {
		.path = path,
		.file = locking->options.file,
	};
	autoclean(platform_release) struct platform host = PLATFORM_INIT;
	autofree char *text = NULL;
	struct scope_platforms platforms = { .target_stage = "default" };

	if (!strcmp(path, "-"))
		return error_set(err, ERROR_INVALID,
				 "a Dockerfile on standard input has no place "
				 "for its lock");
	platform_host(&host);
	text = platform_format(&host);
	platforms.build = platforms.target = text;
	read_args(locking);
	if (build_input_open(&request, &locking->input, err) < 0 ||
	    dockerfile_parse(locking->input.name, locking->input.text.text,
			     locking->input.text.length, &locking->file,
			     err) < 0)
		return -1;
	return lock_names_find(&locking->file, &locking->args, &platforms,
			       &locking->names, err);
}

static int lock_all(struct command_call *call, struct locking *locking,
		    struct error *err)
{
	const struct lock_names *names = &locking->names;

	for (size_t i = 0; i < names->images.count; i++)
		if (build_lock_image(call->context, names->images.items[i],
				     &locking->lock, err) < 0)
			return error_wrap(err, "%s", names->images.items[i]);
	for (size_t i = 0; i < names->urls.count; i++)
		if (build_lock_url(call->context, names->urls.items[i],
				   &locking->lock, err) < 0)
			return error_wrap(err, "%s", names->urls.items[i]);
	for (size_t i = 0; i < names->git.count; i++)
		if (build_lock_git(call->context, names->git.items[i],
				   &locking->lock, err) < 0)
			return error_wrap(err, "%s", names->git.items[i]);
	return 0;
}

static int write_lock(struct command_call *call, struct locking *locking,
		      const char *path, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	lock_file_init(&locking->lock);
	if (lock_all(call, locking, err) < 0)
		return -1;
	lock_file_format(&locking->lock, &text);
	return whole_file_put(path, text.text, text.length, err);
}

/* One line for each name that means something else now. */
static int check_lock(struct command_call *call, struct locking *locking,
		      const char *path, struct error *err)
{
	const struct lock_names *names = &locking->names;
	autoclean(strvec_release) struct strvec moved = STRVEC_INIT;

	if (build_lock_read(path, &locking->lock, err) < 0)
		return -1;
	for (size_t i = 0; i < names->images.count; i++)
		if (build_lock_check_image(call->context,
					   names->images.items[i],
					   &locking->lock, &moved, err) < 0)
			return error_wrap(err, "%s", names->images.items[i]);
	for (size_t i = 0; i < names->urls.count; i++)
		if (build_lock_check_url(call->context, names->urls.items[i],
					 &locking->lock, &moved, err) < 0)
			return error_wrap(err, "%s", names->urls.items[i]);
	for (size_t i = 0; i < names->git.count; i++)
		if (build_lock_check_git(call->context, names->git.items[i],
					 &locking->lock, &moved, err) < 0)
			return error_wrap(err, "%s", names->git.items[i]);
	for (size_t i = 0; i < moved.count; i++)
		if (verb_echo(moved.items[i], err) < 0)
			return -1;
	call->status = moved.count != 0;
	return 0;
}

static int lock(struct command_call *call, struct locking *locking,
		const char *path, struct error *err)
{
	autofree char *file = NULL;

	if (read_names(locking, path, err) < 0)
		return -1;
	file = build_lock_path(locking->options.file, path);
	return locking->options.is_checked
		       ? check_lock(call, locking, file, err)
		       : write_lock(call, locking, file, err);
}

int cmd_lock(struct command_call *call, struct error *err)
{
	autoclean(locking_release) struct locking locking = {
		.input = BUILD_INPUT_INIT,
		.file = DOCKERFILE_INIT,
		.names = LOCK_NAMES_INIT,
		.lock = LOCK_FILE_INIT,
		.args = PAIRS_INIT,
	};
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &lock_usage,
		.target = &locking.options,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	return lock(call, &locking,
		    usage.result.operand_count ? usage.result.operands[0] : ".",
		    err);
}
