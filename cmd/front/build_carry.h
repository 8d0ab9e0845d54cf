/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Build caches that travel: --cache-to and --cache-from. The steps of a build,
 * with their keys, become an image of their layers whose configuration says
 * which step made which; it goes to a registry or into a folder as any image
 * does, and where it comes in again its steps are known without being done.
 *
 *   cache = "type=registry,ref=NAME" | "type=local,dest=FOLDER"  (--cache-to)
 *         | "type=registry,ref=NAME" | "type=local,src=FOLDER"   (--cache-from)
 *         | NAME                                       (both: a registry's)
 */
#ifndef CMD_BUILD_CARRY_H
#define CMD_BUILD_CARRY_H

#include "base/strvec.h"
#include "cmd/context.h"

struct build_carry {
	char *reference; /* of a registry; NULL: a folder */
	char *folder;
};

/* Parse TEXT. INVALID names what is wrong. Pure. */
int build_carry_parse(const char *text, struct build_carry *out,
		      struct error *err) must_check;

/* Send the steps of KEYS to where CARRY says. */
int build_carry_out(struct context *context, const struct build_carry *carry,
		    const struct strvec *keys, struct error *err) must_check;

/*
 * Take the steps from where CARRY says. NOT_FOUND or NETWORK when there are
 * none: no reason not to build.
 */
int build_carry_in(struct context *context, const struct build_carry *carry,
		   struct error *err) must_check;

/* Free it. */
void build_carry_release(struct build_carry *carry);
DEFINE_CLEANUP(struct build_carry, build_carry_release)

#endif
