/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl build */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/jsonx.h"
#include "builder/build.h"
#include "builder/build_usage.h"
#include "builder/image/image_squash.h"
#include "builder/language/lint.h"
#include "cmd/front/build_call.h"
#include "cmd/front/build_carry.h"
#include "cmd/front/build_companion.h"
#include "cmd/front/build_input.h"
#include "cmd/front/build_lock.h"
#include "cmd/front/build_options.h"
#include "cmd/front/build_output.h"
#include "cmd/front/build_show.h"
#include "cmd/front/build_wishes.h"
#include "cmd/front/front_commands.h"
#include "cmd/front/run_parts.h"
#include "cmd/front/verb.h"
#include "cmd/source_date.h"
#include "cmd/units.h"
#include "cmd/whole_file.h"
#include "layers/image/image_assemble.h"
#include "layers/image/image_edit.h"
#include "layers/image/image_event.h"
#include "layers/image/image_flush.h"

enum { CACHE_GIB = 20 };

static const struct usage build_usage = {
	.arguments = "PATH | URL | -",
	.summary = "Build an image from a Dockerfile",
	.aliases = "imgctl image build, imgctl build",
	.options = build_option_table,
	.least = 1,
	.most = 1,
	.complete = OPTION_COMPLETE_DIRECTORY,
};

/* Everything one call owns. */
struct building {
	struct command_call *call;
	struct store *store;
	struct build_options options;
	struct usage_call usage;
	struct build_host host;
	struct build_input input;
	struct build_wishes wishes;
	struct dockerfile file;
	struct reference *names;
	struct strvec familiar;
	struct build_output *outputs;
	json_t *host_config, *networks;
	struct build_show *show;
	struct build_events events;
	int signal_fd;
	sigset_t old_signals;
	struct build_result result;
	struct lock_file lock;
	struct digest id, manifest;
};

static void building_release(struct building *building)
{
	build_result_release(&building->result);
	build_show_free(building->show);
	for (size_t i = 0; building->names && i < building->options.tags.count;
	     i++)
		reference_release(&building->names[i]);
	free(building->names);
	for (size_t i = 0;
	     building->outputs && i <= building->options.outputs.count; i++)
		build_output_release(&building->outputs[i]);
	free(building->outputs);
	strvec_release(&building->familiar);
	json_decref(building->host_config);
	json_decref(building->networks);
	dockerfile_release(&building->file);
	build_wishes_release(&building->wishes);
	lock_file_release(&building->lock);
	build_input_release(&building->input);
	cleanup_close(&building->signal_fd);
	build_options_release(&building->options);
	usage_call_release(&building->usage);
}
DEFINE_CLEANUP(struct building, building_release)

static int parse_names(struct building *building, struct error *err)
{
	const struct strvec *tags = &building->options.tags;

	building->names = xcalloc(tags->count + 1, sizeof(*building->names));
	for (size_t i = 0; i < tags->count; i++) {
		struct reference *name = &building->names[i];

		*name = (struct reference)REFERENCE_INIT;
		if (reference_parse(tags->items[i], name, err) < 0)
			return error_wrap(err,
					  "invalid argument \"%s\" for \"-t, "
					  "--tag\" flag",
					  tags->items[i]);
		if (name->digest)
			return error_set(err, ERROR_INVALID,
					 "invalid argument \"%s\" for \"-t, "
					 "--tag\" flag: a name cannot have a "
					 "digest",
					 tags->items[i]);
		reference_default_tag(name);
		strvec_take(&building->familiar, reference_familiar(name));
	}
	return 0;
}

static int parse_outputs(struct building *building, struct error *err)
{
	const struct strvec *texts = &building->options.outputs;

	building->outputs = xcalloc(texts->count + 1,
				    sizeof(*building->outputs));
	for (size_t i = 0; i < texts->count; i++)
		if (build_output_parse(texts->items[i], &building->outputs[i],
				       err) < 0)
			return error_wrap(err, "--output");
	return 0;
}

