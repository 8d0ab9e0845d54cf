/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether this machine's kernel runs programs of another architecture, by an
 * emulator that binfmt_misc knows (Documentation/admin-guide/binfmt-misc.rst).
 */
#ifndef BUILDER_BINFMT_H
#define BUILDER_BINFMT_H

#include <stdbool.h>

/* ARCHITECTURE is Go's name for it: "arm64". */
bool binfmt_has(const char *architecture);

#endif
