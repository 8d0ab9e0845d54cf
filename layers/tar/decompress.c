/* SPDX-License-Identifier: Apache-2.0 */
/* Finds a stream's format and joins its source with the right decoder. */
#include "layers/tar/decompress.h"

#include <string.h>

#include "base/alloc.h"
#include "layers/layers_limits.h"
#include "layers/tar/decompress_backend.h"

enum {
	DECOMPRESS_INPUT = 256 * 1024,
	DECOMPRESS_MAGIC = 6, /* the longest magic number, xz's */
};

struct decompress {
	const struct unpack_source *source;
	enum decompress_format format;
	const struct decompress_backend *backend; /* NULL: plain */
	void *decoder;
	struct decompress_window window;
	bool at_end; /* of the source */
	bool done;   /* the decoder has agreed with the end */
	uint8_t input[DECOMPRESS_INPUT];
};

enum decompress_format decompress_detect(const void *bytes, size_t length)
{
	static const struct {
		const char *magic;
		size_t length;
		enum decompress_format format;
	} formats[] = {
		{ "\x1f\x8b", 2, DECOMPRESS_GZIP },
		{ "\x28\xb5\x2f\xfd", 4, DECOMPRESS_ZSTD },
		{ "BZh", 3, DECOMPRESS_BZIP2 },
		{ "\xfd"
		  "7zXZ",
		  6, DECOMPRESS_XZ },
	};
	const uint8_t *b = bytes;

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (length >= formats[i].length &&
		    !memcmp(b, formats[i].magic, formats[i].length))
			return formats[i].format;
	/* a skippable frame may come first: 0x184D2A50 to 0x184D2A5F */
	if (length >= 4 && (b[0] & 0xf0) == 0x50 &&
	    !memcmp(b + 1, "\x2a\x4d\x18", 3))
		return DECOMPRESS_ZSTD;
	return DECOMPRESS_PLAIN;
}

const char *decompress_format_name(enum decompress_format format)
{
	switch (format) {
	case DECOMPRESS_NONE:
		break;
	case DECOMPRESS_PLAIN:
		return "plain";
	case DECOMPRESS_GZIP:
		return "gzip";
	case DECOMPRESS_ZSTD:
		return "zstd";
	case DECOMPRESS_BZIP2:
		return "bzip2";
	case DECOMPRESS_XZ:
		return "xz";
	}
	return "unknown";
}

/* Adds what the source has to the input, which must have been used up. */
static int refill(struct decompress *stream, struct error *err)
{
	size_t got = 0;

	if (stream->source->read(stream->source->context, stream->input,
				 sizeof(stream->input), &got, err) < 0)
		return -1;
	stream->window.in = stream->input;
	stream->window.in_left = got;
	stream->at_end = !got;
	return 0;
}

/* Reads until the magic number can be told. */
static int read_magic(struct decompress *stream, struct error *err)
{
	size_t have = 0;

	while (have < DECOMPRESS_MAGIC && !stream->at_end) {
		size_t got = 0;

		if (stream->source->read(
			    stream->source->context, stream->input + have,
			    sizeof(stream->input) - have, &got, err) < 0)
			return -1;
		have += got;
		stream->at_end = !got;
	}
	stream->window.in = stream->input;
	stream->window.in_left = have;
	stream->format = decompress_detect(stream->input, have);
	return 0;
}

static int choose_backend(struct decompress *stream, bool use_zlib,
			  struct error *err)
{
	switch (stream->format) {
	case DECOMPRESS_GZIP:
#if IMGCTL_HAVE_ISAL
		stream->backend = use_zlib ? &decompress_zlib
					   : &decompress_isal;
#else
		(void)use_zlib; /* there is no other */
		stream->backend = &decompress_zlib;
#endif
		return 0;
	case DECOMPRESS_ZSTD:
		stream->backend = &decompress_zstd;
		return 0;
	case DECOMPRESS_NONE:
	case DECOMPRESS_PLAIN:
		return 0;
	case DECOMPRESS_BZIP2:
	case DECOMPRESS_XZ:
		break;
	}
	return error_set(err, ERROR_UNSUPPORTED, "%s compression is not read",
			 decompress_format_name(stream->format));
}

int decompress_open(const struct unpack_source *source,
		    const struct decompress_options *options,
		    struct decompress **out, struct error *err)
{
	static const struct decompress_options defaults = { 0 };
	autoclean(decompress_free) struct decompress *stream =
		xmalloc(sizeof(*stream));

	/* not zeroed as a whole: the input buffer need not be touched */
	memset(stream, 0, offsetof(struct decompress, input));
	stream->source = source;
	if (!options)
		options = &defaults;
	if (read_magic(stream, err) < 0 ||
	    choose_backend(stream, options->use_zlib, err) < 0)
		return -1;
	if (stream->backend) {
		stream->decoder = stream->backend->open(
			options->max_window_log ? options->max_window_log
						: LAYERS_MAX_WINDOW_LOG,
			err);
		if (!stream->decoder)
			return -1;
	}
	*out = TAKE_PTR(stream);
	return 0;
}

enum decompress_format decompress_format_of(const struct decompress *stream)
{
	return stream->format;
}

static int decode(struct decompress *stream, uint8_t *buffer, size_t capacity,
		  size_t *got, struct error *err)
{
	struct decompress_window *window = &stream->window;

	window->out = buffer;
	window->out_left = capacity;
	while (window->out_left && !stream->done) {
		size_t before = window->out_left;
		size_t fed;

		if (!window->in_left && !stream->at_end &&
		    refill(stream, err) < 0)
			return -1;
		fed = window->in_left;
		if (stream->backend->step(stream->decoder, window, err) < 0)
			return -1;
		if (window->out_left != before)
			continue;
		if (fed && window->in_left == fed)
			return error_set(
				err, ERROR_CORRUPT, "%s: damaged data",
				decompress_format_name(stream->format));
		/* only now: at the end a decoder may still hold output back */
		if (!stream->at_end || window->in_left)
			continue;
		if (stream->backend->finish(stream->decoder, err) < 0)
			return -1;
		stream->done = true;
	}
	*got = capacity - window->out_left;
	return 0;
}

static int pass_through(struct decompress *stream, uint8_t *buffer,
			size_t capacity, size_t *got, struct error *err)
{
	struct decompress_window *window = &stream->window;
	size_t have = window->in_left < capacity ? window->in_left : capacity;

	memcpy(buffer, window->in, have);
	window->in += have;
	window->in_left -= have;
	while (have < capacity && !stream->at_end) {
		size_t more = 0;

		if (stream->source->read(stream->source->context, buffer + have,
					 capacity - have, &more, err) < 0)
			return -1;
		have += more;
		stream->at_end = !more;
	}
	*got = have;
	return 0;
}

int decompress_read(struct decompress *stream, void *buffer, size_t capacity,
		    size_t *got, struct error *err)
{
	if (!stream->backend)
		return pass_through(stream, buffer, capacity, got, err);
	return decode(stream, buffer, capacity, got, err);
}

void decompress_free(struct decompress *stream)
{
	if (!stream)
		return;
	if (stream->decoder)
		stream->backend->close(stream->decoder);
	free(stream);
}
