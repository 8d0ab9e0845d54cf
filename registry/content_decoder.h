/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Undoes a Content-Encoding: gzip that a server put on a blob although it was
 * asked not to. Streams; how much may come out is for the taker to limit.
 */
#ifndef REGISTRY_CONTENT_DECODER_H
#define REGISTRY_CONTENT_DECODER_H

#include <stddef.h>

#include "base/error.h"

struct content_decoder;

/* A decoder at the start of a stream. */
struct content_decoder *content_decoder_new(void);

/*
 * Decode LENGTH further bytes, handing what comes out to TAKE. CORRUPT when
 * they are no gzip; a failure of TAKE ends it.
 */
int content_decoder_add(struct content_decoder *decoder, const void *data,
			size_t length,
			int (*take)(void *context, const void *data,
				    size_t length, struct error *err),
			void *context, struct error *err) must_check;

/* Free it; NULL is fine. */
void content_decoder_free(struct content_decoder *decoder);

#endif
