/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options of `build`: one table, one struct. Limits and hosts are those of
 * `run` and are read into its struct.
 */
#ifndef CMD_BUILD_OPTIONS_H
#define CMD_BUILD_OPTIONS_H

#include "cmd/front/run_options.h"

struct build_options {
	struct run_options run; /* limits, networks, hosts */
	struct strvec tags, args, labels, contexts, secrets, agents, allowed;
	struct strvec uncached, outputs, cache_from, cache_to, attests;
	struct strvec annotations, platforms;
	const char *file, *target, *iidfile, *metadata_file, *progress, *call;
	const char *provenance, *sbom, *lock_file;
	bool is_uncached, is_pulled, is_quiet, is_explained, is_resumed;
	bool has_shell, is_squashed, is_squashed_all, is_checked, is_locked;
	bool loads, pushes, is_removed, is_force_removed, is_compressed;
	bool has_layers, syncs;
};

#define BUILD_OPTIONS_INIT                                   \
	{                                                    \
		.run = RUN_OPTIONS_INIT, .progress = "auto", \
		.is_removed = true, .has_layers = true       \
	}

/* The options, as a table over struct build_options. */
extern const struct option_spec build_option_table[];

/* Free the lists. */
void build_options_release(struct build_options *options);
DEFINE_CLEANUP(struct build_options, build_options_release)

#endif
