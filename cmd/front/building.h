/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One call of `imgctl build`: what it is asked for (building_prepare), what it
 * does (cmd_build), what becomes of it (building_finish).
 */
#ifndef CMD_BUILDING_H
#define CMD_BUILDING_H

#include <signal.h>

#include "builder/build.h"
#include "cmd/front/build_annotations.h"
#include "cmd/front/build_attest.h"
#include "cmd/front/build_input.h"
#include "cmd/front/build_lock.h"
#include "cmd/front/build_options.h"
#include "cmd/front/build_output.h"
#include "cmd/front/build_show.h"
#include "cmd/front/build_whole.h"
#include "cmd/front/build_wishes.h"
#include "cmd/front/front_commands.h"
#include "cmd/usage.h"
#include "registry/spec/mediatype.h"

/* What is built for one platform. */
struct building_part {
	char *platform; /* as it is written; NULL: this machine's */
	struct build_result result;
	struct build_materials materials;
	struct digest id, manifest;
	enum mediatype manifest_type;
	uint64_t manifest_size;
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
	struct build_attest attest;
	struct build_annotations annotations;
	bool has_epoch; /* SOURCE_DATE_EPOCH */
	int64_t epoch;	/* seconds since 1970 */
	struct dockerfile file;
	struct reference *names;
	struct strvec familiar;
	struct build_output *outputs;
	json_t *host_config, *networks;
	struct build_show *show;
	struct build_events events;
	int signal_fd;
	sigset_t old_signals;
	struct building_part *parts; /* one for each platform */
	size_t part_count;
	struct lock_file lock;
	/* what the names mean, when that is more than one image */
	struct build_whole whole;
};

/*
 * Read the options, open the store, the context and the Dockerfile, and check
 * them. *DONE is set when the call only wanted to be told of the Dockerfile.
 */
int building_prepare(struct building *building, bool *done,
		     struct error *err) must_check;

/*
 * What is to be stated of the image of PART, for PLATFORM: an array of types
 * and predicates, which is the caller's. *OUT stays when nothing is.
 */
int building_statements(const struct building *building,
			struct building_part *part, const char *platform,
			json_t **out, struct error *err) must_check;

/* Make what the result was wanted for, and tell of it. */
int building_finish(struct building *building, struct error *err) must_check;

#endif
