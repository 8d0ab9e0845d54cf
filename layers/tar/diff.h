/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes a layer of what an overlay mount changed: the upper directory as a tar
 * with whiteouts (OCI image-spec, layer.md), compressed, with both digests.
 *
 * The mount may still be there but nothing may write to it. The compressed
 * bytes reach the sink from another thread (see compress.h).
 */
#ifndef LAYERS_TAR_DIFF_H
#define LAYERS_TAR_DIFF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "layers/tar/byte_sink.h"
#include "layers/tar/compress.h"
#include "layers/tar/pack.h"

struct diff_options {
	int upper;	 /* the upper directory; borrowed */
	int lower;	 /* the merged view below it, to leave out whiteouts of
			    nothing; -1: keep them all */
	bool has_latest; /* times after LATEST become it */
	int64_t latest;
	struct compress_options compress;
};

struct diff_result {
	struct compress_result stream; /* digests and sizes of the layer */
	struct pack_result packed;
};

/* Write the layer to SINK. UNSUPPORTED when the upper refers elsewhere. */
int diff_write(const struct diff_options *options, const struct byte_sink *sink,
	       struct diff_result *out, struct error *err) must_check;

#endif
