/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gzip (RFC 1952) by ISA-L or zlib. The members of a file, and what may stand
 * between and after them, are handled here once for both engines:
 *
 *   member -> gap -> member | padding (zero bytes to the end) | end
 *
 * An engine sees one member at a time and checks its CRC and length.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "layers/tar/decompress_backend.h"

#if IMGCTL_HAVE_ISAL
#include <isa-l/igzip_lib.h>
#endif

enum gzip_state {
	GZIP_MEMBER = 0,
	GZIP_GAP,
	GZIP_PADDING,
};

struct gzip_framing {
	enum gzip_state state;
};

enum engine_result {
	ENGINE_MORE = 0, /* input or room is used up */
	ENGINE_DONE,	 /* the member is complete and right */
	ENGINE_BAD,
};

/* What runs the members, and how the next one begins. */
struct engine {
	enum engine_result (*step)(void *decoder,
				   struct decompress_window *window);
	void (*restart)(void *decoder);
};

/* Between members: decide by the next byte what follows. */
static int look_into_gap(struct gzip_framing *framing,
			 const struct decompress_window *window,
			 struct error *err)
{
	if (*window->in == 0x1f)
		framing->state = GZIP_MEMBER;
	else if (*window->in == 0)
		framing->state = GZIP_PADDING;
	else
		return error_set(err, ERROR_CORRUPT,
				 "gzip: garbage after the last member");
	return 0;
}

static int skip_padding(struct decompress_window *window, struct error *err)
{
	while (window->in_left) {
		if (*window->in)
			return error_set(err, ERROR_CORRUPT,
					 "gzip: garbage after the padding");
		window->in++;
		window->in_left--;
	}
	return 0;
}

/* Runs ENGINE over the members in WINDOW. */
static int run_members(const struct engine *engine, void *decoder,
		       struct gzip_framing *framing,
		       struct decompress_window *window, struct error *err)
{
	for (;;) {
		if (framing->state == GZIP_PADDING)
			return skip_padding(window, err);
		if (framing->state == GZIP_GAP) {
			if (!window->in_left)
				return 0;
			if (look_into_gap(framing, window, err) < 0)
				return -1;
			engine->restart(decoder);
			continue;
		}
		switch (engine->step(decoder, window)) {
		case ENGINE_MORE:
			return 0;
		case ENGINE_DONE:
			framing->state = GZIP_GAP;
			break;
		case ENGINE_BAD:
			return error_set(err, ERROR_CORRUPT,
					 "gzip: damaged data");
		}
	}
}

static int finish_members(const struct gzip_framing *framing, struct error *err)
{
	if (framing->state == GZIP_MEMBER)
		return error_set(err, ERROR_CORRUPT, "gzip: truncated data");
	return 0;
}

#if IMGCTL_HAVE_ISAL

struct isal_decoder {
	struct gzip_framing framing;
	bool in_header;
	/* kept here: a header may arrive in pieces */
	struct isal_gzip_header header;
	struct inflate_state state;
};

static void isal_restart(void *decoder)
{
	struct isal_decoder *d = decoder;

	isal_inflate_reset(&d->state);
	/* checks CRC and length, but leaves the header to the caller */
	d->state.crc_flag = ISAL_GZIP_NO_HDR_VER;
	isal_gzip_header_init(&d->header);
	d->in_header = true;
}

static void *isal_open(unsigned max_window_log, struct error *err)
{
	struct isal_decoder *d = xcalloc(1, sizeof(*d));

	(void)max_window_log; /* always 32 KiB */
	(void)err;	      /* cannot fail */
	isal_inflate_init(&d->state);
	isal_restart(d);
	return d;
}

static enum engine_result isal_read(struct isal_decoder *d)
{
	int result;

