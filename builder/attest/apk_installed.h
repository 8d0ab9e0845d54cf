/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apk's database of packages: lib/apk/db/installed. Pure.
 *
 *   file   = { entry blank-lines }
 *   entry  = { letter ":" value NL }
 *
 * P is the name, V the version, A the architecture, L the licence, o the
 * package that it was built of, m who maintains it.
 */
#ifndef BUILDER_APK_INSTALLED_H
#define BUILDER_APK_INSTALLED_H

#include "builder/attest/packages.h"

/* Append the packages of LENGTH bytes. INVALID names the line. */
int apk_installed_parse(const char *bytes, size_t length, struct packages *out,
			struct error *err) must_check;

#endif
