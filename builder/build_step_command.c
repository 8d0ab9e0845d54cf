/* SPDX-License-Identifier: Apache-2.0 */
/* RUN as a step. */
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "builder/build_failed.h"
#include "builder/build_source.h"
#include "builder/build_step_parts.h"
#include "builder/image/image_settings.h"
#include "builder/steps/binfmt.h"
#include "builder/steps/run_step.h"
#include "registry/spec/platform.h"

enum { LINES_OF_FAILURE = 20 };

struct run_call {
	struct step_mounts_request mounts;
	struct step_source *sources;
	struct strvec env, args, words;
	char *text; /* of the history */
};

static void run_call_release(struct run_call *call)
{
	for (size_t i = 0; call->sources && i < call->mounts.mounts->count; i++)
		step_source_release(&call->sources[i]);
	free(call->sources);
	strvec_release(&call->env);
	strvec_release(&call->args);
	strvec_release(&call->words);
	free(call->text);
}
DEFINE_CLEANUP(struct run_call, run_call_release)

static int find_sources(struct build_step *step, struct run_call *call,
			struct error *err)
{
	const struct run_mounts *mounts = call->mounts.mounts;

	call->sources = xcalloc(mounts->count + 1, sizeof(*call->sources));
	for (size_t i = 0; i < mounts->count; i++) {
		const struct run_mount *mount = &mounts->items[i];

		call->sources[i] = (struct step_source)STEP_SOURCE_INIT;
		if (mount->type != RUN_MOUNT_BIND && !mount->from)
			continue;
		if (build_source_find(step->build, step->stage, mount->from,
				      &call->sources[i], err) < 0)
			return -1;
	}
	call->mounts.sources = call->sources;
	return 0;
}

/* "|1 A=b /bin/sh -c make": docker's way to tell the arguments. */
static char *run_text(const struct run_call *call)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	strbuf_addstr(&text, "RUN");
	if (call->args.count)
		strbuf_addf(&text, " |%zu", call->args.count);
	for (size_t i = 0; i < call->args.count; i++)
		strbuf_addf(&text, " %s", call->args.items[i]);
	for (size_t i = 0; i < call->words.count; i++)
		strbuf_addf(&text, " %s", call->words.items[i]);
	return strbuf_steal(&text);
}

/* Each variable by its name, so that one that differs can be told. */
static void key_env(const struct run_call *call, struct step_key *key)
{
	for (size_t i = 0; i < call->env.count; i++) {
		const char *text = call->env.items[i];
		const char *value = strchr(text, '=');
		bool is_arg = strvec_has(&call->args, text);
		autofree char *name =
			xasprintf("%s %.*s", is_arg ? "ARG" : "ENV",
				  (int)(value ? value - text : 0), text);

		/* how the world is reached is no property of what comes out */
		if (!scope_is_proxy(name + 4))
			step_key_add(key, name, value ? value + 1 : "");
	}
}

static int key_run(struct build_step *step, const struct run_call *call,
		   bool quickly, struct step_key *key, struct error *err)
{
	const struct build_request *request = step->build->request;
	const struct run_instruction *run = &step->instruction->run;
	const json_t *config = json_object_get(step->stage->image.document,
					       "config");
	const json_t *hosts = json_object_get(request->host_config,
					      "ExtraHosts");
	const json_t *host;
	size_t index;

	build_step_key(step, false, key);
	step_key_add_words(key, "command", &call->words);
	if (run->command.form == COMMAND_SCRIPT)
		step_key_add_words(key, "script", &run->command.words);
	key_env(call, key);
	step_key_add(key, "user",
		     json_string_value(json_object_get(config, "User")));
	step_key_add(key, "folder", image_settings_folder(config));
	step_key_add(key, "--network", run->network);
	step_key_add(key, "--security", run->security);
	step_key_add_words(key, "--device", &run->devices);
	json_array_foreach(hosts, index, host)
	{
		step_key_add(key, "--add-host", json_string_value(host));
	}
	return step_mounts_key(&call->mounts, quickly, key, err);
}

static int fail_run(const struct build_step *step,
		    const struct step_output *output, const char *words,
		    int code, struct error *err)
{
	autofree char *last = step_output_last(output, LINES_OF_FAILURE);

	return error_set(err, ERROR_INVALID,
			 "process \"%s\" did not complete successfully: exit "
			 "code: %d\n%s%s%s",
			 words, code, step->name, *last ? "\n" : "", last);
}

static char *join_words(const struct strvec *words)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < words->count; i++)
		strbuf_addf(&text, "%s%s", i ? " " : "", words->items[i]);
	return strbuf_steal(&text);
}

