/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capabilities by name and number, and what this process may give away. Sets
 * are masks: bit N stands for capability N. The names are those of Linux 6.18
 * (capabilities(7)); a kernel may know fewer, caps_available tells.
 */
#ifndef RUNTIME_CAPS_H
#define RUNTIME_CAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* One bit of a set. */
#define CAPS_BIT(capability) (UINT64_C(1) << (capability))

/* What docker gives a container unless told otherwise. */
#define CAPS_DEFAULT UINT64_C(0x00000000a80425fb)

/*
 * The capability called NAME, in any case, with or without "CAP_"; false when
 * there is none.
 */
bool caps_from_name(const char *name, unsigned *out);

/* The name of CAPABILITY, "CAP_CHOWN"; NULL beyond the last. */
const char *caps_name(unsigned capability);

/* Every capability this build can name. */
uint64_t caps_known(void);

/* What this process may pass on: its bounding set, as far as it is known. */
uint64_t caps_bounding(void);

/* This process's permitted set. */
int caps_permitted(uint64_t *out, struct error *err) must_check;

#endif
