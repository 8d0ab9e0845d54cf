/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events of a pull or push in docker's words, handed to whoever draws them
 * (cmd/progress.h). Safe to be told from several threads at once.
 */
#ifndef CMD_TRANSFER_PROGRESS_H
#define CMD_TRANSFER_PROGRESS_H

#include "cmd/progress.h"
#include "layers/image/image_events.h"

/* An event receiver; CONTEXT is a struct progress. */
void transfer_progress_receive(void *context, const struct image_event *event);

/* The same for a push, where "exists" means: at the registry. */
void transfer_progress_receive_push(void *context,
				    const struct image_event *event);

/* A client's notice (client_options.notice); CONTEXT is a struct progress. */
void transfer_progress_notice(void *context, const char *layer,
			      const char *text);

#endif
