/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Media types of layers in manifests made here: they are OCI's whatever the
 * layer's own manifest said, because one document has one flavour. Pure.
 */
#ifndef LAYERS_MANIFEST_MEDIA_H
#define LAYERS_MANIFEST_MEDIA_H

#include "registry/spec/mediatype.h"

/* OCI's type for a layer that was served as NAME. */
enum mediatype manifest_media_own(const char *name);

#endif
