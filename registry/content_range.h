/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Content-Range of a partial answer (RFC 9110, 14.4): "bytes 5-9/10", where
 * the total may be "*". The unit may be missing (Nexus leaves it out). Pure.
 */
#ifndef REGISTRY_CONTENT_RANGE_H
#define REGISTRY_CONTENT_RANGE_H

#include <stdbool.h>
#include <stdint.h>

struct content_range {
	uint64_t first;
	uint64_t last; /* inclusive */
	uint64_t total;
	bool has_total;
};

/* Parse VALUE, which may be NULL; -1 when it is not such a range. */
int content_range_parse(const char *value, struct content_range *out);

#endif
