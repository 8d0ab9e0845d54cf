/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The small values an OCI runtime configuration is made of. A member that was
 * not given differs from one that is zero, so numbers carry whether they are
 * set; maps keep the document's order, as hooks and mounts depend on it.
 */
#ifndef RUNTIME_RUNTIME_VALUE_H
#define RUNTIME_RUNTIME_VALUE_H

#include <stdbool.h>
#include <stdint.h>

/* A number that may be absent. */
struct runtime_number {
	bool is_set;
	int64_t value;
};

/* Two strings of a map whose order is kept. */
struct runtime_pair {
	char *key;
	char *value;
};

#endif
