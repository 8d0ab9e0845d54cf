/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Having the image that run and create name: here already, or pulled first by
 * the companion, as --pull says.
 */
#ifndef CMD_IMAGE_ENSURE_H
#define CMD_IMAGE_ENSURE_H

#include "cmd/context.h"
#include "layers/store/image_record.h"

struct image_wish {
	const char *name;     /* as the user wrote it */
	const char *pull;     /* always, missing, newer, never */
	const char *platform; /* NULL: any */
	bool is_quiet;
};

/*
 * Load the image's record, pulling it when the policy says so; progress goes
 * to standard error. NOT_FOUND says what is missing and why it was not
 * fetched.
 */
int image_ensure(struct context *context, const struct image_wish *wish,
		 struct image_record *out, struct error *err) must_check;

#endif
