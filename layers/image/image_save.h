/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Saving images to an archive or a folder, as `save` does: several images in
 * one, layers they share once, the names they were asked for by. It writes
 * front to back without seeking, so a pipe will do, and every blob and layer
 * is hashed on its way out: a damaged one is an error, never a wrong archive
 * that looks right. The same images give the same bytes.
 */
#ifndef LAYERS_IMAGE_SAVE_H
#define LAYERS_IMAGE_SAVE_H

#include "layers/image/save_plan.h"
#include "layers/tar/byte_sink.h"

/*
 * Write what PLAN lists to SINK as an archive. CORRUPT when something here is
 * damaged: what SINK got is then of no use.
 */
int image_save_archive(const struct store *store, const struct save_plan *plan,
		       const struct byte_sink *sink,
		       struct error *err) must_check;

/* Write what PLAN lists as files below FOLDER, an empty directory. */
int image_save_folder(const struct store *store, const struct save_plan *plan,
		      int folder, struct error *err) must_check;

#endif
