/* SPDX-License-Identifier: Apache-2.0 */
/* The encoders: ISA-L, zlib, libzstd. */
#include "layers/tar/compress_backend.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "base/alloc.h"

#if IMGCTL_HAVE_ISAL
#include <isa-l/igzip_lib.h>

struct isal_encoder {
	struct isal_zstream stream;
	uint8_t work[ISAL_DEF_LVL3_DEFAULT]; /* the largest of the levels */
};

static void *isal_open(int level, struct error *err)
{
	struct isal_encoder *e = xmalloc(sizeof(*e));

	(void)err; /* cannot fail */
	isal_deflate_init(&e->stream);
	e->stream.gzip_flag = IGZIP_GZIP;
	e->stream.level = (uint32_t)level;
	e->stream.level_buf = e->work;
	e->stream.level_buf_size = sizeof(e->work);
	return e;
}

static int isal_step(void *encoder, struct compress_window *window, bool *done,
		     struct error *err)
{
	struct isal_zstream *s = &((struct isal_encoder *)encoder)->stream;
	int result;

	/* ISA-L only reads its input, whatever its type says */
	s->next_in = (uint8_t *)(uintptr_t)window->in;
	s->avail_in = (uint32_t)window->in_left;
	s->next_out = window->out;
	s->avail_out = (uint32_t)window->out_left;
	s->end_of_stream = window->last;
	result = isal_deflate(s);
	window->in = s->next_in;
	window->in_left = s->avail_in;
	window->out = s->next_out;
	window->out_left = s->avail_out;
	*done = s->internal_state.state == ZSTATE_END;
	if (result != COMP_OK)
		return error_set(err, ERROR_SYSTEM, "gzip: error %d", result);
	return 0;
}

const struct compress_backend compress_isal = { isal_open, isal_step, free };

#endif

static void *zlib_open(int level, struct error *err)
{
	z_stream *z = xcalloc(1, sizeof(*z));

	if (deflateInit2(z, level, Z_DEFLATED, 15 + 16, 8,
			 Z_DEFAULT_STRATEGY) != Z_OK) {
		free(z);
		error_set(err, ERROR_SYSTEM, "zlib does not start");
		return NULL;
	}
	return z;
}

static int zlib_step(void *encoder, struct compress_window *window, bool *done,
		     struct error *err)
{
	z_stream *z = encoder;
	int result;

	z->next_in = (Bytef *)(uintptr_t)window->in;
	z->avail_in = (uInt)window->in_left;
	z->next_out = window->out;
	z->avail_out = (uInt)window->out_left;
	result = deflate(z, window->last ? Z_FINISH : Z_NO_FLUSH);
	window->in = z->next_in;
	window->in_left = z->avail_in;
	window->out = z->next_out;
	window->out_left = z->avail_out;
	*done = result == Z_STREAM_END;
	/* Z_BUF_ERROR: no progress was possible, which is no error here */
	if (result == Z_STREAM_ERROR)
		return error_set(err, ERROR_SYSTEM, "gzip: error %d", result);
	return 0;
}

static void zlib_close(void *encoder)
{
	z_stream *z = encoder;

	(void)deflateEnd(z); /* what is pending is dropped */
	free(z);
}

const struct compress_backend compress_zlib = { zlib_open, zlib_step,
						zlib_close };

static void *zstd_open(int level, struct error *err)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();

	if (!context ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(
		    context, ZSTD_c_compressionLevel, level)) ||
	    ZSTD_isError(
		    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1))) {
		(void)ZSTD_freeCCtx(context); /* always 0 */
		error_set(err, ERROR_SYSTEM, "zstd does not start");
		return NULL;
	}
	return context;
}

static int zstd_step(void *encoder, struct compress_window *window, bool *done,
		     struct error *err)
{
	ZSTD_inBuffer in = { window->in, window->in_left, 0 };
	ZSTD_outBuffer out = { window->out, window->out_left, 0 };
	size_t left = ZSTD_compressStream2(encoder, &out, &in,
					   window->last ? ZSTD_e_end
							: ZSTD_e_continue);

	if (ZSTD_isError(left))
		return error_set(err, ERROR_SYSTEM, "zstd: %s",
				 ZSTD_getErrorName(left));
	window->in += in.pos;
	window->in_left -= in.pos;
	window->out += out.pos;
	window->out_left -= out.pos;
	*done = window->last && !left;
	return 0;
}

static void zstd_close(void *encoder)
{
	(void)ZSTD_freeCCtx(encoder); /* always 0 */
}

const struct compress_backend compress_zstd = { zstd_open, zstd_step,
						zstd_close };
