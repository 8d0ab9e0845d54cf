/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zstd (RFC 8878) by libzstd, which reads frame after frame, checks their
 * checksums and skips skippable ones by itself.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/alloc.h"
#include "layers/tar/decompress_backend.h"

struct zstd_decoder {
	ZSTD_DStream *stream;
	bool within_frame; /* the stream may not end here */
};

static void zstd_close(void *decoder)
{
	struct zstd_decoder *d = decoder;

	(void)ZSTD_freeDStream(d->stream); /* always 0 */
	free(d);
}

static void *zstd_open(unsigned max_window_log, struct error *err)
{
	struct zstd_decoder *d = xcalloc(1, sizeof(*d));

	d->stream = ZSTD_createDStream();
	if (!d->stream ||
	    ZSTD_isError(ZSTD_DCtx_setParameter(d->stream, ZSTD_d_windowLogMax,
						(int)max_window_log))) {
		zstd_close(d);
		error_set(err, ERROR_SYSTEM, "zstd does not start");
		return NULL;
	}
	return d;
}

static int explain(size_t code, struct error *err)
{
	if (ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge)
		return error_set(err, ERROR_TOO_LARGE,
				 "zstd: the window is over the limit");
	return error_set(err, ERROR_CORRUPT, "zstd: %s",
			 ZSTD_getErrorName(code));
}

static int zstd_step(void *decoder, struct decompress_window *window,
		     struct error *err)
{
	struct zstd_decoder *d = decoder;
	ZSTD_inBuffer in = { window->in, window->in_left, 0 };
	ZSTD_outBuffer out = { window->out, window->out_left, 0 };

	for (;;) {
		size_t before = in.pos + out.pos;
		size_t result;

		if (in.pos == in.size && !d->within_frame)
			break;
		result = ZSTD_decompressStream(d->stream, &out, &in);
		if (ZSTD_isError(result))
			return explain(result, err);
		d->within_frame = result != 0;
		if (out.pos == out.size || in.pos + out.pos == before)
			break;
	}
	window->in += in.pos;
	window->in_left -= in.pos;
	window->out += out.pos;
	window->out_left -= out.pos;
	return 0;
}

static int zstd_finish(void *decoder, struct error *err)
{
	const struct zstd_decoder *d = decoder;

	if (d->within_frame)
		return error_set(err, ERROR_CORRUPT, "zstd: truncated data");
	return 0;
}

const struct decompress_backend decompress_zstd = {
	zstd_open,
	zstd_step,
	zstd_finish,
	zstd_close,
};
