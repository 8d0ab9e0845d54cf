/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl run and imgctl create */
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/jsonx.h"
#include "cmd/front/create_command.h"
#include "cmd/front/foreground.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/image_ensure.h"
#include "cmd/front/run_config.h"
#include "cmd/front/run_options.h"
#include "cmd/front/user_config.h"
#include "cmd/usage.h"
#include "cmd/verb.h"
#include "runtime/engine/container_delete.h"
#include "runtime/engine/container_event.h"
#include "runtime/engine/container_explain.h"
#include "runtime/engine/container_quota.h"
#include "runtime/engine/container_start.h"
#include "runtime/explain/explain_text.h"

enum { RUN_TOOL_FAILED = 125 };

static const struct usage run_usage = {
	.arguments = "IMAGE [COMMAND] [ARG...]",
	.summary = "Create and run a new container from an image",
	.aliases = "imgctl container run, imgctl run",
	.options = run_option_table,
	.least = 1,
	.most = -1,
	.is_options_first = true,
	.complete = OPTION_COMPLETE_IMAGE,
};

static const struct usage create_usage = {
	.arguments = "IMAGE [COMMAND] [ARG...]",
	.summary = "Create a new container",
	.aliases = "imgctl container create, imgctl create",
	.options = create_option_table,
	.least = 1,
	.most = -1,
	.is_options_first = true,
	.complete = OPTION_COMPLETE_IMAGE,
};

/* One call of either verb. */
struct run {
	struct command_call *call;
	struct run_options options;
	struct usage_call usage;
	struct container container;
	struct store *store;
	struct summoned monitor;
	char *rootfs; /* with --rootfs; owned */
	bool starts;  /* and not only creates */
	bool is_told; /* what fails now docker's daemon would refuse */
};

static void run_release(struct run *run)
{
	run_options_release(&run->options);
	usage_call_release(&run->usage);
	container_release(&run->container);
	container_dismiss(&run->monitor);
	free(run->rootfs);
}
DEFINE_CLEANUP(struct run, run_release)

/* docker's hint behind every failure of the tool itself. */
static int fail(const struct run *run, int status, struct error *err)
{
	autofree char *text = xstrdup(err->msg);
	enum error_kind kind = err->kind;

	run->call->status = status;
	return error_set(err, kind,
			 "%s\n\nRun '%s --help' for more information", text,
			 run->call->path);
}

/* Whether what the container says is shown. */
static bool has_output(const struct run_options *options)
{
	return run_has_stream(options, "stdout") ||
	       run_has_stream(options, "stderr");
}

static bool has_input(const struct run_options *options)
{
	return options->is_interactive && run_has_stream(options, "stdin");
}

/* Whether there is anything to stay for. */
static bool has_client(const struct run_options *options)
{
	return has_output(options) || has_input(options);
}

static int check_pull(const struct run_options *options, struct error *err)
{
	static const char *const policies[] = { "always", "missing", "newer",
						"never" };

	for (size_t i = 0; i < sizeof(policies) / sizeof(*policies); i++) {
		if (!strcmp(options->pull, policies[i]))
			return 0;
	}
	return error_set(err, ERROR_INVALID,
			 "invalid pull option: '%s': must be one of "
			 "\"always\", \"missing\", \"newer\" or \"never\"",
			 options->pull);
}

static int check_cidfile(const struct run_options *options, struct error *err)
{
	if (!options->cidfile || !fs_exists(AT_FDCWD, options->cidfile))
		return 0;
	return error_set(err, ERROR_EXISTS,
			 "container ID file found, make sure the other "
			 "container isn't running or delete %s",
			 options->cidfile);
}

static int check_replace(const struct run_options *options, struct error *err)
{
	if (!options->replaces || options->name)
		return 0;
	return error_set(err, ERROR_INVALID,
			 "cannot replace container without --name being set");
}

static int write_cidfile(const struct run *run, struct error *err)
{
	const char *path = run->options.cidfile;
	autoclose int fd = -1;

	if (!path)
		return 0;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return error_sys(err, errno,
				 "failed to create the container ID file %s",
				 path);
	return fs_write_all(fd, run->container.id, strlen(run->container.id),
			    err);
}

/* Nobody learnt of the container: it goes, with what was made for it. */
static void take_back(struct run *run)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;

	run_mounts_discard(run->store,
			   json_object_get(run->container.document, "mounts"));
	/* the first cause is what is told */
	if (container_remove(run->store, &run->container, &ignored) < 0)
		error_release(&ignored);
}

