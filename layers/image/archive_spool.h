/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The members of an image archive, kept in the store until it is known which
 * of them an image is made of. An archive may be a pipe, so it is read once,
 * from its first byte to its last; what turns out to be wanted becomes a blob
 * by a rename, the rest goes.
 *
 * Member names are lookups among the members and never meet the host's file
 * system. Links between members (docker's older archives have them) lead from
 * name to name. Instead of an archive the spool may stand for a folder that
 * is an OCI layout; its files are taken in when they are asked for.
 *
 * What becomes a blob is held by a lease, so that removal by others leaves it
 * alone until an image has it. When the whole fails, archive_spool_undo
 * removes it again.
 */
#ifndef LAYERS_ARCHIVE_SPOOL_H
#define LAYERS_ARCHIVE_SPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/strbuf.h"
#include "layers/store/store.h"
#include "layers/tar/decompress.h"
#include "layers/tar/sink_source.h"

struct archive_spool;

/* Begin with no members. The caller frees it. */
int archive_spool_new(struct store *store, struct archive_spool **out,
		      struct error *err) must_check;

/*
 * Take in all members of the tar archive that SOURCE gives, compressed or
 * not. CORRUPT when it is no archive, or a damaged one.
 */
int archive_spool_read_tar(struct archive_spool *spool,
			   const struct unpack_source *source,
			   struct error *err) must_check;

/* Stand for the files below FOLDER, which stays the caller's. */
void archive_spool_use_folder(struct archive_spool *spool, int folder);

/* Take in all of SOURCE, whatever it is, as the one member NAME. */
int archive_spool_add(struct archive_spool *spool, const char *name,
		      const struct unpack_source *source,
		      struct error *err) must_check;

/* Whether there is a member NAME. */
bool archive_spool_has(struct archive_spool *spool, const char *name);

/* Append a member of at most LIMIT bytes to OUT. NOT_FOUND, TOO_LARGE. */
int archive_spool_read(struct archive_spool *spool, const char *name,
		       size_t limit, struct strbuf *out,
		       struct error *err) must_check;

struct archive_member {
	struct digest digest; /* of its bytes, as they are in the archive */
	uint64_t size;
	enum decompress_format format; /* by its first bytes */
};

/* Make a member a blob and describe it. NOT_FOUND when it is not there. */
int archive_spool_keep(struct archive_spool *spool, const char *name,
		       struct archive_member *out,
		       struct error *err) must_check;

/*
 * Take in what WRITE writes (in a thread of its own, with CONTEXT) as the
 * member NAME, and keep it as a blob.
 */
int archive_spool_write(struct archive_spool *spool, const char *name,
			sink_source_write *write, void *context,
			struct archive_member *out,
			struct error *err) must_check;

/* Store bytes made here as a blob, held as kept members are. */
int archive_spool_put(struct archive_spool *spool, const void *data,
		      size_t length, struct digest *out,
		      struct error *err) must_check;

/* Hold the folder of a layer that is here or about to be. */
int archive_spool_hold_layer(struct archive_spool *spool, const char *folder,
			     struct error *err) must_check;

/* Remove what was kept and no image has. */
void archive_spool_undo(struct archive_spool *spool);

/* Let go of everything and free it; NULL is fine. */
void archive_spool_free(struct archive_spool *spool);
DEFINE_CLEANUP_PTR(struct archive_spool, archive_spool_free)

#endif
