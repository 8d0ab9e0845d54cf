/* SPDX-License-Identifier: Apache-2.0 */
/* zlib's streams over descriptors. */
#include "runtime/logs/log_gzip.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/fs.h"

enum {
	CHUNK = 32 * 1024,
	GZIP_FORMAT = 16, /* added to the window's bits: zlib.h */
	GZIP_END = 8,	  /* bytes: checksum and length, little-endian */
};

/* One stream, one way; NEXT is deflate or inflate. */
struct stream {
	z_stream zlib;
	int (*next)(z_stream *zlib, int flush);
	int to_fd;
	unsigned char in[CHUNK], out[CHUNK];
};

static ssize_t read_some(int fd, void *data, size_t length)
{
	ssize_t got;

	do
		got = read(fd, data, length);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Take what is in the window; *RESULT is zlib's. */
static int push(struct stream *stream, int flush, int *result,
		struct error *err)
{
	do {
		size_t made;

		stream->zlib.next_out = stream->out;
		stream->zlib.avail_out = CHUNK;
		*result = stream->next(&stream->zlib, flush);
		made = CHUNK - stream->zlib.avail_out;
		if (fs_write_all(stream->to_fd, stream->out, made, err) < 0)
			return -1;
		if (*result == Z_STREAM_END || *result == Z_BUF_ERROR)
			return 0;
		if (*result != Z_OK)
			return error_set(err, ERROR_CORRUPT,
					 "not what gzip makes");
	} while (stream->zlib.avail_in || !stream->zlib.avail_out ||
		 flush == Z_FINISH);
	return 0;
}

static int run(struct stream *stream, int from_fd, bool packs,
	       struct error *err)
{
	int result = Z_OK;

	while (result != Z_STREAM_END) {
		ssize_t got = read_some(from_fd, stream->in, CHUNK);

		if (got < 0)
			return error_sys(err, errno, "read");
		if (got == 0 && !packs)
			return error_set(err, ERROR_CORRUPT, "cut short");
		stream->zlib.next_in = stream->in;
		stream->zlib.avail_in = (unsigned)got;
		if (push(stream, got ? Z_NO_FLUSH : Z_FINISH, &result, err) < 0)
			return -1;
	}
	return 0;
}

int log_gzip_pack(int from_fd, int to_fd, struct error *err)
{
	autofree struct stream *stream = xcalloc(1, sizeof(*stream));
	int result;

	stream->next = deflate;
	stream->to_fd = to_fd;
	if (deflateInit2(&stream->zlib, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
			 MAX_WBITS + GZIP_FORMAT, MAX_MEM_LEVEL,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return error_set(err, ERROR_SYSTEM, "no room to compress");
	result = run(stream, from_fd, true, err);
	(void)deflateEnd(&stream->zlib); /* frees, whatever it says */
	return result;
}

int log_gzip_unpack(int from_fd, int to_fd, struct error *err)
{
	autofree struct stream *stream = xcalloc(1, sizeof(*stream));
	int result;

	stream->next = inflate;
	stream->to_fd = to_fd;
	if (inflateInit2(&stream->zlib, MAX_WBITS + GZIP_FORMAT) != Z_OK)
		return error_set(err, ERROR_SYSTEM, "no room to decompress");
	result = run(stream, from_fd, false, err);
	(void)inflateEnd(&stream->zlib); /* frees, whatever it says */
	return result;
}

static uint32_t little_endian(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
	       (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static bool has_sum(int fd, uint32_t wanted)
{
	autofree unsigned char *data = xmalloc(CHUNK);
	uLong sum = crc32(0, NULL, 0);
	off_t at = 0;

	for (;;) {
		ssize_t got = pread(fd, data, CHUNK, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0 && (uint32_t)sum == wanted;
		sum = crc32(sum, data, (unsigned)got);
		at += got;
	}
}

bool log_gzip_is_of(int packed_fd, int plain_fd)
{
	unsigned char end[GZIP_END];
	struct stat packed, plain;

	if (fstat(packed_fd, &packed) < 0 || fstat(plain_fd, &plain) < 0 ||
	    packed.st_size < GZIP_END ||
	    pread(packed_fd, end, GZIP_END, packed.st_size - GZIP_END) !=
		    GZIP_END)
		return false;
	/* the length is cheap, and nearly always enough to say no */
	return little_endian(end + 4) == (uint32_t)plain.st_size &&
	       has_sum(plain_fd, little_endian(end));
}