/* Limits, hosts and networks of every RUN, as `run` reads them. */
static int make_host_config(struct building *building, struct error *err)
{
	autoclean(jsonx_free) json_t *config = json_object();
	autoclean(lease_release) struct lease lease = LEASE_INIT;
	const struct run_config_request request = {
		.store = building->store,
		.lease = &lease,
		.options = &building->options.run,
		.image_name = "",
	};
	struct strvec *networks = &building->options.run.networks;

	/* docker's word for the usual one */
	if (networks->count == 1 && !strcmp(networks->items[0], "default"))
		strvec_remove(networks, 0);
	if (run_host_config(&building->options.run, &building->host_config,
			    err) < 0)
		return -1;
	return run_networks(&request, config, building->host_config,
			    &building->networks, err);
}

static bool is_allowed(const struct building *building, const char *what)
{
	return strvec_has(&building->options.allowed, what);
}

/* SOURCE_DATE_EPOCH as a build argument, or of the environment. */
static int find_epoch(const struct building *building,
		      struct build_request *out, struct error *err)
{
	const struct pair *given = pairs_find(&building->wishes.args,
					      "SOURCE_DATE_EPOCH");
	const char *text = given && given->value ? given->value
						 : getenv("SOURCE_DATE_EPOCH");
	int64_t time;

	if (!text || (!given && !*text))
		return 0;
	if (source_date_parse(text, &time, err) < 0)
		return -1;
	out->has_latest = true;
	out->latest = time / CLOCK_SECOND;
	return 0;
}

/* Signals end the build in order: its containers first. */
static int watch_signals(struct building *building, struct error *err)
{
	sigset_t set;

	(void)sigemptyset(&set); /* cannot fail */
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, &building->old_signals);
	building->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return building->signal_fd < 0
		       ? error_sys(err, errno, "watch for signals")
		       : 0;
}

static int read_mode(const struct building *building, enum progress_mode *out,
		     struct error *err)
{
	const struct build_options *options = &building->options;

	if (progress_mode_from_name(options->progress, out, err) < 0)
		return -1;
	if (options->is_quiet || options->has_shell)
		*out = PROGRESS_QUIET;
	return 0;
}

/* What is asked for and cannot be had is refused, not left out. */
static int check_attestations(const struct build_options *options,
			      struct error *err)
{
	const char *const asked[] = { options->provenance, options->sbom };

	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++)
		if (asked[i] && strcmp(asked[i], "false") != 0)
			return error_set(err, ERROR_UNSUPPORTED,
					 "attestations are not made: leave "
					 "--provenance and --sbom out");
	if (options->attests.count)
		return error_set(err, ERROR_UNSUPPORTED,
				 "attestations are not made: leave --attest "
				 "out");
	if (options->annotations.count)
		return error_set(err, ERROR_UNSUPPORTED,
				 "annotations of manifests are not written: "
				 "leave --annotation out, or use --label");
	if (options->platform && strchr(options->platform, ','))
		return error_set(err, ERROR_UNSUPPORTED,
				 "one platform is built at a time: %s",
				 options->platform);
	return 0;
}

/* All that can be wrong before anything is read. */
static int read_options(struct building *building, struct error *err)
{
	enum progress_mode mode;

	if (read_mode(building, &mode, err) < 0 ||
	    check_attestations(&building->options, err) < 0 ||
	    parse_names(building, err) < 0 || parse_outputs(building, err) < 0)
		return -1;
	building->show = build_show_new(mode);
	building->events = build_show_events(building->show);
	return 0;
}

/* Beside the Dockerfile, which is a file then. */
static int read_lock(struct building *building, struct error *err)
{
	const char *path = building->usage.result.operands[0];
	const char *file = building->options.file;
	autofree char *lock = build_lock_path(file, path);

	if (!strcmp(path, "-") || (file && !strcmp(file, "-")))
		return error_set(err, ERROR_INVALID,
				 "--locked needs a Dockerfile with a lock "
				 "beside it");
	return build_lock_read(lock, &building->lock, err);
}

