/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where saved members go: a tar stream, or files below a folder. Members are
 * written one after the other, each with the size it was announced with; the
 * same members give the same archive. A folder's files get their names when
 * they are whole.
 */
#ifndef LAYERS_SAVE_TARGET_H
#define LAYERS_SAVE_TARGET_H

#include <stdint.h>

#include "base/error.h"
#include "layers/tar/byte_sink.h"

struct save_target;

/* Save to a tar archive that goes to SINK. The caller frees it. */
struct save_target *save_target_tar(const struct byte_sink *sink);

/* Save below FOLDER, an empty directory that stays the caller's. */
struct save_target *save_target_folder(int folder);

/* Begin the directory NAME ("blobs/sha256"), before what is in it. */
int save_target_directory(struct save_target *target, const char *name,
			  struct error *err) must_check;

/* Begin a member of SIZE bytes. */
int save_target_member(struct save_target *target, const char *name,
		       uint64_t size, struct error *err) must_check;

/* A sink for the contents of the member that was begun. */
struct byte_sink save_target_sink(struct save_target *target);

/* End the member; CORRUPT when it has not got all its bytes. */
int save_target_end(struct save_target *target, struct error *err) must_check;

/* End the whole. */
int save_target_finish(struct save_target *target,
		       struct error *err) must_check;

/* Free the target; NULL is fine. */
void save_target_free(struct save_target *target);
DEFINE_CLEANUP_PTR(struct save_target, save_target_free)

#endif
