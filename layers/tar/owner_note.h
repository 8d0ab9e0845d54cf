/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The owners of files where only one user id exists: everything extracted
 * belongs to that user, and whom the archive named stands in an attribute, in
 * the form that the containers/storage tools and fuse-overlayfs use:
 *
 *   user.containers.override_stat = UID:GID:MODE    MODE octal
 *
 * Whoever is in a container could write such a note. So notes are believed
 * only where there are no other users to pretend to be.
 */
#ifndef LAYERS_OWNER_NOTE_H
#define LAYERS_OWNER_NOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "layers/tar/entry_policy.h"

#define OWNER_NOTE_XATTR "user.containers.override_stat"

/* Whether notes are written and believed in this process's user namespace. */
bool owner_note_is_used(void);

/* Note on the file or directory FD what ENTRY says about its owner. */
int owner_note_write(int fd, const struct entry *entry,
		     struct error *err) must_check;

/* Give ENTRY the owner noted on FD, if there is one. */
void owner_note_apply(int fd, struct entry *entry);

/* Read the LENGTH bytes of a note; false when they are none. */
bool owner_note_parse(const char *text, size_t length, uint32_t *uid_out,
		      uint32_t *gid_out);

#endif
