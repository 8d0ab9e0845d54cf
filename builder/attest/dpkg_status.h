/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dpkg's database of packages: var/lib/dpkg/status, or one file of
 * var/lib/dpkg/status.d as images without dpkg have it (deb822(5)). Pure.
 *
 *   file      = { paragraph blank-lines }
 *   paragraph = { name ":" value NL { (" " | TAB) text NL } }
 *
 * A package counts when its Status ends in "installed", or when there is no
 * Status at all.
 */
#ifndef BUILDER_DPKG_STATUS_H
#define BUILDER_DPKG_STATUS_H

#include "builder/attest/packages.h"

/* Append the installed packages of LENGTH bytes. INVALID names the line. */
int dpkg_status_parse(const char *bytes, size_t length, struct packages *out,
		      struct error *err) must_check;

#endif
