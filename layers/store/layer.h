/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Extracted layers: one folder each, ready to be an overlay lower directory.
 *
 *   layers/<name>/fs/          the tree
 *   layers/<name>/layer.json   sizes, origin, boot it was written under
 *   layers/.new-<random>/      being extracted; renamed when it is whole
 *
 * <name> is the hexadecimal diffID; a layer whose content depends on its
 * parents (a hard link to a lower file, a directory that inherits a lower
 * one's mode) has "-" and the start of the parent chain's digest behind it.
 * `implicit` lists the directories that were made only because an entry lies
 * in them: whether the layer may stand on given parents depends on these.
 * A folder under its final name is complete. It is trusted while this boot
 * lasts, or for good once its record says it was flushed to disk.
 */
#ifndef LAYERS_LAYER_H
#define LAYERS_LAYER_H

#include <stdint.h>

#include "base/digest.h"
#include "base/strvec.h"
#include "layers/store/store.h"

struct layer_record {
	struct digest diff_id;
	struct digest blob; /* it came from; unset when made here */
	uint64_t size;	    /* bytes of its files */
	uint64_t tar_size;  /* bytes of its tar */
	uint64_t entries;
	struct strvec implicit; /* directories made without an entry */
	bool synced;		/* known to be on disk */
	char boot[STORE_BOOT_ID_MAX];
};

#define LAYER_RECORD_INIT               \
	{                               \
		.implicit = STRVEC_INIT \
	}

/* Free what a record owns. */
void layer_record_release(struct layer_record *record);
DEFINE_CLEANUP(struct layer_record, layer_record_release)

/* A layer being made: give it files below tree_fd, then commit it. */
struct layer_draft {
	const struct store *store; /* borrowed */
	char *temporary;	   /* folder below layers/ */
	int folder_fd;
	int tree_fd; /* the empty directory fs/ */
};

#define LAYER_DRAFT_INIT           \
	{                          \
		NULL, NULL, -1, -1 \
	}

/*
 * Read the record of layer NAME. NOT_FOUND when it is not here; CORRUPT when
 * it is, but may have lost data in a crash (extract it again).
 */
int layer_load(struct store *store, const char *name, struct layer_record *out,
	       struct error *err) must_check;

/* Open the tree of layer NAME as a path handle (O_PATH). */
int layer_open(const struct store *store, const char *name, int *fd_out,
	       struct error *err) must_check;

/* Begin a layer. */
int layer_draft_open(const struct store *store, struct layer_draft *out,
		     struct error *err) must_check;

/*
 * Make the directory NAME of DIRFD, on the store's file system, the draft's
 * tree in place of the empty one.
 */
int layer_draft_take(struct layer_draft *draft, int dirfd, const char *name,
		     struct error *err) must_check;

/*
 * Give the draft its name and record. When another process was faster, its
 * layer stays and ours is dropped; an untrusted old one is replaced.
 */
int layer_draft_commit(struct store *store, struct layer_draft *draft,
		       const char *name, struct layer_record *record,
		       struct error *err) must_check;

/* Remove what was not committed. */
void layer_draft_release(struct layer_draft *draft);
DEFINE_CLEANUP(struct layer_draft, layer_draft_release)

/* Rewrite the record of layer NAME, as after a flush. */
int layer_save(const struct store *store, const char *name,
	       const struct layer_record *record, struct error *err) must_check;

/* Remove layer NAME; absent is fine. */
int layer_remove(const struct store *store, const char *name,
		 struct error *err) must_check;

#endif
