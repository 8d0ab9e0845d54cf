/* SPDX-License-Identifier: Apache-2.0 */
/* What is sent must be what was promised. */
#include "registry/upload_body.h"

#include <inttypes.h>

void upload_body_init(struct upload_body *body,
		      const struct descriptor *descriptor,
		      const struct upload_source *source,
		      const struct upload_progress *progress)
{
	*body = (struct upload_body){
		.descriptor = descriptor,
		.source = source,
		.progress = progress,
		.hasher = hasher_new(descriptor->digest.algorithm),
	};
}

void upload_body_release(struct upload_body *body)
{
	hasher_free(body->hasher);
	body->hasher = NULL;
}

static int bad_size(struct upload_body *body, const char *what,
		    struct error *err)
{
	const struct descriptor *descriptor = body->descriptor;

	body->is_bad = true;
	return error_set(err, ERROR_CORRUPT,
			 "blob %s is %s than the %" PRIu64
			 " bytes that the manifest says",
			 descriptor->digest.text, what, descriptor->size);
}

/* The source must be at its end, and its digest the promised one. */
static int check_end(struct upload_body *body, struct error *err)
{
	const struct descriptor *descriptor = body->descriptor;
	const struct upload_source *source = body->source;
	struct digest actual;
	size_t got = 0;
	char spare;

	if (source->read(source->context, &spare, 1, &got, err) < 0) {
		body->is_bad = true;
		return -1;
	}
	if (got > 0)
		return bad_size(body, "longer", err);
	hasher_finish(body->hasher, &actual);
	if (digest_is_equal(&actual, &descriptor->digest))
		return 0;
	body->is_bad = true;
	return error_set(err, ERROR_CORRUPT,
			 "blob %s is damaged here, its digest is %s",
			 descriptor->digest.text, actual.text);
}

static int read_body(void *context, void *buffer, size_t capacity, size_t *got,
		     struct error *err)
{
	struct upload_body *body = context;
	const struct upload_source *source = body->source;
	uint64_t left = body->descriptor->size - body->sent;

	*got = 0;
	if (left == 0)
		return 0;
	body->is_begun = true;
	if (capacity > left)
		capacity = (size_t)left;
	if (source->read(source->context, buffer, capacity, got, err) < 0) {
		body->is_bad = true;
		return -1;
	}
	if (*got == 0)
		return bad_size(body, "shorter", err);
	hasher_update(body->hasher, buffer, *got);
	body->sent += *got;
	if (body->sent == body->descriptor->size && check_end(body, err) < 0)
		return -1;
	if (body->progress)
		body->progress->sent(body->progress->context, body->sent);
	return 0;
}

static int rewind_body(void *context, struct error *err)
{
	struct upload_body *body = context;
	const struct upload_source *source = body->source;
	struct digest forgotten;

	hasher_finish(body->hasher, &forgotten);
	body->sent = 0;
	if (source->rewind(source->context, err) == 0)
		return 0;
	body->is_bad = true;
	return -1;
}

int upload_body_open(struct upload_body *body, struct http_body *out,
		     struct error *err)
{
	*out = (struct http_body){
		.read = read_body,
		.rewind = rewind_body,
		.context = body,
		.length = (int64_t)body->descriptor->size,
	};
	if (body->is_begun && rewind_body(body, err) < 0)
		return -1;
	/* nothing is read for an empty blob, so its digest is checked here */
	return body->descriptor->size == 0 ? check_end(body, err) : 0;
}