static int open_input(struct building *building, struct error *err)
{
	const struct build_input_request request = {
		.path = building->usage.result.operands[0],
		.file = building->options.file,
		.host = &building->host,
		.store = building->store,
	};

	if (build_input_open(&request, &building->input, err) < 0 ||
	    build_wishes_read(&building->options, &request, &building->wishes,
			      err) < 0)
		return -1;
	if (building->options.is_locked && read_lock(building, err) < 0)
		return -1;
	return dockerfile_parse(building->input.name, building->input.text.text,
				building->input.text.length, &building->file,
				err);
}

static struct lint_input lint_of(const struct building *building)
{
	return (struct lint_input){
		.file = &building->file,
		.given = &building->wishes.args,
		.ignore = &building->input.ignore,
		.platforms = { "linux/amd64",
			       building->options.platform
				       ? building->options.platform
				       : "linux/amd64",
			       building->options.target
				       ? building->options.target
				       : "default" },
	};
}

/* --call: true when that was all. */
static int call_instead(struct building *building, bool *done,
			struct error *err)
{
	const struct build_options *options = &building->options;
	const char *call = options->is_checked ? "check" : options->call;
	const struct lint_input input = lint_of(building);
	bool found = false;
	int result = 0;

	*done = true;
	if (!call || !strcmp(call, "build")) {
		*done = false;
		return 0;
	}
	if (!strcmp(call, "check")) {
		result = build_call_check(&input, &found, err);
		building->call->status = found;
		return result;
	}
	if (!strncmp(call, "targets", 7))
		return build_call_targets(&building->file, err);
	if (!strncmp(call, "outline", 7))
		return build_call_outline(&building->file, options->target,
					  err);
	return error_set(err, ERROR_INVALID,
			 "invalid call %s: must be build, check, outline or "
			 "targets",
			 call);
}

/* Findings are told of, and are failures where the file says so. */
static int check_file(struct building *building, struct error *err)
{
	autoclean(lint_report_release) struct lint_report report = { NULL };
	autoclean(error_release) struct error ignored = ERROR_INIT;
	const struct lint_input input = lint_of(building);

	/* what cannot be built is told by building */
	if (lint_run(&input, &report, &ignored) < 0)
		error_release(&ignored);
	for (size_t i = 0; i < report.count; i++) {
		autofree char *text = xasprintf(
			"%s: %s (line %u)",
			lint_rule_name(report.items[i].rule),
			report.items[i].message, report.items[i].first_line);
		const struct build_event event = {
			.kind = BUILD_EVENT_WARNING,
			.text = text,
		};

		building->events.receive(building->events.context, &event);
	}
	if (!report.count || !building->file.directives.check_error)
		return 0;
	return error_set(err, ERROR_INVALID,
			 "lint violation found for rules: %s",
			 lint_rule_name(report.items[0].rule));
}

/* What others have done; without it the steps are done here. */
static int take_caches(struct building *building, struct error *err)
{
	const struct strvec *from = &building->options.cache_from;

	for (size_t i = 0; i < from->count; i++) {
		autoclean(build_carry_release) struct build_carry carry = {
			NULL, NULL
		};
		autoclean(error_release) struct error why = ERROR_INIT;
		autofree char *text = NULL;

		if (build_carry_parse(from->items[i], &carry, err) < 0)
			return error_wrap(err, "--cache-from");
		if (build_carry_in(building->call->context, &carry, &why) == 0)
			continue;
		text = xasprintf("WARNING: --cache-from %s: %s", from->items[i],
				 why.msg);
		build_show_line(building->show, text);
	}
	return 0;
}

static int send_caches(struct building *building, struct error *err)
{
	const struct strvec *to = &building->options.cache_to;

	for (size_t i = 0; i < to->count; i++) {
		autoclean(build_carry_release) struct build_carry carry = {
			NULL, NULL
		};

		if (build_carry_parse(to->items[i], &carry, err) < 0 ||
		    build_carry_out(building->call->context, &carry,
				    &building->result.used, err) < 0)
			return error_wrap(err, "--cache-to");
	}
	return 0;
}