static int execute(struct build_step *step, struct run_call *call,
		   struct step_entry *out, bool *is_kept_out, struct error *err)
{
	struct build_state *build = step->build;
	const struct build_request *request = build->request;
	autoclean(build_failed_release) struct build_failed failed =
		BUILD_FAILED_INIT;
	struct step_output output = {
		.events = request->events,
		.step = step->number,
		.name = step->name,
		.log_fd = -1,
	};
	struct run_step run = {
		.build = request,
		.place = &build->place,
		.image = &step->stage->image,
		.instruction = step->instruction,
		.env = &call->env,
		.mounts = &call->mounts,
		.output = &output,
		.lease = &build->lease,
		.stop_fd = build->stop_fd,
	};
	autofree char *words = join_words(&call->words);
	struct run_step_end end;
	int result;

	if (build_state_place(build, err) < 0 ||
	    build_failed_open(build, step, &failed, err) < 0)
		return -1;
	run.kept_fd = failed.folder;
	*is_kept_out = failed.is_taken_up;
	run.is_shell = failed.is_taken_up && request->has_shell;
	(void)pthread_mutex_lock(&build->lock); /* no way to fail */
	output.log_fd = build_log_open(&build->log, step->number, step->name);
	(void)pthread_mutex_unlock(&build->lock);
	result = run_step(&run, &end, err);
	cleanup_close(&output.log_fd);
	if (result < 0)
		return -1;
	if (run.is_shell) /* by hand: the build goes no further */
		return error_set(err, ERROR_INTERRUPTED, "%s", "");
	if (end.exit_code) {
		build_failed_note(build, step, &failed);
		return fail_run(step, &output, words, end.exit_code, err);
	}
	build_failed_forget(&failed);
	out->layer = end.layer;
	out->has_layer = true;
	return 0;
}

static int run_uncached(struct build_step *step, struct run_call *call,
			const struct digest *key, const struct digest *quick,
			struct error *err)
{
	autoclean(step_entry_release) struct step_entry entry = STEP_ENTRY_INIT;
	bool is_kept = false;

	build_step_explain(step, key);
	if (execute(step, call, &entry, &is_kept, err) < 0)
		return -1;
	/* what began with a failed step's files is nobody else's result */
	if (!is_kept && build_step_keep(step, key, quick, &entry, err) < 0)
		return -1;
	build_step_add(step, call->text, &entry);
	build_step_tell(step, BUILD_EVENT_DONE, NULL);
	return 0;
}

static int prepare_run(struct build_step *step, struct run_call *call,
		       struct error *err)
{
	const struct run_step words = {
		.image = &step->stage->image,
		.instruction = step->instruction,
	};

	call->mounts.build = step->build->request;
	call->mounts.place = &step->build->place;
	call->mounts.mounts = &step->instruction->run.mounts;
	call->mounts.step = step->number;
	call->mounts.folder = image_settings_folder(
		json_object_get(step->stage->image.document, "config"));
	scope_run_env(&step->stage->scope, &call->env);
	scope_run_args(&step->stage->scope, &call->args);
	run_step_words(&words, &call->words);
	call->text = run_text(call);
	step->has_quick = false;
	if (find_sources(step, call, err) < 0)
		return -1;
	for (size_t i = 0; i < call->mounts.mounts->count; i++)
		if (call->mounts.mounts->items[i].type == RUN_MOUNT_BIND &&
		    !call->sources[i].context)
			step->has_quick = true;
	return 0;
}

/* Programs of another machine run where the kernel was told how. */
static int check_platform(const struct build_step *step, struct error *err)
{
	const json_t *document = step->stage->image.document;
	const char *architecture =
		json_string_value(json_object_get(document, "architecture"));
	autoclean(platform_release) struct platform host = PLATFORM_INIT;

	platform_host(&host);
	if (!architecture || !strcmp(architecture, host.architecture) ||
	    binfmt_has(architecture))
		return 0;
	return error_set(err, ERROR_UNSUPPORTED,
			 "it runs programs for linux/%s and this machine is "
			 "linux/%s, which runs them only with binfmt_misc and "
			 "an emulator",
			 architecture, host.architecture);
}

int build_step_command(struct build_step *step, struct error *err)
{
	autoclean(run_call_release) struct run_call call = {
		.env = STRVEC_INIT,
	};
	struct digest quick;
	struct digest key;

	if (check_platform(step, err) < 0 || prepare_run(step, &call, err) < 0)
		return -1;
	if (step->has_quick) {
		if (key_run(step, &call, true, &step->quick, err) < 0)
			return -1;
		if (build_step_take_quick(step, call.text, &quick, err))
			return 0;
		if (err->kind != ERROR_NONE)
			return -1;
	}
	if (key_run(step, &call, false, &step->key, err) < 0)
		return -1;
	step_key_finish(&step->key, &key);
	if (build_step_take(step, &key, call.text, err))
		return 0;
	if (err->kind != ERROR_NONE)
		return -1;
	return run_uncached(step, &call, &key, step->has_quick ? &quick : NULL,
			    err);
}
