/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which AppArmor profile a container gets, as docker decides: the one of
 * --security-opt apparmor=NAME, else "unconfined" for a privileged one, else
 * the default one; none where the kernel does not confine by AppArmor, and
 * none by default for an ordinary user's, who cannot load one.
 */
#ifndef RUNTIME_CONTAINER_PROFILE_H
#define RUNTIME_CONTAINER_PROFILE_H

#include <jansson.h>

#include "base/error.h"

/* The profile for HOST_CONFIG, within that if it is named there; or NULL. */
const char *container_profile(const json_t *host_config);

/* Have the kernel know PROFILE (NULL: none) if it is the default one. */
int container_profile_ready(const char *profile, struct error *err) must_check;

#endif