	if (d->in_header) {
		result = isal_read_gzip_header(&d->state, &d->header);
		if (result == ISAL_END_INPUT)
			return ENGINE_MORE;
		if (result != ISAL_DECOMP_OK)
			return ENGINE_BAD;
		d->in_header = false;
	}
	result = isal_inflate(&d->state);
	if (result != ISAL_DECOMP_OK && result != ISAL_END_INPUT &&
	    result != ISAL_OUT_OVERFLOW)
		return ENGINE_BAD;
	return d->state.block_state == ISAL_BLOCK_FINISH ? ENGINE_DONE
							 : ENGINE_MORE;
}

static enum engine_result isal_engine(void *decoder,
				      struct decompress_window *window)
{
	struct isal_decoder *d = decoder;
	enum engine_result result;

	/* ISA-L only reads its input, whatever its type says */
	d->state.next_in = (uint8_t *)(uintptr_t)window->in;
	d->state.avail_in = (uint32_t)window->in_left;
	d->state.next_out = window->out;
	d->state.avail_out = (uint32_t)window->out_left;
	result = isal_read(d);
	window->in = d->state.next_in;
	window->in_left = d->state.avail_in;
	window->out = d->state.next_out;
	window->out_left = d->state.avail_out;
	return result;
}

static const struct engine isal_member = { isal_engine, isal_restart };

static int isal_step(void *decoder, struct decompress_window *window,
		     struct error *err)
{
	struct isal_decoder *d = decoder;

	return run_members(&isal_member, d, &d->framing, window, err);
}

static int isal_finish(void *decoder, struct error *err)
{
	const struct isal_decoder *d = decoder;

	return finish_members(&d->framing, err);
}

const struct decompress_backend decompress_isal = {
	isal_open,
	isal_step,
	isal_finish,
	free,
};

#endif

struct zlib_decoder {
	struct gzip_framing framing;
	z_stream stream;
};

static void zlib_restart(void *decoder)
{
	struct zlib_decoder *d = decoder;

	(void)inflateReset(&d->stream); /* the state is ours and sound */
}

static void *zlib_open(unsigned max_window_log, struct error *err)
{
	struct zlib_decoder *d = xcalloc(1, sizeof(*d));

	(void)max_window_log; /* always 32 KiB */
	if (inflateInit2(&d->stream, 15 + 16) != Z_OK) {
		free(d);
		error_set(err, ERROR_SYSTEM, "zlib does not start");
		return NULL;
	}
	return d;
}

static void zlib_close(void *decoder)
{
	struct zlib_decoder *d = decoder;

	(void)inflateEnd(&d->stream); /* nothing is pending */
	free(d);
}

static enum engine_result zlib_engine(void *decoder,
				      struct decompress_window *window)
{
	struct zlib_decoder *d = decoder;
	int result;

	d->stream.next_in = (Bytef *)(uintptr_t)window->in;
	d->stream.avail_in = (uInt)window->in_left;
	d->stream.next_out = window->out;
	d->stream.avail_out = (uInt)window->out_left;
	result = inflate(&d->stream, Z_NO_FLUSH);
	window->in = d->stream.next_in;
	window->in_left = d->stream.avail_in;
	window->out = d->stream.next_out;
	window->out_left = d->stream.avail_out;
	if (result == Z_STREAM_END)
		return ENGINE_DONE;
	/* Z_BUF_ERROR: no progress was possible, which is no error here */
	return result == Z_OK || result == Z_BUF_ERROR ? ENGINE_MORE
						       : ENGINE_BAD;
}

static const struct engine zlib_member = { zlib_engine, zlib_restart };

static int zlib_step(void *decoder, struct decompress_window *window,
		     struct error *err)
{
	struct zlib_decoder *d = decoder;

	return run_members(&zlib_member, d, &d->framing, window, err);
}

static int zlib_finish(void *decoder, struct error *err)
{
	const struct zlib_decoder *d = decoder;

	return finish_members(&d->framing, err);
}

const struct decompress_backend decompress_zlib = {
	zlib_open,
	zlib_step,
	zlib_finish,
	zlib_close,
};
