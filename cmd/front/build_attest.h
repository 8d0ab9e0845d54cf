/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --provenance, --sbom and --attest of `build`: which statements are made of
 * its images. Nothing is unless it is asked for.
 */
#ifndef CMD_BUILD_ATTEST_H
#define CMD_BUILD_ATTEST_H

#include "builder/attest/provenance.h"
#include "cmd/front/build_options.h"

struct build_attest {
	struct provenance_options provenance;
	bool has_sbom;
};

/*
 * Read all three, the later option of two alike. INVALID names what is wrong,
 * UNSUPPORTED a generator of others.
 */
int build_attest_parse(const struct build_options *options,
		       struct build_attest *out, struct error *err) must_check;

/* Whether anything is to be stated. */
bool build_attest_is_wanted(const struct build_attest *attest);

#endif
