/* SPDX-License-Identifier: Apache-2.0 */
/* gzip as a transfer's wrapping, with zlib: this is rare, not fast. */
#include "registry/content_decoder.h"

#define ZLIB_CONST
#include <zlib.h>

#include "base/alloc.h"

enum { GZIP_ONLY = 16 + MAX_WBITS, CHUNK = 64 << 10 };

struct content_decoder {
	z_stream stream;
	unsigned char chunk[CHUNK];
};

struct content_decoder *content_decoder_new(void)
{
	struct content_decoder *decoder = xcalloc(1, sizeof(*decoder));

	/* fails only for lack of memory, which content_decoder_add notices */
	(void)inflateInit2(&decoder->stream, GZIP_ONLY);
	return decoder;
}

int content_decoder_add(struct content_decoder *decoder, const void *data,
			size_t length,
			int (*take)(void *context, const void *data,
				    size_t length, struct error *err),
			void *context, struct error *err)
{
	z_stream *stream = &decoder->stream;
	int code = Z_OK;

	stream->next_in = data;
	stream->avail_in = (uInt)length;
	while (stream->avail_in > 0 && code != Z_STREAM_END) {
		size_t made;

		stream->next_out = decoder->chunk;
		stream->avail_out = CHUNK;
		code = inflate(stream, Z_NO_FLUSH);
		if (code != Z_OK && code != Z_STREAM_END)
			return error_set(err, ERROR_CORRUPT,
					 "the Content-Encoding says gzip, "
					 "the bytes are none");
		made = CHUNK - stream->avail_out;
		if (made > 0 && take(context, decoder->chunk, made, err) < 0)
			return -1;
	}
	return 0;
}

void content_decoder_free(struct content_decoder *decoder)
{
	if (!decoder)
		return;
	(void)inflateEnd(&decoder->stream);
	free(decoder);
}
