/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl tag */
#include <string.h>

#include "base/alloc.h"
#include "cmd/front/front_commands.h"
#include "cmd/quote.h"
#include "cmd/verb.h"
#include "layers/image/image_edit.h"

static const struct usage tag_usage = {
	.arguments = "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
	.summary = "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE",
	.aliases = "imgctl image tag, imgctl tag",
	.least = 2,
	.most = 2,
	.complete = OPTION_COMPLETE_IMAGE,
};

/* Reads the new name; a digest cannot be given, "sha256" means one. */
static int parse_target(const char *text, struct reference *out,
			struct error *err)
{
	autofree char *quoted = quote_new(text);

	if (reference_parse(text, out, err) < 0)
		return error_wrap(err,
				  "Error parsing reference: %s is not a valid "
				  "repository/tag",
				  quoted);
	if (out->digest)
		return error_set(err, ERROR_INVALID,
				 "refusing to create a tag with a digest "
				 "reference");
	if (!strcmp(out->domain, "docker.io") &&
	    !strcmp(out->path, "library/sha256"))
		return error_set(err, ERROR_INVALID,
				 "refusing to create an ambiguous tag using "
				 "digest algorithm as name");
	reference_default_tag(out);
	return 0;
}

static int tag(struct command_call *call, char *const *operands,
	       struct error *err)
{
	autoclean(image_match_release) struct image_match match =
		IMAGE_MATCH_INIT;
	autoclean(reference_release) struct reference target = REFERENCE_INIT;
	struct store *store;

	if (parse_target(operands[1], &target, err) < 0 ||
	    context_store(call->context, &store, err) < 0 ||
	    image_find(store, operands[0], &match, err) < 0)
		return -1;
	return image_edit_tag_match(store, &match, &target, err);
}

int cmd_tag(struct command_call *call, struct error *err)
{
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &tag_usage,
	};
	bool is_done;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	return is_done ? 0 : tag(call, usage.result.operands, err);
}
