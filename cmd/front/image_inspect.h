/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docker's inspect document of an image, made of its record, its config and
 * its names. The config is somebody else's: only what has the right shape gets
 * through.
 */
#ifndef CMD_IMAGE_INSPECT_H
#define CMD_IMAGE_INSPECT_H

#include "cmd/front/image_entry.h"

/*
 * The document, a new reference. ROOT is the store's folder, for the paths of
 * the extracted layers. Pure.
 */
json_t *image_inspect(const struct image_entry *entry, const char *root);

#endif
