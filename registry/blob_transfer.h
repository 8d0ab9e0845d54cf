/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carries one range of a blob (or all of it) from a registry into a sink,
 * however often the connection breaks.
 *
 * The range is [at, end); `at` moves with every byte delivered and stays
 * true after a failure, so another remote can go on from there. A server
 * that ignores Range and sends everything is no trouble: what is there
 * already is skipped. Nothing beyond the descriptor's size is ever taken.
 */
#ifndef REGISTRY_BLOB_TRANSFER_H
#define REGISTRY_BLOB_TRANSFER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "registry/http/sink.h"
#include "registry/remote.h"
#include "registry/spec/descriptor.h"

struct blob_transfer {
	const struct descriptor *descriptor;
	const struct sink *sink;
	uint64_t at;  /* the next byte wanted */
	uint64_t end; /* behind the last byte wanted */
	/* Ends the transfer early when another thread failed; or NULL. */
	const atomic_bool *stop;
	/*
	 * Called with the first answer, telling whether the server serves
	 * ranges; it may then move `end`. NULL: not interested.
	 */
	void (*answered)(void *context, bool has_ranges);
	void *answered_context;
	bool decode;	  /* undo a Content-Encoding: gzip; from byte 0 only */
	bool is_encoded;  /* set when the size says that this is needed */
	bool sink_failed; /* the error is the sink's own */
};

/*
 * Transfer until `at` reaches `end`. CORRUPT when the server has another
 * size, NOT_FOUND and so on by its answer; INTERRUPTED when stopped.
 */
int blob_transfer_run(struct blob_transfer *transfer, struct remote *remote,
		      struct error *err) must_check;

#endif
