/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns the entries of a layer into files below one directory.
 *
 * Containment: the directory an entry lives in is resolved by openat2 as if
 * the layer were the root of the file system, and everything else is done to
 * one name inside that directory without following links. Nothing an archive
 * holds can make a file, a mode, an owner or a time change anywhere else.
 *
 * A layer is made alone, as a lower directory of an overlay mount: whiteouts
 * become overlay's own markers. Or it is made `merged`, on a directory that
 * shows the layers below as well: whiteouts then delete. Times of directories
 * are set last, by extract_finish. The directory is borrowed. The process's
 * umask must be 0 or be told.
 */
#ifndef LAYERS_TAR_EXTRACT_H
#define LAYERS_TAR_EXTRACT_H

#include "base/error.h"
#include "layers/tar/entry_policy.h"
#include "layers/tar/extract_options.h"
#include "layers/tar/tar_read.h"

struct extract;

/* Prepare for the entries of one layer. */
int extract_open(const struct extract_options *options, struct extract **out,
		 struct error *err) must_check;

/*
 * Make what ENTRY says, reading its contents from READER. The error names the
 * entry. INVALID when it is refused, TOO_LARGE over a limit.
 */
int extract_entry(struct extract *extract, struct tar_reader *reader,
		  const struct entry *entry, struct error *err) must_check;

/* Set the directories' times and modes and move what was learnt to OUT. */
int extract_finish(struct extract *extract, struct extract_result *out,
		   struct error *err) must_check;

/* Free what extract_finish stored. */
void extract_result_release(struct extract_result *result);
DEFINE_CLEANUP(struct extract_result, extract_result_release)

/* Free everything else; what was extracted stays. NULL is fine. */
void extract_free(struct extract *extract);
DEFINE_CLEANUP_PTR(struct extract, extract_free)

#endif
