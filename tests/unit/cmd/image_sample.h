/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images made up for tests of lists: an id that begins with a given letter,
 * names, a config. Nothing of it is in a store.
 */
#ifndef TESTS_IMAGE_SAMPLE_H
#define TESTS_IMAGE_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "cmd/front/image_entry.h"

#include <cmocka.h>

/* A digest of 64 times DIGIT. */
static inline struct digest sample_digest(char digit)
{
	struct digest digest = { .algorithm = DIGEST_SHA256 };

	memcpy(digest.text, "sha256:", 7);
	memset(digest.text + 7, digit, 64);
	digest.text[71] = '\0';
	return digest;
}

/* What a test says about an image. */
struct image_sample {
	char digit;	    /* of its id */
	const char *names;  /* canonical, blank between them; "" for none */
	const char *config; /* JSON; NULL for {} */
	int64_t created;
	uint64_t size;
};

static inline void image_sample_fill(const struct image_sample *sample,
				     struct image_entry *out)
{
	autofree char *names = xstrdup(sample->names ? sample->names : "");
	char *next = names;
	char *name;

	*out = (struct image_entry){ .record = IMAGE_RECORD_INIT };
	out->record.id = sample_digest(sample->digit);
	out->record.size = sample->size;
	out->record.config = json_loads(sample->config ? sample->config : "{}",
					0, NULL);
	assert_non_null(out->record.config);
	out->created = sample->created;
	while ((name = strsep(&next, " "))) {
		if (*name)
			strvec_add(strchr(name, '@') ? &out->digests
						     : &out->tags,
				   name);
	}
}

/* The COUNT images of SAMPLES; the caller releases them. */
static inline struct image_entries image_sample_list(
	const struct image_sample *samples, size_t count)
{
	struct image_entries entries = { xcalloc(count, sizeof(*entries.items)),
					 count };

	for (size_t i = 0; i < count; i++)
		image_sample_fill(&samples[i], &entries.items[i]);
	return entries;
}

#define EIGHT(d) d d d d d d d d
#define SAMPLE_HEX(d) \
	EIGHT(d) EIGHT(d) EIGHT(d) EIGHT(d) EIGHT(d) EIGHT(d) EIGHT(d) EIGHT(d)

#endif
