/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder that a step needs: WORKDIR's, or the one that something is copied
 * to. What is missing on the way is made, 0755 and with the step's owner; what
 * is there stays as it is. A link counts as what it leads to, and where it
 * leads to nothing that is made. Nothing is ever found outside the root.
 */
#ifndef BUILDER_MADE_FOLDER_H
#define BUILDER_MADE_FOLDER_H

#include "base/error.h"
#include "builder/steps/copy_owner.h"

/* Open PATH below ROOT, making it if need be; *OUT is the caller's. */
int made_folder_open(int root, const char *path, const struct copy_owner *owner,
		     int *out, struct error *err) must_check;

#endif
