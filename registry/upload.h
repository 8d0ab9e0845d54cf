/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts blobs and manifests into a client's repository (CLIENT_PUSH).
 *
 * A blob that is there is not sent; one that another repository of the same
 * registry has may be mounted; else it goes up by POST and one PUT, and by
 * PATCH where a registry does not take that. Whatever goes wrong in between,
 * an upload starts over with a new session, since nobody knows what is left
 * of the old one.
 *
 * Bytes are hashed while they are sent, and the last of them are held back
 * until the digest is right: damaged content never becomes a blob.
 */
#ifndef REGISTRY_UPLOAD_H
#define REGISTRY_UPLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "registry/client.h"
#include "registry/spec/descriptor.h"
#include "registry/upload_source.h"

enum upload_result {
	UPLOAD_NONE = 0,
	UPLOAD_PUSHED,
	UPLOAD_EXISTED,
	UPLOAD_MOUNTED,
};

struct upload {
	const struct descriptor *descriptor;
	const struct upload_source *source;
	const char *mount_from; /* a repository of the registry; or NULL */
	bool is_forced; /* sent even where the registry says it has it */
	const struct upload_progress *progress; /* or NULL */
	enum upload_result result;		/* out */
};

struct upload_document {
	const char *tag_or_digest;
	const char *bytes;
	size_t length;
	const char *media_type;
};

/*
 * See to it that the registry has UPLOAD's blob. CORRUPT when the source is
 * not what the descriptor says; a failure of the source is returned as it is.
 */
int upload_blob(struct client *client, struct upload *upload,
		struct error *err) must_check;

/*
 * Put a manifest or index; OUT (may be NULL) gets its digest. NOT_FOUND when
 * the registry misses a blob it said it had (force the uploads then), INVALID
 * or UNSUPPORTED when it does not take this kind of document.
 */
int upload_manifest(struct client *client,
		    const struct upload_document *document, struct digest *out,
		    struct error *err) must_check;

#endif
