/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which distribution a root file system is: ID and VERSION_ID of
 * os-release(5). Pure.
 */
#ifndef BUILDER_OS_RELEASE_H
#define BUILDER_OS_RELEASE_H

#include <stddef.h>

#include "base/cleanup.h"

struct os_release {
	char *id;      /* "debian"; NULL: it does not say */
	char *version; /* "12"; NULL likewise */
};

/* Read LENGTH bytes; lines that are no assignments say nothing. */
void os_release_parse(const char *bytes, size_t length, struct os_release *out);

/* Free it. */
void os_release_release(struct os_release *release);
DEFINE_CLEANUP(struct os_release, os_release_release)

#endif
