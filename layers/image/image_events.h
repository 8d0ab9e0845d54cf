/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pull or a push tells while it goes on. Events of different layers
 * come from different threads, so the receiver must be safe for that.
 */
#ifndef LAYERS_IMAGE_EVENTS_H
#define LAYERS_IMAGE_EVENTS_H

#include <stdint.h>

#include "base/digest.h"

enum image_event_kind {
	IMAGE_EVENT_NONE = 0,
	IMAGE_EVENT_QUEUED,	 /* the layer is wanted */
	IMAGE_EVENT_WAITING,	 /* others are first */
	IMAGE_EVENT_DOWNLOADING, /* current and total: compressed bytes */
	IMAGE_EVENT_RETRYING,	 /* text: the reason and the pause */
	IMAGE_EVENT_VERIFYING,
	IMAGE_EVENT_DOWNLOADED,
	IMAGE_EVENT_EXTRACTING, /* current and total: compressed bytes */
	IMAGE_EVENT_COMPLETE,
	IMAGE_EVENT_EXISTS, /* was here (pull) or there (push) already */
	IMAGE_EVENT_PREPARING,
	IMAGE_EVENT_PUSHING, /* current and total: bytes */
	IMAGE_EVENT_PUSHED,
	IMAGE_EVENT_MOUNTED, /* text: the other repository */
	IMAGE_EVENT_NOTICE,  /* text: something to tell, of no layer */
};

struct image_event {
	enum image_event_kind kind;
	const struct digest *blob; /* the layer; NULL: of the whole */
	uint64_t current;
	uint64_t total;	  /* 0: unknown */
	const char *text; /* NULL unless the kind says so */
};

struct image_events {
	void (*receive)(void *context, const struct image_event *event);
	void *context;
};

/* Tell EVENTS (which may have no receiver) about a layer. */
static inline void image_events_tell(const struct image_events *events,
				     enum image_event_kind kind,
				     const struct digest *blob,
				     uint64_t current, uint64_t total)
{
	struct image_event event = { kind, blob, current, total, NULL };

	if (events->receive)
		events->receive(events->context, &event);
}

#endif
