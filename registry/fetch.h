/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gets documents and blobs of a client's repository.
 *
 * Documents come back verified: their digest is computed from the very bytes
 * received and compared with everything that was said about it. Blobs are
 * streamed into a sink; their size is held to the descriptor's, their digest
 * is for the reader of the sink to verify, which hashes them anyway. A
 * transfer that breaks off goes on where it stopped, at another mirror too.
 */
#ifndef REGISTRY_FETCH_H
#define REGISTRY_FETCH_H

#include <stdint.h>

#include "base/strbuf.h"
#include "registry/client.h"
#include "registry/http/sink.h"
#include "registry/spec/descriptor.h"

struct fetch_options {
	uint64_t start;	     /* so many bytes are there already */
	unsigned streams;    /* ranges fetched at once; 0 and 1: one stream */
	uint64_t range_size; /* of one range; 0: 32 MiB */
	/*
	 * The bytes handed out so far were not the blob's own (a server sent
	 * them encoded); the sink is to begin anew at 0. NULL: fail instead.
	 */
	int (*restart)(void *context, struct error *err);
};

#define FETCH_OPTIONS_INIT    \
	{                     \
		0, 1, 0, NULL \
	}

/*
 * Ask what TAG_OR_DIGEST stands for, without its bytes. Many registries do
 * not answer this properly: OUT->digest is unset then, and fetch_manifest
 * will tell. Fails only when no registry can be reached at all.
 */
int fetch_manifest_head(struct client *client, const char *tag_or_digest,
			struct descriptor *out, struct error *err) must_check;

/*
 * Get a manifest or index into BYTES (emptied first) with type, digest and
 * size in OUT. NOT_FOUND, AUTH and DENIED by the registry's answer; CORRUPT
 * when a digest is wrong; TOO_LARGE over REGISTRY_DOCUMENT_MAX.
 */
int fetch_manifest(struct client *client, const char *tag_or_digest,
		   struct strbuf *bytes, struct descriptor *out,
		   struct error *err) must_check;

/*
 * Stream the blob of DESCRIPTOR into SINK, from OPTIONS->start on. CORRUPT
 * when its size is not the descriptor's; a failure of the sink is returned as
 * it is. With several streams the sink is called from several threads.
 */
int fetch_blob(struct client *client, const struct descriptor *descriptor,
	       const struct fetch_options *options, const struct sink *sink,
	       struct error *err) must_check;

/* Get a small blob (a configuration) whole, verified, into BYTES. */
int fetch_document(struct client *client, const struct descriptor *descriptor,
		   struct strbuf *bytes, struct error *err) must_check;

#endif
