/* SPDX-License-Identifier: Apache-2.0 */
/* Which stages, and on how many threads. */
#include "builder/build.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/workers.h"
#include "builder/build_source.h"
#include "builder/build_stage.h"
#include "builder/build_state.h"
#include "builder/build_why.h"

enum { STAGES_AT_ONCE = 8 };

void build_state_tell(const struct build_state *build,
		      const struct build_event *event)
{
	const struct build_events *events = build->request->events;

	events->receive(events->context, event);
}

int build_state_place(struct build_state *build, struct error *err)
{
	int result = 0;

	(void)pthread_mutex_lock(&build->lock); /* no way to fail */
	if (!build->place.name)
		result = build_place_open(build->request->store, &build->place,
					  err);
	(void)pthread_mutex_unlock(&build->lock);
	return result;
}

static void build_state_release(struct build_state *build)
{
	for (size_t i = 0;
	     build->stages && i < build->request->file->stage_count; i++) {
		image_state_release(&build->stages[i].image);
		scope_release(&build->stages[i].scope);
		free(build->stages[i].platform);
	}
	free(build->stages);
	scope_release(&build->global);
	build_place_close(&build->place);
	build_log_release(&build->log);
	lease_release(&build->lease);
	strvec_release(&build->made);
	strvec_release(&build->used);
	strbuf_release(&build->history);
	error_release(&build->failure);
	cleanup_close(&build->stop_fd);
	free(build->host_platform);
	free(build->platform);
	(void)pthread_cond_destroy(&build->changed); /* nobody waits */
	(void)pthread_mutex_destroy(&build->lock);
}
DEFINE_CLEANUP(struct build_state, build_state_release)

/* Steps of other stages end when one has failed. */
static void stop_others(const struct build_state *build)
{
	const uint64_t one = 1;

	if (write(build->stop_fd, &one, sizeof(one)) < 0)
		errno = 0; /* they end by themselves */
}

/* Of several that fail the first one's WHY is kept: others end because of it.
 */
static void settle(struct build_state *build, struct build_stage *stage,
		   struct error *why)
{
	(void)pthread_mutex_lock(&build->lock); /* no way to fail */
	stage->progress = why ? STAGE_FAILED : STAGE_DONE;
	if (why && !build->is_failed)
		error_move(&build->failure, why);
	build->is_failed = build->is_failed || why;
	(void)pthread_cond_broadcast(&build->changed);
	(void)pthread_mutex_unlock(&build->lock);
	if (why)
		stop_others(build);
}

/* Waits while another thread works on it; whose it is then. */
static enum stage_progress claim(struct build_state *build,
				 struct build_stage *stage)
{
	enum stage_progress was;

	(void)pthread_mutex_lock(&build->lock); /* no way to fail */
	while (stage->progress == STAGE_RUNNING)
		(void)pthread_cond_wait(&build->changed, &build->lock);
	was = stage->progress;
	if (was == STAGE_IDLE)
		stage->progress = build->is_failed ? STAGE_FAILED
						   : STAGE_RUNNING;
	if (was == STAGE_IDLE && build->is_failed)
		was = STAGE_FAILED;
	(void)pthread_mutex_unlock(&build->lock);
	return was;
}

int build_stage_need(struct build_state *build, size_t number,
		     struct error *err)
{
	struct build_stage *stage = &build->stages[number];
	enum stage_progress was = claim(build, stage);

	if (was == STAGE_DONE)
		return 0;
	if (was == STAGE_IDLE && build_stage_run(build, stage, err) == 0) {
		settle(build, stage, NULL);
		return 0;
	}
	if (was == STAGE_IDLE)
		settle(build, stage, err);
	return error_set(err, ERROR_INTERRUPTED,
			 "a stage that is needed has failed");
}

static void mark(struct build_state *build, size_t number);

/* The stage NAME means in PARSED, if it is one, is needed as well. */
static void mark_named(struct build_state *build,
		       const struct dockerfile_stage *parsed, const char *name)
{
	const struct dockerfile_stage *other;

	if (!name || build_source_context(build->request, name))
		return;
	other = dockerfile_find_stage(build->request->file, name,
				      parsed->number, true);
	if (other)
		mark(build, other->number);
}

/* The value of from= in a mount as it is written: it has no variables. */
static void mark_mounts(struct build_state *build,
			const struct dockerfile_stage *parsed,
			const struct run_instruction *run)
{
	for (size_t i = 0; i < run->mount_flags.count; i++) {
		const char *at = strstr(run->mount_flags.items[i], "from=");
		autofree char *name = NULL;

		if (!at)
			continue;
		name = xstrndup(at + 5, strcspn(at + 5, ",\""));
		mark_named(build, parsed, name);
	}
}

/* Stages only refer to earlier ones, so this comes to an end. */
static void mark(struct build_state *build, size_t number)
{
	struct build_stage *stage = &build->stages[number];
	const struct dockerfile_stage *parsed = stage->parsed;
	const struct dockerfile_stage *base;

	if (stage->is_needed)
		return;
	stage->is_needed = true;
	base = build_stage_base(build, parsed);
	if (base)
		mark(build, base->number);
	for (size_t i = 0; i < parsed->count; i++) {
		const struct instruction *at = &parsed->instructions[i];

		if (at->kind == INSTRUCTION_COPY)
			mark_named(build, parsed, at->copy.from);
		if (at->kind == INSTRUCTION_RUN)
			mark_mounts(build, parsed, &at->run);
	}
}

struct job {
	struct build_state *build;
	size_t *numbers;
};

static int run_job(void *context, size_t index, struct error *err)
{
	struct job *job = context;

	return build_stage_need(job->build, job->numbers[index], err);
}

