/* SPDX-License-Identifier: Apache-2.0 */
/* Blobs as whole documents, hashed on the way in and out. */
#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/fs.h"
#include "base/hasher.h"
#include "layers/store/blob.h"

static int check(const struct digest *digest, const void *data, size_t length,
		 struct error *err)
{
	struct digest actual;

	hasher_digest(digest->algorithm, data, length, &actual);
	if (!digest_is_equal(&actual, digest))
		return error_set(err, ERROR_CORRUPT,
				 "blob %s: its bytes have digest %s",
				 digest->text, actual.text);
	return 0;
}

int blob_read(const struct store *store, const struct digest *digest,
	      size_t limit, struct strbuf *out, struct error *err)
{
	autoclose int fd = -1;
	size_t before = out->length;

	if (blob_open(store, digest, &fd, NULL, err) < 0)
		return -1;
	if (fs_read_fd(fd, limit, out, err) < 0)
		return error_wrap(err, "blob %s", digest->text);
	if (strbuf_check(out, "document", err) < 0)
		return -1;
	return check(digest, out->text + before, out->length - before, err);
}

int blob_put(const struct store *store, const struct digest *digest,
	     const void *data, size_t length, struct error *err)
{
	autofree char *folder =
		xasprintf("blobs/%s", digest_algorithm_name(digest->algorithm));
	autoclose int fd = -1;

	if (check(digest, data, length, err) < 0 ||
	    store_folder(store, folder, &fd, err) < 0)
		return -1;
	return atomicfile_put(fd, digest_hex(digest), data, length, 0, err);
}
