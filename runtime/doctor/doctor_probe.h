/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding out about the machine. This changes nothing that stays: what is tried
 * to mount is mounted nowhere or in a child's own namespace, on a temporary
 * folder. The process must have one thread.
 */
#ifndef RUNTIME_DOCTOR_PROBE_H
#define RUNTIME_DOCTOR_PROBE_H

#include "runtime/doctor/doctor_facts.h"

/*
 * Find out. STORE is the path of the store and STORE_ERROR why it cannot be
 * opened, or NULL. What cannot be found out is as if it were not there.
 */
void doctor_probe(const char *store, const char *store_error,
		  struct doctor_facts *out);

#endif
