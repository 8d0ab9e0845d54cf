/* SPDX-License-Identifier: Apache-2.0 */
/* What a build is asked for: options, context, Dockerfile. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "builder/language/lint.h"
#include "cmd/front/build_call.h"
#include "cmd/front/build_carry.h"
#include "cmd/front/build_companion.h"
#include "cmd/front/building.h"
#include "cmd/front/run_parts.h"
#include "cmd/front/user_config.h"
#include "registry/spec/platform.h"

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

static bool has_part(const struct building *building, const char *platform)
{
	for (size_t i = 0; i < building->part_count; i++)
		if (!strcmp(building->parts[i].platform, platform))
			return true;
	return false;
}

static int add_part(struct building *building, const char *text,
		    struct error *err)
{
	autoclean(platform_release) struct platform platform = PLATFORM_INIT;
	struct building_part *part;
	autofree char *name = NULL;

	if (!strcmp(text, "local"))
		platform_host(&platform);
	else if (platform_parse(text, &platform, err) < 0)
		return error_wrap(err, "--platform %s", text);
	name = platform_format(&platform);
	if (has_part(building, name))
		return 0;
	building->parts = xreallocarray(building->parts,
					building->part_count + 1,
					sizeof(*building->parts));
	part = &building->parts[building->part_count++];
	*part = (struct building_part){
		.platform = TAKE_PTR(name),
		.result = BUILD_RESULT_INIT,
		.materials = BUILD_MATERIALS_INIT,
	};
	return 0;
}

/* --platform a,b: each is built; without one, this machine's. */
static int parse_platforms(struct building *building, struct error *err)
{
	const struct strvec *given = &building->options.platforms;

	for (size_t i = 0; i < given->count; i++) {
		const char *rest = given->items[i];

		while (*rest) {
			size_t length = strcspn(rest, ",");
			autofree char *one = xstrndup(rest, length);

			if (length && add_part(building, one, err) < 0)
				return -1;
			rest += length + (rest[length] == ',');
		}
	}
	if (building->part_count > 1 && building->options.has_shell)
		return error_set(err, ERROR_INVALID,
				 "--shell needs one platform");
	if (building->part_count)
		return 0;
	building->parts = xcalloc(1, sizeof(*building->parts));
	building->part_count = 1;
	building->parts[0].result = (struct build_result)BUILD_RESULT_INIT;
	return 0;
}

/* Only files are wanted, which bear no statements. */
static bool has_only_files(const struct building *building)
{
	const struct build_options *options = &building->options;

	if (!options->outputs.count || options->loads || options->pushes ||
	    options->tags.count)
		return false;
	for (size_t i = 0; i < options->outputs.count; i++)
		if (build_output_is_image(&building->outputs[i]))
			return false;
	return true;
}

static bool has_docker(const struct building *building)
{
	for (size_t i = 0; i < building->options.outputs.count; i++)
		if (building->outputs[i].type == BUILD_OUTPUT_DOCKER)
			return true;
	return false;
}

static bool has_level(const struct building *building,
		      enum annotation_level level)
{
	for (size_t i = 0; i < building->annotations.count; i++)
		if (building->annotations.items[i].level == level)
			return true;
	return false;
}

/* What is asked for and cannot be had is refused, not left out. */
static int check_outputs(const struct building *building, struct error *err)
{
	bool is_attested = build_attest_is_wanted(&building->attest);
	bool is_index = building->part_count > 1 || is_attested;

	if (is_index && has_docker(building))
		return error_set(err, ERROR_UNSUPPORTED,
				 "docker exporter does not currently support "
				 "exporting manifest lists");
	if (!is_index && (has_level(building, ANNOTATION_INDEX) ||
			  has_level(building, ANNOTATION_MANIFEST_DESCRIPTOR)))
		return error_set(err, ERROR_INVALID,
				 "index annotations not supported for single "
				 "platform export");
	if ((is_attested || building->annotations.count) &&
	    has_only_files(building))
		return error_set(err, ERROR_UNSUPPORTED,
				 "attestations and annotations are written to "
				 "images only: give a tag, or --output "
				 "type=oci");
	return 0;
}

static int check_allowed(const struct build_options *options, struct error *err)
{
	static const char *const known[] = { "network.host",
					     "security.insecure" };

	for (size_t i = 0; i < options->allowed.count; i++)
		if (strcmp(options->allowed.items[i], known[0]) != 0 &&
		    strcmp(options->allowed.items[i], known[1]) != 0)
			return error_set(err, ERROR_INVALID,
					 "invalid argument \"%s\" for "
					 "\"--allow\" flag: must be %s or %s",
					 options->allowed.items[i], known[0],
					 known[1]);
	return 0;
}

static int check_writable(const char *path, struct error *err)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	autofree char *folder = slash ? xstrndup(path,
						 (size_t)(slash - path) + 1)
				      : xstrdup(".");

	if (!path || !strcmp(path, "-") || access(folder, W_OK) == 0)
		return 0;
	return error_sys(err, errno, "write %s", path);
}

/* What would fail once all is built is told before. */
static int check_results(const struct building *building, struct error *err)
{
	const struct build_options *options = &building->options;

	if (check_writable(options->iidfile, err) < 0 ||
	    check_writable(options->metadata_file, err) < 0)
		return -1;
	for (size_t i = 0; i < options->outputs.count; i++)
		if (building->outputs[i].type != BUILD_OUTPUT_LOCAL &&
		    check_writable(building->outputs[i].destination, err) < 0)
			return -1;
	for (size_t i = 0; i < options->cache_to.count; i++) {
		autoclean(build_carry_release) struct build_carry carry = {
			NULL, NULL
		};

		if (build_carry_parse(options->cache_to.items[i], &carry, err) <
		    0)
			return error_wrap(err, "--cache-to");
	}
	return 0;
}

/* All that can be wrong before anything is read. */
static int read_options(struct building *building, struct error *err)
{
	enum progress_mode mode;

	if (read_mode(building, &mode, err) < 0 ||
	    check_allowed(&building->options, err) < 0 ||
	    build_attest_parse(&building->options, &building->attest, err) <
		    0 ||
	    build_annotations_parse(&building->options.annotations,
				    &building->annotations, err) < 0 ||
	    parse_platforms(building, err) < 0 ||
	    parse_names(building, err) < 0 ||
	    parse_outputs(building, err) < 0 ||
	    check_outputs(building, err) < 0 ||
	    check_results(building, err) < 0)
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

	user_config_proxies(building->call->context, &building->wishes.args);
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
			       building->parts[0].platform
				       ? building->parts[0].platform
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

int building_prepare(struct building *building, bool *done, struct error *err)
{
	*done = false;
	if (read_options(building, err) < 0 ||
	    context_store(building->call->context, &building->store, err) < 0)
		return -1;
	building->host = build_companion_host(building->call->context);
	if (open_input(building, err) < 0 ||
	    call_instead(building, done, err) < 0)
		return -1;
	if (*done)
		return 0;
	if (make_host_config(building, err) < 0)
		return -1;
	return check_file(building, err);
}
