/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A build on its way, shared by the threads that work on its stages. Only
 * builder/build*.c look into it. What has no lock's name beside it is written
 * before there is a second thread, or by the one that runs the stage.
 */
#ifndef BUILDER_BUILD_STATE_H
#define BUILDER_BUILD_STATE_H

#include <pthread.h>

#include "builder/build_log.h"
#include "builder/build_place.h"
#include "builder/build_request.h"
#include "builder/image/image_state.h"
#include "builder/language/scope.h"
#include "layers/store/lease.h"

enum stage_progress {
	STAGE_IDLE = 0,
	STAGE_RUNNING,
	STAGE_DONE,
	STAGE_FAILED,
};

struct build_stage {
	const struct dockerfile_stage *parsed;
	enum stage_progress progress; /* lock */
	bool is_needed;
	struct image_state image; /* to be read by others once it is done */
	struct scope scope;
	bool has_command; /* it had a CMD */
	char *platform;	  /* of its base */
	unsigned total;	  /* steps that show */
	unsigned sofar;
	bool has_layer;	  /* a step of its own made one */
	bool is_uncached; /* a step before was not taken from the cache */
};

struct build_state {
	const struct build_request *request;
	struct build_place place; /* lock, until build_state_place was called */
	struct build_log log;
	struct scope global;
	char *host_platform, *platform;
	struct build_stage *stages; /* of the file, by number */
	struct lease lease;	    /* lock */
	struct strvec made;	    /* lock; keys of new entries */
	struct strvec used;	    /* lock; keys of all steps */
	struct strbuf history;	    /* lock; lines to be written */
	unsigned steps;		    /* lock; numbers given */
	bool is_failed;		    /* lock */
	struct error failure;	    /* lock; the first stage's that failed */
	int stop_fd;		    /* readable once a stage has failed */
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

/* Run the stage, or wait until it is done. Fails when it failed. */
int build_stage_need(struct build_state *build, size_t number,
		     struct error *err) must_check;

/*
 * Have the build's folders, which nothing that is cached needs: making them
 * costs as much as looking twenty steps up.
 */
int build_state_place(struct build_state *build, struct error *err) must_check;

/* Tell of EVENT. */
void build_state_tell(const struct build_state *build,
		      const struct build_event *event);

#endif
