/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One header of rpm's database, as its rows hold it (rpm's file format,
 * without the lead's magic): numbers big-endian. Pure.
 *
 *   header = count size { tag type offset number } data
 */
#ifndef BUILDER_RPM_HEADER_H
#define BUILDER_RPM_HEADER_H

#include "builder/attest/packages.h"

/*
 * Append the package that LENGTH bytes describe; a key that rpm keeps among
 * packages ("gpg-pubkey") is none. INVALID when anything leads outside.
 */
int rpm_header_parse(const void *bytes, size_t length, struct packages *out,
		     struct error *err) must_check;

#endif
