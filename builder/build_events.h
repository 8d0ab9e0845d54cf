/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a build tells whoever asked for it. Events come from several threads,
 * one step's in their order. Texts may hold bytes from outside: whoever shows
 * them makes them harmless.
 */
#ifndef BUILDER_BUILD_EVENTS_H
#define BUILDER_BUILD_EVENTS_H

#include <stddef.h>
#include <stdint.h>

enum build_event_kind {
	BUILD_EVENT_NONE = 0,
	BUILD_EVENT_BEGUN,   /* a step begins; `text` is its name */
	BUILD_EVENT_OUTPUT,  /* what it says: `data` of `stream` 1 or 2 */
	BUILD_EVENT_CACHED,  /* it was made before */
	BUILD_EVENT_WHY,     /* why it was not: `text` */
	BUILD_EVENT_DONE,    /* it is through, after `duration` */
	BUILD_EVENT_FAILED,  /* it failed: `text` */
	BUILD_EVENT_WARNING, /* of no step: `text` */
};

struct build_event {
	enum build_event_kind kind;
	unsigned step;	  /* from 1, the same for all events of a step */
	const char *name; /* "[build 2/5] RUN make" */
	const char *text;
	int stream;
	const void *data;
	size_t length;
	int64_t duration; /* nanoseconds */
};

struct build_events {
	void (*receive)(void *context, const struct build_event *event);
	void *context;
};

#endif
