/* SPDX-License-Identifier: Apache-2.0 */
/* imgctl image restore: extract an image's layers again from its blobs. */
#include "cmd/transfer/transfer_commands.h"
#include "cmd/verb.h"
#include "layers/image/image_find.h"
#include "layers/image/image_restore.h"

static const struct usage restore_usage = {
	.arguments = "IMAGE [IMAGE...]",
	.summary = "Extract images again from the blobs that are here",
	.least = 1,
	.most = -1,
	.complete = OPTION_COMPLETE_IMAGE,
};

static int restore(struct store *store, const char *name, struct error *err)
{
	autoclean(image_match_release) struct image_match match =
		IMAGE_MATCH_INIT;
	struct image_events events = { NULL, NULL };

	if (image_find(store, name, &match, err) < 0)
		return -1;
	return image_restore(store, &match.id, &events, err);
}

int cmd_restore(struct command_call *call, struct error *err)
{
	autoclean(usage_call_release) struct usage_call usage = {
		.usage = &restore_usage,
	};
	bool is_done;
	struct store *store;

	if (verb_parse(call, &usage, &is_done, err) < 0)
		return -1;
	if (is_done)
		return 0;
	if (context_store(call->context, &store, err) < 0)
		return -1;
	for (size_t i = 0; i < usage.result.operand_count; i++) {
		if (restore(store, usage.result.operands[i], err) < 0)
			return -1;
	}
	return 0;
}
