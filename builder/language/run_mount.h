/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RUN --mount=…: comma-separated fields, quoted as in CSV, each "key=value"
 * or a key alone.
 *
 *   bind    from source target readwrite
 *   cache   id from source target readonly sharing mode uid gid
 *   tmpfs   target size
 *   secret  id source target env required mode uid gid
 *   ssh     id target required mode uid gid
 *
 * src, dst, destination, ro, rw are other names. Values may have variables
 * in them, but for from's. Paths are not resolved here: a target is relative
 * to WORKDIR, and WORKDIR itself where it is missing.
 */
#ifndef BUILDER_RUN_MOUNT_H
#define BUILDER_RUN_MOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "builder/language/expand.h"

enum run_mount_type {
	RUN_MOUNT_NONE = 0,
	RUN_MOUNT_BIND,
	RUN_MOUNT_CACHE,
	RUN_MOUNT_TMPFS,
	RUN_MOUNT_SECRET,
	RUN_MOUNT_SSH,
};

enum run_mount_sharing {
	RUN_MOUNT_SHARING_NONE = 0, /* not given: as shared */
	RUN_MOUNT_SHARED,
	RUN_MOUNT_PRIVATE,
	RUN_MOUNT_LOCKED,
};

/* Strings are NULL where not given; mode, uid and gid -1. */
struct run_mount {
	enum run_mount_type type;
	char *from;   /* a stage, an image or a named context */
	char *source; /* "source" of a secret is its id: see id */
	char *target;
	char *id;
	char *env; /* secret: the variable it is to stand in */
	enum run_mount_sharing sharing;
	bool read_only; /* the type's default applied */
	bool required;
	int64_t size; /* tmpfs: bytes, 0 for no limit */
	int64_t mode;
	int64_t uid;
	int64_t gid;
};

#define RUN_MOUNT_INIT                           \
	{                                        \
		.mode = -1, .uid = -1, .gid = -1 \
	}

struct run_mounts {
	struct run_mount *items;
	size_t count;
};

#define RUN_MOUNTS_INIT \
	{               \
		NULL, 0 \
	}

/*
 * Parse TEXT, variables filled in from SCOPE, into OUT. Without a SCOPE it
 * must have none: see run_mount_check. INVALID.
 */
int run_mount_parse(const char *text, const struct expand_scope *scope,
		    struct run_mount *out, struct error *err) must_check;

/*
 * Whether TEXT can be right, whatever its variables are: what has none is
 * parsed, and a variable in from is refused.
 */
int run_mount_check(const char *text, struct error *err) must_check;

/* The type as it is written: "bind". */
const char *run_mount_type_name(enum run_mount_type type);

/* The type of that name, or RUN_MOUNT_NONE. */
enum run_mount_type run_mount_type_from_name(const char *name);

/* Append MOUNT, taking what it holds. */
void run_mounts_take(struct run_mounts *mounts, struct run_mount *mount);

/* Free one's strings. */
void run_mount_release(struct run_mount *mount);
DEFINE_CLEANUP(struct run_mount, run_mount_release)

/* Free all and start empty again. */
void run_mounts_release(struct run_mounts *mounts);
DEFINE_CLEANUP(struct run_mounts, run_mounts_release)

#endif