/*
 * For run: a monitor gets ready while the image is looked up and the container
 * is created. Should the image not be here after all, it stands about until
 * that is pulled.
 */
static int summon(struct run *run, struct error *err)
{
	if (!run->starts || run->options.is_explained)
		return 0;
	return container_summon(run->store, &run->monitor, err);
}

/* podman's --replace: whoever has the name gives it up. */
static int replace(const struct run *run, struct error *err)
{
	static const struct container_delete how = { .is_forced = true };
	const char *name = run->options.name;
	autoclean(container_release) struct container old = CONTAINER_INIT;
	char id[CONTAINER_ID_MAX];

	if (!run->options.replaces || !container_is_name(name))
		return 0;
	if (container_name_read(run->store, name, id, err) < 0 ||
	    container_load(run->store, id, &old, err) < 0) {
		if (err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err);
		return 0;
	}
	return container_delete(run->store, &old, &how, err);
}

static int warn(const struct run_config *config, struct error *err)
{
	autoclean(strvec_release) struct strvec warnings = STRVEC_INIT;

	if (run_warnings(config->host_config, config->mounts, &warnings, err) <
	    0)
		return -1;
	for (size_t i = 0; i < warnings.count; i++) {
		autofree char *line = xasprintf("WARNING: %s",
						warnings.items[i]);

		verb_tell(line);
	}
	return 0;
}

/* The image, or the folder in place of one. */
static int find_root(struct run *run, struct image_record *image,
		     struct container_request *request, struct error *err)
{
	const struct run_options *options = &run->options;
	const char *operand = run->usage.result.operands[0];
	struct image_wish wish = { operand, options->pull, options->platform,
				   options->is_quiet };

	if (options->is_explained)
		wish.pull = "never";
	request->image_name = operand;
	if (!options->is_rootfs)
		return image_ensure(run->call->context, &wish, image, err);
	if (run_rootfs(operand, &run->rootfs, &request->is_overlaid, err) < 0)
		return -1;
	request->image_name = run->rootfs;
	request->rootfs = run->rootfs;
	return 0;
}

/* The command as it was given, for the script's first lines. */
static char *join_command(const struct run *run)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	strbuf_addstr(&text, run->call->path);
	for (char *const *word = run->call->argv; *word; word++) {
		strbuf_addch(&text, ' ');
		explain_add_word(*word, &text);
	}
	return strbuf_steal(&text);
}

/* --explain: what would be done, and nothing is. */
static int explain(struct run *run, const struct container_request *request,
		   struct error *err)
{
	autoclean(strbuf_release) struct strbuf script = STRBUF_INIT;
	autofree char *command = join_command(run);

	if (container_draft(request, &run->container, err) < 0 ||
	    container_explain(run->store, &run->container, command, &script,
			      err) < 0)
		return -1;
	return command_print(script.text, script.length, err);
}

/* From the command line to a container in the store. */
static int create(struct run *run, bool is_foreground, struct error *err)
{
	const struct run_options *options = &run->options;
	char *const *operands = run->usage.result.operands;
	autoclean(image_record_release) struct image_record image =
		IMAGE_RECORD_INIT;
	autoclean(run_config_release) struct run_config config =
		RUN_CONFIG_INIT;
	autoclean(jsonx_free)
		json_t *command = create_command_note(run->call->argv);
	autoclean(lease_release) struct lease lease = LEASE_INIT;
	struct run_config_request want = {
		.lease = &lease,
		.options = options,
		.image = &image,
		.command = operands + 1,
		.is_foreground = is_foreground,
		.is_explained = options->is_explained,
	};
	struct container_request request = {
		.name = options->name,
		.image = &image,
	};

	if (run_check(options, err) < 0 || check_pull(options, err) < 0 ||
	    check_cidfile(options, err) < 0 ||
	    check_replace(options, err) < 0 ||
	    context_store(run->call->context, &run->store, err) < 0 ||
	    summon(run, err) < 0)
		return -1;
	run->is_told = true;
	if (find_root(run, &image, &request, err) < 0)
		return -1;
	run->is_told = false;
	want.store = run->store;
	want.image_name = request.image_name;
	user_config_proxies(run->call->context, &run->options.proxies);
	if (run_config_make(&want, &config, err) < 0 || warn(&config, err) < 0)
		return -1;
	request.command = command;
	request.config = config.config;
	request.host_config = config.host_config;
	request.mounts = config.mounts;
	request.networks = config.networks;
	request.path = config.path;
	request.args = config.args;
	request.size_limit = config.size_limit;
	request.settle = container_quota_settle;
	if (options->is_explained)
		return explain(run, &request, err);
	run->is_told = true;
	if (replace(run, err) < 0 ||
	    container_create(run->store, &request, &run->container, err) < 0) {
		run_mounts_discard(run->store, config.mounts);
		return -1;
	}
	if (write_cidfile(run, err) == 0) {
		container_event(run->store, &run->container, "create");
		return 0;
	}
	take_back(run);
	return -1;
}

