/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guards against documents that two readers read differently.
 *
 * Readers written in Go match member names without regard to case, so that
 * {"layers": a, "Layers": b} is one thing here and another there. A member
 * whose name differs from a known one in case alone is therefore refused
 * (compare CVE-2021-41190); duplicate names are refused by jsonx_parse.
 */
#ifndef REGISTRY_SPEC_JSON_KEYS_H
#define REGISTRY_SPEC_JSON_KEYS_H

#include <jansson.h>

#include "base/error.h"

/*
 * Fail with INVALID when OBJECT has a member that differs from one of the
 * NULL-terminated KNOWN names in case only.
 */
int json_keys_check(const json_t *object, const char *const *known,
		    struct error *err) must_check;

/* Fail with INVALID unless member KEY is absent, null or maps to strings. */
int json_keys_check_map(const json_t *object, const char *key,
			struct error *err) must_check;

#endif
