/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges of user and group ids: the lines of /etc/subuid that are one user's,
 * and the map of a user namespace as the kernel shows it. The parsers are
 * pure; lines that make no sense are skipped, as shadow's tools do.
 *
 * A list is released by its owner.
 */
#ifndef BASE_IDRANGES_H
#define BASE_IDRANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What the kernel takes as one map. */
enum { IDRANGES_MAX = 340 };

struct idrange {
	uint32_t inside;  /* first id in the namespace; 0 in a subuid line */
	uint32_t outside; /* first id outside of it */
	uint32_t count;	  /* at least 1 */
};

struct idranges {
	struct idrange *items;
	size_t count;
};

#define IDRANGES_INIT   \
	{               \
		NULL, 0 \
	}

/*
 * Append to OUT the ranges that TEXT, a subuid or subgid file, gives to the
 * user NAME (NULL: has none) or UID, in order, IDRANGES_MAX at most.
 */
void idranges_parse_subids(const char *text, const char *name, uint32_t uid,
			   struct idranges *out);

/* Append to OUT the ranges of TEXT, as in /proc/PID/uid_map. */
void idranges_parse_map(const char *text, struct idranges *out);

/* Append a range, IDRANGES_MAX at most; one of no ids is none. */
void idranges_add(struct idranges *ranges, uint32_t inside, uint32_t outside,
		  uint32_t count);

/* Whether ID is inside one of RANGES. */
bool idranges_has(const struct idranges *ranges, uint32_t id);

/* How many ids RANGES hold in all. */
uint64_t idranges_total(const struct idranges *ranges);

/*
 * What /etc/subuid, or with IS_GROUP /etc/subgid, gives to the user UID: none
 * when there is no such file.
 */
int idranges_read_subids(uint32_t uid, bool is_group, struct idranges *out,
			 struct error *err) must_check;

/* The same for NAME, who need not be a user of this machine. */
int idranges_read_named(const char *name, bool is_group, struct idranges *out,
			struct error *err) must_check;

/* The ids that exist in this user namespace. */
int idranges_read_map(bool is_group, struct idranges *out,
		      struct error *err) must_check;

/* Free the list. */
void idranges_release(struct idranges *ranges);
DEFINE_CLEANUP(struct idranges, idranges_release)

#endif
