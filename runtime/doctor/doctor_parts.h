/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of doctor_probe, each in a file of its own: what the kernel
 * offers, and what can be mounted.
 */
#ifndef RUNTIME_DOCTOR_PARTS_H
#define RUNTIME_DOCTOR_PARTS_H

#include "runtime/doctor/doctor_facts.h"

/* Version, system calls, seccomp, capabilities, sysctls, devices. */
void doctor_probe_kernel(struct doctor_facts *facts);

/* A user namespace; overlays and id maps on a temporary folder in the store. */
void doctor_probe_mounts(struct doctor_facts *facts);

#endif
