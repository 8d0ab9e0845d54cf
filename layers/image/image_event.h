/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to images, noted as docker words it: a pull or a push is of a
 * name, everything else of an image.
 */
#ifndef LAYERS_IMAGE_EVENT_H
#define LAYERS_IMAGE_EVENT_H

#include "base/digest.h"
#include "layers/store/store.h"
#include "registry/spec/reference.h"

/* Note ACTION ("pull", "push") of NAME. */
void image_event_named(const struct store *store, const char *action,
		       const struct reference *name);

/* Note ACTION ("tag", "delete") of image ID; NAME: its name, NULL: its id. */
void image_event(const struct store *store, const char *action,
		 const struct digest *id, const struct reference *name);

#endif
