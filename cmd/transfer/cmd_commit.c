/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl commit */
#include <fcntl.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/source_date.h"
#include "cmd/transfer/transfer_commands.h"
#include "cmd/verb.h"
#include "layers/image/image_commit.h"
#include "runtime/engine/container_event.h"
#include "runtime/engine/container_hostroot.h"
#include "runtime/engine/container_shifted.h"
#include "runtime/engine/container_state.h"
#include "runtime/engine/container_stop.h"

struct commit_options {
	const char *author;
	struct strvec changes;
	const char *message;
	bool pauses;
};

static const struct option_spec commit_options_table[] = {
	{ "author", 'a', OPTION_STRING, OPTION_AT(commit_options, author),
	  .help = "Author (e.g., \"John Hannibal Smith "
		  "<hannibal@a-team.com>\")" },
	{ "change", 'c', OPTION_LIST, OPTION_AT(commit_options, changes),
	  .help = "Apply Dockerfile instruction to the created image" },
	{ "message", 'm', OPTION_STRING, OPTION_AT(commit_options, message),
	  .help = "Commit message" },
	{ "pause", 'p', OPTION_BOOL, OPTION_AT(commit_options, pauses),
	  .help = "Pause container during commit (default true)" },
	{ 0 },
};

static const struct usage commit_usage = {
	.arguments = "CONTAINER [REPOSITORY[:TAG]]",
	.summary = "Create a new image from a container's changes",
	.aliases = "imgctl container commit, imgctl commit",
	.options = commit_options_table,
	.least = 1,
	.most = 2,
	.complete = OPTION_COMPLETE_CONTAINER,
};

/* Everything one call owns. */
struct commit_call {
	struct commit_options options;
	struct container container;
	struct image_record base;
	struct reference name;
	struct store *store;
};

static void commit_call_release(struct commit_call *commit)
{
	strvec_release(&commit->options.changes);
	container_release(&commit->container);
	image_record_release(&commit->base);
	reference_release(&commit->name);
}
DEFINE_CLEANUP(struct commit_call, commit_call_release)

static int parse_name(const char *text, struct reference *out,
		      struct error *err)
{
	if (reference_parse(text, out, err) < 0)
		return -1;
	if (out->digest)
		return error_set(err, ERROR_INVALID,
				 "cannot commit to digest reference");
	reference_default_tag(out);
	return 0;
}

static int load_base(struct commit_call *commit, struct error *err)
{
	struct digest id;

	if (container_hostroot_path(&commit->container))
		return error_set(err, ERROR_UNSUPPORTED,
				 "cannot commit a container that uses an "
				 "exploded rootfs");
	if (digest_parse(commit->container.image, &id, err) == 0 &&
	    image_record_load(commit->store, &id, &commit->base, err) == 0)
		return 0;
	return error_wrap(err, "the image of the container");
}

/* Freezes a running container; *PAUSED when it has to be let go again. */
static int pause_if_needed(struct commit_call *commit, bool *paused,
			   struct error *err)
{
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;

	*paused = false;
	if (!commit->options.pauses)
		return 0;
	if (container_state_load(commit->store, &commit->container, &state,
				 err) < 0)
		return -1;
	if (state.status != CONTAINER_RUNNING)
		return 0;
	/* a user without a control group cannot: as with --pause=false */
	if (container_pause(commit->store, &commit->container, err) < 0) {
		if (err->kind != ERROR_UNSUPPORTED)
			return -1;
		error_release(err);
		return 0;
	}
	*paused = true;
	return 0;
}

static int make(struct commit_call *commit, struct digest *id,
		struct error *err)
{
	struct image_commit request = {
		.store = commit->store,
		.base = &commit->base,
		.config = commit->container.config,
		.changes = &commit->options.changes,
		.author = commit->options.author,
		.message = commit->options.message,
		.name = commit->name.path ? &commit->name : NULL,
		.limits = UNPACK_LIMITS_DEFAULT,
	};
	autoclean(idshift_release) struct idshift ids = IDSHIFT_INIT;
	autoclose int upper = openat(commit->container.folder_fd, "upper",
				     O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
					     O_CLOEXEC);

	if (upper < 0)
		return error_sys(err, errno, "open the container's layer");
	if (container_shifted_ids(&commit->container, &ids, err) < 0)
		return -1;
	request.upper_fd = upper;
	request.ids = &ids;
	if (source_date(&request.created, err) < 0)
		return -1;
	return image_commit(&request, id, err);
}

/* docker's attributes of it, as far as they are known here. */
static void tell(const struct commit_call *commit, const struct digest *id,
		 const struct options_result *operands)
{
	const char *name = operands->operand_count == 2 ? operands->operands[1]
							: "";

	container_event_with(
		commit->store, &commit->container, "commit",
		json_pack("{s:s,s:s}", "imageID", id->text, "imageRef", name));
}

static int run_commit(struct command_call *call, struct commit_call *commit,
		      const struct options_result *operands, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(error_release) struct error thawing = ERROR_INIT;
	struct digest id;
	bool paused;
	int result;

	if ((operands->operand_count == 2 &&
	     parse_name(operands->operands[1], &commit->name, err) < 0) ||
	    context_store(call->context, &commit->store, err) < 0 ||
	    container_find(commit->store, operands->operands[0],
			   &commit->container, err) < 0 ||
	    load_base(commit, err) < 0 ||
	    pause_if_needed(commit, &paused, err) < 0)
		return -1;
	result = make(commit, &id, err);
	/* one that ended meanwhile needs no thawing */
	if (paused &&
	    container_unpause(commit->store, &commit->container, &thawing) < 0)
		error_release(&thawing);
	if (result < 0)
		return error_wrap(err, "commit %s", operands->operands[0]);
	tell(commit, &id, operands);
	strbuf_addf(&text, "%s\n", id.text);
	return command_print(text.text, text.length, err);
}

int cmd_commit(struct command_call *call, struct error *err)
{
	autoclean(commit_call_release) struct commit_call commit = {
		.options = { .pauses = true },
		.container = CONTAINER_INIT,
		.base = IMAGE_RECORD_INIT,
		.name = REFERENCE_INIT,
	};
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &commit_usage,
		.target = &commit.options,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	return run_commit(call, &commit, &usage.result, err);
}
