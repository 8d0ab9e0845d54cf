/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl build */
#include <stdlib.h>
#include <sys/signalfd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "cmd/front/build_carry.h"
#include "cmd/front/building.h"
#include "cmd/source_date.h"
#include "cmd/verb.h"

static const struct usage build_usage = {
	.arguments = "PATH | URL | -",
	.summary = "Build an image from a Dockerfile",
	.aliases = "imgctl image build, imgctl build",
	.options = build_option_table,
	.least = 1,
	.most = 1,
	.complete = OPTION_COMPLETE_DIRECTORY,
};

static void building_release(struct building *building)
{
	for (size_t i = 0; i < building->part_count; i++) {
		build_result_release(&building->parts[i].result);
		build_materials_release(&building->parts[i].materials);
		free(building->parts[i].platform);
	}
	free(building->parts);
	build_whole_release(&building->whole);
	provenance_options_release(&building->attest.provenance);
	build_annotations_release(&building->annotations);
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

/* Steps that this call made for another platform count as cached. */
static int run_build(struct building *building, struct building_part *part,
		     const struct strvec *made, struct error *err)
{
	const struct build_options *options = &building->options;
	const struct build_wishes *wishes = &building->wishes;
	autofree char *site =
		xasprintf("%s\n%s%s%s", building->input.site,
			  options->target ? options->target : "",
			  building->part_count > 1 ? "\n" : "",
			  building->part_count > 1 ? part->platform : "");
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
		.platform = part->platform,
		.made = made,
		.materials = building->attest.provenance.mode ? &part->materials
							      : NULL,
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

	/* --pull asks in vain then, and hears so */
	if (building->call->context->is_offline && !options->is_pulled)
		request.pull = "never";
	if (find_epoch(building, &request, err) < 0)
		return -1;
	building->has_epoch = request.has_latest;
	building->epoch = request.latest;
	return build_run(&request, &part->result, err);
}

static int run_builds(struct building *building, struct error *err)
{
	autoclean(strvec_release) struct strvec made = STRVEC_INIT;

	for (size_t i = 0; i < building->part_count; i++) {
		struct building_part *part = &building->parts[i];
		const struct strvec *keys = &part->result.made;

		if (run_build(building, part, &made, err) < 0)
			return building->part_count > 1
				       ? error_wrap(err, "platform %s",
						    part->platform)
				       : -1;
		strvec_extend(&made, keys->items, keys->count);
	}
	return 0;
}

static int build(struct building *building, struct error *err)
{
	bool done;

	if (building_prepare(building, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	if (take_caches(building, err) < 0 ||
	    watch_signals(building, err) < 0 || run_builds(building, err) < 0)
		return -1;
	return building_finish(building, err);
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
	};
	bool is_done;

	building.usage.target = &building.options;
	if (verb_parse(call, &building.usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	return build(&building, err);
}
