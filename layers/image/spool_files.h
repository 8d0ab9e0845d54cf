/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that came in under names of their own, kept as numbered files in a
 * folder of the store that is locked while its process lives. The names are
 * keys and never meet the file system. A key may also stand for another one
 * (a link).
 *
 *   partial/.spool-<random>/<n>
 */
#ifndef LAYERS_SPOOL_FILES_H
#define LAYERS_SPOOL_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "layers/store/store.h"
#include "layers/tar/unpack_source.h"

/* Keys of one spool; docker's older archives have three for each layer. */
enum { SPOOL_FILES_MAX = 65536 };

struct spool_file {
	char *file;	      /* its name in the folder; NULL: none any more */
	char *link;	      /* the key meant; NULL: not a link */
	struct digest digest; /* of the bytes */
	uint64_t size;
	unsigned char start[8]; /* the first bytes, to tell a compression */
	size_t start_length;
};

struct spool_files;

/* Make the folder. The caller frees it. */
int spool_files_new(const struct store *store, struct spool_files **out,
		    struct error *err) must_check;

/*
 * Take all bytes of SOURCE in under KEY, replacing what was there, and hash
 * them with ALGORITHM. TOO_LARGE when there are too many keys.
 */
int spool_files_add(struct spool_files *files, const char *key,
		    enum digest_algorithm algorithm,
		    const struct unpack_source *source,
		    struct error *err) must_check;

/* Let KEY stand for the key TARGET, which may come later or never. */
int spool_files_add_link(struct spool_files *files, const char *key,
			 const char *target, struct error *err) must_check;

/*
 * What KEY stands for, links followed; NULL when there is no such thing. Valid
 * until the next addition.
 */
struct spool_file *spool_files_find(const struct spool_files *files,
				    const char *key);

/* Open a file that has one, for reading from its start. */
int spool_files_open(const struct spool_files *files,
		     const struct spool_file *file, int *fd_out,
		     struct error *err) must_check;

/* Move a file that has one to PATH below the store's root. */
int spool_files_move(const struct spool_files *files, struct spool_file *file,
		     const char *path, struct error *err) must_check;

/* Remove the folder with all that is left in it; NULL is fine. */
void spool_files_free(struct spool_files *files);
DEFINE_CLEANUP_PTR(struct spool_files, spool_files_free)

#endif
