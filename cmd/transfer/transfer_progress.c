/* SPDX-License-Identifier: Apache-2.0 */
/* Events in docker's words. */
#include "cmd/transfer/transfer_progress.h"

#include <stdbool.h>

#include "base/alloc.h"
#include "cmd/units.h"

static const char *const words[] = {
	[IMAGE_EVENT_NONE] = "",
	[IMAGE_EVENT_QUEUED] = "Pulling fs layer",
	[IMAGE_EVENT_WAITING] = "Waiting",
	[IMAGE_EVENT_DOWNLOADING] = "Downloading",
	[IMAGE_EVENT_RETRYING] = "Retrying",
	[IMAGE_EVENT_VERIFYING] = "Verifying Checksum",
	[IMAGE_EVENT_DOWNLOADED] = "Download complete",
	[IMAGE_EVENT_EXTRACTING] = "Extracting",
	[IMAGE_EVENT_COMPLETE] = "Pull complete",
	[IMAGE_EVENT_EXISTS] = "Already exists",
	[IMAGE_EVENT_PREPARING] = "Preparing",
	[IMAGE_EVENT_PUSHING] = "Pushing",
	[IMAGE_EVENT_PUSHED] = "Pushed",
	[IMAGE_EVENT_MOUNTED] = "Mounted from",
	[IMAGE_EVENT_NOTICE] = "",
};

/* Only these are told in numbers; every other state is a word. */
static bool has_numbers(enum image_event_kind kind)
{
	return kind == IMAGE_EVENT_DOWNLOADING ||
	       kind == IMAGE_EVENT_EXTRACTING || kind == IMAGE_EVENT_PUSHING;
}

static void receive(struct progress *progress, const struct image_event *event,
		    const char *word)
{
	bool numbers = has_numbers(event->kind);
	autofree char *id = NULL;
	autofree char *state = NULL;

	if (!event->blob) {
		if (event->text)
			progress_line(progress, event->text);
		return;
	}
	id = units_short_id(event->blob->text);
	state = event->text
			? xasprintf("%s %s", words[event->kind], event->text)
			: xstrdup(word);
	progress_event(progress, id, state, numbers ? event->current : 0,
		       numbers ? event->total : 0);
}

void transfer_progress_receive(void *context, const struct image_event *event)
{
	receive(context, event, words[event->kind]);
}

void transfer_progress_receive_push(void *context,
				    const struct image_event *event)
{
	receive(context, event,
		event->kind == IMAGE_EVENT_EXISTS ? "Layer already exists"
						  : words[event->kind]);
}

void transfer_progress_notice(void *context, const char *layer,
			      const char *text)
{
	autofree char *id = NULL;

	if (!layer) {
		progress_line(context, text);
		return;
	}
	id = units_short_id(layer);
	progress_event(context, id, text, 0, 0);
}