static int print_id(const struct run *run, struct error *err)
{
	autofree char *line = xasprintf("%s\n", run->container.id);

	return command_print(line, strlen(line), err);
}

/* docker shows names with a slash, and takes them so; an empty one is none. */
static void tidy_name(struct run_options *options)
{
	if (options->name && *options->name == '/')
		options->name++;
	if (options->name && !*options->name)
		options->name = NULL;
}

/* Reads the command line; *DONE when only help was wanted. */
static int read_call(struct run *run, const struct usage *usage, bool *done,
		     struct error *err)
{
	run->options = (struct run_options)RUN_OPTIONS_INIT;
	run->usage = (struct usage_call){ .usage = usage,
					  .target = &run->options };
	if (verb_parse(run->call, &run->usage, done, err) < 0)
		return -1;
	if (!*done)
		tidy_name(&run->options);
	return 0;
}

static int stay(struct run *run, int client_fd, struct error *err)
{
	const struct run_options *options = &run->options;
	struct attach_client client = {
		.fd = client_fd,
		.is_tty = options->is_tty,
		.has_stdin = has_input(options),
		.sig_proxy = options->sig_proxy,
		.hides_output = !run_has_stream(options, "stdout"),
		.hides_errors = !run_has_stream(options, "stderr"),
		.detach_keys = options->detach_keys,
	};

	if (foreground_stay(run->call, &client, err) < 0)
		return fail(run, RUN_TOOL_FAILED, err);
	/* nobody looks on: it is as if it were in the background */
	if (!has_output(options))
		run->call->status = 0;
	return 0;
}

static int start(struct run *run, struct error *err)
{
	const struct run_options *options = &run->options;
	struct container_start request = {
		.store = run->store,
		.container = &run->container,
		.monitor = &run->monitor,
		.lives_on = options->is_detached || !has_client(options),
	};
	autoclose int client_fd = -1;

	if (options->is_tty)
		attach_client_size(&request.rows, &request.columns);
	if (!options->is_detached)
		container_event(run->store, &run->container, "attach");
	if (container_start(&request, &client_fd, err) < 0)
		return fail(run, RUN_TOOL_FAILED, err);
	if (attach_client_wait(client_fd, err) < 0)
		return fail(run, foreground_status(err->kind), err);
	if ((options->is_detached || !has_output(options)) &&
	    print_id(run, err) < 0)
		return -1;
	if (request.lives_on)
		return 0;
	return stay(run, client_fd, err);
}

int cmd_run(struct command_call *call, struct error *err)
{
	autoclean(run_release) struct run run = {
		.call = call,
		.container = CONTAINER_INIT,
		.monitor = SUMMONED_INIT,
		.starts = true,
	};
	bool done;

	if (read_call(&run, &run_usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	if (run.options.is_detached && run.options.attach.count)
		return error_set(err, ERROR_INVALID,
				 "Conflicting options: -a and -d");
	if (!run.options.is_explained &&
	    foreground_check_terminal(run.options.is_tty &&
					      !run.options.is_detached,
				      run.options.is_interactive, err) < 0)
		return -1;
	if (create(&run, !run.options.is_detached, err) < 0)
		return fail(&run, RUN_TOOL_FAILED, err);
	return run.options.is_explained ? 0 : start(&run, err);
}

int cmd_create(struct command_call *call, struct error *err)
{
	autoclean(run_release) struct run run = {
		.call = call,
		.container = CONTAINER_INIT,
		.monitor = SUMMONED_INIT,
	};
	bool done;

	if (read_call(&run, &create_usage, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	/* an answer of docker's daemon is 1, as everywhere but for run */
	if (create(&run, true, err) < 0)
		return fail(&run, run.is_told ? 1 : RUN_TOOL_FAILED, err);
	return run.options.is_explained ? 0 : print_id(&run, err);
}