static unsigned workers_of(const struct build_request *request)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (request->workers)
		return request->workers;
	/* a stage mostly waits for its containers */
	return processors > STAGES_AT_ONCE / 2 ? STAGES_AT_ONCE
					       : (unsigned)processors * 2;
}

static int run_needed(struct build_state *build, struct error *err)
{
	const struct build_request *request = build->request;
	size_t count = request->file->stage_count;
	autofree size_t *numbers = xcalloc(count, sizeof(*numbers));
	struct job job = { build, numbers };
	struct workers_task task = {
		.workers = request->has_shell ? 1 : workers_of(request),
		.context = &job,
		.run = run_job,
	};

	for (size_t i = 0; i < count; i++)
		if (build->stages[i].is_needed)
			numbers[task.count++] = i;
	return workers_run(&task, err);
}

static int settle_platforms(struct build_state *build, struct error *err)
{
	const char *asked = build->request->platform;
	autoclean(platform_release) struct platform host = PLATFORM_INIT;
	autoclean(platform_release) struct platform target = PLATFORM_INIT;

	platform_host(&host);
	build->host_platform = platform_format(&host);
	if (!asked) {
		build->platform = xstrdup(build->host_platform);
		return 0;
	}
	if (platform_parse(asked, &target, err) < 0)
		return -1;
	build->platform = platform_format(&target);
	return 0;
}

static int begin_global(struct build_state *build, struct error *err)
{
	const struct build_request *request = build->request;
	const struct dockerfile *file = request->file;
	const struct scope_platforms platforms = {
		.build = build->host_platform,
		.target = build->platform,
		.target_stage = request->target ? request->target : "default",
	};

	scope_init_global(&build->global, request->args, &platforms);
	for (size_t i = 0; i < file->global_count; i++)
		if (scope_declare(&build->global, &file->globals[i],
				  file->directives.escape, NULL, err) < 0)
			return dockerfile_wrap_error(file, &file->globals[i],
						     err);
	return 0;
}

/* Arguments that no stage has are told of: they may be misspelt. */
static void warn_unused(const struct build_state *build)
{
	const struct dockerfile *file = build->request->file;
	autoclean(strvec_release) struct strvec declared = STRVEC_INIT;
	autoclean(strvec_release) struct strvec unused = STRVEC_INIT;

	for (size_t i = 0; i < file->global_count; i++)
		for (size_t j = 0; j < file->globals[i].pairs.pairs.count; j++)
			strvec_add(&declared,
				   file->globals[i].pairs.pairs.items[j].name);
	for (size_t i = 0; i < file->stage_count; i++)
		for (size_t j = 0; j < file->stages[i].count; j++) {
			const struct instruction *at =
				&file->stages[i].instructions[j];

			for (size_t k = 0; at->kind == INSTRUCTION_ARG &&
					   k < at->pairs.pairs.count;
			     k++)
				strvec_add(&declared,
					   at->pairs.pairs.items[k].name);
		}
	scope_unused_args(build->request->args, &declared, &unused);
	for (size_t i = 0; i < unused.count; i++) {
		autofree char *text = xasprintf("build argument %s was not "
						"consumed",
						unused.items[i]);
		const struct build_event event = {
			.kind = BUILD_EVENT_WARNING,
			.text = text,
		};

		build_state_tell(build, &event);
	}
}

static int prepare(struct build_state *build,
		   const struct dockerfile_stage **target, struct error *err)
{
	const struct build_request *request = build->request;
	const struct dockerfile *file = request->file;

	build->stages = xcalloc(file->stage_count, sizeof(*build->stages));
	for (size_t i = 0; i < file->stage_count; i++)
		build->stages[i].parsed = &file->stages[i];
	build->log.store = request->store;
	build->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (build->stop_fd < 0)
		return error_sys(err, errno, "begin to build");
	if (dockerfile_find_target(file, request->target, target, err) < 0 ||
	    settle_platforms(build, err) < 0 || begin_global(build, err) < 0 ||
	    lease_open(request->store, &build->lease, err) < 0)
		return -1;
	build_place_sweep(request->store);
	warn_unused(build);
	mark(build, (*target)->number);
	return 0;
}

int build_run(const struct build_request *request, struct build_result *out,
	      struct error *err)
{
	autoclean(build_state_release) struct build_state build = {
		.request = request,
		.place = BUILD_PLACE_INIT,
		.log = BUILD_LOG_INIT,
		.global = SCOPE_INIT,
		.lease = LEASE_INIT,
		.made = STRVEC_INIT,
		.used = STRVEC_INIT,
		.history = STRBUF_INIT,
		.failure = ERROR_INIT,
		.stop_fd = -1,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
	};
	const struct dockerfile_stage *target = NULL;
	int result;

	if (prepare(&build, &target, err) < 0)
		return -1;
	result = run_needed(&build, err);
	build_why_write(&build);
	if (result < 0 && build.is_failed)
		error_move(err, &build.failure);
	if (result < 0)
		return -1;
	image_state_copy(&build.stages[target->number].image, &out->image);
	out->made = build.made;
	build.made = (struct strvec)STRVEC_INIT;
	out->used = build.used;
	build.used = (struct strvec)STRVEC_INIT;
	out->lease = build.lease;
	build.lease = (struct lease)LEASE_INIT;
	return 0;
}

void build_result_release(struct build_result *result)
{
	image_state_release(&result->image);
	strvec_release(&result->made);
	strvec_release(&result->used);
	lease_release(&result->lease);
	*result = (struct build_result)BUILD_RESULT_INIT;
}
