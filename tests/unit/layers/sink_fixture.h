/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that keeps what it gets, and fails when it is told to. Tests only. */
#ifndef TESTS_UNIT_LAYERS_SINK_FIXTURE_H
#define TESTS_UNIT_LAYERS_SINK_FIXTURE_H

#include "layers/tar/byte_sink.h"
#include "tests/unit/layers/tar_fixture.h"

struct kept {
	struct fixture bytes;
	size_t fail_at; /* 0: never; else an error once so much is there */
};

static inline int kept_write(void *context, const void *data, size_t length,
			     struct error *err)
{
	struct kept *kept = context;

	if (kept->fail_at && kept->bytes.length + length > kept->fail_at)
		return error_set(err, ERROR_NETWORK, "the other end is gone");
	fixture_bytes(&kept->bytes, data, length);
	return 0;
}

/* The sink that fills KEPT. */
static inline struct byte_sink kept_sink(struct kept *kept)
{
	return (struct byte_sink){ kept_write, kept };
}

static inline void kept_release(struct kept *kept)
{
	fixture_release(&kept->bytes);
}
DEFINE_CLEANUP(struct kept, kept_release)

#endif
