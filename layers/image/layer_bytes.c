/* SPDX-License-Identifier: Apache-2.0 */
/* Layers as they were before compression. */
#include "layers/image/layer_bytes.h"

#include <fcntl.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/hasher.h"
#include "layers/layers_limits.h"
#include "layers/store/blob.h"
#include "layers/store/layer.h"
#include "layers/tar/decompress.h"
#include "layers/tar/pack.h"

/* A sink that hashes and counts what passes through it. */
struct watched {
	const struct byte_sink *sink; /* NULL: only watch */
	struct hasher *hasher;
	uint64_t size;
};

static void watched_release(struct watched *watched)
{
	hasher_free(watched->hasher);
}
DEFINE_CLEANUP(struct watched, watched_release)

static int watched_write(void *context, const void *data, size_t length,
			 struct error *err)
{
	struct watched *watched = context;

	hasher_update(watched->hasher, data, length);
	watched->size += length;
	if (!watched->sink)
		return 0;
	return watched->sink->write(watched->sink->context, data, length, err);
}

static int read_file(void *context, void *buffer, size_t capacity, size_t *got,
		     struct error *err)
{
	ssize_t count;

	do {
		count = read(*(const int *)context, buffer, capacity);
	} while (count < 0 && errno == EINTR);
	if (count < 0)
		return error_sys(err, errno, "read blob");
	*got = (size_t)count;
	return 0;
}

static int inflate(const struct store *store, const struct digest *blob,
		   struct watched *watched, struct error *err)
{
	autoclose int fd = -1;
	struct unpack_source source = { read_file, NULL, &fd };
	autoclean(decompress_free) struct decompress *stream = NULL;
	autofree char *chunk = xmalloc(LAYERS_CHUNK);
	size_t got = 0;

	if (blob_open(store, blob, &fd, NULL, err) < 0 ||
	    decompress_open(&source, NULL, &stream, err) < 0)
		return -1;
	do {
		if (decompress_read(stream, chunk, LAYERS_CHUNK, &got, err) <
			    0 ||
		    watched_write(watched, chunk, got, err) < 0)
			return -1;
	} while (got);
	return 0;
}

static int pack(const struct store *store, const char *folder,
		struct watched *watched, struct error *err)
{
	struct byte_sink sink = { watched_write, watched };
	struct pack_options options = PACK_OPTIONS_INIT;
	autofree char *path = xasprintf("layers/%s/fs", folder);
	autoclose int fd = -1;
	struct pack_result packed;

	if (fs_open(store->root_fd, path, FS_NO_LINKS, O_RDONLY | O_DIRECTORY,
		    0, &fd, err) < 0)
		return -1;
	options.directory = fd;
	options.is_overlay_upper = true; /* whiteouts, as the tar had them */
	return pack_directory(&options, &sink, &packed, err);
}

static int check(const struct digest *wanted, struct watched *watched,
		 struct error *err)
{
	struct digest actual;

	hasher_finish(watched->hasher, &actual);
	if (digest_is_equal(&actual, wanted))
		return 0;
	return error_set(err, ERROR_CORRUPT, "its bytes have digest %s",
			 actual.text);
}

static int produce(const struct store *store, const struct image_layer *layer,
		   struct watched *watched, struct error *err)
{
	if (layer->blob.algorithm != DIGEST_NONE &&
	    blob_exists(store, &layer->blob, NULL))
		return inflate(store, &layer->blob, watched, err);
	return pack(store, layer->folder, watched, err);
}

int layer_bytes_write(const struct store *store,
		      const struct image_layer *layer,
		      const struct byte_sink *sink, struct error *err)
{
	autoclean(watched_release) struct watched watched = { .sink = sink };

	watched.hasher = hasher_new(layer->diff_id.algorithm);
	if (produce(store, layer, &watched, err) < 0 ||
	    check(&layer->diff_id, &watched, err) < 0)
		return error_wrap(err, "layer %s", layer->diff_id.text);
	return 0;
}

int layer_bytes_size(struct store *store, const struct image_layer *layer,
		     uint64_t *out, struct error *err)
{
	autoclean(watched_release) struct watched watched = { .sink = NULL };
	autoclean(layer_record_release) struct layer_record record =
		LAYER_RECORD_INIT;
	autoclean(error_release) struct error unknown = ERROR_INIT;

	/* packed again, it need not have the size it had */
	if (blob_exists(store, &layer->blob, NULL) &&
	    layer_load(store, layer->folder, &record, &unknown) == 0 &&
	    record.tar_size) {
		*out = record.tar_size;
		return 0;
	}
	watched.hasher = hasher_new(layer->diff_id.algorithm);
	if (produce(store, layer, &watched, err) < 0 ||
	    check(&layer->diff_id, &watched, err) < 0)
		return error_wrap(err, "layer %s", layer->diff_id.text);
	*out = watched.size;
	return 0;
}

int layer_bytes_verify(const struct store *store,
		       const struct image_layer *layer, struct error *err)
{
	autoclean(watched_release) struct watched watched = { .sink = NULL };

	watched.hasher = hasher_new(layer->diff_id.algorithm);
	if (inflate(store, &layer->blob, &watched, err) < 0 ||
	    check(&layer->diff_id, &watched, err) < 0)
		return error_wrap(err, "layer %s", layer->diff_id.text);
	return 0;
}

int layer_bytes_copy(const struct store *store, const struct digest *blob,
		     uint64_t size, const struct byte_sink *sink,
		     struct error *err)
{
	autoclean(watched_release) struct watched watched = { .sink = sink };
	autofree char *chunk = xmalloc(LAYERS_CHUNK);
	autoclose int fd = -1;
	size_t got = 0;

	watched.hasher = hasher_new(blob->algorithm);
	if (blob_open(store, blob, &fd, NULL, err) < 0)
		return -1;
	do {
		if (read_file(&fd, chunk, LAYERS_CHUNK, &got, err) < 0)
			return error_wrap(err, "blob %s", blob->text);
		if (watched.size + got > size)
			return error_set(err, ERROR_CORRUPT,
					 "blob %s has more than %llu bytes",
					 blob->text, (unsigned long long)size);
		if (watched_write(&watched, chunk, got, err) < 0)
			return -1;
	} while (got);
	if (check(blob, &watched, err) < 0)
		return error_wrap(err, "blob %s", blob->text);
	return 0;
}
