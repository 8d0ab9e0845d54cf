/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that have no safe use here; force-included in every file of ours,
 * after the system headers, so that using one does not compile.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef alloca /* a macro in libc; the name is poisoned below */

#pragma GCC poison sprintf vsprintf strcpy strcat strncpy strncat strtok gets
#pragma GCC poison atoi atol atoll atof system alloca mktemp tmpnam tempnam

#endif