static int run_build(struct building *building, struct error *err)
{
	const struct build_options *options = &building->options;
	const struct build_wishes *wishes = &building->wishes;
	autofree char *site = xasprintf("%s\n%s", building->input.site,
					options->target ? options->target : "");
	struct build_request request = {
		.store = building->store,
		.host = &building->host,
		.events = &building->events,
		.file = &building->file,
		.main = { NULL, building->input.folder, building->input.path,
			  NULL, &building->input.ignore },
		.contexts = wishes->contexts,
		.context_count = wishes->context_count,
		.secrets = wishes->secrets,
		.secret_count = wishes->secret_count,
		.agents = wishes->agents,
		.agent_count = wishes->agent_count,
		.args = &wishes->args,
		.target = options->target,
		.platform = options->platform,
		.pull = options->is_pulled ? "always" : "missing",
		.uncached = &options->uncached,
		.host_config = building->host_config,
		.networks = building->networks,
		.lock = options->is_locked ? &building->lock : NULL,
		.site = site,
		.is_uncached = options->is_uncached,
		.is_explained = options->is_explained,
		.is_resumed = options->is_resumed,
		.has_shell = options->has_shell,
		.allows_insecure = is_allowed(building, "security.insecure"),
		.allows_host_network = is_allowed(building, "network.host"),
		.cancel_fd = building->signal_fd,
	};

	if (building->call->context->is_offline)
		request.pull = "never";
	if (find_epoch(building, &request, err) < 0)
		return -1;
	return build_run(&request, &building->result, err);
}

static void set_labels(struct building *building)
{
	const struct pairs *labels = &building->wishes.labels;
	json_t *config = image_state_config(&building->result.image);
	json_t *object = json_object_get(config, "Labels");

	if (!labels->count)
		return;
	if (!json_is_object(object)) {
		object = json_object();
		(void)json_object_set_new(config, "Labels", object);
	}
	for (size_t i = 0; i < labels->count; i++)
		(void)json_object_set_new(object, labels->items[i].name,
					  json_string(labels->items[i].value));
}

static int write_file(const char *path, const char *text, struct error *err)
{
	if (!path)
		return 0;
	return whole_file_put(path, text, strlen(text), err);
}

static int write_metadata(const struct building *building, struct error *err)
{
	autoclean(strbuf_release) struct strbuf names = STRBUF_INIT;
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;
	autoclean(jsonx_free) json_t *object = NULL;

	for (size_t i = 0; i < building->options.tags.count; i++) {
		autofree char *name = reference_format(&building->names[i]);

		strbuf_addf(&names, "%s%s", i ? "," : "", name);
	}
	object = json_pack("{s:s,s:s,s:s}", "containerimage.config.digest",
			   building->id.text, "containerimage.digest",
			   building->manifest.text, "image.name", names.text);
	jsonx_format_indented(object, 2, &text);
	strbuf_addch(&text, '\n');
	return write_file(building->options.metadata_file, text.text, err);
}

static int make_image(struct building *building, struct error *err)
{
	const struct build_result *result = &building->result;
	const struct image_assemble request = {
		.store = building->store,
		.config = result->image.document,
		.layers = result->image.layers,
		.layer_count = result->image.layer_count,
	};
	const struct image_flush flush = {
		.store = building->store,
		.id = &building->id,
		.steps = &result->made,
	};
	struct image_assembled made;

	if (image_assemble(&request, &made, err) < 0)
		return -1;
	building->id = made.id;
	building->manifest = made.manifest;
	for (size_t i = 0; i < building->options.tags.count; i++)
		if (image_edit_tag(building->store, &building->id,
				   &building->names[i], err) < 0)
			return -1;
	image_event(building->store, "build", &building->id, NULL);
	if (made.is_flushed && !result->made.count && !building->options.syncs)
		return 0; /* nothing is new */
	return image_flush(&flush, building->options.syncs, err);
}

static bool wants_image(const struct building *building)
{
	const struct build_options *options = &building->options;

	if (!options->outputs.count || options->loads || options->pushes ||
	    options->tags.count || options->iidfile || options->metadata_file)
		return true;
	for (size_t i = 0; i < options->outputs.count; i++)
		if (build_output_is_image(&building->outputs[i]))
			return true;
	return false;
}

