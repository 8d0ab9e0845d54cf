/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digests of files' contents. What was hashed once is remembered by inode, size
 * and times, so that a large context is not read again while it stays the same:
 *
 *   cache/files/<device>-<inode>   of the root: records sorted by inode
 *
 * A file whose times are as young as the moment it was hashed is not
 * remembered: it could change again without its times showing it. Small lists
 * are simply read.
 */
#ifndef BUILDER_FILE_HASH_H
#define BUILDER_FILE_HASH_H

#include "builder/files/file_list.h"
#include "layers/store/store.h"

/*
 * Fill in the digest of every regular file in LIST, from item FIRST on, which
 * lie below ROOT. Files are read by up to WORKERS threads. Without a STORE
 * nothing is remembered. The error names the file; BUSY when one changes
 * meanwhile.
 */
int file_hash_list(const struct store *store, int root, struct file_list *list,
		   size_t first, unsigned workers,
		   struct error *err) must_check;

#endif
