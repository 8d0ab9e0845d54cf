/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether every blob is what its name says. A damaged one that belongs to an
 * image known to be on disk is a problem; one that a crash may have cut is a
 * leftover. Either is removed where the request says so, so that the next
 * pull, or mending the image, brings it again.
 */
#ifndef LAYERS_CHECK_BLOBS_H
#define LAYERS_CHECK_BLOBS_H

#include "layers/image/check_report.h"

/* Hash them all; fills the set of damaged ones. */
int check_blobs(struct check *check, struct error *err) must_check;

#endif