static int write_output(struct building *building,
			const struct build_output *output, struct error *err)
{
	const struct strvec *names = output->names.count ? &output->names
							 : &building->familiar;

	if (!build_output_is_image(output))
		return build_output_files(building->store, output,
					  &building->result.image, err);
	return build_output_image(building->call->context, output,
				  &building->id, names, err);
}

static int write_outputs(struct building *building, struct error *err)
{
	const struct build_output pushed = {
		.type = BUILD_OUTPUT_IMAGE,
		.is_pushed = true,
	};

	for (size_t i = 0; i < building->options.outputs.count; i++)
		if (write_output(building, &building->outputs[i], err) < 0)
			return -1;
	return building->options.pushes ? write_output(building, &pushed, err)
					: 0;
}

static int tell_result(struct building *building, struct error *err)
{
	autofree char *line = xasprintf("Successfully built %.12s",
					digest_hex(&building->id));

	if (building->options.is_quiet)
		return command_print_line(building->id.text, err);
	build_show_line(building->show, line);
	for (size_t i = 0; i < building->familiar.count; i++) {
		autofree char *tagged = xasprintf("Successfully tagged %s",
						  building->familiar.items[i]);

		build_show_line(building->show, tagged);
	}
	return 0;
}

/*
 * The cache stays below its limit: IMGCTL_BUILD_CACHE, or 20 GiB. What was not
 * used for longest goes.
 */
static void limit_cache(const struct building *building)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	const char *text = getenv("IMGCTL_BUILD_CACHE");
	int64_t most = (int64_t)CACHE_GIB << 30;
	struct build_prune request = { .has_most = true };
	uint64_t freed;

	if (!building->result.made.count)
		return;
	if (text && *text && units_parse_size(text, &most, &ignored) < 0)
		error_release(&ignored); /* the usual limit holds */
	request.most = (uint64_t)most;
	if (build_prune(building->store, &request, NULL, &freed, &ignored) < 0)
		error_release(&ignored); /* the next build tries again */
}

static int squash(struct building *building, struct error *err)
{
	struct image_state *image = &building->result.image;
	size_t kept = building->options.is_squashed_all ? 0 : image->base_count;

	if (!building->options.is_squashed &&
	    !building->options.is_squashed_all)
		return 0;
	return image_squash(building->store, image, kept,
			    &building->result.lease, err);
}

static int finish(struct building *building, struct error *err)
{
	if (squash(building, err) < 0)
		return -1;
	set_labels(building);
	if (wants_image(building)) {
		if (make_image(building, err) < 0 ||
		    write_file(building->options.iidfile, building->id.text,
			       err) < 0 ||
		    write_metadata(building, err) < 0)
			return -1;
	}
	if (write_outputs(building, err) < 0 || send_caches(building, err) < 0)
		return -1;
	limit_cache(building);
	return building->id.algorithm == DIGEST_NONE
		       ? 0
		       : tell_result(building, err);
}

static int build(struct building *building, struct error *err)
{
	bool done;

	if (read_options(building, err) < 0 ||
	    context_store(building->call->context, &building->store, err) < 0)
		return -1;
	building->host = build_companion_host(building->call->context);
	if (open_input(building, err) < 0 ||
	    call_instead(building, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	if (make_host_config(building, err) < 0 ||
	    check_file(building, err) < 0 || take_caches(building, err) < 0 ||
	    watch_signals(building, err) < 0 || run_build(building, err) < 0)
		return -1;
	return finish(building, err);
}

int cmd_build(struct command_call *call, struct error *err)
{
	autoclean(building_release) struct building building = {
		.call = call,
		.options = BUILD_OPTIONS_INIT,
		.usage = { .usage = &build_usage },
		.input = BUILD_INPUT_INIT,
		.wishes = BUILD_WISHES_INIT,
		.file = DOCKERFILE_INIT,
		.familiar = STRVEC_INIT,
		.signal_fd = -1,
		.result = BUILD_RESULT_INIT,
	};
	bool is_done;

	building.usage.target = &building.options;
	if (verb_parse(call, &building.usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	return build(&building, err);
}
